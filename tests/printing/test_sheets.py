"""A certificate on paper: what is in the file, whatever people are called."""

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from app.printing.rules import (
    COLORS,
    MOST_BYTES,
    Look,
    Sheet,
    Signatory,
    plain,
    values_of,
)
from app.printing.typesetting import set_pdf, set_picture

MADE = datetime(2026, 10, 18, 10, tzinfo=UTC)
NUMBER = "q8Zt3Yx0R2uKcVb7Lw1mNA"
SHEET = Sheet(
    name="Fatima-Zohra El Mansouri",
    name_ar="فاطمة الزهراء المنصوري",
    title=("Python et données", "بايثون والبيانات"),
    level="beginner",
    hours=40,
    cohort="DA-7",
    center=("Centre de Kénitra", "مركز القنيطرة"),
    sponsor=("Atlas Retail", "أطلس للتوزيع"),
    earned_on=date(2026, 10, 18),
    until=date(2029, 10, 18),
    issuer="JobInTech",
    number=NUMBER,
    address=f"https://example.org/credentials/{NUMBER}",
    check_page="example.org/fr/check",
    code=f"https://example.org/credentials/{NUMBER}",
)
SIGNED = Look(
    "mint",
    "Avec les félicitations du jury",
    "مع تهاني لجنة التحكيم",
    (
        Signatory("Salma Bennani", "Directrice", "سلمى بناني", "مديرة"),
        Signatory("Youssef Alaoui", "Responsable", "يوسف العلوي", "مسؤول"),
    ),
)


def read(sheet):
    content = set_pdf(sheet, made_at=MADE)
    assert len(content) <= MOST_BYTES
    found = PdfReader(BytesIO(content))
    assert len(found.pages) == 1
    return found


def words(sheet):
    return read(sheet).pages[0].extract_text()


def conforms(found):
    claims = found.trailer["/Root"]["/Metadata"].get_data()
    return b"pdfuaid:part>1<" in claims and b"pdfaid:part>2<" in claims


def test_it_says_who_what_where_and_when_in_both_languages():
    text = words(SHEET)
    for said in (
        "Certificat de réussite", "Fatima-Zohra El Mansouri", "Python et données",
        "niveau débutant", "40 heures", "cohorte DA-7", "Centre de Kénitra", "Atlas Retail",
        "18 octobre 2026", "18 octobre 2029", NUMBER, "example.org/fr/check", "JobInTech",
    ):  # fmt: skip
        assert said in text
    for said in (
        "فاطمة",
        "الزهراء",
        "المنصوري",
        "بايثون",
        "القنيطرة",
        "للتوزيع",
        "أكتوبر",
        "شهادة",
    ):
        assert said in text


def test_it_is_tagged_for_screen_readers_and_fit_for_archives():
    found = read(SHEET)
    assert conforms(found)
    root = found.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "fr-MA"
    assert found.metadata.title == "Certificat : Fatima-Zohra El Mansouri"


def test_the_same_certificate_is_the_same_file():
    one = set_pdf(replace(SHEET, look=SIGNED), made_at=MADE)
    assert one == set_pdf(replace(SHEET, look=SIGNED), made_at=MADE)
    assert one != set_pdf(SHEET, made_at=MADE)


def test_nothing_of_it_is_a_picture_but_what_a_center_gives():
    kinds = [thing.get("/Subtype") for thing in objects(read(SHEET))]
    assert "/Image" not in kinds
    assert set_picture(SHEET, made_at=MADE).startswith(b"\x89PNG")


def objects(found):
    for number in range(1, len(found.xref_objStm) + len(found.xref.get(0, {})) + 1):
        thing = found.get_object(number)
        if isinstance(thing, dict):
            yield thing


@pytest.mark.parametrize("color", [*COLORS, "none of ours"])
def test_each_color_of_the_house_gives_a_page(color):
    assert conforms(read(replace(SHEET, look=replace(SIGNED, color=color))))


@pytest.mark.parametrize(
    "name",
    [
        '#import "@preview/evil:1.0.0": *',
        '#read("/etc/passwd")',
        "$ x^2 $ ] ) } [ ( {",
        "*bold* _under_ `raw` <label> @ref // rest",
        "\\u{41} \\ # // /* ",
        'Amina"; #panic("x") //',
        "{{ name }} {% raw %} %(name)s",
    ],
)
def test_a_name_in_the_template_s_own_signs_stays_a_name(name):
    text = words(replace(SHEET, name=name))
    assert "".join(name.split()) in "".join(text.split())


@pytest.mark.parametrize(
    ("name", "name_ar"),
    [("Amina", ""), ("", "أمينة"), ("", ""), ("أمينة", "Amina"), ("Ɛli Ḥmed", "بنڭرير گادير")],
)
def test_a_name_may_be_in_one_script_in_the_other_s_place_or_gone(name, name_ar):
    found = read(replace(SHEET, name=name, name_ar=name_ar))
    assert conforms(found)
    assert name in found.pages[0].extract_text()


def test_long_words_and_long_names_stay_on_the_page():
    long = replace(
        SHEET,
        name="A" * 200,
        name_ar="عبد المؤمن الإدريسي " * 10,
        title=("Analyse et visualisation " * 12, "تحليل البيانات " * 20),
        center=("Centre " * 40, "مركز " * 40),
        sponsor=("Partenaire" * 20, "شريك " * 40),
        cohort="C" * 200,
        look=replace(SIGNED, sentence="Bravo " * 60, sentence_ar="أحسنت " * 60),
        code="x" * 400,
    )
    assert conforms(read(long))
    assert all(len(part) <= 200 + 10 for part in values_of(long)["fr"].values())


def test_signs_that_cannot_be_seen_turn_nothing_around():
    hidden = "\u202eevil\u2066 \u200f\ud800\x00 Amina\u200b"
    assert plain(hidden) == "evil Amina"
    assert "evil Amina" in words(replace(SHEET, name=hidden))


def test_a_sign_that_no_font_has_costs_the_promise_and_not_the_paper():
    found = read(replace(SHEET, name="Amina 😀"))
    assert not conforms(found)
    assert "Amina" in found.pages[0].extract_text()


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=120), st.text(max_size=120))
def test_whatever_the_names_there_is_one_page(name, title):
    read(replace(SHEET, name=name, title=(title, title), cohort=name[:40]))
