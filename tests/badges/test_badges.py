"""The pictures of a credential: what they hold, who has them, and what they say."""

import io
import json
import re

import pytest
from PIL import Image

from app.badges.showing import Badge, Card, draw_badge, draw_card
from app.credentials import baking, services
from app.kernel import clock, jobs
from app.kernel.actors import SYSTEM
from app.kernel.db import write
from app.printing.typesetting import set_drawing
from tests.credentials.making import award, make_place, signed

MOST_BYTES = 100_000


@pytest.fixture
def amina(make_person):
    return make_person(name="Amina Idrissi", name_ar="أمينة الإدريسي", email="amina@example.org")


@pytest.fixture
def number(database, amina):
    return award(amina, make_place(amina)[1])


def check(client, content, name):
    data = {"file": (io.BytesIO(content), name)}
    return client.post("/en/check", data=data).text


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
@pytest.mark.parametrize("kind", ["png", "svg"])
def test_a_badge_holds_the_signed_credential_and_is_checked_by_it(client, number, language, kind):
    answer = client.get(f"/{language}/check/{number}/badge.{kind}")
    assert answer.headers["Content-Disposition"] == f"attachment; filename=badge-{number}.{kind}"
    assert json.loads(baking.read_badge(answer.data)) == signed(number)
    assert len(answer.data) <= MOST_BYTES
    assert "This certificate is valid" in check(client, answer.data, f"badge.{kind}")


def test_the_pictures_are_pictures_and_loaded_from_nowhere(client, number):
    badge = Image.open(io.BytesIO(client.get(f"/fr/check/{number}/badge.png").data))
    assert badge.size == (640, 640)
    assert badge.convert("RGBA").getpixel((2, 2))[3] == 0, "it has no ground"
    wide = Image.open(io.BytesIO(client.get(f"/fr/check/{number}/wide.png").data))
    assert wide.size == (1200, 630)
    drawn = client.get(f"/fr/check/{number}/badge.svg").text
    assert not re.search(r"href=|<script|<image|url\(", drawn)


def test_the_check_page_names_its_picture_and_itself_for_messages_and_programs(client, number):
    page = client.get(f"/en/check/{number}").text
    picture = re.search(r'property="og:image" content="([^"]+)"', page)[1]
    assert picture.startswith("http")
    assert client.get(picture.split("localhost", 1)[-1]).mimetype == "image/png"
    told = json.loads(re.search(r'<script type="application/ld\+json">(.+?)</script>', page)[1])
    assert told["@type"] == "EducationalOccupationalCredential"
    assert told["identifier"] == number
    assert "Amina" not in json.dumps(told)


def test_what_counts_no_more_has_no_picture(client, number):
    with write():
        services.revoke_credential(
            actor=SYSTEM, public_id=number, reason="Fraude.", appeal_until=None, now=clock.now()
        )
    jobs.drain()
    for name in ("badge.png", "badge.svg", "wide.png"):
        assert client.get(f"/en/check/{number}/{name}").status_code == 404
    page = client.get(f"/en/check/{number}").text
    assert "og:image" not in page
    assert "ld+json" not in page


def test_of_a_private_one_only_its_owner_has_the_pictures(client, sign_in, number, amina):
    with write():
        services.set_private(actor=amina.actor, public_id=number, is_private=True)
    for name in ("badge.png", "badge.svg", "wide.png"):
        assert client.get(f"/en/check/{number}/{name}").status_code == 404
    sign_in(amina)
    answer = client.get(f"/en/check/{number}/badge.png")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("language", ["fr", "ar"])
@pytest.mark.parametrize("title", ["C", 'Python <b>&amp; "données"', "Données " * 30, "W" * 90])
def test_any_title_is_drawn_within_the_ribbon(language, title):
    badge = Badge(title, "Rihla · 2026", "beginner", language)
    assert "<b>" not in draw_badge(badge)
    sizes = [int(found) for found in re.findall(r'font-size="(\d+)"', draw_badge(badge))]
    assert 2 <= len(sizes) <= 4
    assert min(sizes) >= 19
    drawn = Image.open(io.BytesIO(set_drawing(draw_badge(badge), 640))).convert("RGBA")
    column = [drawn.getpixel((60, y)) for y in range(415, 500)]
    assert set(column) == {(255, 255, 255, 255)}, "the edge of the ribbon stays white"
    card = Card(badge, "Rihla", "Certificate", title, title, "Kénitra")
    assert set_drawing(draw_card(card), 1200).startswith(baking.PNG)
