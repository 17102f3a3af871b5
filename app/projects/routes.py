"""Pages of projects: a learner's own, a cohort's list, one work, its files, sheets for a jury."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for

from app.accounts.queries import names_of
from app.centers.models import Cohort
from app.centers.routes import attempt, done, page, place_frame
from app.kernel import clock
from app.kernel import place as kernel_place
from app.kernel.db import write
from app.kernel.errors import Conflict, Invalid, Refusal
from app.kernel.i18n import DIRECTIONS, say, translate
from app.learning.queries import Study, get_study
from app.projects import marking, queries, services
from app.projects.forms import AskForm, CommentForm, HandInForm, SignForm, TermForm, WorkForm
from app.projects.queries import MemberWork, Project
from app.projects.rules import VersionRow, Work, words_of
from app.projects.showing import level_marks, read_file, send_file, show_work
from app.settings import get_settings
from app.web.access import access
from app.web.pages import flash

bp = Blueprint("projects", __name__, template_folder="templates")
bp.context_processor(place_frame)
OWN = "/<lang>/courses/<slug>/<lesson_id>/project"
AT = "/<lang>/c/<center>/cohorts/<public_id>/projects"
ONE = f"{AT}/<slug>/<lesson_id>"
WORK = f"{ONE}/<person>"
MOST_BODY = 60_000_000


def _study(slug: str, lesson_id: str) -> tuple[Study, Project]:
    study = get_study(slug, g.actor.id, now=clock.now())
    project = queries.get_own_project(study, lesson_id)
    assert study.enrollment is not None  # noqa: S101  (get_own_project has looked)
    kernel_place.center.set(study.enrollment.center_id)
    return study, project


@bp.route(OWN, methods=["GET", "POST"])
@access("signed-in", max_body=MOST_BODY)
def own(slug: str, lesson_id: str) -> Any:
    """Show a learner what is asked for and what was received, and take a newer version."""
    study, project = _study(slug, lesson_id)
    work = queries.find_work(g.actor.id, project)
    form = HandInForm()
    form.offer(work.newest)
    if request.method == "POST":
        kept = _hand_in(form, study, project)
        if kept:
            is_new = kept.number > len(work.versions)
            flash(RECEIVED if is_new else SAME, "ok" if is_new else "warn")
            return redirect(url_for("projects.own", slug=slug, lesson_id=lesson_id), 303)
        work = queries.find_work(g.actor.id, project)
    elif work.newest:
        form.keep.data = [file.id for file in work.newest.files]
        form.link.data = work.newest.link
    return page("projects/own", form, **_own(study, project, work))


RECEIVED = say("Received. Below stands what is kept.")
SAME = say("That is what you handed in before, so nothing was changed.")


def _hand_in(form: HandInForm, study: Study, project: Project) -> VersionRow | None:
    kept: list[VersionRow] = []
    parts = form.parts()
    files = [(part.filename, part.stream.read()) for part in parts]
    for part in parts:
        part.close()
    sent = services.Sent(files, form.keep.data or (), form.link.data or "", form.note.data or "")
    cohort_id = study.enrollment.cohort_id if study.enrollment else None
    if attempt(
        form,
        lambda: kept.append(
            services.hand_in(
                actor=g.actor, project=project, cohort_id=cohort_id, sent=sent, now=clock.now()
            )
        ),
    ):
        return kept[0]
    return None


def _own(study: Study, project: Project, work: Work) -> dict[str, Any]:
    cohort_id = study.enrollment.cohort_id if study.enrollment else None
    return {
        **_frame(project),
        "work": work,
        "term": queries.find_term(cohort_id, project),
        "released": queries.is_released(cohort_id, project),
        "limit": get_settings().project_upload_mb,
        "has_cohort": cohort_id is not None,
    }


def _frame(project: Project) -> dict[str, Any]:
    language = project.language(g.lang)
    return {
        "project": project,
        "rules": project.rules,
        "title": project.title(language),
        "course_title": project.outline.title(language),
        "content_language": language,
        "content_dir": DIRECTIONS[language],
        "criteria": words_of(project.rules, project.said(language)),
    }


@bp.get(f"{OWN}/files/<int:file_id>")
@access("signed-in")
def own_file(slug: str, lesson_id: str, file_id: int) -> Any:
    """Show a learner a file of theirs, with what was written about it once they may read that."""
    study, project = _study(slug, lesson_id)
    work = queries.find_work(g.actor.id, project)
    version, _ = queries.find_file(work, file_id)
    values = _own(study, project, work)
    opened = work.is_opened(version, released=values["released"])
    reading = read_file(work, file_id, _line(), with_comments=opened)
    return render_template("projects/own_file.html", reading=reading, **values)


@bp.get(f"{OWN}/files/<int:file_id>/download")
@access("signed-in")
def own_download(slug: str, lesson_id: str, file_id: int) -> Any:
    """Give a learner a file of theirs."""
    _, project = _study(slug, lesson_id)
    return send_file(queries.find_work(g.actor.id, project), file_id)


def _line() -> int:
    text = request.args.get("line", "1")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 1


@bp.get(AT)
@access("marking.mark", scope="own")
def projects(public_id: str) -> Any:
    """List the projects of a cohort."""
    cohort = queries.get_marking_cohort(g.actor, public_id, g.center.id)
    rows = queries.list_projects(cohort, now=clock.now())
    return render_template("projects/projects.html", cohort=cohort, rows=rows)


def _project(public_id: str, slug: str, lesson_id: str) -> tuple[Cohort, Project]:
    cohort = queries.get_marking_cohort(g.actor, public_id, g.center.id)
    return cohort, queries.get_project(cohort, slug, lesson_id, now=clock.now())


@bp.route(ONE, methods=["GET", "POST"])
@access("marking.mark", scope="own")
def works(public_id: str, slug: str, lesson_id: str) -> Any:
    """List what the members of a cohort handed in, and set until when they do."""
    cohort, project = _project(public_id, slug, lesson_id)
    term = queries.find_term(cohort.id, project)
    form = TermForm(data={"due_at": term.due_at, "is_jury": term.is_jury})
    if request.method == "POST" and attempt(
        form,
        lambda: services.set_term(
            actor=g.actor,
            cohort=cohort,
            project=project,
            due_at=form.due_at.data,
            is_jury=bool(form.is_jury.data),
        ),
    ):
        return done("projects.works", public_id=public_id, slug=slug, lesson_id=lesson_id)
    rows = queries.list_works(g.actor, cohort, project)
    where = {"public_id": public_id, "slug": slug, "lesson_id": lesson_id}
    return page(
        "projects/works", form, cohort=cohort, rows=rows, term=term, where=where, **_frame(project)
    )


@bp.get(f"{ONE}/sheets")
@access("marking.mark", scope="own")
def sheets(public_id: str, slug: str, lesson_id: str) -> Any:
    """Show sheets for a jury to print, one for each learner, or for one with `?person=`."""
    cohort, project = _project(public_id, slug, lesson_id)
    wanted = request.args.get("person", "")
    rows = [
        row
        for row in queries.list_works(g.actor, cohort, project)
        if wanted in ("", row.member.public_id)
    ]
    rows.sort(key=lambda row: row.member.shown.casefold())
    where = {"public_id": public_id, "slug": slug, "lesson_id": lesson_id}
    return render_template(
        "projects/sheets.html",
        cohort=cohort,
        rows=rows,
        where=where,
        points=level_marks,
        **_frame(project),
    )


@bp.route(WORK, methods=["GET", "POST"])
@access("marking.mark", scope="own")
def work(public_id: str, slug: str, lesson_id: str, person: str) -> Any:
    """Show what one learner handed in, and keep what a marker gives it."""
    cohort, project = _project(public_id, slug, lesson_id)
    rows = queries.list_works(g.actor, cohort, project)
    found = queries.get_row(rows, person)
    where: dict[str, Any] = {"public_id": public_id, "slug": slug, "lesson_id": lesson_id}
    where |= {"person": person}
    if request.method == "GET":
        return _work(cohort, project, rows, where)
    form = WorkForm()
    if not form.validate():
        raise Invalid(say("The form holds a field that it should not: nothing was kept."))
    keys = [key for key, _ in project.rules.rubric]
    given = marking.Given(
        form.levels(keys, request.form),
        form.text(),
        form.number.data or 0,
        form.answer.data or 0,
        form.newest.data or 0,
    )
    try:
        with write():
            mark = marking.mark_work(
                actor=g.actor,
                cohort=cohort,
                project=project,
                person_id=found.member.id,
                given=given,
                now=clock.now(),
            )
    except (Conflict, Invalid) as refusal:
        rows = queries.list_works(g.actor, cohort, project)
        return _work(cohort, project, rows, where, given, refusal)
    if not mark.counts:
        return done("projects.work", **where)
    return redirect(_next(rows, found, where), 303)


def _next(rows: Sequence[MemberWork], found: MemberWork, where: dict[str, Any]) -> str:
    """Return the address of the next work that waits, or of the list."""
    row = queries.find_waiting(rows, after=found)
    if row:
        return url_for("projects.work", **{**where, "person": row.member.public_id})
    return url_for("projects.works", **{k: v for k, v in where.items() if k != "person"})


def _work(
    cohort: Cohort,
    project: Project,
    rows: Sequence[MemberWork],
    where: dict[str, Any],
    given: marking.Given | None = None,
    refusal: Refusal | None = None,
    ask: AskForm | None = None,
) -> Any:
    found = queries.get_row(rows, where["person"])
    wanted = given.version if given else _number(request.args.get("version"))
    shown = render_template(
        "projects/work.html",
        cohort=cohort,
        row=found,
        version=found.work.version(wanted) or found.work.newest,
        term=queries.find_term(cohort.id, project),
        where=where,
        next=_next(rows, found, where),
        refusal=_said(refusal) if refusal else None,
        ask=ask or AskForm(formdata=None),
        **show_work(found.work, g.actor, g.lang, given),
        **_frame(project),
    )
    return shown, refusal.status if refusal else 422 if ask else 200


def _said(refusal: Refusal) -> list[str]:
    return [translate(part) for part in (refusal.sentence, refusal.todo) if part]


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 9 else 0


@bp.post(f"{WORK}/ask")
@access("marking.mark", scope="own")
def ask(public_id: str, slug: str, lesson_id: str, person: str) -> Any:
    """Ask a learner for a newer version."""
    cohort, project = _project(public_id, slug, lesson_id)
    found = queries.get_member_work(g.actor, cohort, project, person)
    form = AskForm()
    where = {"public_id": public_id, "slug": slug, "lesson_id": lesson_id, "person": person}

    def act() -> None:
        services.ask_again(
            actor=g.actor,
            cohort=cohort,
            project=project,
            person_id=found.member.id,
            newest=form.newest.data or 0,
            text=form.text.data or "",
            until=form.until.data,
            now=clock.now(),
        )

    if not attempt(form, act):
        rows = queries.list_works(g.actor, cohort, project)
        return _work(cohort, project, rows, where, ask=form)
    return done("projects.work", say("The learner was told."), **where)


@bp.post(f"{WORK}/sign")
@access("marking.mark", scope="own")
def sign(public_id: str, slug: str, lesson_id: str, person: str) -> Any:
    """Sign a jury's mark."""
    cohort, project = _project(public_id, slug, lesson_id)
    found = queries.get_member_work(g.actor, cohort, project, person)
    form = SignForm()
    if not form.validate():
        raise Invalid(say("This page was incomplete, so nothing was changed. Try again."))
    with write():
        mark = marking.sign_mark(
            actor=g.actor,
            cohort=cohort,
            project=project,
            person_id=found.member.id,
            number=form.number.data or 0,
            now=clock.now(),
        )
    counts = say("Signed: the mark counts now.")
    waits = say("Signed. It counts when a second person has signed.")
    where = {"public_id": public_id, "slug": slug, "lesson_id": lesson_id}
    return done("projects.work", counts if mark.counts else waits, person=person, **where)


