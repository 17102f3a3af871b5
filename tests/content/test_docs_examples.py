"""Every example of the authors' pages is run."""

from pathlib import Path

import pytest

from app.content.checker import check
from app.content.fences import Fence, fences
from app.content.markdown import render
from tests.content.samples import SQUARE

ROOT = Path(__file__).resolve().parents[2]
FORMAT = ROOT / "docs" / "course-format.md"
GUIDE = ROOT / "courses" / "README.md"
EXTRA = {"data/towns.csv": b"town,people\n", "media/square.svg": SQUARE}


def examples(page: Path) -> list[Fence]:
    return fences(page.read_text(encoding="utf-8").split("\n"))


def named(page: Path) -> dict[str, bytes]:
    """Return the examples that are whole files: their path stands after the language."""
    found = [(fence.info.split(), fence.body) for fence in examples(page)]
    return {info[1]: body.encode() + b"\n" for info, body in found if len(info) == 2}


def errors(files: dict[str, bytes]) -> list[str]:
    return [str(problem) for problem in check(files) if problem.is_error]


SNIPPETS = [fence.body for fence in examples(FORMAT) if fence.info == "markdown"]


def test_every_example_is_of_a_kind_that_a_test_runs():
    kinds = {fence.info.split()[0] for page in (FORMAT, GUIDE) for fence in examples(page)}
    assert kinds == {"toml", "markdown", "text", "bash", "problems"}
    assert len(SNIPPETS) >= 6


@pytest.mark.parametrize("page", [FORMAT, GUIDE], ids=["format", "guide"])
def test_the_course_of_the_page_has_no_problem(page):
    files = named(page)
    assert "course.toml" in files
    assert [str(problem) for problem in check(files)] == []


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_each_piece_of_markdown_is_good_in_a_lesson(snippet):
    files = {**named(FORMAT), **EXTRA}
    for path in ("01-hello/01-print.fr.md", "01-hello/01-print.en.md"):
        files[path] += b"\n" + snippet.encode() + b"\n"
    assert errors(files) == []
    rendered = render(snippet, language="en")
    assert rendered.problems == ()
    assert "{#" not in rendered.html


def test_the_problems_shown_are_the_problems_told():
    shown = next(fence.body for fence in examples(FORMAT) if fence.info == "problems")
    files = {**named(FORMAT), "media/square.svg": SQUARE}
    path = "01-hello/01-print.fr.md"
    files[path] += b"\n[x](lesson:prnt)\n\n![](../media/square.svg)\n"
    assert errors(files) == shown.split("\n")


def test_every_key_of_the_format_is_in_its_page():
    page = FORMAT.read_text(encoding="utf-8")
    from app.content import manifest, reader, words
    from app.content.rules import KINDS, LEVELS

    names = [*manifest._KEYS, *reader._KEYS, *KINDS, *LEVELS, *map(str.upper, words.CALLOUTS)]
    assert [name for name in names if name not in page] == []
