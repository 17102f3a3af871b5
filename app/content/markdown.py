"""Renders a lesson: Markdown in, sanitized HTML segments and block nodes out. Pure and bounded."""

import re
from collections.abc import Callable
from html import escape, unescape
from xml.etree.ElementTree import Element, tostring

from markdown import Markdown
from markdown.extensions.footnotes import FootnoteExtension
from markdown.extensions.tables import TableExtension
from markdown.treeprocessors import Treeprocessor

from app.content.blocks import node_of
from app.content.context import RenderContext
from app.content.extension import Lesson, formula
from app.content.fences import Fence
from app.content.finishing import Finisher
from app.content.frontmatter import split
from app.content.highlighting import highlight
from app.content.hostile import hostile
from app.content.layout import Lists, plain, with_slots
from app.content.rules import RENDERER_VERSION, BlockNode, Problem, Rendered, error
from app.content.sanitizer import sanitize
from app.content.words import word
from app.kernel.i18n import say

__all__ = ["RENDERER_VERSION", "RenderContext", "fragment", "inline", "render"]

_SLOT = re.compile('(?:<div class="slot"(?: id="(p-[0-9]+)")?>)?\ue000([0-9]+)\ue001(?:</div>)?')
_BLOCK_SLOT = re.compile("\ue002([0-9]+)\ue003")
_HTML = re.compile(r"<[^>]*>")
_INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|code|dfn|em|i|kbd|mi|mn|mo|mrow|small|span|strong|sub|sup)\b[^>]*>"
)


class _Run:
    """One rendering: the slots that were taken out, and what the walk over the tree found."""

    def __init__(self, language: str, context: RenderContext, first_line: int) -> None:
        self.language = language
        self.context = context
        self.first_line = first_line
        self.slots: list[Callable[[str], str]] = []
        self.nodes: list[BlockNode] = []
        self.lesson = Lesson(language)
        self.words: list[str] = []
        self.finisher = Finisher(language, context, frozenset())

    def html(self, body: str, *, whole: bool) -> str:
        """Return unsanitized HTML with marks where the block nodes stand."""
        lines = plain(body).split("\n")
        lines = with_slots(lines, self._fence if whole else self._code, self._formula)
        blocks = frozenset(node.id for node in self.nodes if node.id)
        self.finisher = Finisher(self.language, self.context, blocks)
        html = self._markdown(whole).convert("\n".join(Lists().run(lines)))
        return _SLOT.sub(self._fill, html) + self._terms()

    def _markdown(self, whole: bool) -> Markdown:
        md = Markdown(
            extensions=[
                TableExtension(use_align_attribute=True),
                FootnoteExtension(BACKLINK_TITLE=word("back", self.language)),
                "sane_lists",
                self.lesson,
            ],
            output_format="html",
        )
        md.treeprocessors.register(_Finish(md, self, whole), "finish", -10)
        return md

    def _fence(self, fence: Fence) -> int:
        if fence.is_block or fence.is_cell:
            self.nodes.append(node_of(fence, self.first_line))
            number = len(self.nodes) - 1
            return self._slot(lambda id_: f"\ue002{number}\ue003")
        return self._code(fence)

    def _code(self, fence: Fence) -> int:
        self.words.append(fence.body)
        return self._slot(lambda id_: _code(fence, id_, self.language))

    def _formula(self, latex: str) -> int:
        node = formula(latex, True, self.lesson.failed)
        html = tostring(node, encoding="unicode", method="html")
        return self._slot(lambda id_: f"<p{id_}>{html}</p>")

    def _slot(self, make: Callable[[str], str]) -> int:
        self.slots.append(make)
        return len(self.slots) - 1

    def _fill(self, found: re.Match[str]) -> str:
        number = int(found[2])
        id_ = f' id="{found[1]}"' if found[1] else ""
        return self.slots[number](id_) if number < len(self.slots) else ""

    def _terms(self) -> str:
        """Return the words of the glossary that were linked, with what they mean."""
        if not self.finisher.terms:
            return ""
        rows = []
        for number in sorted(self.finisher.terms):
            term, definition = self.context.glossary[number]
            rows.append(
                f'<dt id="t-{number}"><dfn>{escape(term)}</dfn></dt><dd>{escape(definition)}</dd>'
            )
        label = escape(word("terms", self.language))
        return f'<aside class="terms" aria-label="{label}"><dl>{"".join(rows)}</dl></aside>'


