"""How a center's certificates look: chosen, looked at, used, and frozen with what is awarded."""

from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from app.accounts.services import change_names
from app.courses.models import Course
from app.credentials.services import correct_name
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from app.printing import queries
from app.printing.models import CertificatePicture, CertificateTemplate
from app.printing.rules import MOST_BYTES
from tests.credentials.making import award, make_place
from tests.printing.making import picture

URL = "/en/c/kenitra/certificate-templates"
WORDS = {
    "base": "0",
    "color": "clay",
    "sentence": "Avec les félicitations du jury",
    "sentence_ar": "مع تهاني لجنة التحكيم",
    "name_1": "Salma Bennani",
    "role_1": "Directrice",
    "name_ar_1": "سلمى بناني",
    "role_ar_1": "مديرة",
}


@pytest.fixture
def amina(make_person):
    return make_person(name="Amina Idrissi", name_ar="أمينة الإدريسي", email="amina@example.org")


@pytest.fixture
def place(database, amina):
    return make_place(amina)


@pytest.fixture
def manager(make_person, place, sign_in):
    found = make_person(name="Zineb", role="manager", scope="center", scope_id=place[0])
    sign_in(found)
    return found


def logo(content, alt="Atlas", n="1", name="logo.png"):
    return {f"file_{n}": (BytesIO(content), name), f"alt_{n}": alt}


def send(client, course="0", **values):
    return client.post(f"{URL}/edit?course={course}", data=WORDS | values)


def newest():
    found = db.session.scalar(select(func.max(CertificateTemplate.id)))
    db.session.rollback()
    return found


def count(table):
    found = db.session.scalar(select(func.count()).select_from(table))
    db.session.rollback()
    return found


def printed(client, sign_in, person, number):
    sign_in(person)
    return client.get(f"/fr/account/certificates/{number}.pdf").data


def text(content):
    return PdfReader(BytesIO(content)).pages[0].extract_text()


def test_it_is_chosen_looked_at_used_and_printed(client, sign_in, manager, amina, place):
    before = award(amina, place[1])
    plain = printed(client, sign_in, amina, before)
    sign_in(manager)
    assert "Certificates look as the house gives them" in client.get(URL).text
    assert send(client, **logo(picture())).status_code == 303
    at = f"{URL}/{newest()}"
    assert "Draft" in client.get(at).text
    seen = client.get(f"{at}.png")
    assert seen.mimetype == "image/png"
    assert seen.data.startswith(b"\x89PNG")
    assert client.post(f"{at}/use").status_code == 303
    assert client.post(f"{at}/use").status_code == 409
    assert printed(client, sign_in, amina, before) == plain
    assert "Salma Bennani" not in text(plain)


def test_what_is_awarded_keeps_the_look_that_it_had(client, sign_in, manager, amina, place):
    send(client, **logo(picture("JPEG"), name="l.jpg"))
    client.post(f"{URL}/{newest()}/use")
    number = award(amina, place[1])
    first = printed(client, sign_in, amina, number)
    assert len(first) <= MOST_BYTES
    assert "Salma Bennani" in text(first)
    assert "Avec les félicitations du jury" in text(first)
    sign_in(manager)
    send(client, base=str(newest()), name_1="Autre", drop_1="y")
    client.post(f"{URL}/{newest()}/use")
    assert printed(client, sign_in, amina, number) == first
    with write():
        change_names(actor=amina.actor, name="Amina El Idrissi", name_ar="")
        again = correct_name(actor=SYSTEM, public_id=number).public_id
    assert "Salma Bennani" in text(printed(client, sign_in, amina, again))


def test_a_course_may_have_a_look_of_its_own(client, manager, amina, place):
    course = db.session.scalar(select(Course.id))
    db.session.rollback()
    send(client)
    general = newest()
    client.post(f"{URL}/{general}/use")
    send(client, course=str(course), color="mint")
    own = newest()
    assert queries.find_template_id(place[0], course) == general
    client.post(f"{URL}/{own}/use")
    assert queries.find_template_id(place[0], course) == own
    assert queries.find_template_id(place[0], course + 1) == general
    assert queries.find_template_id(place[0] + 1, course) is None
    assert client.get(f"{URL}/edit?course={course + 99}").status_code == 404


def test_a_draft_takes_the_place_of_the_one_before_and_unused_pictures_go(client, manager):
    send(client, **logo(picture()))
    send(client, base=str(newest()), **logo(picture(color="#990000")))
    assert count(CertificateTemplate) == 1
    assert count(CertificatePicture) == 1
    send(client, base=str(newest()), alt_1="Atlas")
    assert count(CertificatePicture) == 1
    send(client, base=str(newest()), drop_1="y", alt_1="Atlas")
    assert count(CertificatePicture) == 0


@pytest.mark.parametrize(
    "content",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"GIF89a\x01\x00\x01\x00",
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 40,
        picture()[:200],
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 100_000,
        picture(size=(2000, 1001)),
        picture("JPEG")[:300],
    ],
    ids=["svg", "gif", "pdf", "no-size", "cut", "heavy", "large", "cut-jpeg"],
)
def test_a_picture_that_cannot_be_printed_is_refused(client, manager, content):
    answer = send(client, **logo(content))
    assert answer.status_code == 422
    assert "Nothing was kept." in answer.text
    assert count(CertificatePicture) == 0


def test_a_logo_without_a_word_of_whose_it_is_is_refused(client, manager):
    assert send(client, **logo(picture(), alt="")).status_code == 422


def test_a_sign_that_no_font_has_is_refused(client, manager):
    assert send(client, sentence="Bravo 😀").status_code == 422


@pytest.mark.parametrize("wrong", [{"color": "pink"}, {"name_1": "x" * 61}, {"other": "x"}])
def test_what_makes_no_sense_is_not_kept(client, manager, wrong):
    assert send(client, **wrong).status_code == 422
    assert count(CertificateTemplate) == 0


def test_who_comes_second_is_told(client, manager):
    send(client)
    answer = send(client)
    assert answer.status_code == 422
    assert "Somebody else changed this" in answer.text


def test_another_center_s_manager_sees_none_of_it(client, sign_in, manager, make_person):
    send(client, **logo(picture()))
    at = f"{URL}/{newest()}"
    sign_in(make_person(name="Far", role="manager", scope="center", scope_id=999))
    for url in (URL, at, f"{at}.png", f"{URL}/edit"):
        assert client.get(url).status_code == 404
    assert client.post(f"{at}/use").status_code == 404
