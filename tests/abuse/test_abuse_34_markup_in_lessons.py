"""Abuse 34: an author writes scripts, handlers and odd addresses into a lesson."""

from typing import Any

import pytest

from app.courses import queries
from app.courses.rules import CourseRefused
from tests.courses import samples
from tests.courses.test_queries import HERE
from tests.courses.test_services import keep

TRIES = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](data:image/svg+xml,<svg/onload=alert(1)>)",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<svg><style><img src=x onerror=alert(1)>",
    "$\\href{javascript:alert(1)}{x}$",
    "<iframe src=//evil.example></iframe>",
    '<a href="vbscript:x">x</a>',
    '```python"><script>alert(1)</script>\nx\n```',
)


@pytest.mark.parametrize("markup", TRIES)
def test_nothing_that_runs_comes_out_of_a_lesson(database: Any, markup: str) -> None:
    lessons = {"bonjour": ("Bonjour", f"Un début.\n\n{markup}\n\nLa suite.")}
    try:
        kept = keep(samples.course(lessons=lessons))
    except CourseRefused:
        return
    html = queries.get_lesson(kept, "bonjour", "fr", HERE).html.lower()
    plain = html.replace("&lt;", "").replace("&gt;", "")
    for sign in (
        "<script",
        "<img src=x",
        "<iframe",
        'href="java',
        'href="data:',
        'href="vb',
        "<style",
    ):
        assert sign not in plain
