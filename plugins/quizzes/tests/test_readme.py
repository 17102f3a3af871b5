import re
from pathlib import Path

import pytest

from app.sdk.testing import read_blocks as nodes
from plugins.quizzes.questions import KINDS
from plugins.quizzes.reader import read_quiz

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
EXAMPLES = re.findall(r"^`````markdown\n(.*?)^`````$", README, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_of_the_readme_are_read_without_a_problem(example):
    (node,) = nodes(example.split("\n"))
    quiz, problems = read_quiz(node)
    assert quiz.questions
    assert problems == []


def test_the_readme_shows_every_type():
    found = {
        question.kind
        for example in EXAMPLES
        for node in nodes(example.split("\n"))
        for question in read_quiz(node)[0].questions
    }
    assert found == set(KINDS)


def test_the_readme_names_every_file():
    for path in Path(__file__).parents[1].glob("*.py"):
        assert path.stem in ("__init__", "problems") or f"`{path.name}`" in README, path.name
