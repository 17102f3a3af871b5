"""Reads what each kind of question is made of: options, answers, pairs, steps."""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from app.sdk import BLOCK_ID, Sentence, mask, say
from plugins.quizzes import foreseen, gaps, variables
from plugins.quizzes.lines import Part, Raw
from plugins.quizzes.problems import Problems, check_twins, missing
from plugins.quizzes.questions import FULL, Option, Pair, Question, Step, key_for

_KEY = re.compile(r"[ \t]*\{#(?P<key>[^{}\s]*)\}$")
_BELONGS = {
    "option": ("one", "many"),
    "pair": ("match",),
    "step": ("order",),
    "answer": ("number", "text", "truefalse", "formula"),
    "vars": ("formula",),
}


def kind_of_choice(raw: Raw) -> str:
    """Return what options say themselves: one right answer, or several."""
    marks = [part.mark.lower() for part in raw.of("option")]
    whole = marks.count("x") + sum(_percent(mark) == FULL for mark in marks)
    partly = any(mark.endswith("%") for mark in marks)
    return "many" if whole > 1 or (whole == 0 and partly) else "one"


def build(problems: Problems, raw: Raw, question: Question) -> Question:
    """Return the question with its parts."""
    if not question.kind:
        problems.error(
            raw.line, raw.column, say("This question has no answer."), _remedy_without(raw)
        )
        return replace(question, kind="essay")
    _check_strays(problems, raw, question.kind)
    _check_tail(problems, raw)
    return _BUILDERS[question.kind](problems, raw, question)


def _remedy_without(raw: Raw) -> Sentence:
    body = raw.text
    if raw.of("answer"):
        return say("Say what it is: type=number, type=text or type=formula.")
    if "[[" in body:
        return say("Say what it is: type=cloze.")
    if "->" in body:
        return say("Say what it is: type=match.")
    return say("Add options, “- [x] right” and “- [ ] wrong”, or a type, as type=essay.")


def _check_strays(problems: Problems, raw: Raw, kind: str) -> None:
    for part in raw.parts:
        if part.kind == "almost":
            problems.error(
                part.line,
                1,
                say("This is almost an option."),
                say("Write “- [x] right” or “- [ ] wrong”, with these spaces."),
            )
        elif kind not in _BELONGS[part.kind]:
            problems.error(
                part.line,
                1,
                say("This line does not belong to a question of type %(kind)s.", kind=kind),
                say(
                    "Delete it, or change the type to one of: %(names)s.",
                    names=", ".join(_BELONGS[part.kind]),
                ),
            )


def _check_tail(problems: Problems, raw: Raw) -> None:
    first = min((part.line for part in raw.parts), default=0)
    for line, text in raw.body:
        if first and line > first and text.strip():
            problems.warning(
                line,
                1,
                say("This text stands below the answers, and is shown above them."),
                say("Move it up, or indent it by two spaces to add it to the answer before."),
            )
            return


def _percent(mark: str) -> Decimal | None:
    return Decimal(mark.rstrip("% ")) if mark.endswith("%") else None


def _written_key(problems: Problems, part: Part, taken: set[str]) -> str:
    """Take the key off the end of a part; return it, or nothing."""
    last = part.text[0]
    found = _KEY.search(last)
    if found is None:
        return ""
    part.text[0] = last[: found.start()]
    key = found["key"]
    if not BLOCK_ID.match(key):
        message = say("“%(key)s” cannot be a key.", key=key)
    elif key in taken:
        message = say("The key “%(key)s” is used twice in this question.", key=key)
    else:
        taken.add(key)
        return key
    problems.error(
        part.line,
        part.column + found.start(),
        message,
        say("Use small letters a–z, digits and hyphens, each key once."),
    )
    return ""


def _choices(problems: Problems, raw: Raw, question: Question) -> Question:
    taken: set[str] = set()
    found = raw.of("option")
    written = [_written_key(problems, part, taken) for part in found]
    check_twins(problems, ((part, part.words) for part in found))
    options = []
    for part, key in zip(found, written, strict=True):
        share = _percent(part.mark)
        if share is not None and not -FULL <= share <= FULL:
            problems.error(
                part.line,
                1,
                say("An option is worth −100% to 100%."),
                say("Write as - [50%], or [x] and [ ]."),
            )
        right = part.mark in ("x", "X") or share == FULL
        key = key or key_for(question.id, "option", part.words, taken)
        options.append(Option(key, part.words, right, share, part.comment))
    question = replace(question, options=tuple(options))
    _check_choices(problems, raw, question)
    return question


