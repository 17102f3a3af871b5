"""A rule's sentence, its verdict and its list of what is missing say the same."""

import random
from datetime import date
from decimal import Decimal

import pytest

from app.sdk import Graded, Reached, Results, say, translate
from plugins.certificates.queries import DryRun, Line
from plugins.certificates.rules import (
    COURSE,
    KINDS,
    WITH_LEAST,
    Condition,
    Rule,
    asks,
    is_lost,
    is_met,
    last_day,
    missing,
    read_rule,
    sentence,
    steps,
)

EMPTY = Results(1, "x", "Amina", "", 0, 3, False, None, 0, (), ())
LANGUAGES = ("fr", "ar", "en")
BROUGHT = ("corner.presence", "corner.visits", "corner.away")


def results(**values):
    return Results(**{**vars(EMPTY), **values})


def some_results(chance):
    def percent():
        return chance.choice([None, Decimal(chance.randrange(0, 10_001)) / 100])

    def graded():
        return tuple(
            Graded(f"Titre {n}", percent(), chance.random() < 0.7)
            for n in range(chance.randrange(0, 3))
        )

    return results(
        lessons_done=chance.randrange(0, 4), is_completed=chance.random() < 0.5,
        percent=percent(), waiting=chance.randrange(0, 3), exams=graded(), projects=graded(),
        courses=frozenset(chance.sample(range(1, 6), chance.randrange(0, 6))),
        is_released=chance.random() < 0.8,
        brought={
            name: Reached(chance.random() < 0.7, say("now %(n)s%%", n=chance.randrange(101)))
            for name in BROUGHT
            if chance.random() < 0.8
        },
    )  # fmt: skip


def some_rule(chance):
    kinds = chance.sample(KINDS, chance.randrange(0, len(KINDS) + 1))
    asked = [Condition(k, chance.randrange(1, 101) if k in WITH_LEAST else 0) for k in kinds]
    courses = chance.sample(range(1, 6), chance.randrange(0, 3))
    asked += [Condition(COURSE, n, words("Cours", "مقرر", "Course", n)) for n in courses]
    names = chance.sample(BROUGHT, chance.randrange(0, 3))
    asked += [
        Condition(one, 80, words(f"{one} oui", f"{one} نعم", f"{one} yes", 80)) for one in names
    ]
    if not asked:
        return some_rule(chance)
    chance.shuffle(asked)
    return Rule(tuple(asked), chance.random() < 0.5)


def words(fr, ar, en, n):
    return {"fr": f"{fr} {n} %", "ar": f"{ar} {n} %", "en": f"{en} {n}%"}


def truth(rule, found):
    """What a rule means, written once more in another way."""
    table = {
        "completed": lambda _: found.is_completed,
        "total": lambda n: (found.percent or -1) >= n if found.percent != 0 else n <= 0,
        "marked": lambda _: not found.waiting,
        "exams": lambda n: passes(found.exams, n),
        "projects": lambda n: passes(found.projects, n),
        "jury": lambda _: {one.is_signed for one in found.projects} == {True},
        COURSE: lambda n: n in found.courses,
        **{
            name: lambda _, name=name: name in found.brought and found.brought[name].is_met
            for name in BROUGHT
        },
    }
    held = [bool(table[one.kind](one.least)) for one in rule.conditions]
    return (True in held) if rule.any_of else (False not in held)


def passes(graded, least):
    marks = [one.percent for one in graded]
    return marks != [] and None not in marks and min(marks) >= least


def test_of_a_thousand_rules_sentence_verdict_and_list_agree(own_words):
    chance = random.Random(212)  # noqa: S311
    seen = set()
    for _ in range(1000):
        rule, found = some_rule(chance), some_results(chance)
        met, lacks = is_met(rule, found), missing(rule, found)
        seen.add(met)
        assert met == truth(rule, found), (rule, found)
        assert met == (lacks == []), (rule, found)
        assert met or len(lacks) == sum(now is not None for _, now in steps(rule, found))
        assert not (met and is_lost(rule, found))
        assert read_rule(rule.to_json()) == rule
        for language in LANGUAGES:
            said = translate(sentence(rule), language)
            for one in rule.conditions:
                assert translate(asks(one), language) in said
            for one in lacks:
                asked = translate(one.values["asked"], language)
                assert asked in said
                assert translate(one, language).startswith(asked)
    assert seen == {True, False}


def test_each_condition_reads_differently_in_each_language(own_words):
    asked = [Condition(kind, 60 if kind in WITH_LEAST else 0) for kind in KINDS]
    asked.append(Condition(COURSE, 3, words("Cours", "مقرر", "Course", 3)))
    for one in asked:
        assert len({translate(asks(one), language) for language in LANGUAGES}) == 3, one.kind
    both = {translate(sentence(Rule((asked[0],))), language) for language in LANGUAGES}
    assert len(both) == 3


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


def test_what_cannot_be_checked_is_not_met_and_takes_nothing_away():
    rule = Rule((Condition("corner.presence", 80, words("présent", "حاضر", "be present", 80)),))
    (lacks,) = missing(rule, EMPTY)
    assert translate(lacks, "en") == "be present 80% (this cannot be checked at the moment)"
    assert not is_met(rule, EMPTY)
    assert not is_lost(rule, EMPTY)
    absent = results(brought={"corner.presence": Reached(False, say("now %(n)s%%", n=78))})
    assert is_lost(rule, absent)
    assert translate(missing(rule, absent)[0], "en") == "be present 80% (now 78%)"


def test_a_jury_counts_when_two_signed_every_project():
    rule = Rule((Condition("jury"),))
    one, two = Graded("Un", Decimal(80), is_signed=True), Graded("Deux", Decimal(80))
    assert not is_met(rule, EMPTY)
    assert is_met(rule, results(projects=(one,)))
    (lacks,) = missing(rule, results(projects=(one, two)))
    assert translate(lacks, "en").endswith("(not yet in: Deux)")


def test_marks_that_are_not_released_are_not_told():
    found = results(is_released=False, exams=(Graded("Un", None),))
    rule = Rule((Condition("total", 60), Condition("exams", 60)))
    assert ["not released" in translate(one, "en") for one in missing(rule, found)] == [True, True]


def test_a_rule_of_an_older_version_is_read():
    assert read_rule({"any_of": False, "conditions": [["total", 60]]}) == Rule(
        (Condition("total", 60),)
    )


@pytest.mark.parametrize(
    ("today", "years", "last"),
    [
        ("2026-11-28", 2, "2028-11-28"),
        ("2028-02-29", 1, "2029-02-28"),
        ("2028-02-29", 4, "2032-02-29"),
    ],
)
def test_a_certificate_counts_until_the_same_day_years_later(today, years, last):
    found = last_day(Rule((), years=years), date.fromisoformat(today))
    assert found == date.fromisoformat(last)


def test_without_years_it_counts_for_ever():
    assert last_day(Rule(()), date(2026, 11, 28)) is None


def test_what_was_revoked_or_ran_out_is_not_counted_as_awarded():
    lines = [Line(results(state=state), []) for state in ("valid", "expired", "revoked", "")]
    run = DryRun([], None, lines=[*lines, Line(EMPTY, [say("complete the course")])])
    assert run.counts == {"ready": 1, "held": 1, "lack": 1}
