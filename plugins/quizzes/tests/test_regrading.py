from dataclasses import replace
from decimal import Decimal

from plugins.quizzes.answers import Answer
from plugins.quizzes.draws import draw_values
from plugins.quizzes.marking import mark
from plugins.quizzes.questions import Formula
from plugins.quizzes.regrading import Standing, impact, regrade
from plugins.quizzes.solving import right_answer


def standing(question, value, attempt="a", hints=0, seed="s"):
    answer = Answer(value, hints)
    return Standing(attempt, seed, answer, mark(question, seed, answer).points)


def test_a_wrong_key_is_mended_and_nobody_loses(bank):
    old = bank["one"]
    five, seven, _ = (option.key for option in old.options)
    new = replace(old, options=tuple(replace(o, right=o.key == five) for o in old.options))
    standings = [standing(old, five, "a"), standing(old, seven, "b"), standing(old, None, "c")]
    seen = impact(old, new, standings)
    assert (seen.changes, seen.answers, seen.rises, seen.falls, seen.same) == ({"key"}, 3, 1, 1, 1)
    rows = list(regrade(old, new, standings))
    assert [(r.attempt, r.points, r.verdict) for r in rows] == [
        ("a", 1, "rises"),
        ("b", 1, "kept"),
        ("c", 0, "same"),
    ]
    signed = list(regrade(old, new, standings, signature="Salma"))
    assert [(r.points, r.verdict) for r in signed] == [(1, "rises"), (0, "falls"), (0, "same")]


def test_a_typo_touches_no_mark_even_one_that_was_overridden(bank):
    old = bank["one"]
    new = replace(old, prompt="Que vaut y ?")
    given = replace(standing(old, old.options[0].key), points=Decimal("0.75"))
    (row,) = regrade(old, new, [given])
    assert (row.points, row.verdict) == (Decimal("0.75"), "same")


def test_an_answer_that_names_what_is_gone_waits_for_a_person(bank):
    old = bank["one"]
    new = replace(old, options=old.options[1:])
    rows = list(
        regrade(old, new, [standing(old, old.options[0].key), standing(old, old.options[1].key)])
    )
    assert [row.verdict for row in rows] == ["eye", "same"]
    assert [row.points for row in rows] == [0, 1]
    assert [r.verdict for r in regrade(old, None, [standing(old, old.options[1].key)])] == ["eye"]


def test_other_variables_are_another_question_for_whoever_calculated(bank):
    old = bank["formula"]
    new = replace(old, variables=(replace(old.variables[0], high=Decimal(99)), *old.variables[1:]))
    rows = list(regrade(old, new, [standing(old, "1", str(n), seed=str(n)) for n in range(40)]))
    for row in rows:
        same = draw_values(old, row.attempt) == draw_values(new, row.attempt)
        assert (row.verdict == "eye") != same
    other = replace(old, formula=Formula("n * p / k", "1%"))
    right = standing(other, right_answer(other, "5").value, seed="5")
    (row,) = regrade(old, other, [replace(right, points=Decimal(0))])
    assert (row.verdict, row.points) == ("rises", 1)


def test_essays_wait_for_a_person_when_their_rubric_changes(bank):
    old = bank["essay"]
    new = replace(old, points=Decimal(5))
    assert [r.verdict for r in regrade(old, new, [standing(old, "texte"), standing(old, "")])] == [
        "eye",
        "same",
    ]


def test_a_choice_may_become_several_and_back(bank):
    old = bank["one"]
    seven = old.options[1].key
    new = replace(old, kind="many")
    (row,) = regrade(old, new, [standing(old, seven)])
    assert (row.verdict, row.points) == ("same", 1)
    (row,) = regrade(new, old, [standing(new, [seven])])
    assert (row.verdict, row.points) == ("same", 1)
    (row,) = regrade(new, old, [standing(new, [seven, old.options[0].key])])
    assert row.verdict == "eye"
