"""The author's pages: courses, upload, report, preview, publishing, taking back."""

from collections.abc import Sequence
from tempfile import SpooledTemporaryFile
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask import send_file as send_packed
from markupsafe import Markup

from app.content.archive import write_zip
from app.content.rules import Problem, problem_from_json, sentence_from_json
from app.courses import policies, services
from app.courses import queries as courses
from app.courses.hooks import BlockContext, render_segments
from app.courses.queries import CourseRef, RevisionInfo
from app.courses.routes import send_file
from app.courses.rules import Addresses, Checked
from app.courses.services import check_files
from app.kernel import clock, i18n
from app.kernel.db import write
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refusal
from app.kernel.i18n import say, translate
from app.regrading.queries import list_regradings, touches_marks, weigh_revision
from app.regrading.services import decide_marks
from app.studio import queries
from app.studio import services as studio
from app.studio.forms import PublishForm, UploadForm
from app.studio.rules import MOST_PROBLEMS, by_file, changes
from app.studio.services import Received
from app.web.access import access
from app.web.pages import flash

bp = Blueprint("studio", __name__, url_prefix="/<lang>/studio", template_folder="templates")

LARGEST_UPLOAD = 64_000_000
MOST_IN_MEMORY = 2_000_000
SLOT = "0-lesson-0"
PRIVATE = "private, max-age=3600"


@bp.get("")
@access("courses.write", scope="own")
def my_courses() -> Any:
    """List the courses that one may edit, with what is published of each."""
    cards = queries.list_cards(g.actor, now=clock.now())
    uploads = queries.list_uploads(g.actor.id)
    return render_template("studio/courses.html", cards=cards, uploads=uploads)


@bp.route("/upload", methods=["GET", "POST"])
@access("courses.write", scope="own", max_body=LARGEST_UPLOAD)
def upload() -> Any:
    """Take a course in; one with errors is reported, and what was there before stays."""
    form = UploadForm()
    try:
        answer = _taken(form) if request.method == "POST" and form.validate() else None
    except (Invalid, Conflict, Forbidden) as refusal:
        form.form_errors.append(_words(refusal))
        answer = None
    finally:
        for _, part in request.files.items(multi=True):
            part.close()
    return answer or (render_template("studio/upload.html", form=form), 422 if form.errors else 200)


def _taken(form: UploadForm) -> Any:
    received = _received(form)
    if not received.is_checked_at_once:
        return _check_later(received)
    checked = check_files(received.files(), received.slug)
    if not checked.errors:
        return _keep(checked, received.slug)
    known = courses.find_course_by_key(g.actor, checked.course.id) if checked.course else None
    return _refused(checked.problems, form, is_known=known is not None), 422


def _received(form: UploadForm) -> Received:
    if form.archive.data and not form.parts():
        return studio.receive_archive(form.archive.data.filename, form.archive.data.stream)
    if form.parts() and not form.archive.data:
        return studio.receive_folder([(part.filename, part.stream) for part in form.parts()])
    raise Invalid(say("Choose a zip file or a folder, one of the two; nothing was kept."))


def _check_later(received: Received) -> Any:
    archive = received.archive()
    with write():
        kept = studio.keep_upload(
            actor=g.actor, received=received, archive=archive, now=clock.now()
        )
        public_id = kept.public_id
    return redirect(url_for("studio.one_upload", public_id=public_id), 303)


def _keep(checked: Checked, slug: str) -> Any:
    with write():
        kept = services.import_course(actor=g.actor, checked=checked, slug=slug, now=clock.now())
    if not kept.is_new_revision:
        flash(say("These files are known already: nothing changed."), "warn")
    elif checked.problems or kept.doubts:
        flash(say("Kept, with remarks. Nobody but its authors sees it yet."))
    else:
        flash(say("Kept, without a fault. Nobody but its authors sees it yet."))
    return redirect(url_for("studio.course", slug=kept.slug), 303)


def _refused(problems: Sequence[Problem], form: UploadForm, *, is_known: bool) -> str:
    return render_template(
        "studio/refused.html",
        form=form,
        errors=sum(problem.is_error for problem in problems),
        is_known=is_known,
        groups=by_file(problems),
        more=max(0, len(problems) - MOST_PROBLEMS),
    )


