"""Abuse 40: an instructor reads, changes or publishes the course of somebody else."""

from typing import Any

import pytest

from app.courses import queries
from tests.courses import samples
from tests.courses.test_services import NOW, keep, publish

TRIES = (
    ("GET", ""),
    ("GET", "/{s}/report"),
    ("GET", "/{s}/preview"),
    ("GET", "/{s}/preview/fr/image"),
    ("GET", "/{s}/files/media/trait.svg"),
    ("GET", "/{s}/files/bank/secret.fr.md"),
    ("GET", "/{s}/course.zip"),
    ("GET", "/{s}/publish"),
    ("POST", "/{s}/publish"),
    ("POST", "/publications/{p}/take-back"),
)


@pytest.mark.parametrize(("method", "path"), TRIES)
@pytest.mark.parametrize("scope", ["course", "center", "cohort"])
def test_it_does_not_exist_for_a_colleague(
    client: Any, make_person: Any, sign_in: Any, method: str, path: str, scope: str
) -> None:
    revision = keep(samples.with_files())
    made = publish(revision.revision_id)
    sign_in(make_person(role="instructor", scope=scope, scope_id=revision.course_id + 500))
    address = path.replace("{s}", revision.short).replace("{p}", str(made.publication_id))
    answer = client.open(f"/fr/studio/courses/petit-cours{address}", method=method)
    assert answer.status_code == 404
    assert queries.resolve_publication("petit-cours", now=NOW).hash == revision.hash
