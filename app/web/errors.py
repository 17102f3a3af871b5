"""Refusals and bugs become pages: what failed, what was kept, what to do."""

from typing import Any

from flask import Flask, Response, current_app, g, got_request_exception, render_template, request
from flask.globals import request_ctx
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException

from app.kernel.errors import Refusal, TooMany
from app.kernel.i18n import Sentence, say
from app.kernel.logs import get_logger

SENTENCES = {
    400: say("The request could not be read."),
    403: say("This page is not open to you."),
    404: say("There is nothing at this address."),
    405: say("This address does not take that."),
    413: say("That is too large, so nothing was kept."),
    414: say("This address is too long."),
    415: say("That kind of content is not read here."),
}
TODO = {
    400: say("Go back and try again; if it stays, begin from the first page."),
    403: say("If it should be open to you, ask the staff of your center which role you have."),
    405: say("Go back, and use the links and buttons of the page."),
    414: say("Begin from the first page."),
    415: say("Go back and use the form of the page."),
    404: say("Check the address, or begin from the first page."),
    413: say("Send a smaller file."),
}
BUG = say("Something broke on our side. What you had saved before is kept.")
BUSY = say("The site is very busy or its storage is full. Nothing of this request was kept.")
STALE = say("This page had been open for too long, so nothing was changed.")


def init_app(app: Flask) -> None:
    """Install the handlers."""
    app.register_error_handler(Refusal, show_refusal)
    app.register_error_handler(CSRFError, show_stale)
    app.register_error_handler(HTTPException, show_http_error)
    app.register_error_handler(OperationalError, show_busy)
    app.register_error_handler(DataError, show_unreadable)
    if not app.debug:
        app.register_error_handler(Exception, show_bug)


def _page(status: int, sentence: Sentence, todo: Sentence | None = None, **more: Any) -> Any:
    if request_ctx.url_adapter is None:  # an unknown host: no page of ours has an address there
        return Response(f"{sentence}\n", mimetype="text/plain"), status
    return render_template(
        "refusal.html", status=status, sentence=sentence, todo=todo, **more
    ), status


def show_refusal(refusal: Refusal) -> Any:
    """Say what is refused, and nothing of how the machine works; who asked for what is logged."""
    actor = g.get("actor")
    get_logger().info(
        "refused",
        status=refusal.status,
        reason=refusal.sentence.text,
        actor=actor.id if actor else 0,
        endpoint=request.endpoint,
        thing={k: v for k, v in (request.view_args or {}).items() if k != "token"},
    )
    body, status = _page(refusal.status, refusal.sentence, refusal.todo)
    if isinstance(refusal, TooMany):
        return body, status, {"Retry-After": str(refusal.wait)}
    return body, status


def show_stale(_error: CSRFError) -> Any:
    """Explain a form whose token is not this browser's any more."""
    return _page(400, STALE, say("Go back, reload the page and send it again."))


def show_http_error(error: HTTPException) -> Any:
    """Give the server's own refusals a page."""
    status = error.code or 500
    if status < 400 or error.response is not None:
        return error
    return _page(status, SENTENCES.get(status, SENTENCES[400]), TODO.get(status))


def show_unreadable(_error: DataError) -> Any:
    """Refuse what the database cannot hold: a NUL in an address or a field, a number too long."""
    return _page(400, SENTENCES[400])


def show_busy(error: OperationalError) -> Any:
    """Answer a locked, full or absent database with 503 and when to come back."""
    get_logger().error("database_trouble", error=str(error.orig))
    body, status = _page(503, BUSY, say("Try again in a minute."), reference=g.get("request_id"))
    return body, status, {"Retry-After": "30"}


def show_bug(error: Exception) -> Any:
    """Log the bug once, with the reference that the person can quote."""
    get_logger().error("bug", exc_info=True)
    # Flask tells nobody of what a handler has caught; who counts the bugs of plugins listens
    got_request_exception.send(current_app._get_current_object(), exception=error)  # type: ignore[attr-defined]
    return _page(500, BUG, say("Try again; if it stays, tell us."), reference=g.get("request_id"))
