"""The cookie of a session, and finding who acts. The only module that knows Flask-Login.

A GET writes nothing that anybody could miss. What a session needs to keep for itself, that it was
seen (at most once a minute) and its next token (once a day, when remembered), is written after the
view, in a transaction of its own; when that fails, the answer goes out all the same.
"""

import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, g, request, url_for
from flask import session as carried_session
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy.exc import SQLAlchemyError

from app.kernel import clock
from app.kernel.actors import ANONYMOUS, Actor
from app.kernel.db import db, write
from app.kernel.hooks import hooks
from app.kernel.logs import get_logger
from app.settings import get_settings
from app.signin import queries, rules, services
from app.signin.hooks import SecondStep
from app.signin.services import Browser
from app.throttling.rules import network
from app.web.hooks import ActorLoader

SEEN_AFTER = timedelta(seconds=60)
YEAR = 365 * 86400
CARRIED = 3000
"""Most signs of JSON that a visitor carries under the key `carried`; more is dropped."""
login = LoginManager()


class SignedIn(UserMixin):
    """A person as Flask-Login wants to see them."""

    def __init__(self, found: queries.OpenSession) -> None:
        self.found = found

    def get_id(self) -> str:
        """Return the person's public id."""
        return self.found.actor.public_id


def init_app(app: Flask) -> None:
    """Attach Flask-Login, the loader of the actor, and what happens after a view."""
    app.config.update(SESSION_PROTECTION=None, REMEMBER_COOKIE_NAME=_name("unused"))
    login.session_protection = None
    login.init_app(app)
    login.request_loader(_load)
    hooks.register(ActorLoader, "session", ActorLoader(load_actor))
    app.after_request(keep)


def _name(name: str) -> str:
    return f"__Host-{name}" if get_settings().https else name


def load_actor() -> Actor:
    """Return the person of the request's session, or a visitor."""
    if not request.cookies.get(_name("sid")):
        return ANONYMOUS  # nothing is asked for those who carry no session
    user: Any = current_user
    return user.found.actor if user.is_authenticated else ANONYMOUS


def _load(asked: Request) -> SignedIn | None:
    token = asked.cookies.get(_name("sid"), "")
    if not 20 <= len(token) <= 100:
        return None
    now = clock.now()
    found = queries.find_session(token, language=g.lang, now=now)
    if found is None:
        return None
    state = rules.standing(
        is_previous=found.is_previous,
        rotated_at=found.rotated_at,
        seen_at=found.seen_at,
        now=now,
    )
    g.session_keeping = _keeping(found, state, token, now)
    return None if state == "stolen" else SignedIn(found)


def _keeping(found: queries.OpenSession, state: str, token: str, now: datetime) -> str:
    if state == "stolen":
        return "end"
    if found.is_previous:
        return "resend"
    if found.remembered and now - found.rotated_at >= rules.ROTATE_AFTER:
        return "rotate"
    return "seen" if now - found.seen_at >= SEEN_AFTER else ""


def keep(response: Response) -> Response:
    """Write what the session keeps for itself, unless the view ended or replaced it."""
    act = g.pop("session_keeping", "")
    if not act or "session_changed" in g:
        return response
    token = request.cookies[_name("sid")]
    try:
        if act == "resend":
            _set_cookie(response, "sid", rules.rotated(token), _age(True))
        elif act == "rotate":
            with write():
                fresh = services.rotate(
                    actor=current_user.found.actor, token=token, now=clock.now()
                )
            _set_cookie(response, "sid", fresh, _age(True))
        elif act == "end":
            get_logger().warning("session_reused")
            with write():
                services.end_token(token)
        else:
            response.call_on_close(_seen_later(current_user.found))
    except (SQLAlchemyError, RuntimeError):
        get_logger().error("session_not_kept", exc_info=True)
    return response


def _seen_later(found: queries.OpenSession) -> Any:
    from flask import current_app

    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def note() -> None:
        with app.app_context():
            try:
                with write():
                    services.note_seen(
                        actor=found.actor, remembered=found.remembered, now=clock.now()
                    )
            except SQLAlchemyError:
                get_logger().warning("seen_not_kept", exc_info=True)
            finally:
                db.session.remove()

    return note


def _age(remembered: bool) -> int | None:
    return int(rules.REMEMBERED.total_seconds()) if remembered else None


def _set_cookie(response: Response, name: str, value: str, age: int | None) -> None:
    response.set_cookie(
        _name(name),
        value,
        max_age=age,
        path="/",
        secure=get_settings().https,
        httponly=True,
        samesite="Lax",
    )


def here() -> str:
    """Return the network from which the request comes; only configured proxies are believed."""
    return network(request.remote_addr or "")


def known_devices() -> str:
    """Return the cookie that says who signed in here before."""
    return request.cookies.get(_name("known"), "")[:500]


def browser() -> Browser:
    """Return what the services want to know of this browser."""
    carried = carried_session.get("carried")
    return Browser(
        device=rules.device_words(request.user_agent.string),
        old_token=request.cookies.get(_name("sid"), "")[:100],
        carried=carried if _is_bearable(carried) else None,
    )


def _is_bearable(carried: Any) -> bool:
    return isinstance(carried, dict) and len(json.dumps(carried)) <= CARRIED


def is_remembered() -> bool:
    """Tell whether the signed-in person wanted to stay signed in here."""
    return bool(current_user.found.remembered)


def showed_second_factor() -> bool:
    """Tell whether the signed-in person took a second step in this session."""
    return current_user.found.mfa_at is not None


def admit(response: Response, token: str, public_id: str, *, remembered: bool = False) -> Response:
    """Give the browser its new session; what it carried as a visitor has been kept.

    Where the session waits for a second step, the answer leads there first, and nothing else
    changes in the browser.
    """
    g.session_changed = True
    for _, step in hooks.collect(SecondStep):
        if queries.find_waiting(token, now=clock.now()):
            _set_cookie(response, "sid", token, None)
            onward = None if response.location == f"/{g.lang}/" else response.location
            response.location = url_for(step.endpoint, next=onward)
            return response
    carried_session.clear()
    _set_cookie(response, "sid", token, _age(remembered))
    marked = rules.with_known_person(known_devices(), public_id, secrets.token_urlsafe(16))
    _set_cookie(response, "known", marked, YEAR)
    return response


def dismiss(response: Response) -> Response:
    """Take the session's cookie away, and everything that the browser carried."""
    g.session_changed = True
    carried_session.clear()
    response.delete_cookie(
        _name("sid"), path="/", secure=get_settings().https, httponly=True, samesite="Lax"
    )
    return response


def confirm_own_password(typed: str) -> str | None:
    """Return the kept hash when the signed-in person typed their password, counting the try."""
    with write():
        services.count_own_try(actor=g.actor)
    kept = queries.find_password(g.actor.id)
    db.session.rollback()  # nothing is held while a hash takes its turn
    if not rules.verify_password(kept, typed):
        return None
    with write():
        services.forget_own_tries(actor=g.actor)
    return kept
