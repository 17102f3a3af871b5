"""Simulated learners who answer questions, some of which have a wrong key."""

import math
import random

from app.activities.hooks import Choice
from app.itemanalysis.rules import Response, Spot, analyze_all

OPTIONS = ("a", "b", "c", "d")


def respond(learner, question, share, value):
    return Response(learner, Spot("un", "q", question, 0), share, value)


class School:
    """Learners of known ability; two-parameter logistic questions, guessed where not known."""

    def __init__(self, seed, questions=500, learners=300):
        self.chance = random.Random(seed)  # noqa: S311 — not a secret
        self.abilities = {n: self.chance.gauss(0, 1) for n in range(1, learners + 1)}
        self.questions = {f"q{n:03}": self.question() for n in range(questions)}

    def question(self):
        """Return (right option, difficulty, slope, how much each wrong one draws)."""
        chance = self.chance
        right = chance.choice(OPTIONS)
        draw = {option: chance.uniform(0.2, 1) for option in OPTIONS if option != right}
        return right, chance.gauss(-0.3, 1), chance.lognormvariate(0.1, 0.3), draw

    def answer(self, learner, question):
        right, difficulty, slope, draw = self.questions[question]
        known = 1 / (1 + math.exp(-1.7 * slope * (self.abilities[learner] - difficulty)))
        if self.chance.random() < known or self.chance.random() < 0.25:
            return right
        return self.chance.choices(list(draw), list(draw.values()))[0]

    def sit(self, keys, drawn=None):
        names = sorted(self.questions)
        for learner in self.abilities:
            for name in names if drawn is None else self.chance.sample(names, drawn):
                value = self.answer(learner, name)
                yield respond(learner, name, float(value == keys[name]), value)

    def keys(self, wrong):
        planted = set(self.chance.sample(sorted(self.questions), wrong))
        keys = {}
        for name, (right, *_rest, draw) in self.questions.items():
            keys[name] = self.chance.choice(sorted(draw)) if name in planted else right
        return keys, planted


def offered(key):
    return [Choice(option, option.upper(), option == key) for option in OPTIONS]


def judge(responses, keys):
    """Return what is known of each question by its name."""

    def asked(spot):
        known = {choice.key: choice for choice in offered(keys[spot.item])}
        return list(known.values()), lambda value: [known[value]]

    return {spot.item: one for spot, one in analyze_all(list(responses), asked).items()}
