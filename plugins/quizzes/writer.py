"""Writes questions as a `quiz` block that the reader reads back into the same questions."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from plugins.quizzes.changes import GIVEN
from plugins.quizzes.gaps import MARK
from plugins.quizzes.numbers import plain
from plugins.quizzes.questions import Accepted, Gap, Option, Question, Quiz, Variable


def write_quiz(quiz: Quiz) -> str:
    """Return the block, with its fences of four backticks."""
    attributes = [f"#{quiz.id}"]
    attributes += [f"attempts={quiz.attempts}"] if quiz.attempts else []
    attributes += [f"draw={quiz.draw}"] if quiz.draw else []
    attributes += [f'tags="{" ".join(quiz.tags)}"'] if quiz.tags else []
    blocks = [f"````quiz {{{' '.join(attributes)}}}"]
    blocks += [quiz.intro, ""] if quiz.intro else []
    blocks += ["\n\n".join(write_question(question) for question in quiz.questions)]
    return "\n".join([*blocks, "````"]) + "\n"


def write_question(question: Question) -> str:
    """Return one question; its keys are written only where an author wrote them."""
    lines = [f"### {question.prompt} {{{' '.join(_attributes(question))}}}"]
    if question.kind == "cloze":
        lines += [_gapped(question)]
    elif question.body:
        lines += [question.body]
    parts = list(_parts(question))
    if parts:
        lines += ["", *parts] if question.body else parts
    for hint in question.hints:
        cost = f" {{cost={plain(hint.cost)}}}" if hint.cost else ""
        lines += ["", f"> [!HINT]{cost}", *_quoted(hint.text)]
    if question.solution:
        lines += ["", "> [!SOLUTION]", *_quoted(question.solution)]
    return "\n".join(lines)


def _attributes(question: Question) -> list[str]:
    rubric = ",".join(f"{line.key}:{plain(line.points)}" for line in question.rubric)
    fixed = not question.shuffle and question.kind != "truefalse"
    written = (
        (f"type={question.kind}", question.kind not in ("one", "many") or _needs_type(question)),
        (f"points={plain(question.points)}", question.points != 1),
        (f'unit="{"|".join(question.units)}"', question.units),
        (f"rubric={rubric}", rubric),
        (f'tags="{" ".join(question.tags)}"', question.tags),
        ("shuffle=no", fixed),
        ("exact=yes", question.exact),
        ("credit=whole", question.whole),
    )
    return [f"#{question.id}", *(text for text, needed in written if needed)]


def _needs_type(question: Question) -> bool:
    right = sum(option.right for option in question.options)
    partly = any(option.share is not None for option in question.options)
    return (question.kind == "many") != (right > 1 or (right == 0 and partly))


def _parts(question: Question) -> Iterator[str]:
    if question.kind == "truefalse":
        yield from _truth(question)
    else:
        yield from _choices(question)
    for pair in question.pairs:
        left = f"- {pair.left} ->" if pair.left else "- ->"
        yield _with_key(f"{left} {pair.right}", pair.key)
    for number, step in enumerate(question.steps, 1):
        yield from _item(f"{number}. ", _with_key(step.text, step.key))
    if question.formula:
        by = question.formula.tolerance
        yield f"= {question.formula.text}" + (f" ± {by}" if by else "")
    if question.variables:
        yield "vars: " + ", ".join(_variable(variable) for variable in question.variables)


def _truth(question: Question) -> Iterator[str]:
    for option in question.options:
        if option.right or option.feedback:
            yield f"{'=' if option.right else '~'} {option.key}"
            yield from _feedback(option.feedback)


def _choices(question: Question) -> Iterator[str]:
    for option in question.options:
        yield from _item(f"- [{_mark(option)}] ", _with_key(option.text, option.key))
        yield from _feedback(option.feedback)
    for answer in question.accepted:
        yield _answer(answer)
        yield from _feedback(answer.feedback)


def _mark(option: Option) -> str:
    if option.share is not None:
        return f"{plain(option.share)}%"
    return "x" if option.right else " "


def _with_key(text: str, key: str) -> str:
    first, *rest = text.split("\n")
    return "\n".join([first if GIVEN.match(key) else f"{first} {{#{key}}}", *rest])


def _item(mark: str, text: str) -> Iterator[str]:
    first, *rest = text.split("\n")
    yield mark + first
    for line in rest:
        yield f"  {line}".rstrip()


def _answer(answer: Accepted) -> str:
    if answer.share == Decimal(100):
        return f"= {answer.text}"
    share = f"{plain(answer.share)}% " if answer.share else ""
    return f"~ {share}{answer.text}"


def _feedback(text: str) -> Iterator[str]:
    for line in text.split("\n") if text else ():
        yield f"  > {line}".rstrip()


def _quoted(text: str) -> Iterable[str]:
    return (f"> {line}".rstrip() for line in text.split("\n"))


def _variable(variable: Variable) -> str:
    if variable.values:
        return f"{variable.name} = {'|'.join(plain(value) for value in variable.values)}"
    step = f" step {plain(variable.step)}" if variable.step != 1 else ""
    return f"{variable.name} = {plain(variable.low)}..{plain(variable.high)}{step}"


def _gapped(question: Question) -> str:
    gaps = {gap.key: gap for gap in question.gaps}
    return MARK.sub(
        lambda found: _gap(gaps[found[1]]) if found[1] in gaps else found[0], question.body
    )


def _gap(gap: Gap) -> str:
    pieces = [_escaped(option.text) for option in gap.options]
    if not pieces:
        typed = len(gap.accepted) > 1
        pieces = [("= " if typed else "") + _escaped(answer.text) for answer in gap.accepted]
    key = "" if GIVEN.match(gap.key) else f"{{#{gap.key}}}"
    return f"[[{'|'.join(pieces)}]]{key}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("]]", "\\]\\]")
