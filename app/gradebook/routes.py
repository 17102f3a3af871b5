"""Pages of marks: a cohort's, one member's, how they add up, and a learner's own."""

from typing import Any

from flask import Blueprint, Response, g, render_template, request, url_for

from app.accounts.queries import names_of
from app.activities.rules import Place
from app.centers.models import Cohort
from app.centers.queries import get_cohort
from app.centers.routes import attempt, done, page, place_frame
from app.centers.rules import write_csv
from app.gradebook import forms, policies, queries, services
from app.gradebook.queries import Book, Row, get_book, get_row
from app.gradebook.rules import PRACTICE
from app.gradebook.showing import as_rows, as_workbook
from app.kernel import clock
from app.kernel.db import write
from app.kernel.errors import Invalid, NotFound
from app.kernel.i18n import say
from app.learning.queries import get_study
from app.web.access import access
from app.web.forms import Form

bp = Blueprint("gradebook", __name__, template_folder="templates")
bp.context_processor(place_frame)
AT = "/<lang>/c/<center>/cohorts/<public_id>/gradebook"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get(AT)
@access("activities.view", scope="own")
def book(public_id: str) -> Any:
    """Show what the members of a cohort have in a course."""
    cohort, found = _open(public_id, request.args.get("course", ""))
    return render_template(
        "gradebook/book.html",
        cohort=cohort,
        book=found,
        may_change=policies.can_change(g.actor, cohort),
        is_released=found.plan.is_released(clock.now()),
        contests=queries.list_open_contests(cohort.id, g.actor.id),
    )


@bp.get(f"{AT}.csv")
@access("activities.view", scope="own")
def book_csv(public_id: str) -> Response:
    """Give the same as a file of plain text."""
    found = _open(public_id, request.args.get("course", ""))[1]
    return _file(found, "csv", "text/csv", write_csv(as_rows(found)))


@bp.get(f"{AT}.xlsx")
@access("activities.view", scope="own")
def book_xlsx(public_id: str) -> Response:
    """Give the same as a workbook."""
    found = _open(public_id, request.args.get("course", ""))[1]
    return _file(found, "xlsx", XLSX, as_workbook(found))


