"""Looks at a text before Markdown does, and refuses what would keep it busy for seconds."""


from app.content.rules import Problem, error
from app.kernel.i18n import say

MAX_SOURCE = 64_000


def hostile(source: str, body: str, path: str, first_line: int) -> Problem | None:
    """Return why this text is not rendered, or None."""
    if len(source) > MAX_SOURCE or len(source.encode("utf-8", "replace")) > MAX_SOURCE:
        return error(
            path, 1, 1,
            say("This text is larger than %(limit)s kB.", limit=MAX_SOURCE // 1000),
            say("Split it into two lessons."),
        )  # fmt: skip
    return None
