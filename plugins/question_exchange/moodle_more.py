"""What of our questions Moodle has no place for: in an element that it passes over."""

import json
from typing import Any
from xml.etree.ElementTree import Element, SubElement

TAG = "rihla"


def read_more(element: Element) -> dict[str, Any]:
    """Return what an export of ours kept beside a question."""
    text = element.findtext(TAG)
    if not text:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def write_more(element: Element, more: dict[str, Any]) -> None:
    """Keep it beside a question."""
    if more:
        SubElement(element, TAG).text = json.dumps(more, ensure_ascii=False, sort_keys=True)
