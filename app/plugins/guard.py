"""Calling what plugins brought, so that a failure stays theirs.

Every callable of a contribution is wrapped when it is registered. What it raises is counted and
answered as its kind says (app/plugins/kinds.py); what is slow is counted too. Failures are written
down after the request or job; five in ten minutes pause the contribution until an admin resumes it.
"""

import inspect
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, is_dataclass, replace
from threading import Lock
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from app.kernel import clock, place
from app.kernel import db as database
from app.kernel.db import db, write
from app.kernel.errors import Forbidden, Refusal
from app.kernel.i18n import say
from app.kernel.jobs import JobType
from app.kernel.logs import get_logger
from app.kernel.outbox import Event, Subscriber
from app.plugins.gate import Gate
from app.plugins.kinds import PASS_ON, Call, KindRule
from app.plugins.services import Failure, keep_failures
from app.web.assets import link

BUDGET_CPU, BUDGET_WAIT = 0.25, 2.0
"""Seconds that one call may work, and last, while a page is made; more counts as a failure.

A machine that is busy with others lets every call last; work is counted in this thread alone.
"""
MOST_PENDING = 200


class WroteWhileShowing(RuntimeError):
    """A contribution to a page changed objects of the session."""


class WrongArguments(TypeError):
    """A callable of a contribution cannot be called as the core calls it."""


class Failures:
    """What failed in this process and is not written down yet."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self._pending: dict[tuple[str, str], Failure] = {}
        self._lock = Lock()

    def note(
        self, plugin: str, hook: str, error: BaseException | str, *, may_pause: bool = True
    ) -> None:
        """Remember a failure until `flush`, and log it."""
        get_logger().error("plugin_failed", plugin=plugin, hook=hook, error=repr(error))
        trace, text = "", str(error)
        if isinstance(error, BaseException):
            trace = "".join(traceback.format_exception(error))
            text = "".join(traceback.format_exception_only(error)).strip()
        with self._lock:
            before = self._pending.get((plugin, hook))
            count = before.count + 1 if before else 1
            if before or len(self._pending) < MOST_PENDING:
                self._pending[plugin, hook] = Failure(plugin, hook, text, trace, count, may_pause)

    def flush(self) -> None:
        """Write down what failed; whatever that meets, the request is over."""
        if not self._pending or database._writing.get():
            return
        with self._lock:
            found, self._pending = list(self._pending.values()), {}
        try:
            with write():
                keep_failures(found, self.gate.folder, now=clock.now())
        except (SQLAlchemyError, OSError):
            get_logger().error("plugin_failures_lost", exc_info=True)
            db.session.rollback()


@dataclass(frozen=True)
class Guarded:
    """One callable of one contribution of one plugin."""

    call: Callable[..., Any]
    plugin: str
    hook: str
    rule: KindRule
    answer: Call
    failures: Failures

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it as the rule of its kind says."""
        if self.rule.policy == "contribute":
            return self._contribute(args, kwargs)
        if self.rule.policy == "decide":
            return self._decide(args, kwargs)
        return self._follow(args, kwargs)

    @property
    def is_paused(self) -> bool:
        """Tell whether it failed too often lately."""
        known = self.failures.gate.known
        return known is not None and (self.plugin, self.hook) in known.decisions.paused

    def _contribute(self, args: Any, kwargs: Any) -> Any:
        if self.is_paused:
            return self._fall_back(RuntimeError(f"{self.plugin}: {self.hook} is paused"))
        began, worked = time.perf_counter(), time.thread_time()
        try:
            result = self._checked(self._inside(args, kwargs))
            if not database._writing.get() and _is_touched():
                raise WroteWhileShowing(f"{self.hook} changed objects while a page was made")
        except (Exception, SystemExit) as error:  # noqa: BLE001  (foreign code may raise anything)
            _clean_session()
            self.failures.note(self.plugin, self.hook, error)
            return self._fall_back(error)
        took, worked = time.perf_counter() - began, time.thread_time() - worked
        if took > BUDGET_WAIT or worked > BUDGET_CPU:
            text = f"worked {worked:.2f} s and lasted {took:.2f} s: too long for a page"
            self.failures.note(self.plugin, self.hook, text)
        if self.answer.shows and result:
            link(*self.failures.gate.linked.get(self.plugin, ()))
        return result

    def _inside(self, args: Any, kwargs: Any) -> Any:
        """Call it; a statement that fails inside somebody's write takes nothing else with it."""
        if not database._writing.get():
            return self.call(*args, **kwargs)
        with db.session.begin_nested():
            return self.call(*args, **kwargs)

    def _checked(self, answer: Any) -> Any:
        return answer if self.answer.then is None else self.answer.then(answer, self.plugin)

    def _fall_back(self, error: BaseException) -> Any:
        if self.answer.otherwise is not PASS_ON:
            return self.answer.otherwise
        if isinstance(error, Exception):
            raise error
        raise RuntimeError(repr(error)) from error

    def _decide(self, args: Any, kwargs: Any) -> Any:
        try:
            return self._checked(self._inside(args, kwargs))
        except (Exception, SystemExit) as error:
            self.failures.note(self.plugin, self.hook, error, may_pause=False)
            raise Forbidden(
                say(
                    "A rule of the plugin %(name)s could not be checked, so nothing was done.",
                    name=self.plugin,
                ),
                todo=say("Try again later; who looks after the site was told."),
            ) from error

    def _follow(self, args: Any, kwargs: Any) -> Any:
        now, kind = self.failures.gate.current(), self.hook.partition(":")[0]
        if now.is_upgrading(self.plugin):
            raise RuntimeError(f"{self.plugin} gets new code; this is tried again")
        center_id = _center_of(args) if kind == Subscriber.__name__ else None
        active = now.for_center(center_id) if center_id else now.anywhere
        if kind in (Subscriber.__name__, JobType.__name__) and self.plugin not in active:
            get_logger().info("plugin_skipped", plugin=self.plugin, hook=self.hook)
            return None
        token = place.center.set(center_id)
        try:
            return self.call(*args, **kwargs)
        except (Exception, SystemExit) as error:
            self.failures.note(self.plugin, self.hook, error, may_pause=False)
            if isinstance(error, Exception):
                raise
            raise RuntimeError(repr(error)) from error
        finally:
            place.center.reset(token)


