"""The addresses of courses' files."""

from typing import Any

import pytest

from tests.courses import samples
from tests.courses.test_services import keep, publish, take_back


@pytest.fixture
def place(database: Any) -> str:
    """Publish a course with files and return where they are."""
    kept = keep(samples.with_files())
    publish(kept.revision_id)
    return f"/fr/courses/petit-cours/files/{kept.short}"


def test_a_picture_is_kept_for_ever_and_may_do_nothing(client: Any, place: str) -> None:
    answer = client.get(f"{place}/media/trait.svg")
    assert answer.status_code == 200
    assert answer.data == samples.PICTURE
    assert answer.mimetype == "image/svg+xml"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def test_data_is_text_to_save_and_nothing_that_runs(client: Any, place: str) -> None:
    answer = client.get(f"{place}/data/prix.csv")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="prix.csv"'
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_part_of_a_file_can_be_asked_for(client: Any, place: str) -> None:
    answer = client.get(f"{place}/data/prix.csv", headers={"Range": "bytes=0-4"})
    assert (answer.status_code, answer.data) == (206, b"ville")
    tag = client.get(f"{place}/data/prix.csv").headers["ETag"]
    again = client.get(f"{place}/data/prix.csv", headers={"If-None-Match": tag})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "bank/secret.fr.md",
        "course.toml",
        "01-debut/01-image.fr.md",
        "data/../bank/secret.fr.md",
        "data/..%2fbank/secret.fr.md",
        "data/%2e%2e/bank/secret.fr.md",
        "media//etc/passwd",
        "media/absent.svg",
        "media/%00.svg",
    ],
)
def test_questions_lessons_and_odd_paths_are_not_there(client: Any, place: str, path: str) -> None:
    answer = client.get(f"{place}/{path}")
    assert answer.status_code in (404, 308, 400)
    assert b"[x]" not in answer.data


@pytest.mark.parametrize("short", ["00000000", "%25%25%25%25%25%25%25%25", "zzzzzzzz", "1234"])
def test_a_revision_that_is_not_published_has_no_files(client: Any, place: str, short: str) -> None:
    found = client.get(f"/fr/courses/petit-cours/files/{short}/media/trait.svg")
    assert found.status_code == 404


def test_drafts_and_what_was_taken_back_are_not_there(client: Any, database: Any) -> None:
    kept = keep(samples.with_files())
    address = f"/fr/courses/petit-cours/files/{kept.short}/media/trait.svg"
    assert client.get(address).status_code == 404
    made = publish(kept.revision_id)
    assert client.get(address).status_code == 200
    take_back(made.publication_id)
    assert client.get(address).status_code == 404


def test_a_file_costs_two_statements(client: Any, place: str, statements: Any) -> None:
    client.get(f"{place}/media/trait.svg")
    with statements() as seen:
        client.get(f"{place}/media/trait.svg")
    assert len(seen) == 2
