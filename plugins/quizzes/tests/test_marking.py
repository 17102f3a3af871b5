from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.quizzes.answers import Answer
from plugins.quizzes.checking import expected
from plugins.quizzes.draws import draw_values
from plugins.quizzes.marking import mark, mark_by_rubric
from plugins.quizzes.public import public
from plugins.quizzes.solving import right_answer, solution_text


def key(question, text):
    return next(option.key for option in question.options if option.text == text)


def points(question, value, hints=0, seed="s"):
    return mark(question, seed, Answer(value, hints)).points


def test_the_right_answer_earns_everything(bank):
    for name, question in bank.items():
        answer = right_answer(question, "s")
        if name == "essay":
            assert answer is None
            continue
        result = mark(question, "s", answer)
        assert (result.state, result.points) == ("right", question.points), name


def test_one_right_option_or_none(bank):
    question = bank["one"]
    result = mark(question, "s", Answer(key(question, "5")))
    assert (result.points, result.state) == (0, "wrong")
    assert [part.feedback for part in result.parts] == ["C'est la valeur de `x`."]
    assert points(question, [key(question, "7")]) == 1


@pytest.mark.parametrize(
    ("chosen", "earned"),
    [
        (["`a = 1`", "`b = a`"], "2"),
        (["`a = 1`"], "1"),
        (["`a = 1`", "`a == 1`"], "0"),
        (["`a = 1`", "`b = a`", "`a == 1`"], "1"),
        (["`a = 1`", "`b = a`", "`a == 1`", "`1 = a`"], "0"),
        (["`1 = a`"], "0"),
    ],
)
def test_of_many_the_right_ones_add_and_the_wrong_ones_take_away(bank, chosen, earned):
    question = bank["many"]
    keys = [key(question, text) for text in chosen]
    assert points(question, keys) == Decimal(earned)
    assert points(question, keys + keys) == Decimal(earned)


def test_with_credit_whole_only_all_counts(bank):
    question = replace(bank["many"], whole=True)
    assert points(question, [key(question, "`a = 1`")]) == 0
    assert points(question, [key(question, "`a = 1`"), key(question, "`b = a`")]) == 2


def test_options_with_shares_earn_them(bank, read):
    assert points(bank["weighted"], key(bank["weighted"], "Galilée")) == 2
    thirds = read(
        "### Q {#q type=many}\n- [33.33333%] a\n- [33.33333%] b\n- [33.33333%] c\n- [-50%] d"
    )
    keys = [option.key for option in thirds.options]
    assert points(thirds, keys[:3]) == 1
    assert mark(thirds, "s", Answer(keys[:3])).state == "right"
    assert points(thirds, keys) == Decimal("0.50")
    assert points(thirds, keys[3:]) == 0


@pytest.mark.parametrize(
    ("given", "earned", "feedback"),
    [
        ("19.5", "2", "Juste."),
        ("19,50 DH", "2", "Juste."),
        ("١٩٫٥ درهم", "2", "Juste."),
        ("19.49", "2", "Juste."),
        ("19.2", "1", "À un demi près."),
        ("25", "0", "Multipliez."),
        ("19.5 €", "0", "Multipliez."),
        ("beaucoup", "0", "Multipliez."),
    ],
)
def test_numbers_count_with_tolerance_unit_and_foreseen_mistakes(bank, given, earned, feedback):
    result = mark(bank["number"], "s", Answer(given))
    assert result.points == Decimal(earned)
    assert result.parts[0].feedback == feedback


@pytest.mark.parametrize(
    ("given", "earned"),
    [("rabat", "1"), ("er-ribat", "1"), ("Rabbat", "0.5"), ("Casablanca", "0"), ("Fès", "0")],
)
def test_texts_count_by_what_is_accepted(bank, given, earned):
    assert points(bank["text"], given) == Decimal(earned)


