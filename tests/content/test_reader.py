"""Reading a course: everything is taken, and every mistake has its line and its remedy."""

import json

import pytest

from app.content.reader import read_course
from app.content.rules import Problem, course_from_dict, to_dict
from tests.content.samples import COURSE, EN, FR, changed, good_course


def found(files: dict[str, bytes]) -> list[Problem]:
    return read_course(files)[1]


def test_a_good_course_is_read_without_a_problem():
    course, problems = read_course(good_course(), slug="tiny-folder")
    assert problems == []
    assert course is not None
    assert (course.id, course.slug, course.languages) == ("tiny", "tiny-folder", ("fr", "en"))
    lesson = course.lessons[0]
    assert (lesson.id, lesson.slug, lesson.module, lesson.kind) == (
        "hello",
        "hello",
        "start",
        "lesson",
    )
    assert lesson.texts["en"].title == "Hello"
    assert lesson.texts["fr"].objectives == ("Afficher un texte",)
    assert lesson.blocks == (("cell", "demo"), ("quiz", "first"))
    assert course.words("fr") == (("variable", "Un nom pour une valeur."),)
    assert course.files == {"data/towns.csv": 25, "media/square.svg": 84}


def test_a_course_survives_the_journey_through_json():
    course, _ = read_course(good_course())
    assert course is not None
    assert course_from_dict(json.loads(json.dumps(to_dict(course)))) == course


def test_an_anchor_of_a_lesson_is_a_block_a_paragraph_or_a_heading():
    course, _ = read_course(good_course())
    assert course is not None
    lesson = course.lessons[0]
    assert [lesson.anchor(name) for name in ("demo", "p-3", "try")] == ["b-demo", "p-3", "h-try"]


@pytest.mark.parametrize(
    ("path", "old", "new", "place", "message", "remedy"),
    [
        ("course.toml", "level =", "levle =", "4:1", "“levle” is unknown", "“level”"),
        ("course.toml", 'level = "beginner"\n', "", "1:1", "“level” is missing", "“level”"),
        ("course.toml", '"beginner"', '"easy"', "4:1", "“easy” is not possible", "advanced"),
        ("course.toml", "hours = 1", 'hours = "1"', "5:1", "wrong kind", "a number"),
        ("course.toml", '["fr", "en"]', '["fr", "en", "de"]', "3:1", "“de” is not", "fr, ar, en"),
        ("course.toml", 'id = "tiny"', 'id = "Tiny one"', "1:1", "“Tiny one”", "python-data"),
        ("course.toml", 'en = "The smallest."\n', "", "11:1", "“en” is missing", "“en”"),
        ("course.toml", '"Le plus petit."', '"' + "a" * 201 + '"', "12:1", "201", "200"),
        ("course.toml", "[summary]", "[summary", "11:9", "not TOML", "key = value"),
        ("course.toml", "[[glossary]]", "[[glossary]]\nterm = 1", "15:1", "“term”", "Delete it"),
        ("course.toml", "authors", "[completion]\nshar = 3\n[x]\na", "8:1", "“shar”", "“share”"),
        ("01-start/module.toml", "id", "name = 1\nid", "1:1", "“name” is unknown", "Delete it"),
        (FR, "minutes: 5", "minuts: 5", "4:1", "“minuts” is unknown", "“minutes”"),
        (FR, "minutes: 5", "minutes: five", "4:1", "wrong kind", "a number from 1 to 600"),
        (FR, "title: Bonjour", "title: Bonjour : tous", "3:16", "cannot be read", "quotes"),
        (FR, "title: Bonjour", "title: &a Bonjour", "3:8", "anchors", "quotes"),
        (FR, "title: Bonjour", "title: !!python/name:os.system x", "3:8", "tags", "quotes"),
        (FR, "title: Bonjour", "title: A\ntitle: B", "4:1", "twice", "Keep one"),
        (FR, "title: Bonjour", "title: [[[[[[A]]]]]]", "1:1", "too deep", "Keep id"),
        (FR, "title: Bonjour", "title: A\x07", "3:9", "cannot be shown", "Delete"),
        (FR, "id: hello", "id: Hello World", "2:1", "“Hello World”", "first-steps"),
        (FR, "minutes: 5", "minutes: 5\nkind: game", "5:1", "“game”", "exam"),
        (FR, "minutes: 5", "minutes: 5\npreview: maybe", "5:1", "wrong kind", "true or false"),
        (FR, "  - Afficher", "  Afficher", "5:1", "wrong kind", "a list of texts"),
        (EN, "minutes: 5", "minutes: 5\nkind: exam", "5:1", "source language", "Delete it"),
        (EN, "id: hello", "id: hallo", "2:1", "another id", "id: hello"),
        (EN, "minutes: 5", "minutes: 6", "2:1", "differs", "minutes: 5"),
        (FR, "---\nid", "id", "1:1", "missing", "three hyphens"),
        (FR, "---\n\nUne", "\nUne", "1:1", "not closed", "three hyphens"),
    ],
)
def test_each_mistake_has_its_place_and_its_remedy(path, old, new, place, message, remedy):
    lines = [str(problem) for problem in found(changed(path, old, new))]
    wanted = [line for line in lines if line.startswith(f"{path}:{place}: error: ")]
    assert any(message in line and remedy in line for line in wanted), "\n".join(lines)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("01-start/hello.md", "no place"),
        ("01-start/01-Hello.fr.md", "no place"),
        ("01-start/02-more.zgh.md", "not in the language “zgh”"),
        ("notes/secret.txt", "no place"),
        ("media/run.exe", "not taken"),
        ("bank/tag.md", "no place"),
    ],
)
def test_a_file_with_a_wrong_name_is_named(path, message):
    problems = found({**good_course(), path: b"x"})
    assert [p.path for p in problems if message in str(p)] == [path]