def _file(found: Book, kind: str, mimetype: str, content: str | bytes) -> Response:
    name = f"{g.center.slug}-{found.course.slug if found.course else 'marks'}.{kind}"
    return Response(
        content,
        mimetype=mimetype,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _open(public_id: str, slug: str) -> tuple[Cohort, Book]:
    cohort = get_cohort(g.actor, public_id, g.center.id)
    return cohort, get_book(cohort, slug, g.lang, now=clock.now())


def _course(public_id: str, slug: str) -> tuple[Cohort, Book]:
    cohort, found = _open(public_id, slug)
    if found.course is None or found.course.slug != slug:
        raise NotFound
    return cohort, found


@bp.route(f"{AT}/<slug>/plan", methods=["GET", "POST"])
@access("gradebook.change", scope="own")
def plan(public_id: str, slug: str) -> Any:
    """Say how marks add up, and from when learners see the total."""
    cohort, found = _course(public_id, slug)
    if found.course is None or not policies.can_change(g.actor, cohort):
        raise NotFound
    course_id, own = found.course.id, found.plan
    shown: dict[str, Any] = {one.key: int(one.weight) for one in own.categories}
    shown |= {f"{one.key}_drop": one.drop_lowest for one in own.categories}
    shown |= {"release_at": own.release_at, "contest_days": own.contest_days}
    form = forms.PlanForm(data=shown)
    keys = [one.key for one in own.categories]
    if request.method == "POST" and attempt(
        form,
        lambda: services.set_plan(
            actor=g.actor,
            cohort=cohort,
            course_id=course_id,
            categories=[(key, form[key].data, form[f"{key}_drop"].data) for key in keys],
            release_at=form.release_at.data,
            contest_days=form.contest_days.data or 0,
            now=clock.now(),
        ),
    ):
        return done("gradebook.book", public_id=public_id, course=slug)
    return page("gradebook/plan", form, cohort=cohort, book=found, keys=keys)


@bp.route(f"{AT}/<slug>/<person>", methods=["GET", "POST"])
@access("activities.view", scope="own")
def member(public_id: str, slug: str, person: str) -> Any:
    """Explain what one member has, and let staff change a mark."""
    cohort, found = _course(public_id, slug)
    row = get_row(found, person)
    course_id = found.course.id if found.course else 0
    form = forms.ChangeForm()
    states: list[str] = []

    def change() -> None:
        lesson_id, _, block_id = (form.at.data or "").rpartition("/")
        states.append(
            services.change_mark(
                actor=g.actor,
                cohort=cohort,
                row=get_row(get_book(cohort, slug, g.lang, now=clock.now()), person),
                place=Place(course_id, lesson_id, block_id),
                change=services.Change(
                    form.points.data, form.reason.data or "", form.number.data or 0
                ),
                now=clock.now(),
            )
        )

    if request.method == "POST" and attempt(form, change):
        kept = say("The mark is changed; the learner was told.")
        wait = say("The lower mark counts when a second person confirms it.")
        sentence = kept if states == ["standing"] else wait
        return done("gradebook.member", sentence, public_id=public_id, slug=slug, person=person)
    return _member_page(form, cohort, found, row)


def _member_page(form: Form, cohort: Cohort, found: Book, row: Row) -> Any:
    course_id = found.course.id if found.course else 0
    history = queries.list_overrides(course_id, [row.member.id])
    contests = queries.list_contests(course_id, [row.member.id])
    people = {n for one in history for n in (one.actor_id, one.second_id) if n}
    people |= {one.reader_id for one in contests if one.reader_id}
    return page(
        "gradebook/member",
        form,
        cohort=cohort,
        book=found,
        row=row,
        history=history,
        contests={queries.contest_key(one): one for one in contests},
        names=names_of(people, g.lang),
        may_change=policies.can_set_for(g.actor, cohort, row.member.id),
    )


@bp.post(f"{AT}/<slug>/<person>/second-reading")
@access("gradebook.change", scope="own")
def second_reading(public_id: str, slug: str, person: str) -> Any:
    """Answer, as the second reader, what the member contests."""
    cohort, found = _course(public_id, slug)
    row, form = get_row(found, person), forms.ReadingForm()

    def decide() -> None:
        services.decide_contest(
            actor=g.actor,
            cohort=cohort,
            row=get_row(get_book(cohort, slug, g.lang, now=clock.now()), person),
            contest_id=form.contest.data or 0,
            points=form.points.data,
            reason=form.reason.data or "",
            now=clock.now(),
        )

    if attempt(form, decide):
        sentence = say("Decided; the learner was told.")
        return done("gradebook.member", sentence, public_id=public_id, slug=slug, person=person)
    return _member_page(form, cohort, found, row)


@bp.post(f"{AT}/<slug>/<person>/decide")
@access("gradebook.change", scope="own")
def decide(public_id: str, slug: str, person: str) -> Any:
    """Confirm or refuse, as the second person, that a mark is lowered."""
    cohort, found = _course(public_id, slug)
    row, form = get_row(found, person), forms.DecisionForm()
    if not form.validate():
        raise Invalid(say("This page was incomplete, so nothing was changed. Try again."))
    with write():
        services.decide_change(
            actor=g.actor,
            cohort=cohort,
            row=row,
            override_id=form.change.data or 0,
            agrees=form.agrees.data == "yes",
            now=clock.now(),
        )
    return done("gradebook.member", public_id=public_id, slug=slug, person=person)


@bp.route("/<lang>/courses/<slug>/marks", methods=["GET", "POST"])
@access("signed-in")
def own(slug: str) -> Any:
    """Show a learner their marks in a course, how they add up once released; let them contest."""
    study, form = get_study(slug, g.actor.id, now=clock.now()), forms.ContestForm()

    def contest() -> None:
        services.contest_mark(
            actor=g.actor,
            study=study,
            key=form.at.data or "",
            words=form.words.data or "",
            now=clock.now(),
        )

    if request.method == "POST" and attempt(form, contest):
        return done("gradebook.own", say("Sent: a second person looks at it."), slug=slug)
    own = queries.get_own(study, g.actor.id, g.lang)
    released = own.hidden_until is None
    shown = [one for one in own.entries if released or one.category == PRACTICE]
    return page(
        "gradebook/own",
        form,
        slug=slug,
        title=study.outline.title(g.lang),
        entries=shown,
        total=own.total if released else None,
        release_at=own.hidden_until,
        contests=own.contests,
        until={key: at for key, at in own.until.items() if released and at >= clock.now()},
        back=url_for("learning.course", slug=slug),
    )
