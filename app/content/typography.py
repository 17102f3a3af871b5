"""French spacing: the no-break spaces that people do not type. Prose only, never code."""

import re

NBSP = "\N{NO-BREAK SPACE}"
_SPACES = "[ \\t\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}]"
_BEFORE = re.compile(rf"(?<=\S){_SPACES}+(?=[:;?!»%](?![\w/=]))|^{_SPACES}+(?=[:;?!»%](?![\w/=]))")
_GLUED = re.compile(
    r"(?<=[^\W\d_])(?=[;?!»](?:[\s»)]|$))|(?<=[^\W\d_])(?=:(?:\s|$))|(?<=[?!.…\d)])(?=»)"
)
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_]|$)")
_AFTER = re.compile(rf"«{_SPACES}*(?=\S)|«{_SPACES}+$")


def french(text: str) -> str:
    """Return the text with no-break spaces before : ; ? ! » % and after «, and apostrophes."""
    text = _APOSTROPHE.sub("’", text) if "'" in text else text
    if not any(sign in text for sign in ":;?!»«%"):
        return text
    text = _BEFORE.sub(NBSP, text)
    text = _GLUED.sub(NBSP, text)
    return _AFTER.sub("«" + NBSP, text)


def typeset(text: str, language: str) -> str:
    """Return prose as the typography of its language wants it (titles, labels, paragraphs)."""
    return french(text) if language == "fr" else text
