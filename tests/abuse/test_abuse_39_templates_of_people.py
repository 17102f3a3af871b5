"""Abuse 39: template syntax in whatever people and authors write is text, and stays text."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from markupsafe import escape

from app.kernel import clock
from app.kernel.db import write
from app.kernel.i18n import say, translate
from app.messages import services as messages
from tests import letters
from tests.conftest import add_session
from tests.courses import samples
from tests.courses.test_services import keep, publish

TRIES = (
    "{{ 7 * 7 }}",
    "{{ config }}",
    "{{ self.__init__.__globals__ }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "%(secret_key)s",
    "{0.__class__}",
    "%s%s%s%n",
)
TOLD = ("49", "Secret(", "for tests only", "__main__", "&lt;class", "<class", "SECRET_KEY")


def harmless(page: str) -> None:
    body = page.split("<body", 1)[1]
    for sign in TOLD:
        assert f">{sign}" not in body
        assert f" {sign} " not in body


@pytest.mark.parametrize("text", TRIES)
def test_a_name_is_no_template(client: Any, make_person: Any, text: str) -> None:
    plain = FlaskClient(client.application, client.application.response_class)
    plain.set_cookie("sid", add_session(make_person(name=text)))
    response = plain.get("/fr/account")
    assert response.status_code == 200
    page = response.get_data(as_text=True)
    assert str(escape(text)) in page
    harmless(page)


@pytest.mark.parametrize("text", TRIES)
def test_a_course_is_no_template(client: Any, database: Any, text: str) -> None:
    lessons = {"bonjour": (f"Titre '{text}'".replace("'", ""), f"Un texte.\n\n`{text}`\n\n{text}")}
    files = samples.course(lessons=lessons)
    path = "01-debut/01-bonjour.fr.md"
    title = b"title: " + lessons["bonjour"][0].encode()
    files[path] = files[path].replace(title, b"title: '" + title[7:] + b"'\npreview: true")
    kept = keep(files)
    publish(kept.revision_id, now=clock.now())
    plain = FlaskClient(client.application, client.application.response_class)
    response = plain.get(f"/fr/courses/{kept.slug}/bonjour")
    assert response.status_code == 200
    harmless(response.get_data(as_text=True))


@pytest.mark.parametrize("text", TRIES)
def test_a_letter_is_no_template(app: Any, database: Any, text: str) -> None:
    with write():
        messages.send(
            channel="email",
            address="amina@example.org",
            subject=say("A message for %(name)s", name=text),
            body=[say("From %(name)s.", name=text), text],
            language="fr",
        )
    (letter,) = letters.waiting("amina@example.org")
    assert letter.count(text) == 2
    assert "49" not in letter


@pytest.mark.parametrize("text", TRIES)
def test_a_search_is_no_template(client: Any, text: str) -> None:
    response = client.get("/fr/search", query_string={"q": text.replace("{{", "{ {")})
    assert response.status_code == 200
    harmless(response.get_data(as_text=True))


def test_values_of_a_sentence_are_not_formatted_again() -> None:
    assert "%(other)s" in translate(say("Hello %(name)s", name="%(other)s"), "en")
