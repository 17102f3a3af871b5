"""Checking a course: what is wrong, where, and how to mend it."""

import pytest

from app.content.checker import check, one_line
from app.content.hooks import BlockType
from app.content.rules import BlockNode, error
from app.kernel.i18n import say
from tests.content.samples import EN, FR, changed, good_course, with_text

LAST = len(good_course()[FR].decode().split("\n"))


def lines(files: dict[str, bytes], **kinds: BlockType) -> list[str]:
    return [one_line(problem) for problem in check(files, kinds)]


def test_a_good_course_has_no_problem():
    assert lines(good_course()) == []


@pytest.mark.parametrize(
    ("text", "column", "message", "remedy"),
    [
        ("[a](lesson:helo)", 1, "no lesson “helo”", "lesson:hello"),
        ("[a](lesson:xyz)", 1, "no lesson “xyz”", "front matter"),
        ("[a](lesson:hello#tri)", 1, "the id “tri”", "“#try”"),
        ("See [a](#tri)", 5, "the id “tri”", "“#try”"),
        ("[a](../data/town.csv)", 1, "“data/town.csv”", "“data/towns.csv”"),
        ("[a](../course.toml)", 1, "“course.toml”", "data/ or media/"),
        ("[a](../../etc/passwd)", 1, "leads nowhere", "lesson:id"),
        ("[a](file:///etc/passwd)", 1, "leads nowhere", "lesson:id"),
        ("[a](javascript:alert(1))", 1, "leads nowhere", "lesson:id"),
        ("[a](01-hello.fr.md)", 1, "not their file", "lesson:id"),
        ("![](../media/square.svg)", 1, "alternative text", "cannot see"),
        ("![a](https://x.org/a.png)", 1, "from the course", "media/"),
        ("![a](../data/towns.csv)", 1, "not a picture", "without the “!”"),
        ("![a](../media/sqare.svg)", 1, "“media/sqare.svg”", "“media/square.svg”"),
        ("[a][b]\n\n[b]: lesson:zzz", None, "no lesson “zzz”", "front matter"),
        ("A note[^1].", 7, "footnote “1”", "[^1]:"),
        ("#### Deep", 1, "skips a level", "Use ###"),
        ("# Title", 1, "front matter", "##"),
        ("Title\n=====", None, "Underlined", "##"),
        ("## Again {#try}", 1, "the id “try”", "Change one"),
        ("A <b>bold</b> word", 3, "Raw HTML is not taken: <b>", "Markdown"),
        ("<!-- note -->", 1, "Raw HTML", "Markdown"),
        ("Sum: $\\foo{x}$", 6, "cannot be shown: \\foo", "plain LaTeX"),
        ("$$\n\\frac{1}{\n$$", 1, "cannot be shown", "plain LaTeX"),
        ("> [!WARNIN] x", 5, "callout “WARNIN”", "WARNING"),
        ("```python\nx", 1, "never closed", "```"),
        ("```cobol\nx\n```", 1, "“cobol”", "known language"),
        ("```python {.cel}\nx\n```", 1, "“.cel”", "{.cell #id}"),
        ("```python {.cell}\nx\n```", 1, "The id is missing", "{#some-id}"),
        ("```python {.cell #demo}\nx\n```", 1, "“demo” is used twice", "line 13"),
        ("```python {.cell #Demo}\nx\n```", 1, "“Demo” cannot be", "small letters"),
        ("```python {.cell #main}\nx\n```", 1, "“main” is reserved", "another"),
        ("```python {.cell #h-x}\nx\n```", 1, "“h-x” is reserved", "another"),
        ("- ```python\n  x\n  ```\n", 3, "line of its own", "below the item"),
        ("  ```python {.cell #y}\n  x\n  ```\n", 3, "cannot stand here", "margin"),
        ("````quiz\n### A\n````", 1, "no id", "quiz {#some-id}"),
        ("````quiz {#a b}\n````", 1, "from “b” on", "each key once"),
        ("````quiz {#a n=1 n=2}\n````", 1, "from “n” on", "each key once"),
        ("````quiz {#b}\n### A {#x-value}\n````", None, "“x-value” is used twice", "line 22"),
        ("````quiz {#c}\n### A {points=1}\n````", None, "The id is missing", "{#some-id}"),
    ],
)
def test_each_kind_of_mistake_is_found_at_its_place(text, column, message, remedy):
    found = lines(with_text("\n" + text + "\n"))
    place = f"{FR}:{LAST + 1}:{column}: " if column else f"{FR}:"
    wanted = [line for line in found if line.startswith(place)]
    assert any(message in line and remedy in line for line in wanted), "\n".join(found)


@pytest.mark.parametrize(
    "text",
    [
        "Code `<b>` and `$x` and `[a](lesson:no)` are only code.",
        "```html\n<b>[a](lesson:no)</b>\n```",
        "<https://rihla.ma> and 3 < 4 > 2, a <3, x <= y",
        "From 5 $ to 10 $.",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "- item\n\n---\n\nAfter a rule.",
        "A note[^1].\n\n[^1]: Here.",
        "Formula $x_i^2 < [a](b)$ is not a link.",
        "[mail](mailto:a@b.c), [web](https://x.org/a_(b))",
        "![With `code`](../media/square.svg)",
    ],
)
def test_good_text_is_left_alone(text):
    assert lines(with_text("\n" + text + "\n")) == []


