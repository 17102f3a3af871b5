"""Reads a question of type formula: `= n * p ± 0.01` and `vars: n = 2..9, p = 4..12`."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from app.sdk import Draws, say
from plugins.quizzes import formulas, numbers
from plugins.quizzes.draws import count_of, value_of
from plugins.quizzes.formulas import FormulaError, Node
from plugins.quizzes.lines import Part, Raw
from plugins.quizzes.problems import Problems
from plugins.quizzes.questions import Formula, Question, Variable

MAX_VALUES = 1_000_000
TRIED = 400
"""So many draws are calculated when a question is read, to find one without a result."""

_TOLERANCE = re.compile(r"\s*(?:±|\+/-|\+-)\s*(?P<by>\S.*)$")
_VARIABLE = re.compile(r"^(?P<name>[A-Za-z_]\w{0,30})\s*=\s*(?P<values>\S.*)$", re.ASCII)
_STEPPED = re.compile(r"^(?P<low>\S+?)\s*\.\.\.?\s*(?P<high>\S+)(?:\s+step\s+(?P<step>\S+))?$")
NAME = re.compile(r"\{([A-Za-z_]\w{0,30})\}", re.ASCII)
"""Where a drawn value goes in a text."""


def read(problems: Problems, raw: Raw, question: Question) -> Question:
    """Return the question with its formula and variables."""
    variables = tuple(_variables(problems, raw))
    question = replace(question, variables=variables)
    written = raw.of("answer")
    if len(written) != 1 or written[0].mark != "=":
        problems.error(
            written[1].line if len(written) > 1 else raw.line,
            1,
            say("A formula question has one formula."),
            say("Write it on one line, = n * p, and the variables on another, vars: n = 2..9."),
        )
        return question
    part = written[0]
    text, tolerance = _cut(part.words)
    question = replace(question, formula=Formula(text, tolerance))
    node = _node(problems, part, text)
    if tolerance and numbers.read_bounds(f"0 ± {tolerance}") is None:
        problems.error(
            part.line,
            part.column,
            say("“± %(by)s” cannot be read.", by=tolerance[:40]),
            say("Write ± 0.01 or ± 2%."),
        )
    if node is not None and _check_names(problems, raw, question, part, node):
        _try(problems, question, part, node)
    return question


def _cut(text: str) -> tuple[str, str]:
    found = _TOLERANCE.search(text)
    if found is None:
        return " ".join(text.split()), ""
    return " ".join(text[: found.start()].split()), found["by"].strip()


def _node(problems: Problems, part: Part, text: str) -> Node | None:
    try:
        return formulas.parse(text)
    except FormulaError as mistake:
        problems.error(
            part.line,
            part.column + mistake.column,
            mistake.sentence,
            say("A formula has numbers, names, + - * / ^, brackets and functions as sqrt(x)."),
        )
        return None


def _variables(problems: Problems, raw: Raw) -> Iterator[Variable]:
    seen = set()
    for part in raw.of("vars"):
        for entry in part.words.replace("\n", " ").split(","):
            found = _VARIABLE.match(entry.strip())
            variable = _variable(found["name"], found["values"]) if found else None
            if variable is None or variable.name in seen:
                problems.error(
                    part.line,
                    part.column + max(0, part.words.find(entry.strip())),
                    say("“%(text)s” is no variable, or stands twice.", text=entry.strip()[:40]),
                    say("Write n = 2..9, p = 0.5..2 step 0.5 or k = 2|4|8, with commas between."),
                )
                continue
            seen.add(variable.name)
            yield variable


def _variable(name: str, text: str) -> Variable | None:
    if name in formulas.FUNCTIONS or name == "pi":
        return None
    if "|" in text:
        values = [_number(piece) for piece in text.split("|")]
        known = tuple(value for value in values if value is not None)
        return Variable(name, values=known) if len(known) == len(values) else None
    found = _STEPPED.match(text)
    if found is None:
        single = _number(text)
        return None if single is None else Variable(name, values=(single,))
    low, high, step = (_number(found[part] or "1") for part in ("low", "high", "step"))
    if low is None or high is None or step is None or step <= 0 or low > high:
        return None
    if (high - low) / step >= MAX_VALUES:
        return None
    return Variable(name, low, high, step)


def _number(text: str) -> Decimal | None:
    bounds = numbers.read_bounds(text.strip())
    return bounds[0] if bounds and bounds[0] == bounds[1] else None


def _check_names(problems: Problems, raw: Raw, question: Question, part: Part, node: Node) -> bool:
    known = {variable.name for variable in question.variables}
    missing = sorted(formulas.names_in(node) - known)
    for name in missing:
        problems.error(
            part.line,
            part.column,
            say("Nothing says what “%(name)s” is.", name=name),
            say("Add it to the line vars:, as vars: %(name)s = 2..9.", name=name),
        )
    shown = set(NAME.findall(f"{question.prompt}\n{question.body}"))
    for name in sorted(known - shown):
        problems.warning(
            raw.line,
            raw.column,
            say("Learners never see the value of “%(name)s”.", name=name),
            say("Write {%(name)s} in the text, or delete the variable.", name=name),
        )
    return not missing


def _try(problems: Problems, question: Question, part: Part, node: Node) -> None:
    """Calculate many draws, the smallest and largest values among them."""
    inexact = False
    for values in _draws(question):
        try:
            found = formulas.evaluate(node, values)
        except FormulaError as mistake:
            drawn = ", ".join(f"{name} = {numbers.plain(v)}" for name, v in values.items())
            problems.error(
                part.line,
                part.column,
                say("With %(drawn)s: %(reason)s", drawn=drawn, reason=mistake.sentence),
                say("Change the formula or the variables so that every draw has a result."),
            )
            return
        inexact = inexact or found != round(found, 6)
    if inexact and question.formula and not question.formula.tolerance:
        problems.warning(
            part.line,
            part.column,
            say("Some results have no end, and nobody can write them whole."),
            say("Say how near is near enough: = %(text)s ± 0.01.", text=part.words[:60]),
        )


def _draws(question: Question) -> Iterator[dict[str, Decimal]]:
    sizes = [(variable, count_of(variable)) for variable in question.variables]
    for corner in range(2 ** min(len(sizes), 6)):
        yield {
            variable.name: value_of(variable, size - 1 if corner >> place & 1 else 0)
            for place, (variable, size) in enumerate(sizes)
        }
    total = 1
    for _, size in sizes:
        total *= size
    stream = Draws("tried", question.id)
    for number in range(min(total, TRIED)):
        values, rest = {}, number
        for variable, size in sizes:
            rest, place = divmod(rest, size) if total <= TRIED else (0, stream.below(size))
            values[variable.name] = value_of(variable, place)
        yield values
