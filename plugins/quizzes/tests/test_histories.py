"""Random edits over many attempts: none is lost, no mark falls unsigned."""

import random
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from app.sdk.testing import read_blocks as nodes
from plugins.quizzes.answers import Answer, is_empty, is_readable
from plugins.quizzes.changes import carry_over
from plugins.quizzes.draws import draw_values
from plugins.quizzes.marking import mark
from plugins.quizzes.questions import Accepted, Formula, Option
from plugins.quizzes.reader import read_quiz
from plugins.quizzes.regrading import Standing, impact, regrade
from plugins.quizzes.solving import right_answer
from plugins.quizzes.writer import write_question


def standing(question, value, attempt="a", hints=0, seed="s"):
    answer = Answer(value, hints)
    return Standing(attempt, seed, answer, mark(question, seed, answer).points)


class Edits:
    """Random edits of an author, made on values and then published as Markdown."""

    def __init__(self, chance):
        self.chance = chance
        self.count = 0

    def one(self, question):
        """Return (kind, question or None, other new questions)."""
        self.count += 1
        kind = self.chance.choice(
            ["typo", "key", "order", "type", "points", "hints", "deletion", "split", "options"]
        )
        return kind, *getattr(self, kind)(question)

    def typo(self, question):
        word = f"{question.prompt.split(' ·')[0]} ·{self.count}"
        options = question.options
        if options and question.kind != "truefalse":
            at = self.chance.randrange(len(options))
            options = tuple(
                replace(o, text=o.text[:-1] if o.text.endswith("·") else f"{o.text}·")
                if n == at
                else o
                for n, o in enumerate(options)
            )
        return replace(question, prompt=word, options=options), ()

    def key(self, question):
        change = {
            "one": self.other_right, "truefalse": self.other_right, "many": self.other_rights,
            "number": self.other_number, "text": self.other_words, "match": self.other_pairs,
            "order": self.other_steps, "cloze": self.other_gaps, "formula": self.other_formula,
        }  # fmt: skip
        return change.get(question.kind, lambda question: question)(question), ()

    def other_right(self, question):
        right = self.chance.choice(question.options).key
        options = tuple(replace(o, right=o.key == right, share=None) for o in question.options)
        return replace(question, options=options)

    def other_rights(self, question):
        count = self.chance.randint(2, max(2, len(question.options) - 1))
        chosen = self.chance.sample(question.options, min(count, len(question.options)))
        right = {option.key for option in chosen}
        options = tuple(replace(o, right=o.key in right, share=None) for o in question.options)
        return replace(question, options=options)

    def other_number(self, question):
        value = Decimal(self.chance.choice(["19", "19.5", "20", "25"]))
        return replace(question, accepted=(Accepted(str(value), low=value, high=value),))

    def other_words(self, question):
        words = self.chance.sample(["Rabat", "Casablanca", "Fès", "Salé"], 2)
        return replace(question, accepted=tuple(Accepted(word) for word in words))

    def other_pairs(self, question):
        pairs = list(question.pairs)
        at = self.chance.randrange(len(pairs) - 1)
        a, b = pairs[at], pairs[at + 1]
        pairs[at] = replace(a, right=b.right, right_key=b.right_key)
        pairs[at + 1] = replace(b, right=a.right, right_key=a.right_key)
        return replace(question, pairs=tuple(pairs))

    def other_steps(self, question):
        return replace(
            question, steps=tuple(self.chance.sample(question.steps, len(question.steps)))
        )

    def other_gaps(self, question):
        return replace(question, gaps=tuple(self.turned(gap) for gap in question.gaps))

    def other_formula(self, question):
        text = self.chance.choice(["n * p", "n + p", "n * p ^ 2 / k", "n * k"])
        return replace(question, formula=Formula(text, "1%"))

    def turned(self, gap):
        if not gap.options:
            return gap
        first, *rest = self.chance.sample(gap.options, len(gap.options))
        options = (replace(first, right=True), *(replace(o, right=False) for o in rest))
        return replace(gap, options=options)

    def order(self, question):
        mixed = self.chance.sample
        if question.kind == "truefalse":
            return question, ()
        return replace(
            question,
            options=tuple(mixed(question.options, len(question.options))),
            accepted=tuple(mixed(question.accepted, len(question.accepted))),
        ), ()

    def type(self, question):
        right = [option for option in question.options if option.right]
        if question.kind == "one" and len(right) == 1:
            return replace(question, kind="many"), ()
        if question.kind == "many" and len(right) == 1:
            return replace(question, kind="one"), ()
        if question.kind == "number" and all(a.text != "*" for a in question.accepted):
            return replace(question, kind="text", units=()), ()
        return question, ()

    def points(self, question):
        if question.kind == "essay":
            return question, ()
        return replace(question, points=Decimal(self.chance.randint(1, 8)) / 2), ()

    def hints(self, question):
        return replace(question, hints=question.hints[:1] if len(question.hints) > 1 else ()), ()

    def options(self, question):
        if question.kind not in ("one", "many"):
            return question, ()
        options = list(question.options)
        wrong = [option for option in options if not option.right]
        if len(options) > 3 and wrong and self.chance.random() < 0.5:
            options.remove(self.chance.choice(wrong))
        else:
            options.append(Option(f"new-{self.count}", f"nouvelle option {self.count:05}"))
        return replace(question, options=tuple(options)), ()

    def deletion(self, question):
        return None, (self.again(question, "new"),)

    def split(self, question):
        return None, (self.again(question, "one"), self.again(question, "two"))

    def again(self, question, name):
        return replace(question, id=f"{question.id.split('-')[0]}-{name}{self.count}")


