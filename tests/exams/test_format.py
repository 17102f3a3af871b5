"""What is wrong with an exam or its bank is told with its place and its remedy."""

import pytest

from app.content.checker import check
from app.content.reader import read_course
from app.content.rules import course_from_dict, to_dict
from tests.exams.making import BANK, RULES, files


def told(**changes):
    return [str(problem) for problem in check(files(**changes)) if problem.is_error]


def test_the_exam_of_the_tests_has_no_mistake():
    assert told() == []


def test_its_rules_come_back_from_the_manifest():
    course, _ = read_course(files(rules="  draw:\n    sums: 1\n    words: 2\n  shuffle: false"))
    assert course
    exam = course.lesson("bilan").exam
    assert exam.draw == (("sums", 1), ("words", 2))
    assert not exam.shuffle
    assert course_from_dict(to_dict(course)).lesson("bilan").exam == exam


@pytest.mark.parametrize(
    ("rules", "line", "words"),
    [
        ("  draw: 3\n  tries: 2", 8, "“tries” is unknown"),
        ("  draw: 3\n  pass: 101", 8, "“pass” has the wrong kind of value"),
        ("  draw: 3\n  keep: worst", 8, "“worst” is not possible"),
        ("  draw: 3\n  solution: now", 8, "“now” is not possible"),
        ("  draw: 3\n  draw: 2", 8, "stands here twice"),
        ("  attempts: 2", 7, "“draw” is missing"),
        ("  draw: some", 7, "cannot be read"),
        ("  draw: 0", 7, "cannot be read"),
        ("  draw: 5", 7, "draws 5 questions, and the bank has 4"),
        ("  draw:\n    words: 3", 7, "3 questions of “words”, and the bank has 2"),
        ("  draw:\n    easy: 1\n    sums: 2", 7, "3 questions of “sums”, and the bank has 2"),
        ("  [3]", 6, "“exam” has the wrong kind of value"),
    ],
)
def test_a_mistake_has_its_line_and_a_remedy(rules, line, words):
    found = [one for one in told(rules=rules) if words in one]
    assert found, told(rules=rules)
    path, at, _ = found[0].split(":", 2)
    assert path == "01-a/02-bilan.fr.md"
    assert abs(int(at) - line) <= 1
    assert " — " in found[0]


def test_two_questions_of_the_bank_with_one_id_are_told():
    course = files()
    course["bank/other.fr.md"] = BANK.replace("{#base}", "{#other}").encode()
    found = [str(problem) for problem in check(course) if "twice in the bank" in str(problem)]
    assert len(found) == 4
    assert found[0].startswith("bank/other.fr.md:2:")


def test_an_exam_needs_its_rules_and_other_lessons_have_none():
    course = files()
    exam = course["01-a/02-bilan.fr.md"].decode()
    course["01-a/02-bilan.fr.md"] = exam.replace(f"exam:\n{RULES}\n", "").encode()
    assert any("“exam” is missing" in str(problem) for problem in check(course))
    course["01-a/02-bilan.fr.md"] = exam.replace("kind: exam\n", "").encode()
    assert any("belongs to lessons that are exams" in str(one) for one in check(course))
