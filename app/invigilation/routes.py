"""Pages of exams for staff, and one's own page of what one needs in them."""

from typing import Any

from flask import Blueprint, g, render_template, request, url_for

from app.centers.models import Cohort
from app.centers.queries import get_person_of
from app.centers.routes import attempt, done, page, place_frame
from app.courses.policies import can_edit
from app.exams.rules import Window
from app.exams.showing import page_words
from app.gradebook.policies import can_set_for
from app.invigilation import forms, policies, queries, services
from app.invigilation.queries import Exam
from app.invigilation.rules import count_states, stamp
from app.invigilation.showing import show_rows
from app.kernel import clock
from app.kernel.db import get_now
from app.kernel.errors import NotFound
from app.kernel.i18n import say
from app.web.access import access

bp = Blueprint("invigilation", __name__, template_folder="templates")
bp.context_processor(place_frame)
AT = "/<lang>/c/<center>/cohorts/<public_id>/exams"


def _open(public_id: str, slug: str, lesson_id: str) -> tuple[Cohort, Exam]:
    cohort = queries.get_watched_cohort(g.actor, public_id, g.center.id)
    return cohort, queries.get_exam(cohort, slug, lesson_id, g.lang, now=clock.now())


@bp.get(AT)
@access("exams.invigilate", scope="own")
def exams(public_id: str) -> Any:
    """List the exams of a cohort."""
    cohort = queries.get_watched_cohort(g.actor, public_id, g.center.id)
    rows = queries.list_exams(cohort, g.lang, now=clock.now())
    words = [page_words(row.exam.outline, row.exam.lesson) for row in rows]
    return page("invigilation/exams", cohort=cohort, rows=list(zip(rows, words, strict=True)))


@bp.get(f"{AT}/<slug>/<lesson_id>")
@access("exams.invigilate", scope="own")
def sittings(public_id: str, slug: str, lesson_id: str) -> Any:
    """Show who of a cohort has begun, writes, and is done."""
    cohort, exam = _open(public_id, slug, lesson_id)
    seats, now = queries.list_seats(cohort, exam), get_now()
    own, everybody = queries.find_windows(cohort, exam)
    return page(
        "invigilation/sittings",
        cohort=cohort,
        exam=exam,
        seats=seats,
        rows=[(seat, one) for seat in seats for one in seat.sittings],
        counts=count_states(seats, now),
        now=now,
        window=own or everybody,
        may_schedule=policies.can_schedule(g.actor, cohort),
        **page_words(exam.outline, exam.lesson),
    )


@bp.get("/<lang>/c/<center>/cohorts/<public_id>/sittings/<sat>")
@access("exams.invigilate", scope="own")
def sitting(public_id: str, sat: str) -> Any:
    """Show one attempt: of each question what counts, and what came too late or otherwise."""
    cohort = queries.get_watched_cohort(g.actor, public_id, g.center.id)
    paper = queries.get_sat_paper(g.actor, cohort, sat)
    exam = Exam(paper.course_id, paper.slug, "", paper.outline, paper.lesson)
    (seat,) = queries.list_seats(cohort, exam, person_id=paper.person_id)
    words = page_words(paper.outline, paper.lesson)
    may_change = paper.marked_at and can_set_for(g.actor, cohort, paper.person_id)
    return page(
        "invigilation/sitting",
        cohort=cohort,
        paper=paper,
        seat=seat,
        one=next(one for one in seat.sittings if one.public_id == paper.public_id),
        rows=show_rows(paper, words["language"], with_keys=can_edit(g.actor, paper.course_id)),
        change=url_for(
            "gradebook.member",
            public_id=public_id,
            slug=paper.slug,
            person=seat.member.public_id,
        )
        if may_change
        else "",
        **words,
    )


@bp.route(f"{AT}/<slug>/<lesson_id>/window", methods=["GET", "POST"])
@access("exams.schedule", scope="own")
def window(public_id: str, slug: str, lesson_id: str) -> Any:
    """Say when an exam may be begun, for the cohort or (`?for=center`) for its whole center."""
    cohort, exam = _open(public_id, slug, lesson_id)
    for_center = request.args.get("for") == "center"
    if not policies.can_schedule(g.actor, cohort, for_center=for_center):
        raise NotFound
    own, everybody = queries.find_windows(cohort, exam)
    found = everybody if for_center else own
    shown = found or Window()
    form = forms.WindowForm(
        data={"opens": shown.opens_at, "closes": shown.closes_at, "seen": stamp(found)}
    )
    if request.method == "POST" and attempt(
        form,
        lambda: services.set_window(
            actor=g.actor,
            cohort=cohort,
            exam=exam,
            window=form.window(),
            seen=form.seen.data or "",
            for_center=for_center,
        ),
    ):
        return done("invigilation.sittings", public_id=public_id, slug=slug, lesson_id=lesson_id)
    return page(
        "invigilation/window",
        form,
        cohort=cohort,
        exam=exam,
        for_center=for_center,
        everybody=everybody,
        may_for_center=policies.can_schedule(g.actor, cohort, for_center=True),
        **page_words(exam.outline, exam.lesson),
    )


@bp.route("/<lang>/c/<center>/people/<public_id>/accommodation", methods=["GET", "POST"])
@access("accommodations.set", scope="center")
def accommodation(public_id: str) -> Any:
    """Say what somebody of the center needs in exams, and why."""
    person = get_person_of(g.actor, g.center.id, public_id)
    found = queries.find_accommodation(person.id)
    running = queries.list_running(person.id)
    given = {
        "factor": str(found.factor) if found else "100",
        "larger_text": bool(found and found.larger_text),
        "reason": found.reason if found else "",
        "seen": services.stamp_of(found),
    }
    form = forms.AccommodationForm(data=given)
    longer: list[int] = []
    if request.method == "POST" and attempt(
        form,
        lambda: longer.append(
            services.set_accommodation(
                actor=g.actor,
                center_id=g.center.id,
                person=person,
                needed=services.Needed(
                    int(form.factor.data), bool(form.larger_text.data), form.reason.data or ""
                ),
                seen=form.seen.data or "",
                extend=bool(form.extend.data),
                now=clock.now(),
            )
        ),
    ):
        if any(longer):
            kept = say("Saved. The exam that is running ends later now.")
            return done("rosters.person", kept, public_id=public_id)
        return done("rosters.person", public_id=public_id)
    return page(
        "invigilation/accommodation",
        form,
        person=person,
        running=running,
        is_own=person.id == g.actor.id,
    )


@bp.get("/<lang>/account/exams")
@access("signed-in")
def own() -> Any:
    """Show somebody what is set for them in exams."""
    return render_template("invigilation/own.html", found=queries.find_accommodation(g.actor.id))
