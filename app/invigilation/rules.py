"""What staff see of who sits an exam, and how a window is told from another. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.centers.rules import PersonRow
from app.exams.rules import PAPER, SIGN_IN, Window, counting, is_answered

MOST_REASON = 500
STATES = ("absent", "writing", "hand-in", "deadline")
"""Nothing begun; writing; handed in; closed because the time was up."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """An attempt of somebody. `apart` counts answers that came too late or carried something else
    than before, `sign_ins` those from which answers came; points are known once it is marked."""

    public_id: str
    number: int
    began_at: datetime
    deadline: datetime
    accepts_until: datetime
    closed_at: datetime | None
    closed_by: str
    marked_at: datetime | None
    points: int = 0
    most: int = 0
    waiting: int = 0
    apart: int = 0
    sign_ins: int = 0

    def state(self, now: datetime) -> str:
        """Return which of STATES it is in."""
        if self.closed_at is None and now <= self.accepts_until:
            return "writing"
        return "hand-in" if self.closed_by == "hand-in" else "deadline"


@dataclass(frozen=True, slots=True)
class Seat:
    """A member of a cohort, the percent of others' time that they have, and their attempts."""

    member: PersonRow
    factor: int = 100
    sittings: Sequence[Sitting] = ()

    def state(self, now: datetime) -> str:
        """Return which of STATES the last attempt is in."""
        return self.sittings[-1].state(now) if self.sittings else "absent"


def count_states(seats: Iterable[Seat], now: datetime) -> dict[str, int]:
    """Return how many people there are in each of STATES."""
    found = dict.fromkeys(STATES, 0)
    for seat in seats:
        found[seat.state(now)] += 1
    return found


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer as it was received. `reason` is late or conflict where it was kept apart."""

    writer: str
    seq: int
    item: str
    value: str
    received_at: datetime
    claimed_at: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came for one question: the answer that counts, and the others that somebody may mean.

    The others are those that were kept apart, and the last one of each other writer.
    """

    item: str
    counts: Sent | None
    others: Sequence[Sent]


def sort_answers(items: Sequence[str], sent: Sequence[Sent]) -> list[Answered]:
    """Return what came for each question, in their order."""
    inside = [one for one in sent if not one.reason and one.writer != PAPER]
    found = counting(inside)
    last: dict[tuple[str, str], Sent] = {}
    for one in sorted(inside, key=lambda one: one.seq):
        last[one.item, one.writer] = one
    others: dict[str, list[Sent]] = {}
    for one in [*(one for one in sent if one.reason), *last.values()]:
        counted = found.get(one.item)
        said_more = one.reason or is_answered(one.value)
        if said_more and one != counted and not (counted and one.value == counted.value):
            others.setdefault(one.item, []).append(one)
    return [
        Answered(
            item, found.get(item), sorted(others.get(item, ()), key=lambda one: one.received_at)
        )
        for item in items
    ]


def name_writers(sent: Iterable[Sent]) -> Mapping[str, tuple[int, int]]:
    """Return a short name of each writer: the number of its sign-in, then its own, as they came."""
    sign_ins: dict[str, int] = {}
    found: dict[str, tuple[int, int]] = {}
    for one in sorted(sent, key=lambda one: one.received_at):
        if one.writer != PAPER and one.writer not in found:
            sign_in = sign_ins.setdefault(one.writer[:SIGN_IN], len(sign_ins) + 1)
            found[one.writer] = sign_in, len(found) + 1
    return found


def stamp(window: Window | None) -> str:
    """Return a window as text, by which a form tells whether it was changed; "" for none."""
    if window is None or window == Window():
        return ""
    return "/".join(at.isoformat() if at else "-" for at in (window.opens_at, window.closes_at))