def published(old, edited):
    """Write an edited question, read it and carry its keys over, as a publication does."""
    (node,) = nodes(f"````quiz {{#q}}\n{write_question(edited)}\n````".split("\n"))
    quiz, problems = read_quiz(node)
    assert not [problem for problem in problems if problem.is_error], [str(p) for p in problems]
    return carry_over(old, quiz.questions[0])


def some_answer(chance, question, seed):
    """Return what a learner might send: right, wrong, half, nothing or nonsense."""
    kind = chance.random()
    if kind < 0.05:
        return chance.choice([None, "", [], {"x": "y"}, "zzz", 7, ["zzz"]])
    right = right_answer(question, seed)
    if right is not None and kind < 0.4:
        return right.value
    keys = [option.key for option in question.options]
    if question.kind in ("one", "truefalse"):
        return chance.choice(keys)
    if question.kind == "many":
        return chance.sample(keys, chance.randint(1, len(keys)))
    if question.kind == "match":
        rights = [pair.right_key for pair in question.pairs]
        return {pair.key: chance.choice(rights) for pair in question.pairs if pair.left}
    if question.kind == "order":
        return chance.sample([step.key for step in question.steps], len(question.steps))
    if question.kind == "cloze":
        return {
            gap.key: chance.choice([o.key for o in gap.options] or ["Rabat", "def", "?"])
            for gap in question.gaps
        }
    return chance.choice(["19", "19,5", "20 DH", "Rabat", "Rabbat", "fes", "12", "un texte"])


def from_scratch(old, new, given):
    """Return the points that a newcomer to the code would give, or None for a person's eye."""
    value = given.answer.value
    if new is None or ("essay" in (old.kind, new.kind) and not is_empty(value)):
        return None
    if not is_empty(value) and not is_readable(new, value):
        return None
    if "formula" in (old.kind, new.kind) and draw_values(old, given.seed) != draw_values(
        new, given.seed
    ):
        return None
    return mark(new, given.seed, given.answer).points


