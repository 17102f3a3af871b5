"""What is different between two versions of a question, and how its parts keep their keys."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from plugins.quizzes.gaps import MARK
from plugins.quizzes.questions import Gap, Option, Pair, Question, Step, key_for, to_dict

GIVEN = re.compile(r"^k[0-9a-f]{7}$")
"""What a key looks like that no author wrote."""
ALIKE = 0.6
SURE = 0.85


@dataclass(frozen=True, slots=True)
class Doubt:
    """A part that may be the one of before in other words, or another one: the author decides."""

    key: str
    before: str
    after: str
    likeness: float


def kinds_of_change(old: Question, new: Question | None) -> frozenset[str]:
    """Return what an edit is: typo, order, key, options, type, points, hints, deletion; or nothing.

    A typo touches words only. `key` is whatever makes another answer right; `options` says that
    parts came or went.
    """
    if new is None:
        return frozenset({"deletion"})
    if old.kind != new.kind:
        return frozenset({"type"})
    before, after = essence(old), essence(new)
    found = {name for name in ("points", "hints") if before.pop(name) != after.pop(name)}
    found |= _change_of_parts(_keys(old), _keys(new), before == after)
    if not found and to_dict(old) != to_dict(new):
        found.add("typo")
    return frozenset(found)


def _change_of_parts(before: list[str], after: list[str], same_marks: bool) -> set[str]:
    if set(before) != set(after):
        return {"options"}
    if not same_marks:
        return {"key"}
    return {"order"} if before != after else set()


def essence(question: Question) -> dict[str, Any]:
    """Return what marks depend on, and nothing else: two questions with the same mark the same."""
    options = {option.key: (option.right, option.share) for option in question.options}
    return {
        "kind": question.kind,
        "points": question.points,
        "options": options,
        "accepted": frozenset(
            (answer.low, answer.high, answer.share)
            if answer.low is not None
            else (answer.text, answer.share)
            for answer in question.accepted
        ),
        "pairs": {(pair.key, pair.right_key) for pair in question.pairs if pair.left},
        "rights": {pair.right_key for pair in question.pairs},
        "steps": tuple(step.key for step in question.steps),
        "gaps": {gap.key: _gap_essence(gap) for gap in question.gaps},
        "variables": question.variables,
        "formula": question.formula,
        "units": frozenset(unit.casefold() for unit in question.units),
        "rubric": question.rubric,
        "exact": question.exact,
        "whole": question.whole,
        "hints": tuple(hint.cost for hint in question.hints),
        "id": question.id if question.is_seeded else "",
    }


def _gap_essence(gap: Gap) -> tuple[Any, ...]:
    return (
        frozenset((option.key, option.right, option.share) for option in gap.options),
        frozenset((answer.text, answer.share) for answer in gap.accepted),
    )


def _keys(question: Question) -> list[str]:
    """Return every key that an answer may name, in the order in which they are written."""
    found = [option.key for option in question.options]
    found += [key for pair in question.pairs for key in (pair.key, pair.right_key)]
    if question.kind != "order":
        found += [step.key for step in question.steps]
    else:
        found += sorted(step.key for step in question.steps)
    for gap in question.gaps:
        found += [gap.key, *sorted(option.key for option in gap.options)]
    return found


def carry_over(old: Question, new: Question) -> tuple[Question, tuple[Doubt, ...]]:
    """Give the parts of a new version the keys that the same parts had before.

    Keys that the author wrote stay as they are. The others follow the words: the same words first,
    then the most alike. Where that is not sure, a doubt is returned beside.
    """
    keeper = _Keeper(new.id, set(_keys(old)), [])
    options = keeper.keep("option", _texts(old.options), new.options, lambda part: part.text, "key")
    lefts = {pair.key: pair.left or pair.right for pair in old.pairs}
    rights = {pair.right_key: pair.right for pair in old.pairs}
    pairs: Sequence[Pair] = keeper.keep(
        "left", lefts, new.pairs, lambda part: part.left or part.right, "key"
    )
    pairs = keeper.keep("right", rights, pairs, lambda part: part.right, "right_key")
    steps: Sequence[Step] = keeper.keep(
        "step", _texts(old.steps), new.steps, lambda part: part.text, "key"
    )
    gaps, body = keeper.gaps(old, new)
    carried = replace(
        new, options=tuple(options), pairs=tuple(pairs), steps=tuple(steps), gaps=gaps, body=body
    )
    return carried, tuple(keeper.doubts)


def _texts(parts: Sequence[Option] | Sequence[Step]) -> dict[str, str]:
    return {part.key: part.text for part in parts}


class _Keeper:
    """Carries keys from one version to the next, and never gives one key to two parts."""

    def __init__(self, seed: str, used: set[str], doubts: list[Doubt]) -> None:
        self.doubts = doubts
        self._id = seed
        self._used = used
        self._taken: set[str] = set()

    def keep(
        self, kind: str, before: Mapping[str, str], parts: Sequence[Any], text: Any, name: str
    ) -> list[Any]:
        words = {getattr(part, name): text(part) for part in parts}
        carried = self._match(before, words)
        for key, value in words.items():
            if key in carried:
                continue
            if key in self._taken or (GIVEN.match(key) and key in self._used):
                carried[key] = key_for(self._id, kind, value, self._used | self._taken)
            else:
                carried[key] = key
            self._taken.add(carried[key])
        return [replace(part, **{name: carried[getattr(part, name)]}) for part in parts]

    def _match(self, before: Mapping[str, str], words: Mapping[str, str]) -> dict[str, str]:
        """Return new key → old key for the parts that are the same."""
        left = {key: _plain(value) for key, value in before.items()}
        carried: dict[str, str] = {}
        for key in words:
            if not GIVEN.match(key) and key in left:
                carried[key] = key
                del left[key]
        for key, value in words.items():
            if GIVEN.match(key) and key not in carried:
                same = next((o for o, was in left.items() if was == _plain(value)), None)
                if same is not None:
                    carried[key] = same
                    del left[same]
        open_ = {k: v for k, v in words.items() if GIVEN.match(k) and k not in carried}
        carried |= self._alike(left, open_)
        self._taken |= set(carried.values())
        return carried

    def _alike(self, left: dict[str, str], words: Mapping[str, str]) -> dict[str, str]:
        scores = sorted(
            (
                (-_likeness(was, _plain(value)), key, old)
                for key, value in words.items()
                for old, was in left.items()
            ),
        )
        alone = len(words) == len(left) == 1
        carried: dict[str, str] = {}
        for negative, key, old in scores:
            likeness = -negative
            if likeness < ALIKE and not (alone and likeness >= ALIKE / 2):
                break
            if key in carried or old in carried.values():
                continue
            carried[key] = old
            if likeness < SURE:
                self.doubts.append(Doubt(old, left[old], words[key], round(likeness, 2)))
        return carried

    def gaps(self, old: Question, new: Question) -> tuple[tuple[Gap, ...], str]:
        before = {gap.key: _gap_text(gap) for gap in old.gaps}
        kept = self.keep("gap", before, new.gaps, _gap_text, "key")
        was = {gap.key: gap for gap in old.gaps}
        names = {gap.key: found.key for gap, found in zip(new.gaps, kept, strict=True)}
        gaps = tuple(self._choices(was.get(gap.key), gap) for gap in kept)
        body = MARK.sub(lambda found: f"[[{names.get(found[1], found[1])}]]", new.body)
        return gaps, body

    def _choices(self, old: Gap | None, new: Gap) -> Gap:
        before = _texts(old.options) if old else {}
        inner = _Keeper(f"{self._id}/{new.key}", set(before), self.doubts)
        options = inner.keep("choice", before, new.options, lambda part: part.text, "key")
        return replace(new, options=tuple(options))


def _plain(text: str) -> str:
    return " ".join(text.split())


def _gap_text(gap: Gap) -> str:
    return " | ".join(sorted([o.text for o in gap.options] or [a.text for a in gap.accepted]))


def _likeness(a: str, b: str) -> float:
    if len(a) > 2_000 or len(b) > 2_000:
        return 1.0 if a == b else 0.0
    return SequenceMatcher(None, a, b, autojunk=False).ratio()
