"""Pages of exams: the door, the paper, saving, handing in, the result."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, g, jsonify, redirect, render_template, request, url_for

from app.activities.showing import Shown
from app.courses.queries import find_publication
from app.exams import queries, services
from app.exams.forms import QuestionForm, SaveForm
from app.exams.queries import MarkRow, Paper
from app.exams.rules import (
    FLAG,
    FLAGGED,
    GIVEN,
    Capability,
    Entry,
    as_value,
    counting,
    is_explained,
    is_passed,
    kept_points,
    read_answers,
    read_capability,
    sign,
    writer_of,
)
from app.exams.showing import (
    explain_question,
    page_words,
    places,
    show_elsewhere,
    show_question,
)
from app.kernel import clock, place
from app.kernel.db import get_now, write
from app.kernel.errors import Invalid, NotFound
from app.kernel.i18n import say, translate
from app.learning.queries import Study, get_study
from app.settings import get_settings
from app.web.access import access
from app.web.csrf import protect
from app.web.pages import flash

bp = Blueprint("exams", __name__, template_folder="templates")
SHORT, LONG = 20, 60
"""Seconds after which a page that waits looks again."""
UNREADABLE = say("This could not be read, so nothing of it was kept.")


def _study(slug: str, lesson_id: str) -> tuple[Study, Any]:
    study = get_study(slug, g.actor.id, now=clock.now())
    lesson = study.outline.lesson(lesson_id)
    if lesson is None or lesson.exam is None or study.enrollment is None:
        raise NotFound
    place.center.set(study.enrollment.center_id)  # what is on there is on here
    return study, lesson


def _paper(public_id: str) -> Paper:
    found = queries.get_paper(public_id, g.actor.id)
    place.center.set(found.center_id)
    return found


@bp.get("/<lang>/courses/<slug>/<lesson_id>/exam")
@access("signed-in")
def door(slug: str, lesson_id: str) -> Any:
    """Show when the exam opens and what it is; before it opens the page looks again by itself."""
    study, lesson = _study(slug, lesson_id)
    moment = get_now()
    taken = queries.list_taken(g.actor.id, study.seen.course_id, lesson_id)
    _, _, found = services.find_door(study=study, lesson=lesson, taken=taken, moment=moment)
    needs = queries.get_needs(g.actor.id)
    return render_template(
        "exams/door.html",
        needs=needs,
        study=study,
        lesson=lesson,
        rules=lesson.exam,
        door=found,
        taken=taken,
        now=moment,
        minutes=lesson.minutes * needs.factor // 100,
        refresh=_refresh(found.opens_at, moment),
        said=services.NOT_NOW.get(found.state),
        **page_words(study.outline, lesson),
    )


def _refresh(opens_at: datetime | None, now: datetime) -> int:
    """Return after how many seconds a waiting page looks again; everybody at another moment."""
    if opens_at is None:
        return 0
    left = int((opens_at - now).total_seconds()) + 1
    return min(left, LONG) + secrets.randbelow(5)


@bp.post("/<lang>/courses/<slug>/<lesson_id>/exam")
@access("signed-in", takes="button")
def begin(slug: str, lesson_id: str) -> Any:
    """Begin an attempt, or go on with the one that runs."""
    study, lesson = _study(slug, lesson_id)
    with write():
        public_id = services.begin_exam(actor=g.actor, study=study, lesson=lesson, now=clock.now())
    return redirect(url_for("exams.paper", public_id=public_id), 303)


@bp.get("/<lang>/exams/<public_id>")
@access("signed-in")
def paper(public_id: str) -> Any:
    """Show one question of the paper, `?q=3`; it works without a script."""
    found = _paper(public_id)
    if not found.is_open:
        return redirect(url_for("exams.result", public_id=public_id), 303)
    received = queries.list_received(found.id)
    counted = counting(received)
    listed = places(found, counted)
    one = listed[_number(len(listed)) - 1]
    words = page_words(found.outline, found.lesson)
    session = request.cookies.get("sid", "")
    writers = [writer_of(session, secrets.token_hex(8)) for _ in range(2)]
    caps = [_sign(found, writer) for writer in writers]
    newest = max((one.received_at for one in counted.values()), default=None)
    return render_template(
        "exams/paper.html",
        paper=found,
        places=listed,
        place=one,
        shown=show_question(found, one.item, words["language"], counted.get(one.item)),
        others=show_elsewhere(found, one.item, received, counted.get(one.item)),
        writer=writers[0],
        cap=caps[0],
        form_cap=caps[1],
        needs=queries.get_needs(g.actor.id),
        received=newest,
        left=max(0, int((found.deadline - found.now).total_seconds())),
        whole=int((found.deadline - found.began_at).total_seconds()),
        **words,
    )


@bp.get("/<lang>/exams/<public_id>/whole")
@access("signed-in")
def whole(public_id: str) -> Any:
    """Give the script of the paper all its questions at once."""
    found = _paper(public_id)
    if not found.is_open:
        raise NotFound
    received = queries.list_received(found.id)
    counted = counting(received)
    listed, words = places(found, counted), page_words(found.outline, found.lesson)
    writer = writer_of(request.cookies.get("sid", ""), secrets.token_hex(8))
    questions = [
        (
            one,
            show_question(found, one.item, words["language"], counted.get(one.item)),
            show_elsewhere(found, one.item, received, counted.get(one.item)),
        )
        for one in listed
    ]
    cap = _sign(found, writer)
    return render_template(
        "exams/whole.html",
        paper=found, places=listed, questions=questions, writer=writer, cap=cap, form_cap=cap,
        **words,
    )  # fmt: skip


def _number(most: int) -> int:
    text = request.args.get("q", "1")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 1
    return min(max(number, 1), most)


def _sign(found: Paper, writer: str) -> str:
    capability = Capability(found.public_id, g.actor.public_id, writer, found.epoch)
    return sign(str(get_settings().secret_key), capability)


def _capability(public_id: str, text: str | None) -> Capability:
    found = read_capability(str(get_settings().secret_key), public_id, text or "")
    if found is None:
        raise NotFound
    return found


@bp.post("/<lang>/exams/<public_id>/answers")
@access("public", max_body=500_000)
@protect.exempt
def answers(public_id: str) -> Response:
    """Keep a batch of answers; see `rules.py`. No session is read and nothing is marked."""
    form = SaveForm()
    if not form.validate():
        return _reply(422, said=translate(UNREADABLE))
    capability = read_capability(str(get_settings().secret_key), public_id, form.cap.data or "")
    if capability is None:
        return _reply(404, said=translate(GONE))
    try:
        entries = read_answers(form.answers.data or "")
    except ValueError:
        return _reply(422, said=translate(UNREADABLE))
    try:
        with write():
            saved = services.save_answers(capability=capability, entries=entries)
    except NotFound:
        return _reply(404, said=translate(GONE))
    more = {"said": translate(saved.said)} if saved.said else {}
    return _reply(
        409 if saved.refused else 200,
        kept=saved.kept,
        refused=saved.refused,
        now=_iso(saved.now),
        until=_iso(saved.until),
        **more,
    )


GONE = say("This page may not save answers any more. Load it again; what was sent before is kept.")


def _reply(status: int, **body: Any) -> Response:
    response = jsonify(**{"kept": [], "refused": [], **body})
    response.status_code = status
    return response


def _iso(moment: datetime) -> str:
    """Return a moment in the one width that replies have."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@bp.post("/<lang>/exams/<public_id>/question")
