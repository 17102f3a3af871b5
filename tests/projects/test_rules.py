"""Names, texts, links and states of projects as plain values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.projects.rules import (
    LINES,
    MOST_LINE,
    MOST_NAME,
    clean_name,
    distinct,
    lines_of,
    read_text,
    refuse_link,
)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("C:\\Users\\moi\\Taxi.PY", "Taxi.py"),
        ("../../etc/passwd", "passwd"),
        ("p\u202eyp.sv\x00g.py", "pyp.svg.py"),
        ("photo.JPEG", "photo.jpg"),
        ('a<b>:"c".py', "a-b---c-.py"),
        ("تعريفة.py", "تعريفة.py"),
        ("...", "file"),
        ("", "file"),
    ],
)
def test_a_name_becomes_harmless(name, clean):
    assert clean_name(name) == clean


@given(st.text(max_size=400))
def test_no_name_keeps_a_path_or_a_sign_that_is_not_seen(name):
    clean = clean_name(name)
    assert clean
    assert len(clean) <= MOST_NAME + 11
    assert not set(clean) & set('/\\\0<>:"|?*\n\u202e\u2028')
    assert clean_name(clean) == clean


def test_two_files_of_one_name_are_told_apart():
    assert distinct(["a.py", "a.py", "b.py", "a.py"]) == ["a.py", "a (2).py", "b.py", "a (3).py"]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("é".encode(), "é"),
        ("\ufeffé".encode(), "é"),
        ("é;1".encode("cp1252"), "é;1"),
        ("é;1".encode("utf-16"), "é;1"),
        (b"\x00\x01", None),
        (b"MZ\x90\x00", None),
        (b"a\x1ab", None),
    ],
)
def test_texts_are_read_however_they_were_saved_and_nothing_else_is(content, text):
    assert read_text(content) == text


def test_long_lines_are_cut_and_long_files_come_in_parts():
    lines = lines_of("x" * 5_000 + "\n" + "y\n" * 999, 1)
    assert len(lines.shown) == LINES
    assert len(lines.shown[0][1]) == MOST_LINE + 1
    assert (lines.count, lines.before, lines.after) == (1_000, None, LINES + 1)
    last = lines_of("y\n" * 1_000, 10**6)
    assert (last.first, last.shown[-1][0], last.after) == (801, 1_000, None)


@pytest.mark.parametrize(
    ("link", "is_taken"),
    [
        ("https://exemple.ma/a?b=c#d", True),
        ("http://exemple.ma", False),
        ("javascript:alert(1)", False),
        ("https://moi:secret@exemple.ma", False),
        ("https://exemple.ma:99999/", False),
        ("https:///x", False),
        ("https://localhost/", False),
        ("https://exemple.ma/a b", False),
    ],
)
def test_only_whole_https_addresses_are_links(link, is_taken):
    assert (refuse_link(link) is None) is is_taken
