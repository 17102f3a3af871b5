"""Two plugins that do not know each other agree on the plain form of a question."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.content.blocks import nodes
from app.content.frontmatter import split
from plugins.question_exchange.conversion import to_bank
from plugins.question_exchange.formats import read, write
from plugins.question_exchange.items import File
from plugins.quizzes.questions import from_dict, to_dict, with_keys
from plugins.quizzes.reader import read_quiz
from plugins.quizzes.writer import write_question

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    *sorted((ROOT / "courses").rglob("*.fr.md")),
    *sorted((ROOT / "courses").rglob("*.ar.md")),
    ROOT / "plugins/quizzes/README.md",
]


def questions():
    for path in SOURCES:
        body = split(path.read_text("utf-8"))[1].replace("`````markdown", "").replace("`````\n", "")
        for node in nodes(body.split("\n")):
            if node.name == "quiz":
                yield from read_quiz(node)[0].questions


def there_and_back(found, name):
    """Write questions in a format, and read them as somebody who gets the file."""
    reading = read(write([to_dict(question) for question in found], name).data, name)
    assert reading.unread == ()
    plain, lost = to_bank(reading.items)
    assert lost == []
    return [from_dict(with_keys(data)) for data in plain]


@pytest.mark.parametrize("name", ["gift", "moodle-xml"])
def test_all_questions_of_the_courses_come_back_as_they_went(name):
    found = list({question.id: question for question in questions()}.values())
    assert {question.kind for question in found} >= {
        "one", "many", "truefalse", "number", "text", "match", "essay",
    }  # fmt: skip
    assert there_and_back(found, name) == found


WORDS = st.text(
    st.characters(
        codec="utf-8", exclude_characters="\0", exclude_categories=["Cc", "Cs", "Zl", "Zp"]
    ),
    min_size=1,
    max_size=25,
).map(lambda text: " ".join(text.split()))


def parsed(kind, lines):
    body = "\n".join([f"### Question {{#q{' type=' + kind if kind else ''}}}", *lines])
    (node,) = nodes(f"````quiz {{#x}}\n{body}\n````".split("\n"))
    quiz, problems = read_quiz(node)
    return quiz.questions[0] if not problems and quiz.questions else None


KINDS = {
    "one": ("", ["- [x] {0}", "  > {1}", "- [ ] {2}"]),
    "many": ("", ["- [x] {0}", "- [x] {1}", "- [ ] {2}", "  > {3}"]),
    "truefalse": ("truefalse", ["= false", "  > {0}", "~ true", "  > {1}"]),
    "number": ("number", ["= 19.5 ± 0.1", "  > {0}", "~ 25% 3..4", "= 7", "  > {1}"]),
    "text": ("text", ["= {0}", "  > {1}", "~ 50% {2}"]),
    "match": ("match", ["- {0} -> {1}", "- {2} -> {3}"]),
    "essay": ("essay", ["{0}", "", "> [!SOLUTION]", "> {1}"]),
}


@pytest.mark.parametrize("name", ["gift", "moodle-xml"])
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None)
@given(words=st.lists(WORDS, min_size=4, max_size=4))
def test_whatever_the_words_nothing_is_lost(kind, name, words):
    written, lines = KINDS[kind]
    question = parsed(written, [line.format(*words) for line in lines])
    if question is not None:
        assert there_and_back([question], name) == [question]


def test_files_travel_with_moodle_xml():
    data = {"id": "a", "kind": "essay", "prompt": "Voyez ![x](../media/x.png) ?"}
    file = File("x.png", b"\x89PNG")
    reading = read(write([data], "moodle-xml", [file]).data)
    assert reading.files == (file,)
    assert to_bank(reading.items)[0][0]["prompt"] == data["prompt"]


def test_what_was_read_can_be_published_as_markdown():
    text = (
        "::Capitale::La *capitale* ?{=Rabat =%50%Rabbat#un b ~}\n\nVrai ?{T}\n\n{=Fès} est belle."
    )
    plain, _ = to_bank(read(text.replace(" ~", "").encode(), "gift").items)
    body = "\n\n".join(write_question(from_dict(with_keys(data))) for data in plain)
    (node,) = nodes(f"````quiz {{#x}}\n{body}\n````".split("\n"))
    quiz, problems = read_quiz(node)
    assert problems == []
    assert [question.id for question in quiz.questions] == ["capitale", "q2", "q3"]
    assert quiz.questions[0].prompt == "La \\*capitale\\* ?"
