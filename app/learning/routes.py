"""Pages of a course: its cover, its lessons, how far one is and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, make_response, redirect, render_template, request, session, url_for
from markupsafe import Markup

from app.content.rules import BlockNode, Lesson, LessonText, Rendered
from app.courses.hooks import BlockContext, render_segments
from app.courses.queries import get_lesson
from app.courses.rules import Addresses
from app.kernel import clock
from app.kernel import place as kernel_place
from app.kernel.db import write
from app.kernel.errors import NotFound
from app.kernel.hooks import hooks
from app.kernel.i18n import DIRECTIONS, LANGUAGES, NAMES, say
from app.learning import services
from app.learning.forms import PlaceForm
from app.learning.hooks import CoursePanel, CoursePart, LessonFilter
from app.learning.policies import can_read
from app.learning.queries import Study, find_correction, get_study
from app.learning.rules import carried_progress
from app.web.access import access, load_actor
from app.web.pages import Link, flash
from app.web.pieces import show_piece
from app.web.shared import render_shared

bp = Blueprint("learning", __name__, template_folder="templates")
READING = "reading"
YEAR = 31_536_000


@dataclass(frozen=True)
class Step:
    """A lesson in the outline of its course, as this person sees it."""

    lesson: Lesson
    title: str
    url: str
    done: bool
    current: bool
    open: bool


def _study(slug: str, lesson_id: str = "") -> Study:
    actor = load_actor()
    study = get_study(slug, actor.id, lesson_id=lesson_id, now=clock.now())
    if study.enrollment:
        kernel_place.center.set(study.enrollment.center_id)  # what is on there is on here
    if not actor.is_signed_in:
        done = frozenset(carried_progress(session.get("carried") or {}).get(slug, ()))
        study = Study(study.seen, study.outline, None, done)
    return study


def _base(slug: str) -> str:
    return f"/{g.lang}/courses/{slug}"


def _reading_language(study: Study) -> str:
    """Return the text's language: asked for, remembered by this browser, or the interface's."""
    has = study.outline.course.languages
    for wanted in (request.args.get("in"), request.cookies.get(READING), g.lang):
        if wanted in has:
            return wanted
    return study.outline.course.source


def _steps(study: Study, language: str, current: str = "") -> list[list[Step]]:
    base, source = _base(study.seen.slug), study.outline.course.source
    return [
        [
            Step(
                lesson,
                lesson.text(language, source).title,
                f"{base}/{lesson.id}",
                lesson.id in study.done,
                lesson.id == current,
                can_read(study.enrollment, lesson),
            )
            for lesson in module.lessons
        ]
        for module in study.outline.course.modules
    ]


@bp.get("/<lang>/courses/<slug>")
@access("public")
def course(slug: str) -> Any:
    """Show the cover of a course: what it is, its lessons, how far one is."""
    study = _study(slug)
    language = _reading_language(study)
    first = next((lesson for lesson in study.outline.lessons if lesson.preview), None)
    page = render_template(
        "learning/course.html",
        study=study,
        outline=study.outline,
        language=language,
        direction=DIRECTIONS[language],
        steps=_steps(study, language),
        base=_base(slug),
        first=first,
        parts=[Markup(part.render(study, language)) for _, part in hooks.collect(CoursePart)],  # noqa: S704
        panels=_panels("course", _context(study, "", language)),
    )
    return _remember_language(page, language)


@bp.get("/<lang>/courses/<slug>/<lesson_id>")
@access("public")
def lesson(slug: str, lesson_id: str) -> Any:
    """Show a lesson to whoever may read it; send others to where they can enroll."""
    study = _study(slug, lesson_id)
    found = study.outline.lesson(lesson_id)
    if found is None:
        raise NotFound
    if not can_read(study.enrollment, found):
        flash(
            say("Enroll in the course to read this lesson.")
            if load_actor().is_signed_in
            else say("Create an account or sign in, then enroll, to read this lesson."),
            "warn",
        )
        return redirect(_base(slug), 303)
    language = _reading_language(study)
    base = _base(slug)
    files = f"{base}/files/{study.seen.short}/"
    rendered = get_lesson(study.seen, lesson_id, language, Addresses(f"{base}/{{id}}", files))
    text = found.text(language, study.outline.course.source)
    return _remember_language(_lesson_page(study, found, text, rendered), language)


def _lesson_page(study: Study, found: Lesson, text: LessonText, rendered: Rendered) -> str:
    """Show a lesson: what is the same for all who have come as far is made once."""
    panels = _panels("lesson", _context(study, found.id, text.language))
    holes = {
        "html": _html(study, found, text.language, rendered),
        "tools": _stacked(panels.get("lesson.tools", ()), "mb4"),
        "after": _stacked(panels.get("lesson.after", ()), "mt4"),
    }
    corrected = find_correction(study, found.id, text.language)
    about = (
        study.seen.hash, study.seen.slug, found.id, text.language, study.done,
        study.enrollment is not None, corrected,
    )  # fmt: skip
    return render_shared(
        "learning/lesson.html",
        about,
        holes,
        lambda: _lesson_frame(study, found, text) | {"corrected": corrected},
    )


def _stacked(pieces: Sequence[Markup], space: str) -> str:
    return "".join(f'<div class="{space}">{piece}</div>' for piece in pieces)


def _lesson_frame(study: Study, found: Lesson, text: LessonText) -> dict[str, Any]:
    before, after = study.outline.around(found.id)
    base, source = _base(study.seen.slug), study.outline.course.source

    def neighbour(other: Lesson | None) -> Link | None:
        if other is None or not can_read(study.enrollment, other):
            return None
        return Link(other.text(text.language, source).title, f"{base}/{other.id}")

    return {
        "outline": study.outline,
        "progress": study.progress,
        "is_enrolled": study.enrollment is not None,
        "lesson": found,
        "text": text,
        "language": text.language,
        "direction": DIRECTIONS[text.language],
        "steps": _steps(study, text.language, found.id),
        "is_done": found.id in study.done,
        "previous": neighbour(before),
        "next": neighbour(after),
        "base": base,
        "reading_links": _reading_links(study, text.language),
    }


def _reading_links(study: Study, language: str) -> list[Link]:
    return [
        Link(NAMES[code], f"?in={code}", code == language, code)
        for code in LANGUAGES
        if code in study.outline.course.languages
    ]


def _remember_language(page: str, language: str) -> Any:
    if request.args.get("in") != language or request.cookies.get(READING) == language:
        return page
    response = make_response(page)
    response.set_cookie(READING, language, max_age=YEAR, samesite="Lax", httponly=True)
    return response


@bp.post("/<lang>/courses/<slug>/enroll")
@access("signed-in", takes="button")
def enroll(slug: str) -> Any:
    """Enroll the learner and take them to their first step."""
    with write():
        study = services.enroll_learner(actor=g.actor, slug=slug, now=clock.now())
    flash(say("You are enrolled. The course begins here."))
    return redirect(_resume_url(study), 303)


@bp.post("/<lang>/courses/<slug>/leave")
@access("signed-in", takes="button")
def leave(slug: str) -> Any:
    """End an enrollment."""
    with write():
        services.leave_course(actor=g.actor, slug=slug, now=clock.now())
    flash(say("You have left the course. What you did is kept if you come back."))
    return redirect(_base(slug), 303)


@bp.get("/<lang>/courses/<slug>/continue")
@access("signed-in")
def resume(slug: str) -> Any:
    """Go to where one stopped, on whichever device that was."""
    return redirect(_resume_url(_study(slug)), 303)


def _resume_url(study: Study) -> str:
    base, step = _base(study.seen.slug), study.next
    if step is None or not can_read(study.enrollment, study.outline.lessons[0]):
        return base
    place = ""
    if study.enrollment and study.enrollment.last_lesson == step and study.enrollment.last_place:
        place = f"#{study.enrollment.last_place}"
    return f"{base}/{step}{place}"


@bp.post("/<lang>/courses/<slug>/<lesson_id>/done")
@access("public", takes="button")
def finish(slug: str, lesson_id: str) -> Any:
    """Keep that a lesson is done and go on; a visitor's browser keeps it until they sign up."""
    actor = load_actor()
    if actor.is_signed_in:
        with write():
            study = services.finish_lesson(
                actor=actor, slug=slug, lesson_id=lesson_id, now=clock.now()
            )
    else:
        study = _study(slug)
        found = study.outline.lesson(lesson_id)
        if found is None:
            raise NotFound
        if not found.preview or found.exam or found.project:
            return _ask_to_sign_in(f"{_base(slug)}/{lesson_id}")
        study = _finish_as_visitor(study, lesson_id)
    if study.enrollment and study.progress.completed_at and study.next is None:
        return redirect(f"{_base(slug)}/progress", 303)
    _, after = study.outline.around(lesson_id)
    if after is None or not can_read(study.enrollment, after):
        return redirect(_base(slug), 303)
    return redirect(f"{_base(slug)}/{after.id}", 303)


