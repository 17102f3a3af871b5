import math
import random
from dataclasses import replace

import pytest

from plugins.quizzes.analysis import FEWEST, Response, analyze, correlation

OPTIONS = ("a", "b", "c", "d")


class School:
    """Learners of known ability who answer questions of known difficulty, and guess otherwise."""

    def __init__(self, seed, questions=500, learners=300):
        self.chance = random.Random(seed)  # noqa: S311 — not a secret
        self.abilities = {f"l{n}": self.chance.gauss(0, 1) for n in range(learners)}
        self.questions = {f"q{n:03}": self.question() for n in range(questions)}

    def question(self):
        """Return (right option, difficulty, discrimination, how much each wrong one draws)."""
        chance = self.chance
        right = chance.choice(OPTIONS)
        draw = {option: chance.uniform(0.2, 1) for option in OPTIONS if option != right}
        return right, chance.gauss(-0.3, 1), chance.lognormvariate(0.1, 0.3), draw

    def answer(self, learner, question):
        right, difficulty, slope, draw = self.questions[question]
        known = 1 / (1 + math.exp(-1.7 * slope * (self.abilities[learner] - difficulty)))
        if self.chance.random() < known:
            return right
        if self.chance.random() < 0.25:
            return right
        return self.chance.choices(list(draw), list(draw.values()))[0]

    def sit(self, keys, drawn=None):
        names = sorted(self.questions)
        for learner in self.abilities:
            for name in names if drawn is None else self.chance.sample(names, drawn):
                chosen = self.answer(learner, name)
                seconds = self.chance.uniform(10, 90)
                yield Response(learner, name, float(chosen == keys[name]), (chosen,), seconds)

    def keys(self, wrong):
        planted = set(self.chance.sample(sorted(self.questions), wrong))
        keys = {}
        for name, (right, *_rest, draw) in self.questions.items():
            keys[name] = self.chance.choice(sorted(draw)) if name in planted else right
        return keys, planted


def flagged(school, keys, drawn=None):
    right = {name: frozenset({key}) for name, key in keys.items()}
    found = analyze(school.sit(keys, drawn), right)
    return {name for name, analysis in found.items() if analysis.is_key_doubtful}, found


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_twenty_wrong_keys_among_five_hundred_questions_are_found(seed):
    school = School(seed)
    keys, planted = school.keys(20)
    suspects, found = flagged(school, keys)
    assert len(suspects & planted) >= 18
    assert len(suspects - planted) <= 4  # one percent of the 480 others
    right = [name for name in suspects & planted
             if found[name].likely_key == school.questions[name][0]]  # fmt: skip
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


def small(answers, question="q"):
    """Return the answers to one question, and two more questions that tell who is strong."""
    for number, (chosen, strong) in enumerate(answers):
        for other in ("x", "y"):
            yield Response(f"l{number}", other, float(strong))
        yield Response(f"l{number}", question, float(chosen == "a"), (chosen,), 10.0 + number)


def test_facility_discrimination_time_and_distractors_are_what_they_say():
    answers = [("a", True)] * 12 + [("b", False)] * 6 + [("a", False)] * 3 + [("c", True)] * 3
    found = analyze(small(answers), {"q": frozenset("a")})["q"]
    assert found.answers == 24
    assert found.facility == 15 / 24
    assert found.discrimination == pytest.approx(0.4667, abs=1e-3)
    assert found.seconds == (15.75, 21.5, 27.25)
    b = next(d for d in found.distractors if d.key == "b")
    assert (b.count, b.best_third, b.is_right) == (6, 0, False)
    assert b.relation < 0
    assert not found.is_key_doubtful


def test_a_key_that_draws_the_weak_is_doubted():
    answers = [("b", True)] * 15 + [("a", False)] * 12 + [("c", False)] * 3
    found = analyze(small(answers), {"q": frozenset("a")})["q"]
    assert found.likely_key == "b"
    assert "probably wrong" in str(found.remarks[0])


def test_typed_answers_are_doubted_too():
    answers = [("b", True)] * 15 + [("a", False)] * 15
    assert analyze(small(answers), {})["q"].likely_key == "b"


def test_of_few_answers_nothing_is_said_but_their_mean():
    found = analyze(small([("a", True), ("b", False)]), {"q": frozenset("a")})["q"]
    assert (found.answers, found.facility, found.discrimination) == (2, 0.5, None)
    assert found.remarks == ()
    assert FEWEST > 2


def test_nobody_and_alone_are_borne():
    assert analyze([], {}) == {}
    alone = [replace(r, question="q") for r in small([("a", True)] * 30) if r.question == "q"]
    assert analyze(alone, {"q": frozenset("a")})["q"].discrimination is None


def test_a_correlation_without_variation_is_none():
    assert correlation([1, 1, 1], [1, 2, 3]) == 0
    assert correlation([1, 2, 3], [2, 4, 6]) == pytest.approx(1)
