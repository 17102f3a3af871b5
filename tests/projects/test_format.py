"""What is wrong with a project or its rubric is told with its place and its remedy."""

import pytest

from app.content.checker import check
from app.content.reader import read_course
from app.content.rules import PROJECT_KINDS, course_from_dict, to_dict
from tests.projects.making import PROJECT, files


def told(project=PROJECT):
    return [str(problem) for problem in check(files(project)) if problem.is_error]


def test_the_project_of_the_tests_has_no_mistake_and_comes_back_from_the_manifest():
    assert told() == []
    course, _ = read_course(files())
    lesson = course.lesson("taxi")
    assert lesson.project.rubric == (("prix", 8), ("clarte", 2))
    assert lesson.project.most == 10
    assert dict(lesson.texts["fr"].rubric)["prix"] == "Les prix sont justes"
    again = course_from_dict(to_dict(course)).lesson("taxi")
    assert (again.project, again.texts["fr"].rubric) == (lesson.project, lesson.texts["fr"].rubric)


def test_a_project_without_rules_takes_no_work_and_one_without_kinds_takes_all():
    assert told("kind: project\n") == []
    course, _ = read_course(
        files("kind: project\nproject:\n  rubric:\n    a: 1\nrubric:\n  a: A\n")
    )
    assert course.lesson("taxi").project.kinds == PROJECT_KINDS


@pytest.mark.parametrize(
    ("project", "words"),
    [
        ("kind: lesson\nproject:\n  rubric:\n    a: 1\n", "belongs to lessons that are projects"),
        ("kind: project\nproject: oui\n", "“project” has the wrong kind of value"),
        ("kind: project\nproject:\n  files: 2\n", "“rubric” is missing"),
        ("kind: project\nproject:\n  rubric:\n    a: 0\n", "The rubric cannot be read"),
        ("kind: project\nproject:\n  rubric: a\n", "The rubric cannot be read"),
        ("kind: project\nproject:\n  rubric:\n    a: 1\n", "“rubric” is missing"),
        ("kind: project\nproject:\n  rubric:\n    a: 1\nrubric:\n  b: B\n", "“b” is unknown"),
        ("kind: project\nproject:\n  rubric:\n    a: 1\nrubric:\n  b: B\n", "“a” is missing"),
        (PROJECT.replace("csv", "exe"), "“exe” is not possible for “kinds”"),
        (PROJECT.replace("files: 3", "files: 11"), "“files” has the wrong kind of value"),
        (PROJECT.replace("files: 3", "files: 3\n  files: 2"), "stands here twice"),
        ("rubric:\n  a: A\n", "“a” is unknown"),
    ],
)
def test_a_mistake_is_told(project, words):
    assert any(words in one for one in told(project)), told(project)