def test_a_text_that_is_not_utf8_says_where():
    files = good_course()
    files[FR] = files[FR].replace(b"valeur.", b"valeur \xff.")
    problem = next(p for p in found(files) if p.path == FR)
    assert (problem.line, problem.column) == (9, 31)
    assert "UTF-8" in str(problem)


def test_a_course_file_that_is_not_utf8_says_so():
    assert "UTF-8" in str(found({"course.toml": b'id = "\xff"'})[0])


def test_a_lesson_that_is_too_long_is_a_problem_and_no_crash():
    files = good_course()
    files[FR] += b"a" * 64_000
    assert any("larger than 64 kB" in str(problem) for problem in found(files))


def test_a_missing_course_file_is_the_first_thing_said():
    course, problems = read_course({})
    assert course is None
    assert "course.toml is missing" in str(problems[0])


def test_the_same_lesson_id_twice_is_refused():
    files = good_course()
    files["01-start/02-again.fr.md"] = files[FR]
    files["01-start/02-again.en.md"] = files[EN]
    assert any(p.path.endswith("02-again.fr.md") and "used twice" in str(p) for p in found(files))


def test_the_same_module_id_twice_is_refused():
    files = good_course()
    files["02-more/module.toml"] = files["01-start/module.toml"]
    text = [str(problem) for problem in found(files)]
    assert any("“start” is used twice" in line for line in text)
    assert any("02-more" in line and "no lesson" in line for line in text)


def test_a_translation_without_its_source_is_named():
    files = good_course()
    files["01-start/02-more.en.md"] = files[EN].replace(b"id: hello", b"id: more")
    assert any("source language is missing" in str(problem) for problem in found(files))


def test_all_mistakes_are_told_at_once_and_in_order():
    files = changed("course.toml", "level", "levle")
    files[FR] = files[FR].replace(b"minutes: 5", b"minuts: 5")
    files[EN] = files[EN].replace(b"title: Hello", b"titel: Hello")
    problems = found(files)
    assert {p.path for p in problems} == {"course.toml", FR, EN}
    assert problems == sorted(problems, key=Problem.order)


def test_windows_line_ends_and_a_byte_order_mark_change_nothing():
    files = good_course()
    files[FR] = b"\xef\xbb\xbf" + files[FR].replace(b"\n", b"\r\n")
    assert found(files) == []


def test_values_are_read_as_the_schema_asks():
    files = changed(FR, "title: Bonjour", "title: yes")
    course, problems = read_course(files)
    assert course is not None
    assert problems == []
    assert course.lessons[0].texts["fr"].title == "yes"


def test_keys_of_inline_tables_and_dotted_keys_are_found_too():
    planned = '[[planned]]\ntitle = { fr = "B", xx = "C" }\n'
    files = {**good_course(), "course.toml": (COURSE + planned).encode()}
    places = [(p.line, p.column) for p in found(files) if "“xx”" in str(p)]
    assert places == [(21, 21)]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('[title]\nfr = "Petit cours"\nen = "Tiny course"', 'title = "x"', "must be a table"),
        ("authors", "planned = 3\nauthors", "must be a list of tables"),
        ("authors", "skills = [1]\nauthors", "must be a list of tables"),
        ("authors", 'skills = [{ framework = "DigComp" }]\nauthors', "“code” is missing"),
        ('["fr", "en"]', '"fr"', "must be a list of texts"),
        ('["fr", "en"]', "[]", "Choose one of: fr, ar, en"),
        ('source = "fr"', 'source = "ar"', "Choose one of: fr, en"),
        ("[summary]", "[completion]\nshare = 0\n[summary]", "from 1 to 100"),
        ("hours = 1", "hours = true", "a number"),
        ("[[glossary]]", 'x = """\ny = 1\n"""\n[[glossary]]', "“x” is unknown"),
        ("authors", 'prerequisites = [\n  "a",\n  1,\n]\nauthors', "must be a list of texts"),
    ],
)
def test_wrong_kinds_in_the_course_file_are_named(old, new, message):
    lines = [str(problem) for problem in found(changed("course.toml", old, new))]
    assert any(message in line for line in lines), "\n".join(lines)


def test_a_course_file_without_end_is_refused():
    assert "too long" in str(found({"course.toml": b"#" * 200_001})[0])
    deep = b"x = " + b"[" * 5_000
    assert "not TOML" in str(found({"course.toml": deep})[0])


def test_front_matter_without_end_or_keys_is_refused():
    long = changed(FR, "title: Bonjour", "title: " + "a" * 17_000)
    assert any("too long" in str(problem) for problem in found(long))
    for front in ("just words", "- a\n- b", ""):
        files = good_course()
        files[FR] = f"---\n{front}\n---\n".encode()
        assert any(problem.path == FR for problem in found(files)), front
