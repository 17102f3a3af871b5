"""Showing an activity in a lesson: the frame is the core's, what is asked comes from the plugin."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import current_app, g
from markupsafe import Markup

from app.activities.hooks import ActivityType, BlockTexts
from app.activities.queries import Asked, find_texts, list_states
from app.activities.rules import ItemState, Place, State, practice_seed
from app.activities.session import visitor_state
from app.content.markdown import render as render_markdown
from app.content.rules import BlockNode
from app.courses.hooks import BlockContext
from app.courses.rules import RevisionRef
from app.kernel.hooks import hooks
from app.kernel.i18n import DIRECTIONS, say, translate
from app.kernel.recent import Recent
from app.learning.queries import Study
from app.web.access import load_actor
from app.web.csrf import token as csrf_token

TOKEN, WRITER, OWNER = "\0token\0", "\0writer\0", "\0owner\0"
_items: Recent[str] = Recent(4000)
_ID = re.compile(r' id="[^"]*"')
_ONE_PARAGRAPH = re.compile(r"\A\s*<p>(.*)</p>\s*\Z", re.DOTALL)


def states_of(nodes: Sequence[BlockNode], context: BlockContext) -> dict[str, State]:
    """Return by block how far whoever reads is; at most one statement. Nothing in a preview."""
    person = 0 if context.is_preview else context.actor.id
    places = [Place(context.course_id, context.lesson_id, node.id) for node in nodes]
    found = {place.block_id: State(practice_seed(person, place)) for place in places}
    if context.is_preview:
        return found
    if context.actor.is_signed_in:
        return found | list_states(person, context.course_id, context.lesson_id, list(found))
    for node in nodes:
        kind, texts = hooks.get(ActivityType, node.name), texts_of(node, context)
        if kind is not None:
            place = Place(context.course_id, context.lesson_id, node.id)
            asked = Asked(place, node.name, kind.read(texts), kind, context.revision_id)
            found[node.id] = visitor_state(context.course_slug, asked)
    return found


def texts_of(node: BlockNode, context: BlockContext) -> BlockTexts:
    """Return a block of the lesson that is shown, in every language of its course."""
    ref = RevisionRef(context.revision_id, context.revision)
    return find_texts(ref, context.lesson_id).get(node.id) or BlockTexts(node)


@dataclass(frozen=True)
class Shown:
    """What a plugin says of one item: safe HTML in the lesson's language.

    `heading` is inline, `inputs` are the controls named `given` and `given-…` (no form around
    them), `verdict` answers what was given last, `solution` is given only when it may be seen.
    `hints` are those that are open, `next_hint` says what the next one costs, in hundredths of a
    point; None when there is none. `by_hand`: a person marks it, so it is handed in, not checked.
    """

    heading: Markup
    inputs: Markup
    verdict: Markup = Markup("")
    solution: Markup = Markup("")
    hints: tuple[Markup, ...] = ()
    next_hint: int | None = None
    by_hand: bool = False


@dataclass(frozen=True)
class Frame:
    """Where an item stands in its activity: the `number`th of `count`, with `left` tries (None:
    without limit); `known` is what was answered last."""

    number: int
    count: int
    left: int | None = None
    known: ItemState | None = None
    is_over: bool = False


def show_item(
    node: BlockNode, item: str, shown: Shown, frame: Frame, context: BlockContext
) -> Markup:
    """Return the HTML of one item: a form that works without JavaScript, or what was answered.

    What nobody answered yet is kept in memory, but for the token of the page and its writer.
    """
    values = {
        "block": node.id,
        "item": item,
        "shown": shown,
        "frame": frame,
        "language": context.language,
        "address": f"{context.address}/activities/{node.id}",
        "is_visitor": not context.is_preview and not context.actor.is_signed_in,
        "lang": g.lang,
        "dir": DIRECTIONS[g.lang],
    }
    if frame.known is None:
        key = tuple(values.values())
        page = _items.get(key) or _items.put(key, _render_item(values))
    else:
        page = _render_item(values)
    token, writer = csrf_token(), os.urandom(12).hex()
    return Markup(page.replace(TOKEN, token).replace(WRITER, writer))  # noqa: S704  (our template)


def _render_item(values: dict[str, Any]) -> str:
    # without the frame of a page: a lesson may hold many
    template = current_app.jinja_env.get_template("activities/_item.html")
    return template.render(values, token=TOKEN, writer=WRITER)


def script_words() -> dict[str, str]:
    """Return what the script that keeps answers says, in the language of whoever reads."""
    said = {
        "kept": say("Kept on this device, %(count)s waiting to be sent.", count="{count}"),
        "away": say("Kept on this device. Sign in again to your account and it is sent."),
        "hint": say("A hint needs the network. Nothing was changed."),
    }
    return {name: translate(sentence) for name, sentence in said.items()}


def add_script(html: str, _study: Study, _language: str) -> str:
    """Return a lesson with the script that keeps its answers on the device until they arrived."""
    if "data-activity" not in html:
        return html
    key = ("script", g.lang)
    page = _items.get(key) or _items.put(key, _render_script())
    return html + page.replace(OWNER, load_actor().public_id)


def _render_script() -> str:
    template = current_app.jinja_env.get_template("activities/_script.html")
    return template.render(owner=OWNER, words=script_words())


@lru_cache(maxsize=4000)
def as_html(text: str, language: str) -> Markup:
    """Return the Markdown of an author as safe HTML without anchors; it never raises."""
    segments = render_markdown(text, language=language).segments
    html = "".join(part for part in segments if isinstance(part, str))
    return Markup(_ID.sub("", html))  # noqa: S704  (sanitized)


def as_inline(text: str, language: str) -> Markup:
    """Return the Markdown of one line as inline HTML: for legends, labels and choices."""
    html = as_html(text, language)
    found = _ONE_PARAGRAPH.match(html)
    return Markup(found[1]) if found and "<p>" not in found[1] else html  # noqa: S704  (as above)
