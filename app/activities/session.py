"""What a visitor answers: kept in their own browser until they have an account."""

from collections.abc import Callable
from typing import Any

from flask import session

from app.activities.hooks import Item
from app.activities.queries import Asked
from app.activities.rules import (
    MOST_CARRIED,
    ItemState,
    State,
    as_text,
    carried_answers,
    practice_seed,
)
from app.activities.services import Sent
from app.kernel.errors import Conflict
from app.kernel.i18n import say


def carry_answer(slug: str, asked: Asked, sent: Sent) -> None:
    """Keep a visitor's answer in their browser. Raises Conflict when it has no room for it."""
    _change(slug, asked, sent.item, lambda _value, hints: (sent.value, hints))


def carry_hint(slug: str, asked: Asked, item: Item, number: int) -> None:
    """Keep in a visitor's browser that hint `number`, the next one, is open."""
    is_there = number <= item.hints
    _change(
        slug,
        asked,
        item.id,
        lambda value, hints: (value, hints + (is_there and number == hints + 1)),
    )


def _change(slug: str, asked: Asked, item: str, act: Callable[[Any, int], tuple[Any, int]]) -> None:
    carried = session.get("carried") or {}
    answers = carried_answers(carried)
    where = f"{asked.place.lesson_id}/{asked.place.block_id}"
    items = answers.setdefault(slug, {}).setdefault(where, {})
    items[item] = act(*items.get(item, (None, 0)))
    if len(as_text(answers).encode()) > MOST_CARRIED:
        raise Conflict(
            say("This browser cannot keep more answers without an account."),
            todo=say("Create an account: what you answered so far comes with you."),
        )
    session["carried"] = {**carried, "answers": answers}


def visitor_state(slug: str, asked: Asked) -> State:
    """Return how far a visitor is: their answers, marked anew each time."""
    place = asked.place
    seed = practice_seed(0, place)
    kept = carried_answers(session.get("carried") or {}).get(slug, {})
    items: dict[str, ItemState] = {}
    opened: dict[str, int] = {}
    for item_id, (value, hints) in kept.get(f"{place.lesson_id}/{place.block_id}", {}).items():
        item = asked.item(item_id)
        opened[item_id] = hints
        if item is None or value is None:
            continue
        marked = asked.type.mark(item.document, seed, value, hints)
        items[item_id] = ItemState(
            value, hints, marked.points, marked.most, marked.state, marked.details, 1, marked.points
        )
    return State(seed, items, opened)
