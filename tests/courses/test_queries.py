"""What is read: statements, outlines, lessons, files."""

from pathlib import Path
from typing import Any

import pytest

from app.content.files import read_folder
from app.courses import queries
from app.courses.rules import Addresses
from app.kernel.recent import Recent
from app.kernel.errors import NotFound
from tests.courses import samples
from tests.courses.test_services import NOW, keep, publish

COURSES = Path(__file__).resolve().parent.parent.parent / "courses"
HERE = Addresses("/x/{id}", "/f/")


@pytest.fixture
def forget() -> None:
    """Empty the memory of the process."""
    queries._outlines.clear()
    queries._lessons.clear()


def test_who_sees_what_is_one_statement_however_many_there_are(
    database: Any, statements: Any
) -> None:
    for key in ("un-cours", "deux-cours", "trois-cours"):
        for title in ("Petit", "Autre"):
            publish(keep(samples.course(key, title=title)).revision_id)
    with statements() as seen:
        queries.resolve_publication("un-cours", now=NOW)
    assert len(seen) == 1
    with statements() as seen:
        listed = queries.list_published(NOW)
    assert len(seen) == 1
    assert sorted(one.slug for one in listed) == ["deux-cours", "trois-cours", "un-cours"]
    queries.outlines_of(listed)
    with statements() as seen:
        queries.outlines_of(listed)
    assert seen == []


def test_cold_outlines_of_a_whole_catalog_are_one_statement(
    database: Any, statements: Any, forget: None
) -> None:
    for key in ("un-cours", "deux-cours"):
        publish(keep(samples.course(key)).revision_id)
    listed = queries.list_published(NOW)
    with statements() as seen:
        outlines = queries.outlines_of(listed)
    assert len(seen) == 1
    assert {one.course.id for one in outlines.values()} == {"un-cours", "deux-cours"}


def test_an_outline_says_all_that_pages_need(database: Any) -> None:
    kept = keep(samples.course(languages=("fr", "ar")))
    outline = queries.get_outline(kept.revision_id)
    assert outline.title("ar") == "Petit cours ar"
    assert outline.title("en") == "Petit cours fr", "the source where there is no translation"
    assert outline.minutes == 20
    assert [lesson.id for lesson in outline.lessons] == ["bonjour", "suite"]
    before, after = outline.around("bonjour")
    assert before is None
    assert after is not None
    assert after.id == "suite"
    assert outline.is_reviewed("fr")
    assert not outline.is_reviewed("ar")
    assert outline.translated("ar") == 2
    assert outline.weights["bonjour"]["fr"] > 10


def test_a_lesson_is_rendered_once_and_read_in_one_statement(
    database: Any, statements: Any, forget: None
) -> None:
    kept = keep(samples.course())
    queries.outline_of(kept)
    with statements() as seen:
        first = queries.get_lesson(kept, "bonjour", "fr", HERE)
    assert len(seen) == 1
    assert "<strong>début</strong>" in first.html
    with statements() as seen:
        assert queries.get_lesson(kept, "bonjour", "ar", HERE) is first, (
            "not translated: the source"
        )
    assert seen == []
    with pytest.raises(NotFound):
        queries.get_lesson(kept, "absent", "fr", HERE)


def test_the_links_of_a_lesson_lead_where_the_caller_says(database: Any) -> None:
    body = "[Suite](lesson:suite)\n\n![Un trait](../media/trait.svg)"
    lessons = {"bonjour": ("Bonjour", body), "suite": ("Suite", "Encore.")}
    kept = keep(samples.course(lessons=lessons) | {"media/trait.svg": samples.PICTURE})
    html = queries.get_lesson(kept, "bonjour", "fr", HERE).html
    assert 'href="/x/suite"' in html
    assert 'src="/f/media/trait.svg"' in html
    assert 'width="40"' in html


def test_no_file_but_data_and_media_is_ever_given(database: Any) -> None:
    kept = keep(samples.with_files())
    assert queries.get_file(kept, "data/prix.csv").content.startswith(b"ville")
    for path in (
        "bank/secret.fr.md",
        "course.toml",
        "01-debut/01-image.fr.md",
        "data/../bank/secret.fr.md",
        "data/absent.csv",
    ):
        with pytest.raises(NotFound):
            queries.get_file(kept, path)


def test_memory_is_bounded() -> None:
    recent: Recent[str] = Recent(10, len)
    for name in ("a", "b", "c"):
        recent.put(name, name * 4)
    assert recent.get("a") is None
    assert (recent.get("b"), recent.get("c")) == ("bbbb", "cccc")


@pytest.mark.parametrize("slug", sorted(p.parent.name for p in COURSES.glob("*/course.toml")))
def test_the_courses_of_this_repository_come_in_and_go_out_unchanged(
    database: Any, slug: str
) -> None:
    files = read_folder(COURSES / slug)
    kept = keep(files, slug=slug)
    assert kept.slug == slug
    assert queries.read_revision(kept) == files
    outline = queries.outline_of(kept)
    for lesson in outline.lessons:
        for language in lesson.texts:
            assert queries.get_lesson(kept, lesson.id, language, HERE).segments