class History:
    """Questions, the answers given to them, and the marks that stand."""

    def __init__(self, bank, attempts, chance):
        self.chance = chance
        self.versions = {question.id: question for question in bank.values()}
        self.standings = {name: [] for name in self.versions}
        self.closed = {}
        for number in range(attempts):
            for name in chance.sample(sorted(self.versions), 3):
                question, seed = self.versions[name], str(number)
                value = some_answer(chance, question, seed)
                hints = chance.randint(0, len(question.hints))
                self.standings[name].append(standing(question, value, str(number), hints, seed))

    def edit(self, edits):
        """Make one edit of one question, check what it does to its answers, and keep that."""
        name = self.chance.choice(sorted(self.versions))
        old = self.versions[name]
        kind, edited, others = edits.one(old)
        new = doubts = None
        if edited is not None:
            new, doubts = published(old, edited)
            if kind in ("typo", "key", "order", "type", "points", "hints") and not doubts:
                assert new == edited, kind
        signed = self.chance.random() < 0.2
        self.regraded(name, old, new, signed)
        if new is None:
            self.closed[name] = (old, self.standings.pop(name))
            del self.versions[name]
        else:
            self.versions[name] = new
        for other in others:
            self.versions[other.id] = other
            self.standings[other.id] = [
                standing(other, some_answer(self.chance, other, str(n)), str(n), 0, str(n))
                for n in range(5)
            ]
        return kind

    def regraded(self, name, old, new, signed):
        before = self.standings[name]
        seen = impact(old, new, before)
        rows = list(regrade(old, new, before, signature="Salma" if signed else ""))
        assert [row.attempt for row in rows] == [given.attempt for given in before]
        counts = Counter(row.verdict for row in rows)
        falls = counts["falls"] + counts["kept"]
        assert (seen.rises, seen.falls, seen.eye) == (counts["rises"], falls, counts["eye"])
        assert seen.answers == len(before)
        after = []
        for given, row in zip(before, rows, strict=True):
            assert row.before == given.points
            assert signed or row.points >= given.points
            after.append(replace(given, points=row.points))
        for given, row in self.chance.sample(
            list(zip(before, rows, strict=True)), min(20, len(rows))
        ):
            scratch = from_scratch(old, new, given)
            if row.verdict != "same" or row.computed == scratch:
                assert row.computed == scratch
            else:  # an edit that touches no mark leaves also those that somebody overrode
                assert mark(old, given.seed, given.answer) == mark(new, given.seed, given.answer)
        self.standings[name] = after


def play(bank, attempts, edits):
    chance = random.Random(attempts * edits)  # noqa: S311 — not a secret
    history = History(bank, attempts, chance)
    given = {
        (name, row.attempt): row.answer for name, rows in history.standings.items() for row in rows
    }
    author = Edits(chance)
    kinds = Counter(history.edit(author) for _ in range(edits))
    everything = dict(history.standings) | {
        name: rows for name, (_, rows) in history.closed.items()
    }
    kept = {(name, row.attempt): row.answer for name, rows in everything.items() for row in rows}
    assert all(kept[place] is answer for place, answer in given.items())
    return history, kinds


def signed_chain(bank, attempts, edits):
    """Edit with a signature each time: what stands must be what marking from scratch gives."""
    chance = random.Random(attempts)  # noqa: S311 — not a secret
    history = History(bank, attempts, chance)
    author = Edits(chance)
    checked = 0
    for _ in range(edits):
        name = chance.choice(sorted(history.versions))
        old = history.versions[name]
        kind, edited, _ = author.one(old)
        if edited is None or old.kind == "essay":
            continue
        new, _ = published(old, edited)
        rows = list(regrade(old, new, history.standings[name], signature="Salma"))
        history.standings[name] = [
            replace(given, points=row.points)
            for given, row in zip(history.standings[name], rows, strict=True)
            if row.verdict != "eye"
        ]
        history.versions[name] = new
        for given in history.standings[name]:
            assert given.points == mark(new, given.seed, given.answer).points, (kind, name)
            checked += 1
    return checked


def test_no_answer_is_lost_and_no_mark_falls_unsigned(bank):
    history, kinds = play(bank, 300, 120)
    assert len(kinds) >= 8
    assert sum(len(rows) for rows in history.standings.values())


def test_regrading_is_marking_from_scratch(bank):
    assert signed_chain(bank, 200, 60) > 1000


@pytest.mark.slow
def test_ten_thousand_attempts_bear_five_hundred_edits(bank):
    history, kinds = play(bank, 10_000, 500)
    assert sum(kinds.values()) == 500
    assert set(kinds) >= {"typo", "key", "order", "type", "deletion", "split"}
    rows = [*history.standings.values(), *(rows for _, rows in history.closed.values())]
    assert len({row.attempt for found in rows for row in found}) == 10_000


@pytest.mark.slow
def test_regrading_a_long_history_is_marking_from_scratch(bank):
    assert signed_chain(bank, 1_000, 150) > 20_000
