"""The courses of this repository are read, checked and rendered without a mistake."""

from pathlib import Path

import pytest

from app.content.checker import check_course
from app.content.context import FileRef, RenderContext
from app.content.files import read_folder
from app.content.markdown import render

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).resolve().parents[2] / "courses"
COURSES = sorted(path.parent.name for path in FOLDER.glob("*/course.toml"))


@pytest.mark.parametrize("slug", COURSES)
def test_each_course_passes_its_check(slug):
    course, problems, _ = check_course(read_folder(FOLDER / slug), slug=slug)
    assert course is not None
    errors = [str(problem) for problem in problems if problem.is_error]
    assert errors == []


@pytest.mark.parametrize("slug", COURSES)
def test_each_lesson_of_a_course_renders(slug):
    files = read_folder(FOLDER / slug)
    course = check_course(files, slug=slug).course
    assert course is not None
    for lesson in course.lessons:
        for language, text in lesson.texts.items():
            context = RenderContext(
                path=text.path,
                lesson=lambda lesson, fragment: f"/{lesson}",
                file=lambda path: FileRef(path, 1) if path in files else None,
                glossary=course.words(language),
            )
            rendered = render(files[text.path].decode(), language=language, context=context)
            assert rendered.problems == (), text.path
            assert rendered.headings, text.path
            assert 'class="missing"' not in rendered.html, text.path
