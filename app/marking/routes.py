"""Pages of marking by hand: which questions wait, one answer after the other, releasing."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for

from app.activities.showing import as_html
from app.centers.models import Cohort
from app.centers.routes import done, place_frame
from app.kernel import clock
from app.kernel.db import write
from app.kernel.errors import Conflict, Invalid, Refusal
from app.kernel.i18n import say, say_n, translate
from app.marking import queries, services
from app.marking.forms import MarkForm
from app.marking.models import HandMark
from app.marking.queries import Question, Waiting
from app.marking.rules import LEVELS, blind_order, find_alike, level_of, level_points
from app.web.access import access
from app.web.pages import flash

bp = Blueprint("marking", __name__, template_folder="templates")
bp.context_processor(place_frame)
AT = "/<lang>/c/<center>/cohorts/<public_id>/marking"
ONE = f"{AT}/<slug>/<lesson_id>/<block_id>/<item>"


@dataclass(frozen=True)
class Desk:
    """What lies before a marker: the answers to one question, and the one to mark."""

    cohort: Cohort
    question: Question
    answers: list[Waiting]
    answer: Waiting | None


@bp.get(AT)
@access("marking.mark", scope="own")
def questions(public_id: str) -> Any:
    """List the questions of which answers wait for a person."""
    cohort = queries.get_marking_cohort(g.actor, public_id, g.center.id)
    rows = queries.list_questions(g.actor, cohort, g.lang, now=clock.now())
    shown = [(row, as_html(row.text, g.lang).striptags()) for row in rows]
    return render_template("marking/questions.html", cohort=cohort, rows=shown)


@bp.route(ONE, methods=["GET", "POST"])
@access("marking.mark", scope="own")
def answers(public_id: str, slug: str, lesson_id: str, block_id: str, item: str) -> Any:
    """Show one answer without its name, and keep what the marker gives it."""
    cohort = queries.get_marking_cohort(g.actor, public_id, g.center.id)
    question = queries.find_question(slug, lesson_id, block_id, item)
    where: dict[str, Any] = {"public_id": public_id, "slug": slug, "lesson_id": lesson_id}
    where |= {"block_id": block_id, "item": item}
    if request.method == "POST":
        return _keep(cohort, question, where)
    wanted = _number(request.args.get("answer"))
    return _page(_desk(cohort, question, wanted, _number(request.args.get("after"))), where)


@bp.post(f"{ONE}/release")
@access("marking.mark", scope="own", takes="button")
def release(public_id: str, slug: str, lesson_id: str, block_id: str, item: str) -> Any:
    """Give learners the marks of a question."""
    cohort = queries.get_marking_cohort(g.actor, public_id, g.center.id)
    question = queries.find_question(slug, lesson_id, block_id, item)
    with write():
        people = services.release_marks(
            actor=g.actor, cohort=cohort, question=question, now=clock.now()
        )
    sentence = say_n(
        "%(n)s mark is released; the learner was told.",
        "%(n)s marks are released; the learners were told.",
        people,
    )
    return done("marking.questions", sentence, public_id=public_id)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 18 else 0


def _desk(cohort: Cohort, question: Question, wanted: int, after: int = 0) -> Desk:
    """Return the answer that is wanted, or the first one without a mark but for `after`."""
    known = {one.id: one for one in queries.list_waiting(g.actor, cohort, question)}
    ordered = [known[key] for key in blind_order(g.actor.id, known)]
    open_ones = (one for one in ordered if not one.number and one.id != after)
    chosen = known.get(wanted) or next(open_ones, None)
    return Desk(cohort, question, ordered, chosen)


def _keep(cohort: Cohort, question: Question, where: dict[str, Any]) -> Any:
    form = MarkForm()
    if not form.validate() or form.answer.data is None:
        raise Invalid(say("The form holds a field that it should not: nothing was kept."))
    desk = _desk(cohort, question, form.answer.data)
    if desk.answer is None or desk.answer.id != form.answer.data:
        flash(say("This answer does not wait any more, so your mark was not kept."), "bad")
        return redirect(url_for("marking.answers", **where), 303)
    levels = form.levels(_keys(desk.answer), request.form)
    given = services.Given(levels, form.text(), form.number.data or 0)
    try:
        with write():
            services.mark_answer(
                actor=g.actor,
                cohort=cohort,
                question=question,
                answer_id=desk.answer.id,
                given=given,
                now=clock.now(),
            )
    except (Conflict, Invalid) as refusal:
        return _page(_desk(cohort, question, desk.answer.id), where, given, refusal)
    return redirect(url_for("marking.answers", after=desk.answer.id, **where), 303)


def _keys(answer: Waiting) -> list[str]:
    document = queries.get_documents({answer.version_id})[answer.version_id]
    return [key for key, _ in services.by_hand(answer.kind).lines(document)]


def _page(
    desk: Desk,
    where: dict[str, Any],
    given: services.Given | None = None,
    refusal: Refusal | None = None,
) -> Any:
    marked = sum(one.number > 0 for one in desk.answers)
    values: dict[str, Any] = {"cohort": desk.cohort, "where": where, "marked": marked}
    values |= {"count": len(desk.answers), "answer": desk.answer}
    if desk.answer is None:
        return render_template("marking/done.html", **values)
    values |= _shown(desk, desk.answer, given)
    if refusal is not None:
        values["refusal"] = [translate(part) for part in (refusal.sentence, refusal.todo) if part]
    return render_template("marking/answer.html", **values), refusal.status if refusal else 200


def _shown(desk: Desk, answer: Waiting, given: services.Given | None) -> dict[str, Any]:
    document = queries.get_documents({answer.version_id})[answer.version_id]
    kind = services.by_hand(answer.kind)
    standing = queries.get_hand_mark(answer.hand_id) if answer.number else None
    texts = {one.id: str(one.value) for one in desk.answers if one.id != answer.id}
    like = find_alike(str(answer.value), texts)
    own = given.levels if given else _levels(standing)
    return {
        "asked": as_html(kind.texts(document, answer.value)[0], g.lang),
        "text": kind.texts(document, answer.value)[1],
        "like": texts.get(like) if like else None,
        "lines": [
            (key, most, own.get(key), [level_points(n, most) for n in range(1, LEVELS + 1)])
            for key, most in kind.lines(document)
        ],
        "standing": standing,
        "comment": given.comment if given else standing.comment if standing else "",
        "comments": queries.list_comments(g.actor),
        "position": [one.id for one in desk.answers].index(answer.id) + 1,
    }


def _levels(standing: HandMark | None) -> dict[str, int | None]:
    return {key: level_of(points, most) for key, points, most in standing.lines} if standing else {}
