"""The catalog's facets and the search, on real courses."""

import pytest

from app.catalog.queries import search
from app.courses.services import check_files, import_course, publish_course, withdraw_publication
from app.kernel import clock, jobs
from app.kernel.actors import SYSTEM
from app.kernel.db import write
from tests.courses import samples


def publish(key, lessons, *, level="beginner", hours=2, languages=("fr",), starts_at=None):
    files = samples.course(key=key, lessons=lessons, languages=languages, title=f"Cours {key}")
    toml = files["course.toml"].decode().replace('"beginner"', f'"{level}"')
    files["course.toml"] = toml.replace("hours = 2", f"hours = {hours}").encode()
    with write():
        made = import_course(actor=SYSTEM, checked=check_files(files), now=clock.now())
        done = publish_course(
            actor=SYSTEM, revision_id=made.revision_id, starts_at=starts_at, now=clock.now()
        )
    jobs.drain()
    return done


def found(query, language="fr"):
    return [(hit.course_slug, hit.lesson_id) for hit in search(query, language)]


BOUCLES = {"boucles": ("Répéter avec des boucles", "La boucle répète. L’été, l'école est fermée.")}
MOYENNE = {"moyenne": ("المتوسط الحسابي", "نحسب المتوسط للأعداد في المدرسة.")}


@pytest.mark.parametrize("query", ["boucle", "BOUCLES", "repeter", "ecole", "été boucle", "bouc"])
def test_a_lesson_is_found_by_words_beginnings_and_without_accents(database, query):
    publish("python", BOUCLES)
    assert ("python", "boucles") in found(query)


@pytest.mark.parametrize("query", ["متوسط", "المتوسط", "اعداد", "مدرسه", "للأعداد"])
def test_arabic_is_found_however_alef_and_ta_marbuta_are_typed(database, query):
    publish("stats", MOYENNE)
    assert ("stats", "moyenne") in found(query, "ar")


def test_every_word_must_be_there(database):
    publish("python", BOUCLES)
    assert found("boucle absente") == []


def test_the_title_goes_before_the_text(database):
    publish("ordre", {"un": ("Listes", "rien"), "deux": ("Autre", "des listes ici")})
    assert [lesson for _, lesson in found("listes")][:2] == ["un", "deux"]


@pytest.mark.parametrize(
    "query", ["", "   ", "%", "'; DROP TABLE person; --", "\x00", "🙂", "a" * 5000]
)
def test_an_odd_query_finds_nothing_and_breaks_nothing(client, database, query):
    publish("python", BOUCLES)
    assert client.get("/fr/search", query_string={"q": query}).status_code == 200


def test_what_is_taken_back_is_found_no_more(database):
    made = publish("python", BOUCLES)
    with write():
        withdraw_publication(actor=SYSTEM, publication_id=made.publication_id, now=clock.now())
    jobs.drain()
    assert found("boucle") == []


def test_a_new_revision_replaces_the_old_in_the_index(database):
    publish("python", BOUCLES)
    publish("python", {"boucles": ("Tableaux", "Plus rien")})
    assert found("boucle") == []
    assert found("tableaux")


def test_search_results_cost_one_statement(database, statements):
    publish("python", {f"l{n}": (f"Boucle {n}", "Texte") for n in range(20)})
    with statements() as seen:
        assert len(search("boucle", "fr")) == 20
    assert len(seen) == 1


def test_facets_are_addresses_that_narrow_the_catalog(client, database):
    publish("court", BOUCLES, hours=5)
    publish("long", BOUCLES, hours=40, level="advanced", languages=("fr", "ar"))
    everything = client.get("/fr/courses").text
    assert "Cours court" in everything
    assert "Cours long" in everything
    for query in ("level=advanced", "hours=long", "language=ar"):
        page = client.get(f"/fr/courses?{query}").text
        assert "Cours long" in page, query
        assert "Cours court" not in page, query
    assert client.get("/fr/courses?level=advanced&hours=short").status_code == 200
    assert "Cours court" in client.get("/fr/courses?level=nonsense").text


def test_the_catalog_costs_the_same_for_one_course_and_for_many(client, database, statements):
    publish("c0", BOUCLES)
    client.get("/fr/courses")
    with statements() as one:
        client.get("/fr/courses")
    for n in range(1, 6):
        publish(f"c{n}", BOUCLES)
    client.get("/fr/courses")
    with statements() as many:
        client.get("/fr/courses")
    assert len(one) == len(many) <= 3


def test_a_course_that_starts_later_is_not_shown_yet(client, database, travel):
    from datetime import timedelta

    publish("futur", BOUCLES, starts_at=clock.now() + timedelta(days=2))
    assert "Cours futur" not in client.get("/fr/courses").text
    travel(days=3)
    assert "Cours futur" in client.get("/fr/courses").text
