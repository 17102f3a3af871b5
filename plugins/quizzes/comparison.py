"""A question in several languages: the same keys, points and right answers, other words."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from app.sdk import BlockNode, Problem, Sentence, say
from plugins.quizzes.questions import Accepted, Gap, Question, Quiz
from plugins.quizzes.reader import read_quiz


def compare(source: BlockNode, translation: BlockNode) -> list[Problem]:
    """Return where a translated block departs from its source, at the lines of the translation."""
    original, _ = read_quiz(source)
    translated, _ = read_quiz(translation)
    found: list[Problem] = []
    if (original.attempts, original.draw, original.tags) != (
        translated.attempts,
        translated.draw,
        translated.tags,
    ):
        found.append(
            Problem(
                "error",
                "",
                translation.line,
                1,
                say("The attributes of this block are not those of the source."),
                say("Copy them from the source: attempts, draw and tags."),
            )
        )
    for question in original.questions:
        twin = translated.question(question.id)
        if twin is not None:
            found += [
                Problem("error", "", twin.line, 1, *said) for said in _differences(question, twin)
            ]
    return sorted(found, key=Problem.order)


def _differences(source: Question, twin: Question) -> Iterator[tuple[Sentence, Sentence]]:
    for name, mine, theirs in (
        ("type", source.kind, twin.kind),
        ("points", source.points, twin.points),
        ("credit", source.whole, twin.whole),
        ("exact", source.exact, twin.exact),
        ("tags", source.tags, twin.tags),
        ("rubric", source.rubric, twin.rubric),
    ):
        if mine != theirs:
            yield (
                say("“%(name)s” is not that of the source.", name=name),
                say("Write it as in the source; there the question stands on line %(line)s.",
                    line=source.line),
            )  # fmt: skip
            return
    for same, message in _parts(source, twin):
        if not same:
            yield (
                message,
                say("Write them in the order of the source, line %(line)s.", line=source.line),
            )
            return


def _parts(source: Question, twin: Question) -> Iterator[tuple[bool, Sentence]]:
    yield (
        [(o.right, o.share) for o in source.options] == [(o.right, o.share) for o in twin.options],
        say("The options, or which of them are right, are not those of the source."),
    )
    yield (
        [bool(pair.left) for pair in source.pairs] == [bool(pair.left) for pair in twin.pairs]
        and _classes([p.right for p in source.pairs]) == _classes([p.right for p in twin.pairs]),
        say("The pairs are not those of the source."),
    )
    yield (len(source.steps) == len(twin.steps), say("The steps are not those of the source."))
    yield (
        [_shape(gap) for gap in source.gaps] == [_shape(gap) for gap in twin.gaps],
        say("The gaps are not those of the source."),
    )
    if source.kind == "number":
        yield (
            [(a.low, a.high, a.share) for a in source.accepted]
            == [(a.low, a.high, a.share) for a in twin.accepted],
            say("The right number is not that of the source."),
        )
    yield (
        source.formula == twin.formula and source.variables == twin.variables,
        say("The formula or its variables are not those of the source."),
    )
    yield (
        [hint.cost for hint in source.hints] == [hint.cost for hint in twin.hints],
        say("The hints, or what they cost, are not those of the source."),
    )


def _classes(texts: Sequence[str]) -> list[int]:
    """Return which texts are equal, whatever they say."""
    return [texts.index(text) for text in texts]


def _shape(gap: Gap) -> tuple[bool, int]:
    return bool(gap.options), len(gap.options)


def adopt(source: Quiz, translation: Quiz) -> Quiz:
    """Return the translation with the keys of its source, part by part in their order.

    Questions that the source does not have, or that differ in their parts, come as they are:
    `compare` has said so, and such a revision is not published.
    """
    questions = []
    for twin in translation.questions:
        original = source.question(twin.id)
        fits = original is not None and not list(_differences(original, twin))
        questions.append(_adopted(original, twin) if original is not None and fits else twin)
    return replace(translation, questions=tuple(questions))


def _adopted(source: Question, twin: Question) -> Question:
    return renamed(twin, names_of(source))


Names = dict[str, Any]


def names_of(question: Question) -> Names:
    """Return the keys of all parts of a question, in their order, as plain JSON."""
    return {
        "options": [option.key for option in question.options],
        "pairs": [[pair.key, pair.right_key] for pair in question.pairs],
        "steps": [step.key for step in question.steps],
        "gaps": [[gap.key, [option.key for option in gap.options]] for gap in question.gaps],
    }


def renamed(question: Question, names: Names) -> Question:
    """Return the question with these keys, part by part. ValueError: they are not as many."""
    body = question.body
    gaps = []
    for number, (gap, (key, choices)) in enumerate(zip(question.gaps, names["gaps"], strict=True)):
        body = body.replace(f"[[{gap.key}]]", f"[[\0{number}]]")
        gaps.append(replace(gap, key=key, options=_keyed(gap.options, choices)))
    for number, gap in enumerate(gaps):
        body = body.replace(f"[[\0{number}]]", f"[[{gap.key}]]")
    return replace(
        question,
        body=body,
        gaps=tuple(gaps),
        options=_keyed(question.options, names["options"]),
        pairs=tuple(
            replace(pair, key=key, right_key=right)
            for pair, (key, right) in zip(question.pairs, names["pairs"], strict=True)
        ),
        steps=_keyed(question.steps, names["steps"]),
    )


def _keyed(parts: Sequence[Any], keys: Sequence[str]) -> tuple[Any, ...]:
    return tuple(replace(part, key=key) for part, key in zip(parts, keys, strict=True))


def joined(source: Question, translations: Sequence[Question]) -> Question:
    """Return the question that answers are marked by: what is right in any language is right.

    Somebody may read in Arabic and answer in French. The words shown stay those of the source.
    """
    twins = [source, *translations]
    gaps = tuple(
        replace(gap, accepted=_union([twin.gaps[place].accepted for twin in twins]))
        for place, gap in enumerate(source.gaps)
    )
    units = tuple(dict.fromkeys(unit for twin in twins for unit in twin.units))
    accepted = source.accepted
    if source.kind == "text":
        accepted = _union([twin.accepted for twin in twins])
    return replace(source, gaps=gaps, units=units, accepted=accepted)


def _union(lists: Sequence[Sequence[Accepted]]) -> tuple[Accepted, ...]:
    found: dict[str, Accepted] = {}
    for accepted in lists:
        for answer in accepted:
            found.setdefault(answer.text, answer)
    return tuple(found.values())