def _ask_to_sign_in(lesson: str) -> Any:
    """Bring somebody whose session ended while they read back to the lesson, signed in."""
    flash(say("You are not signed in any more: sign in, then press it again."), "warn")
    return redirect(url_for("signin.sign_in", next=lesson), 303)


def _finish_as_visitor(study: Study, lesson_id: str) -> Study:
    slug = study.seen.slug
    carried = session.get("carried") or {}
    done = carried_progress(carried)
    done[slug] = sorted({*done.get(slug, []), lesson_id})[-50:]
    session["carried"] = {**carried, "done": done}
    flash(say("Kept in this browser. Create an account to keep it everywhere."), "warn")
    return Study(study.seen, study.outline, None, frozenset(done[slug]))


@bp.post("/<lang>/courses/<slug>/<lesson_id>/place")
@access("signed-in")
def place(slug: str, lesson_id: str) -> Any:
    """Keep where somebody is reading; sent by the page itself."""
    form = PlaceForm()
    if form.validate():
        with write():
            services.keep_place(
                actor=g.actor,
                slug=slug,
                lesson_id=lesson_id,
                paragraph=form.paragraph.data or "",
                now=clock.now(),
            )
    return "", 204


@bp.get("/<lang>/courses/<slug>/progress")
@access("signed-in")
def progress(slug: str) -> Any:
    """Open the figure: which lessons count, which are done, what completes the course."""
    study = _study(slug)
    if study.enrollment is None:
        return redirect(_base(slug), 303)
    language = _reading_language(study)
    return render_template(
        "learning/progress.html",
        study=study,
        outline=study.outline,
        language=language,
        direction=DIRECTIONS[language],
        steps=_steps(study, language),
        base=_base(slug),
    )


