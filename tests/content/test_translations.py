"""Paragraphs, their digests, and translations that are behind."""

from app.content.checker import check
from app.content.paragraphs import digest, paragraphs
from app.content.stamp import stamp
from tests.content.samples import EN, FR, LESSON, good_course


def behind(files: dict[str, bytes]) -> list[str]:
    return [str(p) for p in check(files) if p.path == EN]


def test_paragraphs_are_numbered_with_their_lines():
    found = paragraphs(LESSON)
    assert [(part.line, part.opening) for part in found] == [
        (1, "title: Bonjour objectives: - Afficher un texte"),
        (9, "Une variable garde une valeur."),
        (11, "## Essayez {#try}"),
        (13, '```python {.cell #demo} print("bonjour") ```'),
        (17, '![Un carré](../media/square.svg "Un carré")'),
        (19, "[Les données](../data/towns.csv), [plus bas](#t…"),
        (21, "````quiz {#first} ### Que vaut `x` ? {#x-value…"),
    ]
    assert all(len(part.digest) == 6 for part in found)


def test_spacing_does_not_change_a_digest():
    assert digest("a  b\nc") == digest(" a b c ")
    assert digest("a b") != digest("a c")


def test_a_blank_line_inside_code_does_not_cut_a_paragraph():
    assert len(paragraphs("```python\na\n\nb\n```\n\nc")) == 3


def test_a_block_is_cut_where_its_questions_are():
    source = (
        "````quiz {#a}\n### A {#b}\n- [x] a\n\n### C {#d}\n```python\na\n\nb\n```\n- [x] c\n````"
    )
    assert [part.line for part in paragraphs(source)[1:]] == [1, 5]


def test_a_stamped_course_is_up_to_date():
    files = stamp(good_course())
    assert b'translates: "' in files[EN]
    assert files[FR] == good_course()[FR]
    assert behind(files) == []
    assert stamp(files) == files


def test_exactly_the_changed_paragraph_is_named():
    files = stamp(good_course())
    files[FR] = files[FR].replace(b"garde une valeur", b"retient une valeur")
    found = behind(files)
    assert len(found) == 1
    assert (
        "Paragraph 1 of the source has changed: “Une variable retient une valeur.” (line 9)"
        in found[0]
    )
    assert "rihla courses stamp" in found[0]


def test_a_changed_title_counts_and_a_moved_paragraph_does_not():
    files = stamp(good_course())
    files[FR] = files[FR].replace(b"title: Bonjour", b"title: Bonsoir")
    assert "Paragraph 0" in behind(files)[0]
    assert len(behind(files)) == 1


def test_a_removed_paragraph_is_told():
    files = stamp(good_course())
    files[FR] = files[FR].replace(b"Une variable garde une valeur.\n\n", b"")
    assert any("lost paragraphs" in line for line in behind(files))


def test_stamping_some_files_leaves_the_others():
    assert stamp(good_course(), only=[]) == good_course()
    assert stamp({"x": b""}) == {"x": b""}


def test_stamping_keeps_every_other_byte():
    files = good_course()
    files[EN] = files[EN].replace(b"\n", b"\r\n")
    stamped = stamp(files)[EN]
    line = next(part for part in stamped.split(b"\r\n") if part.startswith(b"translates"))
    assert stamped.replace(line + b"\r\n", b"") == files[EN]


def test_an_unreadable_translation_is_left_as_it_is():
    files = good_course()
    files[EN] = b"no front matter \xff"
    assert stamp(files)[EN] == files[EN]
    files[EN] = b"no front matter"
    assert stamp(files)[EN] == files[EN]
