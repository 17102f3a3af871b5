"""Turns the HTML of other systems into Markdown, and says what Markdown has no place for."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote

import nh3

from plugins.question_exchange.items import Text

MAX_DEPTH = 60
_SPECIAL = re.compile(r"([\\`*\[\]<$])|(?<![^\W_])(_)(?=\w)|(?<=\w)(_)(?![^\W_])")
_LINE_START = re.compile(r"^(?:(\d{1,3})([.)])(?= )|([-+>#=~|])(?=[ #=~-]|$))", re.MULTILINE)
_TAG = re.compile(r"<(?:/?[a-zA-Z]|!--)|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+);")
_FILE = re.compile(r"^(?:@@PLUGINFILE@@|\$IMS-CC-FILEBASE\$|%24IMS-CC-FILEBASE%24)/", re.IGNORECASE)
_BLOCKS = frozenset(
    {"p", "div", "ul", "ol", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "table",
     "tr", "section", "article", "figure", "dl", "dd", "dt"}
)  # fmt: skip
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_AROUND = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`", "tt": "`", "kbd": "`"}
_PLAIN = frozenset(
    {"span", "font", "html", "body", "br", "li", "a", "img", "tbody", "thead", "td", "th", "u",
     "small", "label", "center", "figcaption", "abbr", "cite", "q", "var", "samp", "mark"}
)  # fmt: skip
_NAME = re.compile(r"<([a-zA-Z][a-zA-Z0-9]{0,20})(?=[\s/>])")
_SILENT = frozenset({"script", "style", "head", "title", "iframe", "object", "template"})

_KNOWN = _BLOCKS | _PLAIN | frozenset(_AROUND) | {"hr"}


def to_markdown(text: Text) -> tuple[str, frozenset[str]]:
    """Return the words as Markdown, and the names of what could not be kept."""
    if text.format == "markdown":
        return text.text.strip(), frozenset()
    if text.format == "html" or (text.format == "moodle" and _TAG.search(text.text)):
        reader = _Reader()
        reader.feed(_tidied(text.text))
        reader.close()
        unknown = {name.lower() for name in _NAME.findall(text.text)} - _KNOWN
        return reader.finished(), frozenset(reader.lost | unknown)
    return escaped(text.text.strip()), frozenset()


def _tidied(text: str) -> str:
    """Return well-formed HTML of known elements: on hostile text our reader would take for ever."""
    return nh3.clean(
        text,
        tags=set(_KNOWN),
        clean_content_tags=set(_SILENT),
        attributes={"a": {"href"}, "img": {"src", "alt"}},
        link_rel=None,
    )


def to_words(text: Text) -> str:
    """Return the words alone, for answers that are typed."""
    if text.format in ("markdown", "plain"):
        return " ".join(text.text.split())
    if not _TAG.search(text.text):
        return " ".join(text.text.split())
    reader = _Words()
    reader.feed(_tidied(text.text))
    reader.close()
    return " ".join("".join(reader.words).split())


def escaped(text: str) -> str:
    """Return plain words so that Markdown shows them as they are."""
    found = _SPECIAL.sub(lambda sign: "\\" + sign[0], text)
    return _LINE_START.sub(
        lambda sign: f"{sign[1]}\\{sign[2]}" if sign[1] else f"\\{sign[3]}", found
    )


def file_name(address: str) -> str:
    """Return the name in media/ of a file that came along; nothing for other addresses."""
    if not _FILE.match(address):
        return ""
    return safe_name(unquote(_FILE.sub("", address).split("?")[0]))


def safe_name(path: str) -> str:
    """Return a file name that is only a name: small letters, digits, hyphens and one point."""
    name = re.split(r"[/\\]", path)[-1].lower()
    stem, dot, end = name.rpartition(".")
    plain = [re.sub(r"[^a-z0-9]+", "-", part).strip("-") for part in (stem or end, end)]
    return f"{plain[0] or 'file'}.{plain[1]}" if dot and stem and plain[1] else plain[0] or "file"


@dataclass
class _Frame:
    tag: str
    parts: list[str] = field(default_factory=list)
    attrs: dict[str, str] = field(default_factory=dict)
    count: int = 0


class _Words(HTMLParser):
    """Keeps the words only."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Let words of two blocks stand apart."""
        if tag in _BLOCKS or tag == "br":
            self.words.append(" ")

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        self.words.append(data)