@bp.get("/uploads/<public_id>")
@access("courses.write", scope="own")
def one_upload(public_id: str) -> Any:
    """Show how far the check of a large course has come, then what it says."""
    found = queries.get_upload(g.actor, public_id)
    form = UploadForm(formdata=None)
    if found.state == "refused":
        problems = [problem_from_json(one) for one in found.problems or ()]
        return _refused(problems, form, is_known=found.course_id is not None)
    is_working, done, total = queries.find_progress(found)
    is_working = is_working and found.state == "checking"
    page = render_template(
        "studio/one_upload.html",
        form=form,
        upload=found,
        is_working=is_working,
        done=done,
        total=total,
        course_slug=queries.find_slug(found),
        reason=[sentence_from_json(one) for one in found.reason or ()],
    )
    return page, 200, {"Refresh": "3"} if is_working else {}


def _words(refusal: Refusal) -> str:
    return " ".join(translate(part) for part in (refusal.sentence, refusal.todo) if part)


@bp.get("/courses/<slug>")
@access("courses.write", scope="own")
def course(slug: str) -> Any:
    """Show one course: its newest revision, what is published, the whole history."""
    found = courses.get_course_to_edit(g.actor, slug)
    revisions = courses.list_revisions(found.id)
    now = clock.now()
    history = queries.list_history(found.id, now=now)
    newest = revisions[0]
    return render_template(
        "studio/course.html",
        course=found,
        newest=newest,
        outline=courses.outline_of(newest),
        revisions=revisions,
        history=history,
        names=queries.names_of([one.created_by for one in revisions]),
        seen=[line for line in history if line.state == "seen"],
        may_publish=policies.can_publish(g.actor, found.id),
        regradings=list_regradings(found.id),
    )


def _revision(slug: str, short: str) -> tuple[CourseRef, RevisionInfo]:
    found = courses.get_course_to_edit(g.actor, slug)
    return found, courses.get_revision(found.id, short)


@bp.get("/courses/<slug>/<short>/report")
@access("courses.write", scope="own")
def report(slug: str, short: str) -> Any:
    """Show what the check says of a revision that was kept."""
    found, revision = _revision(slug, short)
    problems = courses.list_problems(revision)
    return render_template(
        "studio/report.html",
        course=found,
        revision=revision,
        outline=courses.outline_of(revision),
        problems=problems,
        groups=by_file(problems),
        more=max(0, len(problems) - MOST_PROBLEMS),
    )


@bp.get("/courses/<slug>/<short>/course.zip")
@access("courses.write", scope="own")
def download(slug: str, short: str) -> Any:
    """Give the files of a revision back, byte for byte."""
    found, revision = _revision(slug, short)
    packed = SpooledTemporaryFile(MOST_IN_MEMORY)  # noqa: SIM115  (closed with the answer)
    write_zip(queries.RevisionFiles(revision), packed, folder=found.slug)
    packed.seek(0)
    name = f"{found.slug}-{revision.short}.zip"
    return send_packed(packed, "application/zip", as_attachment=True, download_name=name)


@bp.get("/courses/<slug>/<short>/preview")
@access("courses.write", scope="own")
def preview(slug: str, short: str) -> Any:
    """Show a revision's course page as a learner will see it."""
    found, revision = _revision(slug, short)
    outline = courses.outline_of(revision)
    return render_template(
        "studio/preview.html",
        course=found,
        revision=revision,
        outline=outline,
        content_language=_content_language(outline.course.languages, outline.course.source),
    )


def _content_language(languages: tuple[str, ...], source: str) -> str:
    asked = request.args.get("text", g.lang)
    return asked if asked in languages else source


@bp.get("/courses/<slug>/<short>/preview/<any(fr, ar, en):text>/<lesson_id>")
@access("courses.write", scope="own")
def preview_lesson(slug: str, short: str, text: str, lesson_id: str) -> Any:
    """Show a lesson of a revision as a learner will see it; nothing done here is kept."""
    found, revision = _revision(slug, short)
    outline = courses.outline_of(revision)
    addresses = _preview_addresses(found.slug, revision.short, text)
    rendered = courses.get_lesson(revision, lesson_id, text, addresses)
    shown = outline.lesson_text(lesson_id, text)
    context = BlockContext(
        actor=g.actor,
        course_id=found.id,
        course_key=found.key,
        revision_id=revision.revision_id,
        revision=revision.hash,
        lesson_id=lesson_id,
        language=shown.language,
        is_preview=True,
    )
    before, after = outline.around(lesson_id)
    return render_template(
        "studio/preview_lesson.html",
        course=found,
        revision=revision,
        outline=outline,
        lesson=outline.lesson(lesson_id),
        text=shown,
        asked=text,
        before=before,
        after=after,
        direction=i18n.DIRECTIONS[shown.language],
        weight=rendered.weight,
        html=Markup(render_segments(rendered.segments, context)),  # noqa: S704  (sanitized)
    )