@bp.route(f"{WORK}/files/<int:file_id>", methods=["GET", "POST"])
@access("marking.mark", scope="own")
def file(public_id: str, slug: str, lesson_id: str, person: str, file_id: int) -> Any:
    """Show a file with its lines, and keep what is written about one of them."""
    cohort, project = _project(public_id, slug, lesson_id)
    found = queries.get_member_work(g.actor, cohort, project, person)
    where: dict[str, Any] = {"public_id": public_id, "slug": slug, "lesson_id": lesson_id}
    where |= {"person": person, "file_id": file_id}
    form = CommentForm()
    line = form.line.data or _line()
    if request.method == "POST" and attempt(
        form, lambda: _comment(cohort, project, found, file_id, form)
    ):
        return redirect(url_for("projects.file", line=line, _anchor=f"line-{line}", **where), 303)
    reading = read_file(found.work, file_id, line, with_comments=True)
    authors = [row.author_id for rows in reading.comments.values() for row in rows if row.author_id]
    return page(
        "projects/file",
        form,
        cohort=cohort,
        row=found,
        reading=reading,
        where=where,
        at=line if request.args.get("line") or form.errors else 0,
        names=names_of(authors, g.lang) if authors else {},
        **_frame(project),
    )


def _comment(
    cohort: Cohort, project: Project, found: MemberWork, file_id: int, form: CommentForm
) -> None:
    common: dict[str, Any] = {"actor": g.actor, "cohort": cohort, "project": project}
    common |= {"person_id": found.member.id, "file_id": file_id}
    if form.remove.data:
        services.remove_comment(comment_id=form.remove.data, **common)
        return
    reading = read_file(found.work, file_id, form.line.data or 1, with_comments=False)
    if reading.lines is None or not 0 < (form.line.data or 0) <= reading.lines.count:
        raise Invalid(say("This file has no such line."))
    services.add_comment(
        line=form.line.data or 0, text=form.text.data or "", now=clock.now(), **common
    )


@bp.get(f"{WORK}/files/<int:file_id>/download")
@access("marking.mark", scope="own")
def download(public_id: str, slug: str, lesson_id: str, person: str, file_id: int) -> Any:
    """Give a file to whoever marks it."""
    cohort, project = _project(public_id, slug, lesson_id)
    return send_file(queries.get_member_work(g.actor, cohort, project, person).work, file_id)
