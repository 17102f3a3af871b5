"""The last gate before the page: what HTML a course may bring, whatever happened before.

No style, no script, no frame, no form. The renderer writes nothing that this list refuses.
"""

from functools import lru_cache
from typing import Any

_MATH = (
    *("math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "mfrac", "msqrt", "mroot"),
    *("mstyle", "merror", "mpadded", "mphantom", "msub", "msup", "msubsup", "munder", "mover"),
    *("munderover", "mmultiscripts", "mtable", "mtr", "mtd", "menclose"),
)
_TEXT = (
    *("a", "abbr", "aside", "b", "bdi", "blockquote", "br", "caption", "cite", "code", "dd"),
    *("del", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "h2", "h3", "h4", "h5"),
    *("h6", "hr", "i", "img", "ins", "kbd", "li", "ol", "p", "pre", "q", "s", "samp", "small"),
    *("span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"),
    *("u", "ul", "var"),
)
_MATH_ATTRIBUTES = {
    "display", "mathvariant", "mathcolor", "stretchy", "fence", "form", "separator", "accent",
    "accentunder", "lspace", "rspace", "largeop", "movablelimits", "minsize", "maxsize", "width",
    "height", "depth", "displaystyle", "scriptlevel", "linethickness", "columnalign", "rowspacing",
    "columnspacing", "columnlines", "rowlines", "notation", "linebreak", "symmetric", "voffset",
}  # fmt: skip
_CLASSES = {
    "div": {"cell", "note", "tip", "warning", "example", "hint", "slot", "footnote", "scroll"},
    "aside": {"terms"},
    "a": {"term", "footnote-ref", "footnote-backref"},
    "span": {"k", "s", "n", "c", "f", "size", "missing"},
    "code": {"formula"},
    "td": {"center", "end"},
    "th": {"center", "end"},
}


@lru_cache(maxsize=1)
def _cleaner() -> Any:
    import nh3

    attributes: dict[str, set[str]] = {
        "*": {"id", "lang", "dir", "aria-label", "role"},
        "a": {"href", "title", "rel", "download", "hreflang"},
        "img": {"src", "alt", "title", "width", "height", "loading", "decoding"},
        "pre": {"tabindex"},
        "div": {"tabindex"},
        "th": {"scope", "colspan", "rowspan"},
        "td": {"colspan", "rowspan"},
        "ol": {"start"},
        "abbr": {"title"},
    }
    for name in _MATH:
        attributes[name] = set(_MATH_ATTRIBUTES)
    attributes["math"].add("tabindex")
    return nh3.Cleaner(
        tags={*_TEXT, *_MATH},
        clean_content_tags={"script", "style"},
        attributes=attributes,
        allowed_classes=_CLASSES,
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )


def sanitize(html: str) -> str:
    """Return the HTML with only what the list above allows."""
    clean: str = _cleaner().clean(html)
    return clean
