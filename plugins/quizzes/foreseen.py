"""Reads foreseen answers: `= right`, `~ 50% nearly`, `~ wrong`, each with its feedback."""

import re
from dataclasses import replace
from decimal import Decimal

from app.sdk import Sentence, say
from plugins.quizzes import numbers
from plugins.quizzes.lines import Part, Raw
from plugins.quizzes.problems import Problems, check_twins, missing
from plugins.quizzes.questions import FULL, Accepted, Option, Question
from plugins.quizzes.texts import compile_pattern, fold, is_pattern, tidy

_SHARE = re.compile(r"^(?P<share>\d{1,3}(?:\.\d{1,5})?) ?%[ \t]+(?=\S)")
_TRUTH = {
    "true": "true", "vrai": "true", "صحيح": "true",
    "false": "false", "faux": "false", "خطأ": "false",
}  # fmt: skip


def truth(problems: Problems, raw: Raw, question: Question) -> Question:
    """Return a question of type truefalse with its two options."""
    found: dict[str, tuple[bool, Part]] = {}
    for part in raw.of("answer"):
        key = _TRUTH.get(part.words.casefold())
        if key is None or key in found:
            problems.error(
                part.line,
                part.column,
                say("“%(text)s” is no answer here, or stands twice.", text=part.words[:40]),
                say("Write = true or = false; ~ before the wrong one, for its feedback."),
            )
        else:
            found[key] = (part.mark == "=", part)
    right = [key for key, (is_right, _) in found.items() if is_right]
    if len(right) != 1:
        missing(
            problems,
            raw,
            say("It is not said whether this is true or false."),
            say("Add a line = true, or = false."),
        )
    options = tuple(
        Option(key, key, key in right, None, found[key][1].comment if key in found else "")
        for key in ("true", "false")
    )
    return replace(question, options=options, shuffle=False)


def numbers_of(problems: Problems, raw: Raw, question: Question) -> Question:
    """Return a question of type number with what it accepts."""
    accepted = []
    for part in raw.of("answer"):
        share, text = _share(part)
        if share == 0 and text == "*":
            accepted.append(Accepted("*", share, part.comment))
            continue
        bounds = numbers.read_bounds(text)
        if bounds is None or share > FULL:
            problems.error(
                part.line,
                part.column,
                say("“%(text)s” is no number.", text=text[:40]),
                say("Write = 19.5, = 19.5 ± 0.01, = 19.5 ± 2% or = 19..20."),
            )
            continue
        accepted.append(Accepted(text, share, part.comment, *bounds))
    check_twins(problems, ((part, part.words) for part in raw.of("answer")))
    _check_answers(problems, raw, tuple(accepted), say("Add a line = 19.5 or = 19.5 ± 0.01."))
    return replace(question, accepted=tuple(accepted))


def texts(problems: Problems, raw: Raw, question: Question) -> Question:
    """Return a question of type text with what it accepts."""
    accepted = []
    for part in raw.of("answer"):
        share, text = _share(part)
        text = " ".join(text.split())
        if share > FULL:
            problems.error(
                part.line,
                part.column,
                say("An answer is worth 0% to 100%."),
                say("Write ~ 50%% %(text)s.", text=text[:40]),
            )
        _check_pattern(problems, part, text, question.exact)
        accepted.append(Accepted(text, min(share, FULL), part.comment))
    folded = tidy if question.exact else fold
    check_twins(
        problems,
        ((part, folded(a.text)) for part, a in zip(raw.of("answer"), accepted, strict=True)),
    )
    _check_answers(problems, raw, tuple(accepted), say("Add a line = the answer."))
    return replace(question, accepted=tuple(accepted))


def _share(part: Part) -> tuple[Decimal, str]:
    """Return what an answer is worth, and its text."""
    if part.mark == "=":
        return FULL, part.words
    found = _SHARE.match(part.words)
    if found is None:
        return Decimal(0), part.words
    return Decimal(found["share"]), part.words[found.end() :]


def _check_answers(
    problems: Problems, raw: Raw, accepted: tuple[Accepted, ...], remedy: Sentence
) -> None:
    if not any(answer.share == FULL for answer in accepted):
        missing(problems, raw, say("This question has no right answer."), remedy)


def _check_pattern(problems: Problems, part: Part, text: str, exact: bool) -> None:
    if not is_pattern(text):
        return
    try:
        compile_pattern(text, exact)
    except ValueError as mistake:
        problems.error(
            part.line,
            part.column,
            say("This pattern cannot be used: %(reason)s.", reason=str(mistake)),
            say("Patterns are those of RE2, as /colou?r/; a slash at both ends makes a pattern."),
        )
