"""How a message is put into words and lines."""

import unicodedata
from collections.abc import Sequence

from app.kernel.i18n import Sentence, translate

RIGHT_TO_LEFT_MARK = "\N{RIGHT-TO-LEFT MARK}"


def one_line(text: str) -> str:
    """Return the text without line breaks and control signs, so that nobody forges a header."""
    signs = (" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    return " ".join("".join(signs).split())


def compose(body: Sequence[Sentence | str], language: str) -> str:
    """Return the text of a message, one paragraph for each part.

    A str (a link, a code) stands on a line of its own, so that its direction is its own; a line
    of Arabic that begins with a Latin name still runs from the right.
    """
    lines = []
    for part in body:
        if isinstance(part, str):
            lines.append(one_line(part))
        else:
            text = one_line(translate(part, language))
            lines.append(RIGHT_TO_LEFT_MARK + text if language == "ar" else text)
    return "\n\n".join(lines) + "\n"