def test_each_pair_counts_the_same(bank):
    question = bank["match"]
    right = right_answer(question, "s").value
    one_wrong = {**right, question.pairs[0].key: question.pairs[1].right_key}
    assert points(question, one_wrong) == 2
    assert points(question, {question.pairs[0].key: question.pairs[0].right_key}) == 1
    decoy = {pair.key: question.pairs[3].right_key for pair in question.pairs[:3]}
    assert points(question, decoy) == 0


@pytest.mark.parametrize(
    ("order", "share"), [("1234", 3), ("2341", 2), ("1243", 2), ("2143", 1), ("4321", 0)]
)
def test_an_order_keeps_what_follows_rightly(bank, order, share):
    question = replace(bank["order"], points=Decimal(3))
    keys = [question.steps[int(place) - 1].key for place in order]
    assert points(question, keys) == share


def test_gaps_count_alone_and_a_gap_left_empty_is_wrong(bank):
    question = replace(bank["cloze"], points=Decimal(3))
    chosen, typed, single = question.gaps
    assert points(question, {chosen.key: chosen.options[0].key, typed.key: " RABAT "}) == 2
    assert points(question, {chosen.key: chosen.options[1].key, single.key: "def"}) == 1
    assert points(question, {chosen.key: "", typed.key: "الرباط"}) == 1


def test_a_formula_counts_with_the_values_of_its_attempt(bank):
    question = bank["formula"]
    for seed in map(str, range(50)):
        values = draw_values(question, seed)
        exact = values["n"] * values["p"] ** 2 / values["k"]
        low, high = expected(question, seed)
        assert low <= exact <= high
        assert points(question, f"{float(exact) * 1.009}", seed=seed) == 1
        assert points(question, f"{float(exact) * 1.02} DH", seed=seed) == 0
    assert "{n}" not in public(question, "1").body


def test_hints_cost_what_they_say_but_never_more_than_was_earned(bank):
    question = replace(bank["one"], hints=(*bank["essay"].hints, *bank["essay"].hints))
    right = key(question, "7")
    assert points(question, right, hints=1) == Decimal("0.5")
    assert points(question, right, hints=2) == 0
    assert points(question, right, hints=99) == 0
    assert points(question, key(question, "5"), hints=2) == 0
    assert mark(question, "s", Answer(right, 1)).state == "right"


def test_an_essay_waits_for_a_person_and_its_rubric_adds_up(bank):
    essay = bank["essay"]
    answer = Answer("La médiane…")
    assert mark(essay, "s", answer).state == "waiting"
    marked = mark_by_rubric(essay, {"clarity": Decimal("1.5"), "example": Decimal(9)}, answer)
    assert (marked.points, marked.state) == (Decimal("3.5"), "partial")
    assert [str(line) for line in marked.arithmetic][0] == "clarity: 1.5 of 2"
    assert mark_by_rubric(essay, {"clarity": Decimal(2)}, Answer("x", 1)).points == Decimal("1.5")
    assert solution_text(essay, "s") == "La médiane ne bouge pas."


def test_the_arithmetic_leads_to_the_points(bank):
    question = bank["many"]
    result = mark(question, "s", Answer([key(question, "`a = 1`")]))
    assert [str(line) for line in result.arithmetic] == [
        "Right options chosen: 1 of 2",
        "Wrong options chosen: 0 of 2",
        "1/2 − 0",
        "1/2 of 2 points: 1",
    ]


def test_parts_speak_only_of_what_was_answered(bank):
    question = bank["many"]
    chosen = key(question, "`a = 1`")
    assert [part.key for part in mark(question, "s", Answer([chosen])).parts] == [chosen]


@pytest.mark.parametrize("value", [None, "", "  ", [], {}, {"a": ""}])
def test_no_answer_is_no_answer(bank, value):
    for question in bank.values():
        assert mark(question, "s", Answer(value)).state == "empty"


ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(ANYTHING, st.integers(-3, 9), st.text(max_size=5))
def test_whatever_is_sent_is_marked_between_nothing_and_all(bank, value, hints, seed):
    for question in bank.values():
        result = mark(question, seed, Answer(value, hints))
        assert 0 <= result.points <= question.points == result.max
        assert result == mark(question, seed, Answer(value, hints))
