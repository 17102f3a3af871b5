"""Random edits of a course with answers, on a real database: nothing lost, nothing lowered."""

import json
import random

import pytest
from sqlalchemy import func, select

from app.activities.hooks import ActivityType
from app.activities.models import AnswerEvent, Attempt, Mark, Score
from app.activities.queries import find_asked, find_texts
from app.activities.services import Sent, check_answer
from app.courses.rules import RevisionRef
from app.kernel import clock
from app.kernel.db import db, write
from app.kernel.hooks import hooks
from app.learning.queries import get_study
from app.regrading import services
from app.regrading.models import Regrading
from app.regrading.queries import is_newest
from tests.learning.test_learning import enroll
from tests.regrading.quizzes import SLUG, keep
from tests.regrading.test_regrading import apply, publish

WORDS = ("Sous le grand cèdre", "Derrière la porte bleue", "Au fond du puits", "Chez le meunier")
QUESTIONS = ("one", "two", "three")


class Author:
    """Edits a quiz of three questions at random: words, order, key, points, an option less."""

    def __init__(self, chance):
        self.chance = chance
        self.questions = {
            name: {"words": list(WORDS), "right": {0}, "points": 1, "prompt": f"Où, {name} ?"}
            for name in QUESTIONS
        }
        self.edits = 0

    def edit(self):
        self.edits += 1
        question = self.questions[self.chance.choice(QUESTIONS)]
        words, kind = question["words"], self.chance.choice(["typo", "order", "key", "points"])
        if kind == "typo":
            question["prompt"] = f"{question['prompt'].split(' ·')[0]} ·{self.edits}"
            at = self.chance.randrange(len(words))
            words[at] = words[at][:-1] if words[at].endswith(".") else words[at] + "."
        elif kind == "order":
            mixed = self.chance.sample(range(len(words)), len(words))
            question["words"] = [words[at] for at in mixed]
            question["right"] = {mixed.index(at) for at in question["right"]}
        elif kind == "key":
            question["right"] = {self.chance.randrange(len(words))}
        else:
            question["points"] = self.chance.randint(1, 3)
        return kind

    def text(self):
        lines = ["````quiz {#q}"]
        for name, question in self.questions.items():
            lines.append(f"### {question['prompt']} {{#{name} points={question['points']}}}")
            lines += [
                f"- [{'x' if at in question['right'] else ' '}] {words}"
                for at, words in enumerate(question["words"])
            ]
        return "\n".join([*lines, "````"])


def answer_all(people, chance):
    for person in people:
        asked = find_asked(get_study(SLUG, person.id, now=clock.now()), "un", "q")
        for item in asked.activity.items:
            for number in range(chance.randint(0, 2)):
                key = chance.choice(item.document["options"])["key"]
                sent = Sent(item.id, key, f"page-{number}-{chance.randrange(10**9)}")
                with write():
                    check_answer(person_id=person.id, asked=asked, sent=sent, now=clock.now())


def answers():
    rows = db.session.execute(
        select(AnswerEvent.attempt_id, AnswerEvent.writer, AnswerEvent.seq, AnswerEvent.value)
    )
    return {(row[0], row[1], row[2]): row[3] for row in rows}


def standing():
    """Return the mark that stands for each answer."""
    rows = db.session.execute(
        select(Mark.attempt_id, Mark.writer, Mark.seq, Mark.points).where(is_newest())
    )
    return {(row[0], row[1], row[2]): row[3] for row in rows}


def from_scratch(made):
    """Return what each answer is worth by the newest revision, without any history."""
    kind = hooks.get(ActivityType, "quiz", anywhere=True)
    texts = find_texts(RevisionRef(made.revision_id, made.hash), "un")["q"]
    items = {item.id: item for item in kind.read(texts).items}
    rows = db.session.execute(
        select(
            AnswerEvent.attempt_id, AnswerEvent.writer, AnswerEvent.seq, AnswerEvent.item,
            AnswerEvent.value, AnswerEvent.hints, Attempt.seed,
        ).join(Attempt, Attempt.id == AnswerEvent.attempt_id)
    )  # fmt: skip
    return {
        (row[0], row[1], row[2]): kind.mark(
            items[row[3]].document, row[6], json.loads(row[4]), row[5]
        ).points
        for row in rows
    }


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_random_edits_lose_nothing_and_lower_nothing_unsigned(database, make_person, seed):
    chance = random.Random(seed)  # noqa: S311 — not a secret
    author = Author(chance)
    keep(author.text())
    people = [make_person(f"Learner {number}") for number in range(12)]
    for person in people:
        enroll(person, SLUG)
    salma, omar = make_person("Salma", role="admin"), make_person("Omar", role="admin")
    answer_all(people, chance)
    compared = 0
    for _ in range(12):
        author.edit()
        made = keep(author.text(), publish=False)
        before, given = standing(), answers()
        signed = chance.random() < 0.4
        number = publish(made, "lower" if signed else "raise", actor=salma.actor)
        found = apply(number)
        assert answers() == given
        after, scratch = standing(), from_scratch(made)
        for key, points in before.items():
            assert after[key] == max(points, scratch[key])
        if signed:
            with write():
                services.sign_lowering(
                    actor=omar.actor,
                    course_id=found.course_id,
                    public_id=found.public_id,
                    now=clock.now(),
                )
            apply(number)
            assert standing() == scratch
            compared += len(scratch)
        answer_all(people[:2], chance)
    assert compared
    assert 6 <= db.session.scalar(select(func.count()).select_from(Regrading)) <= 12
    assert db.session.scalar(select(func.min(Score.points))) >= 0