def _center_of(args: Any) -> int | None:
    """Return the center where an event happened, if it says so."""
    found = getattr(args[0], "center_id", None) if args and isinstance(args[0], Event) else None
    return found or None


def _is_touched() -> bool:
    session = db.session()
    return bool(session.new or session.deleted or session.dirty)


def _clean_session() -> None:
    """Let the core go on with a session that a plugin left broken or changed."""
    if not database._writing.get():
        db.session.rollback()


def wrap(thing: Any, plugin: str, kind: Any, name: str, rule: KindRule, failures: Failures) -> Any:
    """Return the contribution with every callable guarded. Raises WrongArguments."""
    if not is_dataclass(thing):
        return thing
    changes: dict[str, Any] = {}
    for path, call in rule.calls.items():
        outer, _, inner = path.partition(".")
        part = changes.get(outer, getattr(thing, outer))
        found = getattr(part, inner) if inner and part is not None else part
        if found is None:
            continue
        _check_arguments(found, call, f"{kind.__name__} {name}: {path}")
        hook = f"{kind.__name__}:{name}.{path}"
        guarded = Guarded(found, plugin, hook, rule, call, failures)
        changes[outer] = replace(part, **{inner: guarded}) if inner else guarded
    return replace(thing, **changes) if changes else thing  # type: ignore[type-var]


def _check_arguments(found: Any, call: Call, where: str) -> None:
    if not callable(found):
        raise WrongArguments(f"{where} is not a function")
    if call.arguments is None:
        return
    try:
        inspect.signature(found).bind(*[None] * call.arguments)
    except TypeError as error:
        raise WrongArguments(
            f"{where} is called with {call.arguments} arguments: {error}"
        ) from None
    except ValueError:  # a builtin that does not say
        return


@dataclass(frozen=True)
class GuardedPage:
    """A view of a plugin: what it raises is counted, and answered like every bug of the site."""

    view: Callable[..., Any]
    plugin: str
    endpoint: str
    failures: Failures

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the view."""
        try:
            return self.view(*args, **kwargs)
        except (Refusal, HTTPException):
            raise
        except (Exception, SystemExit) as error:
            self.failures.note(self.plugin, f"page:{self.endpoint}", error, may_pause=False)
            if isinstance(error, Exception):
                raise
            raise RuntimeError(repr(error)) from error

    def __getattr__(self, name: str) -> Any:
        """Say of itself what the view says (`access`, its name)."""
        return getattr(self.view, name)


def install(app: Flask, failures: Failures) -> None:
    """Write failures down after each request and job."""
    app.extensions["plugin_failures"] = failures
    app.teardown_request(lambda _error: failures.flush())
    app.teardown_appcontext(lambda _error: failures.flush())
