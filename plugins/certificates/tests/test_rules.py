"""A rule's sentence, its verdict and its list of what is missing say the same."""

import random
from decimal import Decimal

import pytest

from app.sdk import Graded, Results, translate
from plugins.certificates.rules import (
    KINDS,
    WITH_LEAST,
    Condition,
    Rule,
    asks,
    is_met,
    missing,
    read_rule,
    sentence,
)

EMPTY = Results(1, "x", "Amina", "", 0, 3, False, None, 0, (), (), "")


def results(**values):
    return Results(**{**vars(EMPTY), **values})


def some_results(chance):
    def percent():
        return chance.choice([None, Decimal(chance.randrange(0, 10_001)) / 100])

    def graded():
        return tuple(Graded(f"Titre {n}", percent()) for n in range(chance.randrange(0, 3)))

    return results(
        lessons_done=chance.randrange(0, 4), is_completed=chance.random() < 0.5,
        percent=percent(), waiting=chance.randrange(0, 3), exams=graded(), projects=graded(),
    )  # fmt: skip


def some_rule(chance):
    kinds = chance.sample(KINDS, chance.randrange(1, len(KINDS) + 1))
    asked = [Condition(k, chance.randrange(1, 101) if k in WITH_LEAST else 0) for k in kinds]
    return Rule(tuple(asked), chance.random() < 0.5)


def truth(rule, found):
    """What a rule means, written once more in another way."""
    table = {
        "completed": lambda _: found.is_completed,
        "total": lambda n: (found.percent or -1) >= n if found.percent != 0 else n <= 0,
        "marked": lambda _: not found.waiting,
        "exams": lambda n: passes(found.exams, n),
        "projects": lambda n: passes(found.projects, n),
    }
    held = [bool(table[one.kind](one.least)) for one in rule.conditions]
    return (True in held) if rule.any_of else (False not in held)


def passes(graded, least):
    marks = [one.percent for one in graded]
    return marks != [] and None not in marks and min(marks) >= least


def test_of_a_thousand_rules_sentence_verdict_and_list_agree():
    chance = random.Random(212)  # noqa: S311
    verdicts = set()
    for _ in range(1000):
        rule, found = some_rule(chance), some_results(chance)
        met, lacks = is_met(rule, found), missing(rule, found)
        verdicts.add(met)
        assert met == truth(rule, found), (rule, found)
        assert met == (lacks == []), (rule, found)
        assert read_rule(rule.to_json()) == rule
        for language in ("fr", "ar", "en"):
            said = translate(sentence(rule), language)
            for one in rule.conditions:
                assert translate(asks(one), language) in said
            for one in lacks:
                asked = translate(one.values["asked"], language)
                assert asked in said
                assert translate(one, language).startswith(asked)
    assert verdicts == {True, False}


def test_a_rule_that_asks_for_nothing_is_met_by_nobody():
    assert not is_met(Rule(()), EMPTY)


def test_without_an_exam_nobody_has_passed_every_exam():
    rule = Rule((Condition("exams", 1),))
    assert [str(translate(one)) for one in missing(rule, EMPTY)] == [
        "have at least 1% in every exam (this course has none)"
    ]


@pytest.mark.parametrize(("percent", "met"), [("69.99", False), ("70", True), ("70.01", True)])
def test_the_least_is_enough_and_a_hundredth_less_is_not(percent, met):
    rule = Rule((Condition("total", 70),))
    assert is_met(rule, results(percent=Decimal(percent))) is met


def test_what_is_missing_names_the_exams_that_are_not_passed():
    exams = (Graded("Un", Decimal(80)), Graded("Deux", Decimal(10)), Graded("Trois", None))
    (lacks,) = missing(Rule((Condition("exams", 60),)), results(exams=exams))
    said = translate(lacks, "en")
    assert "Deux" in said
    assert "Trois" in said
    assert "Un," not in said
