"""Texts built to be slow are refused or answered; nothing crashes. `make bench` has the times."""

import pytest

from app.content.checker import check
from app.content.hostile import brackets, hostile, tick_walk
from app.content.markdown import RenderContext, fragment, render
from tests.content.samples import with_text

pytestmark = pytest.mark.usefixtures("must_end")
SIZE = 63_000
UNITS = [
    "![",
    "[a](b",
    "[a][",
    "![a](",
    "[",
    "[[",
    "](",
    "[![",
    "**a ",
    "*a **",
    "*a*",
    "***a",
    "_a __b ",
    "``a`",
    "`` ` ",
    "`",
    "<a",
    "<http://",
    "&amp;",
    "\\",
    "$a ",
    "$a^",
    "${",
    "~~~\n",
    "> ",
    ">\n",
    "- ",
    "- a\n",
    "- a\n\n",
    "> a\n\n",
    "1. ",
    "# a\n",
    "---\n",
    "a\n-\n",
    "|a|b|\n|-|-|\n",
    "a|b\n",
    "[^a]",
    "[^a]: x\n",
    "[a]: b\n",
    '[a](b "',
    "[a](<",
    "> - ",
    "> > a\n",
    "````quiz {#a}\n",
    "condition ",
    "شرط ",
    " :",
    "« ",
    "$$\n",
    "\t",
    "\n",
    "é",
    "{#",
    "\ue000",
    "```python\n(",
    "a@b.c ",
]
DEEP = {
    "lists": "".join("  " * depth + "- a\n" for depth in range(200)),
    "quotes": "".join("> " * depth + "a\n" for depth in range(200)),
    "lists in quotes": "".join("> - " * depth + "a\n" for depth in range(100)),
    "one line of items": "- " * 30_000,
    "one line of quotes": "> " * 30_000,
    "nested brackets": "[" * 5_000 + "]" * 5_000,
    "tiny quotes in code": "```python\n" + '"' * 60_000,
    "braces in code": "```javascript\n" + "`${" * 6_000,
    "formulas": "".join(f"$a^{{{number}}}$ " for number in range(5_000)),
    "a deep formula": "$" + "{" * 5_000 + "x" + "}" * 5_000 + "$",
    "footnotes": "".join(f"[^{number}] " for number in range(3_000)),
    "a wide table": "|".join("a" * 3_000) + "\n" + "|".join("-" * 3_000),
}
CONTEXT = RenderContext(glossary=(("condition", "x"), ("شرط", "y")))


def answered(source: str) -> None:
    rendered = render(source, language="fr", context=CONTEXT)
    assert rendered.html or source.isspace() or rendered.blocks or rendered.problems


@pytest.mark.parametrize("unit", UNITS)
def test_a_repeated_sign_is_answered(unit):
    answered(unit * (SIZE // len(unit.encode())))
    answered((unit * 20 + "x ") * (SIZE // (20 * len(unit.encode()) + 2)))


@pytest.mark.parametrize("name", DEEP)
def test_a_deep_text_is_answered(name):
    answered(DEEP[name])


@pytest.mark.parametrize("source", ["![" * 20_000, "[a](b" * 20_000, "x" * 100_000])
def test_what_is_too_slow_is_refused_with_a_sentence(source):
    rendered = render(source, language="fr")
    assert rendered.html == "<p>Cette leçon ne peut pas être affichée.</p>"
    assert rendered.problems[0].is_error
    assert fragment(source, language="ar") == "<p>لا يمكن عرض هذا الدرس.</p>"


def test_a_hostile_course_is_checked():
    for unit in ("![", "``a`", "[a](b", "$a ", "<b>", "[^a]", "> [!x] "):
        files = with_text("\n" + unit * (60_000 // len(unit)))
        assert check(files)


def test_the_refusal_names_the_paragraph():
    problem = hostile("fine\n\n" + "![" * 3_000, "a.md", 10)
    assert problem is not None
    assert (problem.path, problem.line) == ("a.md", 12)


def test_honest_brackets_and_backticks_cost_little():
    assert brackets("[a](b) and [c](d)")[0] < 10
    assert brackets("(((")[0] == 6
    assert tick_walk("`a` and `b`") < 20
    assert hostile("`a[0][1]` is [a](b). " * 300, "", 1) is None


def test_a_long_line_of_prose_is_refused():
    assert hostile("a" * 8_001, "", 1) is not None
    assert hostile("\n" * 5_001, "", 1) is not None
