"""Answering: a lesson's activity is sent here, and shown again in the lesson with its mark."""

from typing import Any

from flask import Blueprint, g, jsonify, redirect, render_template, request
from markupsafe import Markup

from app.activities import services
from app.activities.forms import AnswerForm
from app.activities.queries import Asked, find_asked
from app.activities.session import carry_answer, carry_hint
from app.activities.showing import script_words
from app.kernel import clock
from app.kernel.db import write
from app.kernel.errors import Conflict, Invalid, Refusal
from app.kernel.i18n import say
from app.learning.queries import Study, get_study
from app.learning.routes import show_block
from app.web.access import access, load_actor
from app.web.csrf import token as csrf_token
from app.web.pages import flash

INCOMPLETE = say("This page was incomplete, so your answer was not kept. Try again.")
bp = Blueprint("activities", __name__, template_folder="templates")


@bp.post("/<lang>/courses/<slug>/<lesson_id>/activities/<block_id>")
@access("public")
def answer(slug: str, lesson_id: str, block_id: str) -> Any:
    """Keep and mark an answer; a visitor's stays in their browser until they have an account."""
    back = f"/{g.lang}/courses/{slug}/{lesson_id}#b-{block_id}"
    form = AnswerForm()
    if "owner" in request.form:
        return _to_script(slug, lesson_id, block_id, form)
    if not form.validate():
        flash(INCOMPLETE, "bad")
        return redirect(back, 303)
    study = get_study(slug, load_actor().id, now=clock.now())
    asked = _asked(study, lesson_id, block_id)
    try:
        _act(slug, asked, form)
    except Refusal as refusal:
        flash(refusal.sentence, "bad")
        return redirect(back, 303)
    return redirect(f"{back}-{form.item.data}", 303)


def _to_script(slug: str, lesson_id: str, block_id: str, form: AnswerForm) -> Any:
    """Answer the page's script: with the block as it is now, or with why nothing was kept.

    What was answered for one person is never kept for another who has signed in since.
    """
    if form.owner.data != load_actor().public_id:
        return render_template("activities/received.html", state="away"), 403
    try:
        if not form.validate():
            raise Invalid(INCOMPLETE)
        study = get_study(slug, load_actor().id, now=clock.now())
        _act(slug, _asked(study, lesson_id, block_id), form)
    except Refusal as refusal:
        page = render_template("activities/received.html", state="refused", refusal=refusal)
        return page, refusal.status
    html = Markup(show_block(study, lesson_id, block_id))  # noqa: S704  (sanitized)
    return render_template("activities/received.html", state="kept", html=html, now=clock.now())


@bp.get("/<lang>/answers")
@access("public")
def waiting() -> Any:
    """Tell the script that sends kept answers who is signed in now, and with which token."""
    return jsonify(owner=load_actor().public_id, csrf=csrf_token(), words=script_words())


def _asked(study: Study, lesson_id: str, block_id: str) -> Asked:
    asked = find_asked(study, lesson_id, block_id)
    if asked is None and not load_actor().is_signed_in:
        raise Conflict(
            say("You are not signed in, so your answer was not kept."),
            todo=say("Sign in and open the lesson again."),
        )
    if asked is None:
        raise Conflict(
            say("This activity is switched off at the moment, so your answer was not kept."),
            todo=say("Go on reading; try again later."),
        )
    return asked


def _act(slug: str, asked: Asked, form: AnswerForm) -> None:
    item, actor, now = asked.item(form.item.data or ""), load_actor(), clock.now()
    if item is not None and form.hint.data:
        number = int(form.hint.data)
        if not actor.is_signed_in:
            carry_hint(slug, asked, item, number)
            return
        with write():
            services.open_hint(person_id=actor.id, asked=asked, item=item, number=number, now=now)
        return
    given = {name: request.form.getlist(name) for name in request.form}
    value = asked.type.take(item.document, given) if item else None
    if item and value is None:
        raise Invalid(
            say("There was no whole answer to check: nothing was kept, and no try was used.")
        )
    sent = services.Sent(form.item.data or "", value, form.writer.data or "")
    if not actor.is_signed_in:
        carry_answer(slug, asked, sent)
        return
    with write():
        services.check_answer(person_id=actor.id, asked=asked, sent=sent, now=now)
