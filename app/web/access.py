"""Every view says who may open it, and is opened by nobody else.

`public` is everybody, `signed-in` everybody with an account, anything else the name of a
permission. For a page of a center (`scope="center"`) the permission must be held there, and
somebody without it is told that there is nothing; `scope="own"` asks that it be held somewhere,
and leaves the object to the service's policy.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from flask import Flask, current_app, g, redirect, request, url_for

from app.kernel.actors import ANONYMOUS, Actor, Permission
from app.kernel.errors import Forbidden, Invalid, NotFound
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.kernel.logs import get_logger
from app.web.hooks import ActorLoader

View = TypeVar("View", bound=Callable[..., Any])
OPEN = ("public", "signed-in")


Takes = Literal["form", "button", "json"]


@dataclass(frozen=True)
class Access:
    """Who may open a view, what it takes, and the largest body in bytes that it reads."""

    rule: str
    scope: Literal["site", "center", "own"] = "site"
    max_body: int = 1_000_000
    takes: Takes = "form"


class UndeclaredAccess(RuntimeError):
    """A view does not say who may open it, or names a permission that nobody declared."""


def access(
    rule: str,
    *,
    scope: Literal["site", "center", "own"] = "site",
    max_body: int = 1_000_000,
    takes: Takes = "form",
) -> Callable[[View], View]:
    """Declare who may open a view; the application does not start without it.

    What is sent to it is a `form`, whose fields the view's Form names; a `button`, which has none;
    or `json`, which the view checks by itself. Anything else that is sent is refused.
    """

    def mark(view: View) -> View:
        view.access = Access(rule, scope, max_body, takes)  # type: ignore[attr-defined]
        return view

    return mark


def check(app: Flask) -> None:
    """Raise UndeclaredAccess for views that no rule guards."""
    for endpoint, view in app.view_functions.items():
        declared = getattr(view, "access", None)
        if declared is None:
            raise UndeclaredAccess(f"{endpoint} does not declare its access")
        if declared.rule not in OPEN and hooks.get(Permission, declared.rule) is None:
            raise UndeclaredAccess(f"{endpoint} needs {declared.rule}, which nobody declared")


def init_app(app: Flask) -> None:
    """Enforce the declarations before each view."""
    app.before_request(enforce)


def load_actor() -> Actor:
    """Find the person of this request, once."""
    if "actor" not in g:
        loader = hooks.get(ActorLoader, "session")
        g.actor = loader.load() if loader else ANONYMOUS
    actor: Actor = g.actor
    return actor


def enforce() -> Any:
    """Let the request pass, send a visitor to sign in, or refuse."""
    if request.endpoint is None:
        return None
    view: Any = current_app.view_functions[request.endpoint]
    declared: Access = view.access
    request.max_content_length = declared.max_body
    away = _admit(declared)
    if away is None:
        _refuse_strange(declared)
    return away


def _admit(declared: Access) -> Any:
    if declared.rule == "public":
        return None
    actor = load_actor()
    if not actor.is_signed_in:
        return _ask_to_sign_in()
    if declared.rule == "signed-in" or _holds(actor, declared):
        return None
    get_logger().warning(
        "denied", actor=actor.id, endpoint=request.endpoint, permission=declared.rule
    )
    if declared.scope == "center":
        raise NotFound
    raise Forbidden(
        say("Your account may not open this page."),
        todo=say("If you need it for your work, ask the person who manages your center."),
    )


def _refuse_strange(declared: Access) -> None:
    """Raise Invalid for what a view does not take: nobody slips a field past its form."""
    if request.method in ("GET", "HEAD", "OPTIONS") or declared.takes == "json":
        return
    sent = declared.takes == "button" and {*request.form, *request.files} - {"csrf_token"}
    if sent or request.is_json:
        raise Invalid(say("More was sent than this page asks for, so nothing was changed."))


def _holds(actor: Actor, declared: Access) -> bool:
    if declared.scope == "own":
        return actor.can_somewhere(declared.rule)
    if declared.scope == "center":
        return actor.can(declared.rule, center=g.center.id)
    return actor.can(declared.rule)


def _ask_to_sign_in() -> Any:
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("signin.sign_in", next=request.full_path.rstrip("?")), 303)
    raise Forbidden(
        say("You are not signed in any more, so nothing was changed."),
        todo=say("Sign in in another tab, then come back and send this again."),
    )