@access("public", max_body=500_000)
@protect.exempt
def question(public_id: str) -> Any:
    """Keep one question of the paper without a script, and go on to another."""
    form = QuestionForm()
    if not form.validate():
        raise Invalid(UNREADABLE, todo=say("Go back, reload the page and send it again."))
    capability = _capability(public_id, form.cap.data)
    fields = {name: request.form.getlist(name) for name in request.form if name.startswith(GIVEN)}
    flag = {FLAG: ["on"]} if form.flag.data else {}
    item, seq = form.item.data or "", int(clock.now().timestamp() * 1000) % 2**30
    entries = [
        Entry(seq + 1, item, as_value(fields)),
        Entry(seq + 2, FLAGGED + item, as_value(flag)),
    ]
    with write():
        saved = services.save_answers(capability=capability, entries=entries)
    if saved.said:
        flash(saved.said, "bad")
    if form.go.data == "hand-in":
        return redirect(url_for("exams.hand_in", public_id=public_id), 303)
    return redirect(url_for("exams.paper", public_id=public_id, q=form.go.data or 1), 303)


@bp.get("/<lang>/exams/<public_id>/hand-in")
@access("signed-in")
def hand_in(public_id: str) -> Any:
    """Show what is answered and what is not, before it is final."""
    found = _paper(public_id)
    if not found.is_open:
        return redirect(url_for("exams.result", public_id=public_id), 303)
    listed = places(found, counting(queries.list_received(found.id)))
    words = page_words(found.outline, found.lesson)
    return render_template("exams/hand-in.html", paper=found, places=listed, **words)


@bp.post("/<lang>/exams/<public_id>/hand-in")
@access("signed-in", takes="button")
def close(public_id: str) -> Any:
    """Hand in: nothing is taken after it."""
    _paper(public_id)
    with write():
        services.hand_in(actor=g.actor, public_id=public_id)
    return redirect(url_for("exams.result", public_id=public_id), 303)


@bp.get("/<lang>/exams/<public_id>/result")
@access("signed-in")
def result(public_id: str) -> Any:
    """Show what an attempt is worth once it is marked and released, and why when it may be said."""
    found = _paper(public_id)
    if found.is_open:
        return redirect(url_for("exams.paper", public_id=public_id), 303)
    words = page_words(found.outline, found.lesson)
    release_at = queries.find_release(found)
    if release_at or found.marked_at is None:
        return render_template(
            "exams/waiting.html",
            paper=found,
            release_at=release_at,
            refresh=0 if release_at else 3 + secrets.randbelow(SHORT),
            **words,
        )
    where = (found.person_id, found.course_id, found.lesson_id)
    taken = queries.with_points(queries.list_taken(*where), *where)
    window = queries.find_window(*where[1:], found.center_id, found.cohort_id)
    rules, marks = found.rules, queries.list_marks(found.id)
    explained = is_explained(rules, window, taken, found.lesson.minutes, found.now)
    rows = [marks[item] for item in found.items]
    own = next(one for one in taken if one.number == found.number)
    return render_template(
        "exams/result.html",
        paper=found,
        rules=rules,
        own=own,
        taken=taken,
        kept=kept_points(rules.keep, taken),
        passed=is_passed(rules, own.points, own.most),
        rows=rows,
        shown=_explained(found, rows, words["language"]) if explained else [],
        **words,
    )


def _explained(found: Paper, rows: Sequence[MarkRow], language: str) -> list[Shown]:
    today = find_publication(found.slug, found.cohort_id, now=clock.now())
    return [explain_question(found, row, language, today) for row in rows]
