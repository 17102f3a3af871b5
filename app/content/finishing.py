"""The last walk over a lesson's tree: ids, links, pictures, tables, terms, spacing."""

import re
import unicodedata
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from app.content.context import RenderContext
from app.content.files import PICTURES, suffix
from app.content.glossary import present
from app.content.rules import RIGHT_TO_LEFT, Heading, Link, anchor_of
from app.content.typography import typeset
from app.content.words import word
from app.kernel.i18n import LANGUAGES, format_size

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_QUIET = frozenset({"code", "pre", "math", "samp", "kbd"})
_NO_TERMS = _QUIET | _HEADINGS | {"a", "dfn", "th", "figcaption"}
_SCHEME = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]*:")
_NOT_SLUG = re.compile(r"[^\w]+")


class Finisher:
    """Finishes one tree, and remembers its outline, links and anchors."""

    def __init__(self, language: str, context: RenderContext, blocks: frozenset[str]) -> None:
        self.language = language
        self.context = context
        self.blocks = blocks
        self.headings: list[Heading] = []
        self.links: list[Link] = []
        self.used: set[str] = set()
        self.terms: list[int] = []
        self._waiting: dict[int, re.Pattern[str]] = {}

    def run(self, root: Element, *, anchors: bool = True) -> None:
        """Finish the tree in place; `anchors` gives ids to headings and top-level blocks."""
        text = "".join(root.itertext())
        self._waiting = present(text, self.context.glossary)
        for parent in list(root.iter()):
            for position, child in enumerate(list(parent)):
                self._element(parent, position, child)
        self._prose(root, terms=True)
        if anchors:
            self._anchors(root)

    def _element(self, parent: Element, position: int, child: Element) -> None:
        if child.tag == "a":
            self._link(parent, position, child)
        elif child.tag == "img":
            self._image(parent, position, child)
        elif child.tag == "code" and self.language in RIGHT_TO_LEFT:
            child.set("dir", "ltr")
        elif child.tag == "table":
            self._table(parent, position, child)
        elif child.tag == "pre":
            child.attrib.update(_pre(self.language))
        elif child.tag == "h1":
            child.tag = "h2"

    def _link(self, parent: Element, position: int, node: Element) -> None:
        href = node.get("href", "")
        if node.get("class", "").startswith("footnote"):
            return
        if href.startswith("#"):
            self.links.append(Link("anchor", href[1:]))
            node.set("href", "#" + anchor_of(href[1:], self.blocks))
        elif href.startswith("lesson:"):
            lesson, _, fragment = href[7:].partition("#")
            self.links.append(Link("lesson", href[7:]))
            self._point(node, self.context.lesson(lesson, fragment))
        elif href.lower().startswith(("http://", "https://")):
            self.links.append(Link("web", href))
            node.set("rel", "noopener noreferrer")
        elif href.lower().startswith("mailto:"):
            node.attrib.pop("title", None)
        elif _SCHEME.match(href) or not href:
            self._point(node, None)
        else:
            self._file(parent, position, node, href)

    def _point(self, node: Element, url: str | None) -> None:
        if url is not None:
            node.set("href", url)
            return
        node.tag = "span"
        node.attrib.clear()
        node.set("class", "missing")

    def _file(self, parent: Element, position: int, node: Element, href: str) -> None:
        path = self.context.resolve(href)
        self.links.append(Link("file", path or href))
        found = self.context.file(path) if path else None
        self._point(node, found.url if found else None)
        if not found:
            return
        node.set("download", "")
        size = Element("span", {"class": "size"})
        language = self.language if self.language in LANGUAGES else "en"
        size.text = f"({format_size(found.size, language)})"
        size.tail, node.tail = node.tail, " "
        parent.insert(list(parent).index(node) + 1, size)

    def _image(self, parent: Element, position: int, node: Element) -> None:
        source = node.get("src", "")
        path = None if _SCHEME.match(source) else self.context.resolve(source)
        self.links.append(Link("image", path or source))
        found = self.context.file(path) if path and suffix(path) in PICTURES else None
        if found is None:
            node.tag, node.text = "span", node.get("alt", "")
            node.attrib.clear()
            node.set("class", "missing")
            return
        node.set("src", found.url)
        node.set("alt", typeset(node.get("alt", ""), self.language))
        if found.width and found.height:
            node.attrib.update(width=str(found.width), height=str(found.height))
        node.attrib.update(loading="lazy", decoding="async")
        title = node.attrib.pop("title", "")
        if title and parent.tag == "p" and len(parent) == 1 and not (parent.text or "").strip():
            parent.tag, parent.text = "figure", None
            node.tail = None
            ElementTree.SubElement(parent, "figcaption").text = title

    def _table(self, parent: Element, position: int, node: Element) -> None:
        label = word("table", self.language)
        box = Element(
            "div", {"class": "scroll", "role": "group", "tabindex": "0", "aria-label": label}
        )
        box.tail, node.tail = node.tail, None
        parent[list(parent).index(node)] = box
        box.append(node)
        for cell in node.iter():
            if cell.tag not in ("th", "td"):
                continue
            align = cell.attrib.pop("align", "")
            if align in ("center", "right"):
                cell.set("class", "center" if align == "center" else "end")
            if cell.tag == "th":
                cell.set("scope", "col")
                if not len(cell) and not (cell.text or "").strip():
                    cell.tag = "td"
                    del cell.attrib["scope"]

    def _prose(self, node: Element, *, terms: bool) -> None:
        """Set the spacing of all prose below a node, and link terms where they may be linked."""
        if node.tag in _QUIET or node.get("class") == "slot":
            return
        terms = terms and node.tag not in _NO_TERMS
        node.text = self._spaced(node.text)
        titled = node.get("class", "").startswith("note")
        for number, child in enumerate(list(node)):
            self._prose(child, terms=terms and not (titled and number == 0))
            child.tail = self._spaced(child.tail)
        if terms and self._waiting:
            self._terms(node)

    def _spaced(self, text: str | None) -> str | None:
        return typeset(str(text), self.language) if text else text

    def _terms(self, node: Element) -> None:
        before = self._term_in(node, 0, node.text)
        if before is not None:
            node.text = before
        position = 0
        while position < len(node) and self._waiting:
            child = node[position]
            position += 1
            tail = self._term_in(node, position, child.tail)
            if tail is not None:
                child.tail = tail

    def _term_in(self, node: Element, position: int, text: str | None) -> str | None:
        """Link the first waiting term in a text; what follows it becomes the tail of the link."""
        if not text or not text.strip():
            return None
        hits = ((pattern.search(text), number) for number, pattern in self._waiting.items())
        found = min(
            ((hit, number) for hit, number in hits if hit),
            key=lambda pair: (pair[0].start(), -pair[0].end()),
            default=None,
        )
        if found is None:
            return None
        hit, number = found
        del self._waiting[number]
        self.terms.append(number)
        link = Element("a", {"class": "term", "href": f"#t-{number}"})
        link.text, link.tail = hit[0], text[hit.end() :]
        node.insert(position, link)
        return text[: hit.start()]

    def _anchors(self, root: Element) -> None:
        for number, child in enumerate(root, 1):
            if child.tag in _HEADINGS:
                continue
            if child.get("class") != "footnote":
                child.set("id", f"p-{number}")
        for node in root.iter():
            if node.tag in _HEADINGS:
                self._heading(node)

    def _heading(self, node: Element) -> None:
        text = " ".join("".join(node.itertext()).split())
        wish = f"h-{node.get('id') or slug(text)}"
        name, number = wish, 2
        while name in self.used:
            name, number = f"{wish}-{number}", number + 1
        self.used.add(name)
        node.set("id", name)
        self.headings.append(Heading(int(node.tag[1]), name, text))


def slug(text: str) -> str:
    """Return a heading's text as an id: small letters, Arabic kept, accents and signs dropped."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return _NOT_SLUG.sub("-", plain.casefold()).strip("-_")[:60].strip("-") or "section"


def _pre(language: str) -> dict[str, str]:
    label = word("code", language)
    return {"dir": "ltr", "tabindex": "0", "role": "group", "aria-label": label}
