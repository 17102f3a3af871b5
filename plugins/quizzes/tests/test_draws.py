from collections import Counter
from decimal import Decimal

from app.sdk import Draws
from plugins.quizzes.draws import count_of, draw_values, mixed, value_of
from plugins.quizzes.questions import Question, Variable


def test_a_seed_gives_the_same_draw_for_ever():
    """Written down once: a change here would change exams that were already sat."""
    draws = Draws("seed", "purpose")
    assert [draws.below(1000) for _ in range(6)] == [624, 59, 2, 336, 465, 97]
    assert "".join(Draws("seed").shuffled("abcdefgh")) == "hdgfecab"


def test_purposes_have_streams_of_their_own():
    assert Draws("s", "a").shuffled(range(20)) != Draws("s", "b").shuffled(range(20))
    assert Draws("s", "a").shuffled(range(20)) != Draws("t", "a").shuffled(range(20))


def test_every_order_is_equally_likely():
    counts = Counter(Draws(str(n)).shuffled("abc") for n in range(6000))
    assert len(counts) == 6
    assert all(850 <= count <= 1150 for count in counts.values())


def test_numbers_are_fair_and_below_their_limit():
    draws = Draws("fair")
    counts = Counter(draws.below(7) for _ in range(7000))
    assert set(counts) == set(range(7))
    assert all(850 <= count <= 1150 for count in counts.values())
    assert draws.below(1) == 0


def test_steps_are_never_shown_in_the_right_order():
    for n in range(200):
        assert mixed(("a", "b", "c"), str(n)) != ("a", "b", "c")


def test_values_stay_on_their_grid():
    variable = Variable("p", Decimal("0.5"), Decimal(2), Decimal("0.5"))
    assert [value_of(variable, n) for n in range(count_of(variable))] == [
        Decimal("0.5"),
        Decimal("1.0"),
        Decimal("1.5"),
        Decimal("2.0"),
    ]
    assert count_of(Variable("k", values=(Decimal(2), Decimal(4)))) == 2


def test_a_new_variable_does_not_move_the_others():
    n = Variable("n", Decimal(1), Decimal(1000))
    m = Variable("m", Decimal(1), Decimal(1000))
    one, two = (Question("q", "formula", "", variables=v) for v in ((n,), (m, n)))
    assert draw_values(one, "s")["n"] == draw_values(two, "s")["n"]