class _Finish(Treeprocessor):
    """Hands the tree over, once Markdown has done all it does."""

    def __init__(self, md: Markdown, run: _Run, whole: bool) -> None:
        super().__init__(md)
        self.run_ = run
        self.whole = whole

    def run(self, root: Element) -> None:
        self.run_.finisher.run(root, anchors=self.whole)


def _code(fence: Fence, id_: str, language: str) -> str:
    if fence.language in ("output", "text"):
        label, inner = word("output", language), f"<samp>{escape(fence.body, quote=False)}</samp>"
    else:
        code = highlight(fence.body, fence.language)
        label, inner = word("code", language), f"<code>{code}</code>"
    return (
        f'<div class="cell"{id_}><pre dir="ltr" tabindex="0" role="group" aria-label="{label}">'
        f"{inner}</pre></div>"
    )


def render(source: str, *, language: str, context: RenderContext | None = None) -> Rendered:
    """Render a lesson, with or without its front matter; never raises.

    Text that is too long or built to be slow is answered with one sentence and a problem.
    """
    context = context or RenderContext()
    _, body, first_line = split(source)
    reason = hostile(body, context.path, first_line)
    if reason:
        return _refused(language, reason)
    run = _Run(language, context, first_line)
    try:
        html = sanitize(run.html(body, whole=True))
    except RecursionError:
        return _refused(language, _too_deep(context.path, first_line))
    segments = _segments(html, run.nodes)
    text = " ".join(_text(part) for part in segments if isinstance(part, str))
    weight = sum(
        len((part if isinstance(part, str) else part.body).encode("utf-8", "replace"))
        for part in segments
    )
    return Rendered(
        segments=segments,
        headings=tuple(run.finisher.headings),
        anchors=tuple(re.findall(r' id="([^"]+)"', html)),
        text=" ".join(text.split()),
        links=tuple(run.finisher.links),
        weight=weight,
        problems=tuple(_formula_problem(context.path, *pair) for pair in run.lesson.failed),
    )


def fragment(source: str, *, language: str, context: RenderContext | None = None) -> str:
    """Render prose from inside a block (a question, a hint) to sanitized HTML; never raises.

    It has no ids, so that several may stand on one page.
    """
    context = context or RenderContext()
    if hostile(source, context.path, 1):
        return f"<p>{escape(word('refused', language))}</p>"
    run = _Run(language, context, 1)
    try:
        return sanitize(run.html(source, whole=False))
    except RecursionError:
        return f"<p>{escape(word('refused', language))}</p>"


def inline(source: str, *, language: str, context: RenderContext | None = None) -> str:
    """Render one line of prose (an option, a label) without the paragraph around it."""
    html = fragment(" ".join(source.split()), language=language, context=context).strip()
    if html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1:
        return html[3:-4]
    return html


def _segments(html: str, nodes: list[BlockNode]) -> tuple[str | BlockNode, ...]:
    parts: list[str | BlockNode] = []
    for number, part in enumerate(_BLOCK_SLOT.split(html)):
        if number % 2:
            parts.append(nodes[int(part)])
        elif part.strip():
            parts.append(part.strip("\n"))
    return tuple(parts)


def _text(html: str) -> str:
    return unescape(_HTML.sub(" ", _INLINE.sub("", html))).replace("’", "'")


def _refused(language: str, problem: Problem) -> Rendered:
    sentence = escape(word("refused", language))
    return Rendered(segments=(f"<p>{sentence}</p>",), problems=(problem,))


def _too_deep(path: str, line: int) -> Problem:
    return error(
        path,
        line,
        1,
        say("Lists or quotes are nested too deeply."),
        say("Use at most four levels."),
    )


def _formula_problem(path: str, latex: str, reason: str) -> Problem:
    short = latex if len(latex) <= 40 else latex[:39] + "…"
    return error(
        path,
        1,
        1,
        say("The formula %(latex)s cannot be shown: %(reason)s.", latex=short, reason=reason),
        say("Use plain LaTeX: \\frac, \\sum, \\bar, ^ and _ with balanced braces."),
    )