def _check_choices(problems: Problems, raw: Raw, question: Question) -> None:
    options = question.options
    right = sum(option.right for option in options)
    earns = sum((o.share for o in options if o.share and o.share > 0), Decimal(0))
    if len(options) < 2:
        missing(
            problems,
            raw,
            say("A choice needs two options or more."),
            say("Add lines “- [x] right” and “- [ ] wrong”."),
        )
    elif question.kind == "one" and not right:
        missing(problems, raw, say("No option is right."), say("Mark the right one with [x]."))
    elif question.kind == "many" and not right and earns < 99:
        missing(
            problems,
            raw,
            say("Nobody could have all the points of this question."),
            say("Mark what is right with [x], or give shares that add up to 100%."),
        )
    elif right == len(options):
        line, column = raw.line, raw.column
        problems.warning(line, column, say("Every option is right."), say("Add one that is wrong."))


def _pairs(problems: Problems, raw: Raw, question: Question) -> Question:
    taken: set[str] = set()
    rights: dict[str, str] = {}
    pairs = []
    found = raw.of("pair")
    for part in found:
        key = _written_key(problems, part, taken)
        sides = _sides(part.words)
        if sides is None:
            problems.error(
                part.line,
                part.column,
                say("This pair has no arrow, or more than one."),
                say("Write - left -> right; an arrow of code goes between backticks."),
            )
            continue
        left, right = sides
        if right not in rights:
            rights[right] = key_for(question.id, "right", right, taken)
        key = key or key_for(question.id, "left", left or right, taken)
        pairs.append(Pair(key, left, rights[right], right))
    check_twins(problems, ((part, _left(part)) for part in found if _left(part)))
    if sum(bool(pair.left) for pair in pairs) < 2 or len(rights) < 2:
        missing(
            problems,
            raw,
            say("There is nothing to match."),
            say("Add two or more lines - left -> right with different right sides."),
        )
    return replace(question, pairs=tuple(pairs))


def _left(part: Part) -> str:
    sides = _sides(part.words)
    return sides[0] if sides else ""


def _sides(text: str) -> tuple[str, str] | None:
    """Cut a pair at its arrow, outside of code; the left side may be empty, the right may not."""
    masked = mask([text.replace("\n", " ")])[0].replace("→", "->")
    plain = text.replace("\n", " ")
    found = [m.span() for m in re.finditer(r"(?:(?<=\s)|^)(?:->)(?=\s|$)", masked)]
    if "→" in plain:
        found = [m.span() for m in re.finditer(r"→", mask([plain])[0])]
    if len(found) != 1:
        return None
    left, right = plain[: found[0][0]].strip(), plain[found[0][1] :].strip()
    return (left, right) if right else None


def _steps(problems: Problems, raw: Raw, question: Question) -> Question:
    taken: set[str] = set()
    found = raw.of("step")
    written = [_written_key(problems, part, taken) for part in found]
    check_twins(problems, ((part, part.words) for part in found))
    steps = tuple(
        Step(key or key_for(question.id, "step", part.words, taken), part.words)
        for part, key in zip(found, written, strict=True)
    )
    if len(steps) < 2:
        missing(
            problems,
            raw,
            say("There is nothing to put in order."),
            say("Add two or more lines, 1. first, 2. second, in the right order."),
        )
    return replace(question, steps=steps)


def _cloze(problems: Problems, raw: Raw, question: Question) -> Question:
    body, found = gaps.read(problems, raw, question)
    if not found:
        missing(
            problems,
            raw,
            say("This text has no gap."),
            say("Write [[right|wrong|wrong]] or [[right]] where a gap is."),
        )
    return replace(question, body=body, gaps=found)


def _formula(problems: Problems, raw: Raw, question: Question) -> Question:
    return variables.read(problems, raw, question)


def _essay(problems: Problems, raw: Raw, question: Question) -> Question:
    return question


_BUILDERS: dict[str, Callable[[Problems, Raw, Question], Question]] = {
    "one": _choices,
    "many": _choices,
    "truefalse": foreseen.truth,
    "number": foreseen.numbers_of,
    "text": foreseen.texts,
    "match": _pairs,
    "order": _steps,
    "cloze": _cloze,
    "formula": _formula,
    "essay": _essay,
}