def _panels(page: str, context: BlockContext) -> dict[str, list[Markup]]:
    """Return what others bring to the places of a page, by place."""
    panels = [panel for _, panel in hooks.collect(CoursePanel) if panel.slot.startswith(page)]
    found: dict[str, list[Markup]] = {}
    for panel in sorted(panels, key=lambda panel: panel.order):
        if shown := show_piece(panel.find(context)):
            found.setdefault(panel.slot, []).append(shown)
    return found


def _context(study: Study, lesson_id: str, language: str) -> BlockContext:
    own, base = study.enrollment, _base(study.seen.slug)
    return BlockContext(
        actor=load_actor(),
        course_id=study.seen.course_id,
        course_key=study.seen.key,
        revision_id=study.seen.revision_id,
        revision=study.seen.hash,
        lesson_id=lesson_id,
        language=language,
        address=f"{base}/{lesson_id}" if lesson_id else base,
        enrollment_id=own.id if own else None,
        center_id=own.center_id if own else None,
        cohort_id=own.cohort_id if own else None,
        course_slug=study.seen.slug,
    )


def show_block(study: Study, lesson_id: str, block_id: str) -> str:
    """Return one block of a lesson as its page shows it now; "" where it has none of this id."""
    if study.enrollment:
        kernel_place.center.set(study.enrollment.center_id)
    language, base = _reading_language(study), _base(study.seen.slug)
    addresses = Addresses(f"{base}/{{id}}", f"{base}/files/{study.seen.short}/")
    segments = get_lesson(study.seen, lesson_id, language, addresses).segments
    wanted = [part for part in segments if isinstance(part, BlockNode) and part.id == block_id]
    return render_segments(wanted, _context(study, lesson_id, language))


def _html(study: Study, found: Lesson, language: str, rendered: Rendered) -> Markup:
    context = _context(study, found.id, language)
    html = render_segments(rendered.segments, context)
    for _, other in hooks.collect(LessonFilter):
        html = other.apply(html, study, language)
    return Markup(html)  # noqa: S704  (sanitized)
