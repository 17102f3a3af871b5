"""The block `glossary` of lessons: terms, one a line, with their meanings or the center's."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from app.sdk import BlockContext, BlockNode, Problem, say, translate
from rihla_glossary import queries
from rihla_glossary.rules import MOST, fold, read_lines

NO_MEANING = say("Not explained yet.")


def validate(node: BlockNode) -> list[Problem]:
    """Say what is wrong with a block, for its author."""
    lines = list(read_lines(node.body))
    if not lines:
        wrong, remedy = say("The block is empty."), say("Write a term on each line.")
        return [Problem("error", "", node.line, 1, wrong, remedy)]
    if len(lines) > MOST:
        wrong = say("It holds more than %(most)s terms.", most=MOST)
        return [Problem("error", "", node.line, 1, wrong, say("Write several blocks."))]
    wrong, remedy = say("This line has no term."), say("Write it before the colon.")
    return [
        Problem("error", "", node.line + 1 + number, 1, wrong, remedy)
        for number, term, _ in lines
        if not term
    ]


def text(node: BlockNode) -> str:
    """Return what search finds in it."""
    return node.body


def prepare(nodes: Sequence[BlockNode], context: BlockContext) -> Mapping[str, str]:
    """Return the center's meanings of all terms that a lesson names without one."""
    if context.center_id is None:
        return {}
    wanted = [term for node in nodes for _, term, meaning in read_lines(node.body) if not meaning]
    return queries.meanings_of(context.center_id, wanted)


def render(node: BlockNode, prepared: Mapping[str, str], context: BlockContext) -> Markup:
    """Return the HTML; what authors and staff wrote is escaped."""
    lines = Markup("").join(
        Markup('<div><dt dir="auto">{}</dt><dd dir="auto">{}</dd></div>').format(
            term, meaning or prepared.get(fold(term)) or translate(NO_MEANING)
        )
        for _, term, meaning in read_lines(node.body)
    )
    return Markup('<dl class="facts">{}</dl>').format(lines)
