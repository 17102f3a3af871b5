"""Abuse 15: reading the right answer in what an exam sends before it is earned."""

import pytest
from sqlalchemy import func, select

from app.courses.models import Revision
from app.kernel import jobs
from app.kernel.db import db
from tests.exams.conftest import amina, slug  # noqa: F401
from tests.exams.making import CANARY, PAGE, Sheet
from tests.offline.test_offline import offered

pytestmark = pytest.mark.shipped

COURSE = "/fr/courses/petit-examen"


def keys_in(answers):
    """Return what tells a key in any byte of these answers, headers too."""
    return [
        (answer.request.path, found)
        for answer in answers
        if (found := CANARY.findall(answer.get_data(as_text=True) + str(answer.headers)))
    ]


def test_no_key_feedback_or_hint_is_in_any_byte_of_an_attempt(client, amina):  # noqa: F811
    seen = [client.get(f"{COURSE}/bilan"), client.get(PAGE)]
    sheet = Sheet(client)
    for language in ("fr", "ar", "en"):
        address = sheet.address.replace("/fr/", f"/{language}/")
        seen += [client.get(f"{address}?q={number}") for number in (1, 2, 3)]
        seen.append(client.get(f"{address}/whole"))
    seen += [sheet.send((seq, item, "b")) for seq, item in enumerate(sheet.items, 1)]
    seen += [
        sheet.send((1, sheet.items[0], "other")),
        sheet.fill("b"),
        sheet.fill("", go="hand-in"),
    ]
    seen += [client.get(f"{sheet.address}?q=1"), client.get(f"{sheet.address}/hand-in")]
    seen += [client.post(f"{sheet.address}/hand-in"), client.get(f"{sheet.address}/result")]
    seen += [client.get(COURSE), client.get(PAGE)]
    assert keys_in(seen) == []
    jobs.drain()
    assert keys_in([client.get(f"{sheet.address}/result")]), "earned now: the canary sings"


def test_the_bank_is_no_file_and_nothing_of_it_is_found_or_kept_offline(client, amina):  # noqa: F811
    short = db.session.scalar(select(func.substr(Revision.hash, 1, 8)))
    for path in ("bank/base.fr.md", "../bank/base.fr.md", "media/../bank/base.fr.md"):
        assert client.get(f"{COURSE}/files/{short}/{path}").status_code == 404
    base, token = offered(client, "petit-examen")
    assert "Bilan" not in client.get("/fr/search?q=zqxsolution").text
    found = [client.get(f"/fr/search?q={word}") for word in ("neuf", "deux", "jaune")]
    pages = ("", "/plan.json", "/un", "/bilan")
    kept = [client.get(f"{base}{page}?token={token}") for page in pages]
    assert [answer.status_code for answer in kept[:3]] == [200, 200, 200]
    assert keys_in(found + kept) == []
