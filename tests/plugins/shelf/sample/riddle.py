"""An activity of the tests: each line of the block is `id: question = answer`."""

from markupsafe import Markup

from app.sdk import (
    Activity,
    BlockType,
    Frame,
    Item,
    Marked,
    Shown,
    State,
    as_inline,
    show_item,
    states_of,
    texts_of,
)


def read(texts):
    node, items = texts.source, []
    for line in node.body.splitlines():
        name, _, rest = line.partition(": ")
        question, _, answer = rest.partition(" = ")
        if answer:
            items.append(Item(name, {"ask": question, "answer": answer}, 100, 1))
    return Activity(tuple(items), int(node.attrs.get("tries", "0")))


def take(document, form):
    return (form.get("given") or [""])[0] or None


def mark(document, seed, value, hints):
    right = value == document["answer"]
    state = "right" if right else "wrong" if value else "empty"
    return Marked(100 - 10 * hints if right else 0, 100, state, {"said": str(value)})


def render(node, states, context):
    activity, state = read(texts_of(node, context)), states.get(node.id, State())
    parts = []
    for number, item in enumerate(activity.items, 1):
        known = state.items.get(item.id)
        over = state.is_over(item.id, activity.tries)
        shown = Shown(
            as_inline(item.document["ask"], context.language),
            Markup('<input name="given" aria-label="answer" value="{}">').format(
                known.value if known else ""
            ),
            hints=(Markup("<p>Think.</p>"),) * state.hints.get(item.id, 0),
            next_hint=None if state.hints.get(item.id) else 10,
            solution=Markup("<p>{}</p>").format(item.document["answer"]) if over else Markup(""),
        )
        frame = Frame(
            number, len(activity.items), state.tries_left(item.id, activity.tries), known, over
        )
        parts.append(show_item(node, item.id, shown, frame, context))
    return Markup("").join(parts)


BLOCK = BlockType(
    "riddle",
    validate=lambda node: [],
    text=lambda node: "",
    prepare=states_of,
    render=render,
)
