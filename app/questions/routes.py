"""Pages of a course's questions: a file in, what is in it, the decision; files out."""

from io import BytesIO
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, send_file, url_for

from app.content.rules import Course
from app.courses import queries as courses
from app.courses.queries import CourseRef
from app.courses.rules import Checked, Outline
from app.courses.services import check_files, import_course
from app.kernel import clock
from app.kernel.db import write
from app.kernel.errors import NotFound, Refusal
from app.kernel.i18n import say, translate
from app.questions import queries, services
from app.questions.forms import FileForm, PlaceForm
from app.questions.models import QuestionUpload
from app.questions.rules import MOST_BYTES, Preview
from app.studio import services as studio
from app.studio.rules import MOST_PROBLEMS, by_file, name_without_copy
from app.web.access import access
from app.web.forms import Form
from app.web.pages import flash

bp = Blueprint(
    "questions",
    __name__,
    url_prefix="/<lang>/studio/courses/<slug>/questions",
    template_folder="templates",
)
LARGEST = MOST_BYTES + 100_000
SHOWN = 100


@bp.route("", methods=["GET", "POST"])
@access("courses.write", scope="own", max_body=LARGEST)
def index(slug: str) -> Any:
    """Take a file of questions, which is kept only to be looked at; offer those of the course."""
    course = courses.get_course_to_edit(g.actor, slug)
    form = FileForm()
    try:
        if request.method == "POST" and form.validate():
            with write():
                kept = services.keep_upload(
                    actor=g.actor,
                    course=course,
                    file_name=form.file.data.filename,
                    content=form.file.data.read(MOST_BYTES + 1),
                    now=clock.now(),
                )
                public_id = kept.public_id
            return redirect(url_for("questions.preview", slug=slug, public_id=public_id), 303)
    except Refusal as refusal:
        form.form_errors.append(_words(refusal))
    finally:
        for _, part in request.files.items(multi=True):
            part.close()
    newest = queries.get_newest(course)
    return render_template(
        "questions/index.html",
        form=form,
        course=course,
        newest=newest,
        outline=courses.outline_of(newest),
        count=len(queries.list_questions(newest)),
        importers=queries.list_importers(),
        exporters=queries.list_exporters(),
    ), 422 if form.errors else 200


def _words(refusal: Refusal) -> str:
    return " ".join(translate(part) for part in (refusal.sentence, refusal.todo) if part)


@bp.route("/files/<public_id>", methods=["GET", "POST"])
@access("courses.write", scope="own")
def preview(slug: str, public_id: str) -> Any:
    """Say what is in a file and what is not; bring it in as a new version of the course."""
    course = courses.get_course_to_edit(g.actor, slug)
    upload = queries.get_upload(course.id, public_id)
    newest = queries.get_newest(course)
    outline = courses.outline_of(newest)
    form = PlaceForm()
    form.offer(_modules(outline.course))
    shown: Preview | None = None
    try:
        shown = queries.preview_of(upload, outline)
        if request.method == "POST" and form.validate():
            return _bring_in(course, upload, shown, form)
    except Refusal as refusal:
        form.form_errors.append(_words(refusal))
    if request.method == "GET":
        form.base.data = newest.short
        form.title.data = name_without_copy(upload.file_name)[:80]
    return _page(course, outline, upload, shown, form)


def _page(
    course: CourseRef, outline: Outline, upload: QuestionUpload, shown: Preview | None, form: Form
) -> Any:
    return render_template(
        "questions/preview.html",
        course=course,
        outline=outline,
        upload=upload,
        shown=shown,
        limit=SHOWN,
        form=form,
    ), 422 if form.errors else 200


def _modules(course: Course) -> list[tuple[str, str]]:
    return [
        (f"{module.position:02}-{module.slug}", module.title.get(g.lang, module.id))
        for module in course.modules
    ]


def _bring_in(course: CourseRef, upload: QuestionUpload, shown: Preview, form: PlaceForm) -> Any:
    files = services.with_questions(
        course, form.base.data or "", shown, title=form.title.data.strip(), module=form.folder
    )
    received = studio.receive_folder(
        [(f"{course.slug}/{path}", BytesIO(content)) for path, content in files.items()]
    )
    if not received.is_checked_at_once:
        return _check_later(upload, received)
    checked = check_files(files, course.slug)
    if checked.errors:
        return _refused(course, upload, checked), 422
    with write():
        kept = import_course(actor=g.actor, checked=checked, slug=course.slug, now=clock.now())
        services.drop_upload(actor=g.actor, upload=upload, became=kept.hash)
    flash(say("The questions are in a new version. Nobody but its authors sees it yet."))
    return redirect(url_for("studio.course", slug=course.slug), 303)


def _check_later(upload: QuestionUpload, received: studio.Received) -> Any:
    archive = received.archive()
    with write():
        kept = studio.keep_upload(
            actor=g.actor, received=received, archive=archive, now=clock.now()
        )
        services.drop_upload(actor=g.actor, upload=upload)
        public_id = kept.public_id
    return redirect(url_for("studio.one_upload", public_id=public_id), 303)


def _refused(course: CourseRef, upload: QuestionUpload, checked: Checked) -> str:
    return render_template(
        "questions/refused.html",
        course=course,
        upload=upload,
        outline=courses.outline_of(queries.get_newest(course)),
        errors=len(checked.errors),
        groups=by_file(checked.errors),
        more=max(0, len(checked.errors) - MOST_PROBLEMS),
    )


@bp.post("/files/<public_id>/drop")
@access("courses.write", scope="own", takes="button")
def drop(slug: str, public_id: str) -> Any:
    """Forget a file; the course stays as it was."""
    course = courses.get_course_to_edit(g.actor, slug)
    with write():
        upload = queries.get_upload(course.id, public_id)
        services.drop_upload(actor=g.actor, upload=upload)
    flash(say("Forgotten. The course is as it was."))
    return redirect(url_for("questions.index", slug=slug), 303)


@bp.get("/<short>/export/<name>")
@access("courses.write", scope="own")
def export(slug: str, short: str, name: str) -> Any:
    """Give the questions of a version in a format of other systems."""
    course = courses.get_course_to_edit(g.actor, slug)
    revision = courses.get_revision(course.id, short)
    exporter = dict(queries.list_exporters()).get(name)
    if exporter is None:
        raise NotFound
    documents = queries.list_questions(revision)
    written = exporter.write(documents, queries.files_of(revision, documents))
    return send_file(
        BytesIO(written.data),
        "application/octet-stream",
        as_attachment=True,
        download_name=f"{course.slug}-{revision.short}{exporter.suffix}",
    )
