import pytest

from app.catalog.rules import asked, excerpt, fold, weigh, words_of


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("ecole", "École"),
        ("coeur", "cœur"),
        ("francais", "FRANÇAIS"),
        ("احمد", "أحمد"),
        ("مدرسه", "مدرسة"),
        ("مستوي", "مستوى"),
        ("متغير", "المُتَغَيِّر"),
        ("متغير", "والمتغير"),
        ("مسوول", "مسؤول"),
        ("ايمان", "إيمان"),
        ("عــــدد".replace("ـ", ""), "عــــدد"),
    ],
)
def test_what_people_type_meets_what_is_written(typed, written):
    assert words_of(typed) == words_of(written)


def test_a_short_arabic_word_keeps_its_first_letters():
    assert fold("الف") == "الف"


def test_words_are_cut_at_apostrophes_and_signs():
    assert words_of("l’école, d'été : prix_total") == ["l", "ecole", "d", "ete", "prix", "total"]


def test_a_query_is_cut_to_a_few_different_words():
    assert len(asked(" ".join(f"mot{n}" for n in range(50)))) == 8
    assert asked("a a a") == ["a"]


def test_the_title_counts_more_than_the_text():
    weights = weigh("Boucles", "boucles et listes et listes")
    assert weights["boucles"] > weights["listes"] > weights["et"] - 1


def test_an_excerpt_shows_the_match_in_its_surroundings():
    text = "Avant. " * 40 + "La médiane est la valeur du milieu. " + "Après. " * 40
    parts = excerpt(text, ["median"])
    assert ("médiane", True) in parts
    assert len("".join(piece for piece, _ in parts)) < 220


def test_an_excerpt_without_a_match_is_the_beginning():
    assert excerpt("Court.", ["x"]) == [("Court.", False)]
