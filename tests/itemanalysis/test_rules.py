import pytest

from app.activities.hooks import Choice
from app.itemanalysis.rules import FEWEST, Spot, analyze_all, group
from tests.itemanalysis.school import School, judge, respond


def flagged(school, keys, drawn=None):
    found = judge(school.sit(keys, drawn), keys)
    return {name for name, analysis in found.items() if analysis.likely}, found


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_twenty_wrong_keys_among_five_hundred_questions_are_found(seed):
    school = School(seed)
    keys, planted = school.keys(20)
    suspects, found = flagged(school, keys)
    assert len(suspects & planted) >= 18
    assert len(suspects - planted) <= 4  # one percent of the 480 others
    right = [name for name in suspects & planted
             if found[name].likely.choice.key == school.questions[name][0]]  # fmt: skip
    assert len(right) >= 18


def test_wrong_keys_are_found_where_everybody_drew_other_questions():
    school = School(7, questions=60, learners=300)
    keys, planted = school.keys(4)
    suspects, _ = flagged(school, keys, drawn=30)
    assert len(suspects & planted) >= 3
    assert len(suspects - planted) <= 1


def test_with_right_keys_hardly_anything_is_suspected():
    school = School(4, questions=120)
    keys, _ = school.keys(0)
    suspects, _ = flagged(school, keys)
    assert len(suspects) <= 1


@pytest.mark.parametrize("seed", range(5))
def test_a_small_group_raises_no_false_alarm(seed):
    school = School(seed, questions=40, learners=FEWEST + 5)
    keys, _ = school.keys(0)
    assert len(flagged(school, keys)[0]) <= 1
    school = School(seed, questions=40, learners=FEWEST - 1)
    keys, _ = school.keys(10)
    assert flagged(school, keys)[0] == set(), "so few say nothing, even of ten wrong keys"


def small(answers, key="a", listed="abc"):
    """Return what is known of a question; two more questions tell who is strong."""
    responses = []
    for number, (value, strong) in enumerate(answers):
        responses += [respond(number, other, float(strong), "a") for other in ("x", "y")]
        responses.append(respond(number, "q", float(value == key), value))

    def asked(spot):
        if spot.item != "q":
            return (), lambda _value: ()
        offered = [Choice(one, one.upper(), one == key) for one in listed]
        return offered, lambda value: [Choice(value, value, value == key)]

    return analyze_all(responses, asked)[Spot("un", "q", "q", 0)]


def test_facility_discrimination_and_choices_are_what_they_say():
    found = small(
        [("a", True)] * 12 + [("b", False)] * 6 + [("a", False)] * 3 + [("c", True)] * 3,
        listed="abcd",
    )
    assert found.answers == 24
    assert found.facility == 15 / 24
    assert found.discrimination == pytest.approx(0.4667, abs=1e-3)
    by_key = {one.choice.key: one for one in found.choices}
    b = by_key["b"]
    assert (b.count, b.best, b.weakest, b.choice.is_right) == (6, 0, 0.75, False)
    assert b.relation < 0 < by_key["a"].relation
    assert by_key["d"].count == 0
    assert found.likely is None
    assert "hardly ever" in str(found.remarks[-1])


def test_a_key_that_draws_the_weak_is_doubted_and_the_reason_names_the_other_choice():
    found = small([("b", True)] * 15 + [("a", False)] * 12 + [("c", False)] * 3)
    assert found.likely.choice.key == "b"
    assert "probably wrong: those who do well elsewhere choose “B”" in str(found.remarks[0])


def test_typed_answers_are_doubted_too_and_rare_ones_are_not_listed():
    found = small([("b", True)] * 15 + [("a", False)] * 15 + [("Amina", True)] * 4, listed="")
    assert found.likely.choice.key == "b"
    assert {one.choice.key for one in found.choices} == {"a", "b"}


def test_two_strong_people_do_not_overturn_a_key():
    found = small([("b", True)] * 2 + [("a", False)] * 20)
    assert found.likely is None


def test_of_few_answers_nothing_is_said_but_their_mean():
    found = small([("a", True), ("b", False)])
    assert (found.answers, found.facility, found.discrimination) == (2, 0.5, None)
    assert (found.remarks, found.choices) == ((), ())


def test_who_answered_nothing_else_says_nothing_of_strength():
    alone = [respond(n, "q", 1.0, "a") for n in range(30)]
    assert judge(alone, {"q": "a"})["q"].discrimination is None
    assert judge([], {}) == {}


def test_a_level_is_what_one_earned_above_the_mean_of_everything_else():
    answers = {"x": (1.0, 0.0, 0.5), "y": (1.0, 0.5, 0.0), "z": (0.0, 1.0, 0.5)}
    responses = [respond(n, name, share, name)
                 for name, shares in answers.items() for n, share in enumerate(shares)]  # fmt: skip
    groups = {spot.item: own for spot, own in group(responses).items()}
    assert [(g.third, round(g.level, 6)) for g in groups["z"]] == [(1, -0.25), (2, -0.25), (3, 0.5)]
    z = Spot("un", "q", "z", 0)
    groups = {spot.item: own for spot, own in group(responses, {z}).items()}
    assert [(g.third, round(g.level, 6)) for g in groups["x"]] == [(1, -0.5), (2, 0.0), (3, 0.5)]


def test_what_everybody_has_right_separates_nobody():
    found = small([("a", True)] * 15 + [("a", False)] * 15)
    assert found.discrimination == 0
    assert "Nearly everybody" in str(found.remarks[0])