def _preview_addresses(slug: str, short: str, text: str) -> Addresses:
    lesson = url_for("studio.preview_lesson", slug=slug, short=short, text=text, lesson_id=SLOT)
    files = url_for("studio.preview_file", slug=slug, short=short, path=SLOT)
    return Addresses(lesson.replace(SLOT, "{id}"), files.removesuffix(SLOT))


@bp.get("/courses/<slug>/<short>/files/<path:path>")
@access("courses.write", scope="own")
def preview_file(slug: str, short: str, path: str) -> Any:
    """Send a file of a revision that is perhaps not published."""
    _, revision = _revision(slug, short)
    return send_file(courses.get_file(revision, path), PRIVATE)


@bp.route("/courses/<slug>/<short>/publish", methods=["GET", "POST"])
@access("courses.write", scope="own")
def publish(slug: str, short: str) -> Any:
    """Say what publishing a revision changes, and do it."""
    found, revision = _revision(slug, short)
    if not policies.can_publish(g.actor, found.id):
        raise NotFound
    form = PublishForm()
    cohorts = queries.list_cohorts(g.actor)
    form.offer((one.id, one.name) for one in cohorts)
    if request.method == "POST" and form.validate():
        done = _publish(form, found, revision)
        if done:
            return redirect(done, 303)
    if request.method == "GET":
        form.mark.data = courses.publication_mark(found.id)
    published = courses.find_publication(found.slug, now=clock.now())
    outline = courses.outline_of(revision)
    return render_template(
        "studio/publish.html",
        form=form,
        has_cohorts=bool(cohorts),
        course=found,
        revision=revision,
        outline=outline,
        published=published,
        changes=changes(courses.outline_of(published), outline, g.lang) if published else None,
        impact=weigh_revision(found.id, revision),
    ), 422 if form.errors else 200


def _publish(form: PublishForm, course: CourseRef, revision: RevisionInfo) -> str:
    """Publish, and return where to look next; nothing when it was refused."""
    concerns_marks = touches_marks(course.id, revision)
    regrading = None
    try:
        with write():
            made = services.publish_course(
                actor=g.actor,
                revision_id=revision.revision_id,
                cohort_id=form.cohort_id,
                starts_at=form.starts_at.data,
                mark=form.mark.data or "",
                now=clock.now(),
            )
            if made.is_new and concerns_marks:
                regrading = decide_marks(
                    actor=g.actor,
                    publication_id=made.publication_id,
                    choice=form.regrade.data,
                    reason=form.reason.data or "",
                    now=clock.now(),
                ).public_id
    except (Conflict, Forbidden, Invalid, NotFound) as refusal:
        form.form_errors.append(_words(refusal))
        return ""
    if made.is_new:
        flash(say("Published. You can take it back below, with one click."))
    else:
        flash(say("This was published already: nothing changed."), "warn")
    if regrading:
        return url_for("regrading.one", slug=course.slug, public_id=regrading)
    return url_for("studio.course", slug=course.slug)


@bp.post("/courses/<slug>/publications/<int:publication_id>/take-back")
@access("courses.write", scope="own", takes="button")
def take_back(slug: str, publication_id: int) -> Any:
    """Take a publication back: its audience sees what it saw before."""
    found = courses.get_course_to_edit(g.actor, slug)
    with write():
        gone = services.withdraw_publication(
            actor=g.actor, publication_id=publication_id, now=clock.now()
        )
    if gone.seen_now:
        flash(
            say(
                "Taken back. What is seen now is version %(version)s.",
                version=gone.seen_now.short,
            )
        )
    else:
        flash(say("Taken back. Nobody sees this course now; learners' progress is kept."), "warn")
    return redirect(url_for("studio.course", slug=found.slug), 303)
