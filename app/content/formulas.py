"""Formulas: LaTeX to MathML on the server, bounded, as an element tree that is safe to show."""

import html
import re
from functools import lru_cache
from xml.etree import ElementTree

MAX_LATEX = 1_000
MAX_DEPTH = 20

_UNKNOWN = re.compile(r"\\[A-Za-z]+")


class FormulaError(ValueError):
    """The formula cannot be shown; the text says which part is at fault."""


@lru_cache(maxsize=2_000)
def mathml(latex: str, display: bool) -> str:
    """Return MathML as text; raises FormulaError. Pure, and remembered by its arguments."""
    if len(latex) > MAX_LATEX or _depth(latex) > MAX_DEPTH:
        raise FormulaError("too long or too deep")
    from latex2mathml.converter import convert_to_element

    try:
        element = convert_to_element(latex, display="block" if display else "inline")
    except RecursionError:
        raise FormulaError("too deep") from None
    except Exception as mistake:  # noqa: BLE001 — the library raises whatever it meets
        raise FormulaError(type(mistake).__name__.removesuffix("Error")) from None
    _clean(element)
    if display:
        element.set("tabindex", "0")  # wide ones scroll, also for those without a mouse
    else:
        element.attrib.pop("display", None)
    return ElementTree.tostring(element, encoding="unicode")


def element(latex: str, display: bool) -> ElementTree.Element:
    """Return a fresh MathML element; raises FormulaError."""
    return ElementTree.fromstring(mathml(latex, display))  # noqa: S314 — our own text


def _depth(latex: str) -> int:
    depth = deepest = 0
    for sign in latex:
        depth += (sign == "{") - (sign == "}")
        deepest = max(deepest, depth)
    return deepest + latex.count("\\left") + latex.count("\\begin")


def _clean(root: ElementTree.Element) -> None:
    for node in root.iter():
        node.attrib.pop("xmlns", None)
        node.text = html.unescape(node.text) if node.text else node.text
        node.tail = html.unescape(node.tail) if node.tail else node.tail
        unknown = _UNKNOWN.search(node.text or "")
        if unknown and node.tag != "mtext":
            raise FormulaError(unknown.group(0))
        if _CONTROL.search(node.text or ""):
            raise FormulaError("control character")


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
