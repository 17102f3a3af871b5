"""What a visitor answers: kept in their own browser until they have an account."""

from flask import session

from app.activities.queries import Asked
from app.activities.rules import (
    MOST_CARRIED,
    ItemState,
    State,
    as_text,
    carried_answers,
    visitor_seed,
)
from app.activities.services import Sent
from app.kernel.errors import Conflict
from app.kernel.i18n import say


def carry_answer(slug: str, asked: Asked, sent: Sent) -> None:
    """Keep a visitor's answer in their browser. Raises Conflict when it has no room for it."""
    carried = session.get("carried") or {}
    answers = {course: dict(blocks) for course, blocks in carried_answers(carried).items()}
    where = f"{asked.place.lesson_id}/{asked.place.block_id}"
    items = dict(answers.setdefault(slug, {}).get(where, {}))
    items[sent.item] = (sent.value, sent.hints)
    answers[slug][where] = items
    if len(as_text(answers).encode()) > MOST_CARRIED:
        raise Conflict(
            say("This browser cannot keep more answers without an account."),
            todo=say("Create an account: what you answered so far comes with you."),
        )
    session["carried"] = {**carried, "answers": answers}


def visitor_state(slug: str, asked: Asked) -> State:
    """Return how far a visitor is: their answers, marked anew each time."""
    place = asked.place
    seed = visitor_seed(place.lesson_id, place.block_id)
    kept = carried_answers(session.get("carried") or {}).get(slug, {})
    items: dict[str, ItemState] = {}
    for item_id, (value, hints) in kept.get(f"{place.lesson_id}/{place.block_id}", {}).items():
        item = asked.item(item_id)
        if item is None:
            continue
        marked = asked.type.mark(item.document, seed, value, hints)
        items[item_id] = ItemState(
            value, hints, marked.points, marked.most, marked.state, marked.details, 1, marked.points
        )
    return State(seed, items)
