"""Whatever arrives, reading, rendering and checking answer."""

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.content.archive import read_zip, write_zip
from app.content.checker import check
from app.content.fences import fences, mask
from app.content.frontmatter import read
from app.content.markdown import fragment, render
from app.content.paragraphs import paragraphs
from app.content.positions import read_toml
from app.content.reader import read_course
from app.content.typography import french
from app.kernel.errors import Invalid
from tests.content.samples import EN, FR, LESSON, good_course

QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
PIECES = st.sampled_from(
    [
        *"#*_`[]()!<>$|-+=:~^{}\\&\"' \n\t0a",
        "\n\n",
        "\n    ",
        "```",
        "````quiz {#a}\n",
        "````\n",
        "```python {.cell #b}\n",
        "> [!NOTE]\n",
        "> ",
        "- ",
        "1. ",
        "$$\n",
        "\\frac{",
        "[^1]",
        "[^1]: ",
        "](lesson:x)",
        "![a](../media/b.svg)",
        "---\n",
        "| a | b |\n|---|---|\n",
        "<script>",
        "&amp;",
        "é",
        "شرط",
        "\u202e",
        "\0",
        "\ue000",
        "\ue001",
        "\x02",
        "\x03",
        "\ufeff",
        "\r\n",
        "klzzwxh:0001",
        "wzxhzdk:0",
        "\ud800",
    ]
)
MARKDOWN = st.lists(PIECES, max_size=60).map("".join)


@pytest.mark.slow
@QUICK
@given(MARKDOWN | st.text(max_size=300), st.sampled_from(["fr", "ar", "en"]))
def test_rendering_never_raises(source, language):
    rendered = render(source, language=language)
    assert isinstance(rendered.html, str)
    assert "<script" not in rendered.html
    assert isinstance(fragment(source, language=language), str)


@QUICK
@given(
    st.dictionaries(st.text(max_size=20), st.binary(max_size=80), max_size=4),
    st.binary(max_size=200),
)
def test_reading_never_raises(files, course):
    problems = read_course({**files, "course.toml": course})[1]
    assert all(problem.line >= 1 and problem.column >= 1 for problem in problems)


@pytest.mark.slow
@QUICK
@given(
    st.integers(0, len(LESSON)), MARKDOWN, st.sampled_from([FR, EN, "course.toml", "bank/a.fr.md"])
)
def test_checking_a_damaged_course_never_raises(place, text, path):
    files = good_course()
    data = files.get(path, b"")
    files[path] = data[:place] + text.encode("utf-8", "surrogatepass") + data[place:]
    assert all(str(problem) for problem in check(files))


@QUICK
@given(st.text(max_size=200))
def test_front_matter_never_raises(text):
    values, problems = read("a.md", f"---\n{text}\n---\n")
    assert isinstance(values, dict)
    assert all(problem.is_error for problem in problems)


@QUICK
@given(st.text(max_size=200))
def test_toml_never_raises(text):
    data, places, problems = read_toml("a.toml", text)
    assert (data is None) == bool(problems)
    assert places.of("a", 0, "b") >= (1, 1)


@QUICK
@given(MARKDOWN)
def test_masking_keeps_every_line(source):
    lines = source.split("\n")
    assert len(mask(lines)) == len(lines)
    ends = [fence.end for fence in fences(lines)]
    assert ends == sorted(ends)
    assert all(end <= len(lines) for end in ends)


@QUICK
@given(MARKDOWN)
def test_paragraphs_are_the_same_each_time(source):
    found = paragraphs(source)
    assert found == paragraphs(source)
    assert [part.line for part in found] == sorted(part.line for part in found)


@QUICK
@given(st.text(max_size=100))
def test_french_spacing_is_done_once(text):
    assert french(french(text)) == french(text)


def taken_apart(data: bytes) -> dict[str, bytes] | Invalid:
    try:
        return read_zip(io.BytesIO(data))
    except Invalid as mistake:
        return mistake


@QUICK
@given(st.binary(max_size=300))
def test_no_bytes_break_the_extractor(data):
    assert isinstance(taken_apart(data), dict | Invalid)


@QUICK
@given(st.integers(0, 900), st.binary(min_size=1, max_size=8))
def test_no_damage_breaks_the_extractor(place, damage):
    buffer = io.BytesIO()
    write_zip({"course.toml": b"a" * 50, "data/a.csv": b"b,c\n" * 20}, buffer)
    data = bytearray(buffer.getvalue())
    place %= len(data)
    data[place : place + len(damage)] = damage
    assert isinstance(taken_apart(bytes(data)), dict | Invalid)
