"""Abuse 24: pictures and documents with scripts in them, brought in with a course."""

from typing import Any

import pytest

from app.courses import services
from tests.courses import samples
from tests.courses.test_services import keep, publish

SCRIPTED = {
    "script": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "handler": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "link": b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
    b'<a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
    "page inside": b'<svg xmlns="http://www.w3.org/2000/svg"><foreignObject>'
    b'<iframe xmlns="http://www.w3.org/1999/xhtml" src="javascript:alert(1)"/>'
    b"</foreignObject></svg>",
    "entity": b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b'<svg xmlns="http://www.w3.org/2000/svg"><text>&x;</text></svg>',
}
PAGE = b"<!doctype html><script>alert(document.cookie)</script>"


@pytest.mark.parametrize("picture", SCRIPTED.values(), ids=SCRIPTED)
def test_a_scripted_picture_is_refused_or_cannot_run(
    client: Any, database: Any, picture: bytes
) -> None:
    files = samples.with_files() | {"media/trait.svg": picture}
    if services.check_files(files).errors:
        return
    kept = keep(files)
    publish(kept.revision_id)
    answer = client.get(f"/fr/courses/{kept.slug}/files/{kept.short}/media/trait.svg")
    held(answer)


@pytest.mark.parametrize(
    "name", ["data/page.html", "data/page.htm", "data/page.xhtml", "media/x.html"]
)
def test_a_page_is_no_file_of_a_course(database: Any, name: str) -> None:
    refused = services.check_files(samples.course() | {name: PAGE})
    assert refused.errors


@pytest.mark.parametrize("name", ["data/prix.csv", "data/notes.txt"])
def test_a_page_under_another_name_is_handed_over_as_a_file(
    client: Any, database: Any, name: str
) -> None:
    body = f"[Le fichier](../{name})"
    files = samples.course(lessons={"bonjour": ("Bonjour", body)}) | {name: PAGE}
    checked = services.check_files(files)
    if checked.errors:
        return
    kept = keep(files)
    publish(kept.revision_id)
    answer = client.get(f"/fr/courses/{kept.slug}/files/{kept.short}/{name}")
    held(answer)
    assert not answer.content_type.startswith("text/html")


def held(answer: Any) -> None:
    """A browser that opens the file itself runs nothing of it, and guesses no other kind."""
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
