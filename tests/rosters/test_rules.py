import csv
import io

import pytest

from app.centers.rules import write_csv
from app.rosters import rules
from app.rosters.rules import Line, UnreadableFile

HEAD = "name,name_ar,email,phone,cohort,language\n"


def read(text, encoding="utf-8"):
    return rules.read(text.encode(encoding)).lines


def problem(content):
    with pytest.raises(UnreadableFile) as unreadable:
        rules.read(content)
    assert str(rules.explain(unreadable.value.problem))
    return unreadable.value.problem["code"]


def test_a_line_is_read_and_its_addresses_are_brought_into_one_form():
    (line,) = read(HEAD + "Amina Idrissi,أمينة الإدريسي,Amina@Example.ORG,0612345678,DA-7,ar\n")
    assert line == Line(
        2, "Amina Idrissi", "أمينة الإدريسي", "amina@example.org", "+212612345678", "DA-7", "ar"
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_separator_is_found(delimiter):
    text = delimiter.join(["name", "email"]) + "\n" + delimiter.join(["A, B; C", "a@b.ma"])
    if delimiter != "\t":
        text = text.replace("A, B; C", '"A, B; C"')
    assert read(text)[0].name == "A, B; C"


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "Zoé أمينة"),
        ("utf-8-sig", "Zoé أمينة"),
        ("utf-16", "Zoé أمينة"),
        ("cp1252", "Noël Élodie Œuvrard"),
        ("cp1256", "أمينة الإدريسي"),
        ("cp1256", "Zoé أمينة"),
    ],
)
def test_the_encoding_is_found(encoding, name):
    line = read(f"name;email\r\n{name};a@b.ma\r\n", encoding)[0]
    assert (line.name or line.name_ar) == name


@pytest.mark.parametrize(
    "titles",
    [
        "Nom et prénom;Adresse e-mail;Téléphone;Cohorte;Langue",
        "Full name;E-Mail;Phone number;Cohort;Language",
        "الاسم الكامل;البريد الإلكتروني;الهاتف;الفوج;اللغة",
        "NOM;COURRIEL;GSM;GROUPE;LANGUE",
    ],
)
def test_titles_are_understood_in_three_languages(titles):
    (line,) = read(f"{titles}\nAmina;a@b.ma;0612345678;DA-7;arabe\n")
    assert (line.email, line.cohort, line.language) == ("a@b.ma", "DA-7", "ar")


def test_an_arabic_name_in_the_latin_column_goes_to_its_place():
    (line,) = read(HEAD + "أمينة,,a@b.ma,,,\n")
    assert (line.name, line.name_ar) == ("", "أمينة")


def test_unknown_columns_are_named_and_left_out():
    sheet = rules.read(b"name,email,CIN,shoe size\nA,a@b.ma,K1,42\n")
    assert sheet.unknown == ("CIN", "shoe size")


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (",,a@b.ma,,,", "no_name"),
        ("A,,,,,", "no_address"),
        ("A,,nonsense,,,", "bad_email"),
        ("A,,0612345678,,,", "bad_email"),
        ("A,,,12,,", "bad_phone"),
        ("A,,a@b.ma,,,klingon", "bad_language"),
        ("A" * 101 + ",,a@b.ma,,,", "long_name"),
        ("A" * 5000 + ",,a@b.ma,,,", "long"),
    ],
)
def test_a_bad_line_is_refused_with_its_number_and_a_remedy(cells, code):
    good, bad = read(HEAD + "Good,,good@b.ma,,,\n" + cells + "\n")
    assert good.problem is None
    assert (bad.number, bad.outcome, bad.problem["code"]) == (3, "refused", code)
    assert "%(" not in str(rules.explain(bad.problem))


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_what_looks_like_a_formula_is_noted_and_kept_as_text(sign):
    (line,) = read(HEAD + f"{sign}HYPERLINK(1),,a@b.ma,+212612345678,,\n")
    assert line.is_formula
    assert line.name == f"{sign}HYPERLINK(1)"
    assert line.problem is None


def test_a_phone_number_with_its_plus_is_no_formula():
    assert not read(HEAD + "A,,,+212612345678,,\n")[0].is_formula


def test_the_second_line_with_an_address_is_refused_and_names_the_first():
    lines = rules.refuse_twins(read(HEAD + "A,,a@b.ma,,,\nB,,b@b.ma,,,\nC,,A@b.ma,,,\n"))
    assert [line.problem for line in lines] == [None, None, {"code": "twice", "line": 2}]


def test_lines_are_counted_as_an_editor_counts_them():
    lines = read('name,email\n\n"A\nB",a@b.ma\nC,c@b.ma\n')
    assert [(line.number, line.name) for line in lines] == [(3, "A B"), (5, "C")]


def test_signs_that_nobody_sees_are_left_out():
    (line,) = read(HEAD + "Am\u202eina\u200b\x07 \t Idrissi,,a@b.ma,,,\n")
    assert line.name == "Amina Idrissi"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "no_columns"),
        (b"\n\n", "no_columns"),
        (b"name,email\n", "empty"),
        (b"foo,bar\n1,2\n", "no_columns"),
        (b"name,nom,email\nA,B,a@b.ma\n", "twice_column"),
        (b"PK\x03\x04\x00\x00xlsx", "no_text"),
        (b"x" * (rules.MAX_BYTES + 1), "too_large"),
        (b"a\n" * 900_000, "too_many"),
        (b"name,email\n" + b"A,a@b.ma\n" * 5_001, "too_many"),
        (b'name,email\n"' + b"x" * 200_000, "broken"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(content, code):
    assert problem(content) == code


def test_who_belongs_to_another_center_is_refused_without_a_word_about_them():
    line = rules.judge(Line(2, "A", email="a@b.ma"), {"a@b.ma": 7}, set(), {})
    assert line.problem == {"code": "elsewhere"}


def test_who_is_there_already_is_known():
    line = rules.judge(Line(2, "A", email="a@b.ma", cohort="da-7"), {"a@b.ma": 7}, {7}, {"da-7": 3})
    assert (line.outcome, line.cohort_id) == ("known", 3)


def test_an_address_of_two_people_and_an_unknown_cohort_are_refused():
    both = Line(2, "A", email="a@b.ma", phone="+212612345678")
    owners = {"a@b.ma": 1, "+212612345678": 2}
    assert rules.judge(both, owners, {1, 2}, {}).problem["code"] == "two_people"
    assert rules.judge(Line(2, "A", cohort="x"), {}, set(), {}).problem["code"] == "no_cohort"


def test_a_file_that_goes_out_holds_no_formula():
    hostile = ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", "plain", None, 3]
    text = write_csv([hostile])
    (cells,) = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    assert not any(cell[:1] in ("=", "+", "-", "@", "\t", "\r") for cell in cells)
    assert cells[0] == "'=1+1"


def test_every_problem_has_a_sentence():
    for code in rules.PROBLEMS:
        values = {"most": 1, "line": 2, "value": "x", "column": "name"}
        assert str(rules.explain({"code": code, **values}))