class _Reader(HTMLParser):
    """Builds Markdown from the inside out; what is nested too deeply becomes flat."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lost: set[str] = set()
        self._stack = [_Frame("")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        found = {name: value or "" for name, value in attrs}
        if tag == "br":
            self._add("  \n")
        elif tag == "img":
            self._image(found)
        elif tag == "hr":
            self._add("\n\n---\n\n")
        elif len(self._stack) < MAX_DEPTH:
            self._stack.append(_Frame(tag, [], found))

    def handle_endtag(self, tag: str) -> None:
        """Close an element, and those within that were left open."""
        if all(frame.tag != tag for frame in self._stack[1:]):
            return
        while True:
            frame = self._stack.pop()
            self._add(self._shown(frame))
            if frame.tag == tag:
                return

    def handle_data(self, data: str) -> None:
        """Add words."""
        inside = {frame.tag for frame in self._stack}
        if "pre" in inside:
            self._add(data)
        elif inside & {"code", "tt", "kbd"}:
            self._add(" ".join(data.replace("`", "'").split("\n")))
        else:
            self._add(escaped(re.sub(r"[ \t\r\n]+", " ", data)))

    def finished(self) -> str:
        """Return the Markdown."""
        while len(self._stack) > 1:
            frame = self._stack.pop()
            self._add(self._shown(frame))
        text = "".join(self._stack[0].parts).replace("\N{NO-BREAK SPACE}", " ")
        text = text.replace("****", "")
        text = re.sub(r"[ \t]+\n(?=[ \t]*\n)", "\n", text)
        text = re.sub(r"(?m)^ (?! )", "", text)
        return re.sub(r"\n[ \t]*\n\s*\n", "\n\n", text).strip()

    def _add(self, text: str) -> None:
        self._stack[-1].parts.append(text)

    def _image(self, attrs: dict[str, str]) -> None:
        name = file_name(attrs.get("src", ""))
        alt = " ".join(attrs.get("alt", "").split())
        if name:
            self._add(f"![{escaped(alt) or name}](../media/{name})")
        else:
            self.lost.add("img")
            self._add(escaped(alt))

    def _shown(self, frame: _Frame) -> str:
        inside = "".join(frame.parts)
        tag = frame.tag
        if tag in _AROUND:
            return self._wrapped(inside, _AROUND[tag])
        if tag == "a":
            return self._link(inside, frame.attrs.get("href", ""))
        if tag == "pre":
            return f"\n\n```text\n{inside.strip(chr(10))}\n```\n\n"
        return self._block(tag, inside)

    def _block(self, tag: str, inside: str) -> str:
        if tag == "li":
            return self._item(inside)
        if tag in ("td", "th"):
            self.lost.add("table")
            return f"{inside.strip()} "
        if tag == "blockquote":
            return "\n\n" + "\n".join(f"> {line}" for line in inside.strip().split("\n")) + "\n\n"
        if tag in _HEADINGS:
            return f"\n\n**{inside.strip()}**\n\n" if inside.strip() else ""
        return f"\n\n{inside.strip(' ')}\n\n" if tag in _BLOCKS else inside

    def _wrapped(self, inside: str, mark: str) -> str:
        words = inside.strip()
        if not words or "\n\n" in words or any(frame.tag == "pre" for frame in self._stack):
            return inside
        before = " " if inside[0].isspace() else ""
        after = " " if inside[-1].isspace() else ""
        return f"{before}{mark}{words}{mark}{after}"

    def _link(self, inside: str, address: str) -> str:
        words = " ".join(inside.split())
        if address.startswith(("https://", "http://", "mailto:")) and words:
            plain = re.sub(r"[\s<>()]", "", address)
            return f"[{words}]({plain})"
        return inside

    def _item(self, inside: str) -> str:
        parent = next((f for f in reversed(self._stack) if f.tag in ("ul", "ol")), None)
        mark = "- "
        if parent is not None and parent.tag == "ol":
            parent.count += 1
            mark = f"{parent.count}. "
        lines = inside.strip().split("\n")
        return f"\n{mark}" + "\n".join([lines[0], *(f"    {line}" for line in lines[1:])])
