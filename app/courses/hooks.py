"""What happens to courses, as events; and how those who know a block show it in a lesson."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any, ClassVar

from app.content.highlighting import highlight
from app.content.hooks import BlockType
from app.content.rules import BlockNode
from app.content.words import word
from app.kernel.actors import Actor
from app.kernel.hooks import hooks
from app.kernel.i18n import say, translate
from app.kernel.logs import get_logger
from app.kernel.outbox import Event


@dataclass(frozen=True)
class CourseImported(Event):
    """A new revision of a course was kept; nobody but its authors sees it yet."""

    name: ClassVar[str] = "courses.course_imported.v1"
    course_id: int
    revision_id: int


@dataclass(frozen=True)
class CoursePublished(Event):
    """A revision was published, to everybody or (`cohort_id`) a cohort, from `starts_at` (ISO)."""

    name: ClassVar[str] = "courses.course_published.v1"
    course_id: int
    revision_id: int
    publication_id: int
    cohort_id: int | None
    starts_at: str


@dataclass(frozen=True)
class PublicationWithdrawn(Event):
    """A publication was taken back; the one before it counts again, if there is one."""

    name: ClassVar[str] = "courses.publication_withdrawn.v1"
    course_id: int
    revision_id: int
    publication_id: int
    cohort_id: int | None


@dataclass(frozen=True)
class BlockContext:
    """Where and for whom the blocks of a lesson are shown; frozen values, nothing of the request.

    `language` is the lesson's. `is_preview` is True where an author looks: nothing may be kept.
    """

    actor: Actor
    course_id: int
    course_key: str
    revision_id: int
    revision: str
    lesson_id: str
    language: str
    address: str = ""
    is_preview: bool = False
    enrollment_id: int | None = None
    center_id: int | None = None
    cohort_id: int | None = None
    course_slug: str = ""


def render_segments(segments: Sequence[str | BlockNode], context: BlockContext) -> str:
    """Return the HTML of a lesson with its blocks; safe to show as it is.

    Each kind of block is asked once, `prepare(nodes, context)`, whatever the number of its nodes;
    then `render(node, prepared, context)` gives the HTML of each. A kind that nobody brings is
    shown as a note, code cells as plain code, and one that fails as a note with a reference.
    """
    nodes: dict[str, list[BlockNode]] = {}
    for segment in segments:
        if isinstance(segment, BlockNode):
            nodes.setdefault(segment.name, []).append(segment)
    prepared = {name: _prepare(name, found, context) for name, found in nodes.items()}
    return "".join(
        segment if isinstance(segment, str) else _block(segment, prepared[segment.name], context)
        for segment in segments
    )


@dataclass(frozen=True)
class _Prepared:
    """What a kind of block answered: its type, what it prepared, or the reference of a failure."""

    kind: BlockType | None = None
    answer: Any = None
    reference: str = ""


def _prepare(name: str, nodes: Sequence[BlockNode], context: BlockContext) -> _Prepared:
    kind = hooks.get(BlockType, name)
    if kind is None or kind.render is None:
        return _Prepared()
    if kind.prepare is None:
        return _Prepared(kind)
    try:
        return _Prepared(kind, kind.prepare(tuple(nodes), context))
    except Exception:  # noqa: BLE001  (a plugin may fail in any way; the lesson is shown)
        return _Prepared(kind, reference=_failed(name, "", context))


def _block(node: BlockNode, prepared: _Prepared, context: BlockContext) -> str:
    if prepared.kind is None or prepared.kind.render is None:
        return _plain(node, context)
    reference = prepared.reference
    if not reference:
        try:
            return str(prepared.kind.render(node, prepared.answer, context))
        except Exception:  # noqa: BLE001  (a plugin may fail in any way; the lesson is shown)
            reference = _failed(node.name, node.id, context)
    sentence = say("This part of the lesson cannot be shown now; the rest is unharmed.")
    return _note(node, f"{translate(sentence)} {translate(say('Reference to quote:'))} {reference}")


def _plain(node: BlockNode, context: BlockContext) -> str:
    if node.name != "cell":
        return _note(node, translate(say("Here stands an activity that is not available yet.")))
    return _cell(node.id, node.body, node.attrs.get("language", ""), context.language)


@lru_cache(maxsize=2000)
def _cell(block_id: str, source: str, language: str, reading: str) -> str:
    # the same cells are shown at every reading of a lesson
    label = escape(word("code", reading))
    anchor = f' id="b-{escape(block_id)}"' if block_id else ""
    return (
        f'<div class="cell"{anchor}><pre dir="ltr" tabindex="0" role="group" '
        f'aria-label="{label}"><code>{highlight(source, language)}</code></pre></div>'
    )


def _note(node: BlockNode, text: str) -> str:
    anchor = f' id="b-{escape(node.id)}"' if node.id else ""
    return f'<div class="callout note" role="note"{anchor}><p>{escape(text)}</p></div>'


def _failed(name: str, block_id: str, context: BlockContext) -> str:
    reference = secrets.token_hex(4)
    get_logger().error(
        "block_failed",
        reference=reference,
        block=name,
        id=block_id,
        revision=context.revision,
        lesson=context.lesson_id,
        exc_info=True,
    )
    return reference