def test_ten_planted_mistakes_are_all_named():
    files = good_course()
    files["course.toml"] = files["course.toml"].replace(b"level", b"levle")
    files["media/unused.svg"] = files["media/square.svg"]
    files["media/bad.svg"] = b"<svg>\n<script>alert(1)</script></svg>"
    files[FR] = files[FR].replace(b"minutes: 5", b"minutes: 5\ncolour: red")
    files[FR] += b"\n#### Deep\n\n[x](lesson:nope) ![](../media/square.svg) <b>x</b> $\\foo$\n"
    files[EN] = files[EN].replace(b"#first}", b"#other}")
    found = "\n".join(lines(files))
    for message in (
        "course.toml:4:1: error: The key “levle” is unknown.",
        "course.toml:1:1: error: “level” is missing.",
        "media/unused.svg:1:1: warning: No lesson uses this file.",
        "media/bad.svg:2:1: error: This drawing does more than draw: <script",
        f"{FR}:5:1: error: The key “colour” is unknown.",
        "error: This heading skips a level.",
        "error: There is no lesson “nope”.",
        "error: This picture has no alternative text.",
        "error: Raw HTML is not taken: <b>.",
        "error: The formula \\foo cannot be shown",
        "error: The block “quiz #first” of the source is missing.",
    ):
        assert message in found, found


def test_a_problem_fits_on_one_line():
    line = lines(with_text("\n[a](lesson:helo)\n"))[0]
    assert line == (
        f"{FR}:{LAST + 1}:1: error: There is no lesson “helo”. — Did you mean “lesson:hello”?"
    )


def test_a_missing_translation_is_a_warning():
    files = good_course()
    del files[EN]
    assert lines(files) == [
        f"{FR}:1:1: warning: The lesson has no text in the language “en”."
        f" — Add {EN}; until then learners read the source."
    ]


def test_a_block_that_the_source_does_not_have_is_named():
    files = with_text("\n```python {.cell #extra}\nx\n```\n", EN)
    assert any("no block “cell #extra”" in line for line in lines(files))


def test_questions_in_another_order_are_refused():
    files = with_text("\n````quiz {#b}\n### A {#q1}\n### B {#q2}\n````\n")
    files[EN] += b"\n````quiz {#b}\n### B {#q2}\n### A {#q1}\n````\n"
    found = lines(files)
    assert any("questions are not those" in line and "q1, q2" in line for line in found)


def test_a_translation_without_a_term_of_the_glossary_is_warned():
    found = lines(changed(EN, "A variable keeps", "A name keeps"))
    assert found == [
        f"{EN}:9:1: warning: The source says “variable”; this text never uses its term."
        " — In this language the glossary has “variable”."
    ]


def test_words_in_headers_and_code_are_no_terms():
    files = changed(FR, "Une variable garde une valeur.", "Un nom `variable` {#variable}.")
    files[EN] = files[EN].replace(b"A variable keeps a value.", b"A name.")
    assert lines(files) == []


@pytest.mark.parametrize(("size", "severity"), [(46_000, "warning"), (61_000, "error")])
def test_a_heavy_page_is_told(size, severity):
    word = "mot " * 100 + "\n\n"
    found = lines(with_text("\n" + word * (size // len(word))))
    assert any(f":1:1: {severity}: The page weighs" in line for line in found)


def test_a_hostile_text_is_one_problem():
    found = lines(with_text("\n" + "![" * 20_000))
    assert any("brackets" in line or "too long" in line for line in found)


def test_names_that_differ_by_capitals_only_are_refused():
    files = {**good_course(), "data/Towns.csv": b"x"}
    assert any("capital letters" in line for line in lines(files))


@pytest.mark.parametrize(
    "drawing",
    [
        b'<svg onload="alert(1)"/>',
        b'<svg><a href="javascript:alert(1)"/></svg>',
        b'<!DOCTYPE svg [<!ENTITY a "b">]><svg/>',
        b'<svg><image href="https://x.org/a.png"/></svg>',
        b"<svg><foreignObject/></svg>",
        b"<svg><style>@import url(x)</style></svg>",
        b"<svg><svg:script/></svg>",
    ],
)
def test_a_drawing_that_acts_is_refused(drawing):
    files = {**good_course(), "media/square.svg": drawing}
    assert any("media/square.svg:1:1: error: This drawing" in line for line in lines(files))


def test_files_of_questions_are_checked_like_lessons():
    files = good_course()
    files["bank/loops.fr.md"] = b"````quiz {#pool}\n### A {#q}\n[x](lesson:no)\n````\n"
    files["bank/loops.en.md"] = b"````quiz {#pool}\n### A {#r}\n````\n"
    found = lines(files)
    assert any("bank/loops.fr.md:3:1: error: There is no lesson" in line for line in found)
    assert any("bank/loops.en.md:2" in line and "questions are not" in line for line in found)


def _refuse(node: BlockNode) -> list:
    return [error("", node.line + 1, 3, say("Bad quiz."), say("Mend it."))]


def test_plugins_check_their_blocks_and_compare_languages():
    def compare(source: BlockNode, node: BlockNode) -> list:
        return [error("", node.line, 1, say("Other key."), say("Use the same."))]

    quiz = BlockType("quiz", _refuse, lambda node: node.body, compare)
    assert lines(good_course(), quiz=quiz) == [
        f"{EN}:21:1: error: Other key. — Use the same.",
        f"{EN}:22:3: error: Bad quiz. — Mend it.",
        f"{FR}:22:3: error: Bad quiz. — Mend it.",
    ]


def test_a_block_without_a_plugin_is_warned_when_plugins_are_known():
    other = BlockType("poll", lambda node: [], lambda node: "")
    found = lines(good_course(), poll=other)
    assert any("No plugin knows the block “quiz”" in line and "poll" in line for line in found)
