"""What an exam's pages send and get, who may save what, what is drawn and what counts. Pure.

**For the script of the paper.** `<form id="paper" data-exam …>` of `exams/paper.html` carries, as
data attributes: `data-attempt` (the id in addresses), `data-save` (where answers are sent),
`data-cap` and `data-writer` (the capability of this page and the writer that it names),
`data-now` and `data-until` (ISO, the database's clock), `data-item` (the question on the page) and
`data-answered` (its count, see below). A script that keeps the first `data-cap` and `data-writer`
of a tab may go on using them for as long as the attempt is open, also after the session has ended.

Batches go to `data-save` as a form with two fields: `cap`, and `answers`, a JSON list of
`{"seq": 1, "item": "q1", "value": {"given": ["k1"]}, "at": 0}`. `seq` counts up within the writer,
from 1; the same writer and count again is the same answer. `value` holds the fields of the form
whose names begin with `given`, each a list of texts, exactly as the browser would send them; for
the item `~q1` it holds `{"flag": ["on"]}` or nothing: marked to come back to. `at` is what the
device takes for the time, in milliseconds since 1970; it is kept and believed by nobody.

The reply is JSON: `kept` (the counts that are safe now), `refused` (those that came too late or
carry something else than before; they are kept apart), `now`, `until`, and with a status other than
200 `said`, one sentence. 200: all is kept. 409: see `refused`, do not send these again. 404: this
capability opens nothing (any more): keep what you have and load the page again. 422: the batch
cannot be read. Anything else, or no answer: send it again later.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, Protocol

from app.activities.rules import ASIDE, Draws
from app.content.rules import ExamRules

CAP, ANSWERS = "cap", "answers"
GIVEN, FLAG = "given", "flag"
FLAGGED = ASIDE
"""Before the id of a question: whether it is marked to come back to."""
BLOCK = "exam"
"""What attempts and scores of exams have for the id of a block."""
DRAW_VERSION = 1
"""Goes up when the same seed would draw something else."""
GRACE_SECONDS = 5
"""What an answer may need from the last second of an attempt to the server."""
MOST_ANSWERS, MOST_BATCH, MOST_SEQ = 200, 150_000, 2**31 - 1
MOST_ID = 64
FACTORS = (100, 125, 150, 200)
"""Percent of the time that somebody has."""
PAPER = "paper"
"""The writer of the answers that count, as they are written down when an attempt is marked."""


@dataclass(frozen=True, slots=True)
class Capability:
    """Lets its holder save answers of one attempt, as one writer, and do nothing else."""

    attempt: str
    person: str
    writer: str
    epoch: int


def sign(secret: str, capability: Capability) -> str:
    """Return the capability as text that only this site can have made."""
    body = f"{capability.person}.{capability.epoch}.{capability.writer}"
    return f"{body}.{_mac(secret, capability.attempt, body)}"


def read_capability(secret: str, attempt: str, text: str) -> Capability | None:
    """Return what `sign` was given for this attempt; None when anything of it was changed."""
    body, _, mac = text.rpartition(".")
    parts = body.split(".")
    genuine = hmac.compare_digest(mac.encode(), _mac(secret, attempt, body).encode())
    if not genuine or len(parts) != 3:
        return None
    return Capability(attempt, parts[0], parts[2], int(parts[1]))


def _mac(secret: str, attempt: str, body: str) -> str:
    key = hashlib.sha256(f"exam:{secret}".encode()).digest()
    return hmac.new(key, f"{attempt}.{body}".encode(), hashlib.sha256).hexdigest()[:40]


SIGN_IN = 8


def writer_of(session: str, nonce: str) -> str:
    """Return a new writer: SIGN_IN signs that tell sign-ins apart, then chance."""
    return f"{hashlib.sha256(f'writer:{session}'.encode()).hexdigest()[:SIGN_IN]}-{nonce}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer of a batch, with the JSON text that is kept."""

    seq: int
    item: str
    value: str
    at: int | None = None


def read_answers(text: str) -> list[Entry]:
    """Return a batch as it was sent. Raises ValueError, with nothing kept, for any other shape."""
    try:
        sent = json.loads(text) if len(text) <= MOST_BATCH else None
    except RecursionError as mistake:
        raise ValueError("too deep") from mistake
    if not isinstance(sent, list) or not 0 < len(sent) <= MOST_ANSWERS:
        raise ValueError("no batch")
    found = [_entry(one) for one in sent]
    if len({entry.seq for entry in found}) < len(found):
        raise ValueError("a count stands here twice")
    return found


def _entry(sent: Any) -> Entry:
    if not isinstance(sent, dict) or not {"seq", "item", "value"} <= set(sent) <= {
        "seq", "item", "value", "at",
    }:  # fmt: skip
        raise ValueError("other keys")
    seq, item, at = sent["seq"], sent["item"], sent.get("at")
    if type(seq) is not int or not 0 < seq <= MOST_SEQ:
        raise ValueError("seq")
    if not isinstance(item, str) or not 0 < len(item) <= MOST_ID:
        raise ValueError("item")
    if at is not None and (type(at) is not int or abs(at) > 10**15):
        raise ValueError("at")
    return Entry(seq, _clean(item), as_value(sent["value"]), at)


def as_value(fields: Any) -> str:
    """Return the fields of a form as the one JSON text that is kept. Raises ValueError."""
    if not isinstance(fields, dict):
        raise ValueError("value")
    kept = {}
    for name, values in fields.items():
        if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
            raise ValueError("value")
        if name in (FLAG, GIVEN) or name.startswith(f"{GIVEN}-"):
            kept[_clean(name)] = [_clean(one) for one in values]
    return json.dumps(kept, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _clean(text: str) -> str:
    """Leave out what no database takes: a NUL, half of a pair of UTF-16."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


class Event(Protocol):
    """An answer as it was received, with what `counting` needs to know of it."""

    writer: str
    seq: int
    item: str
    value: str
    received_at: datetime


def counting(events: Iterable[Any]) -> dict[str, Any]:
    """Return the answer that counts of each item.

    Within a writer the highest count, whatever came first over the network; of several writers
    the one that was received last.
    """
    own: dict[tuple[str, str], Any] = {}
    for event in events:
        before = own.get((event.item, event.writer))
        if before is None or event.seq > before.seq:
            own[event.item, event.writer] = event
    found: dict[str, Any] = {}
    for event in own.values():
        before = found.get(event.item)
        if before is None or (event.received_at, event.writer) > (
            before.received_at, before.writer,
        ):  # fmt: skip
            found[event.item] = event
    return found


def elsewhere(events: Iterable[Any], item: str, counted: Any) -> list[Any]:
    """Return what was last answered to an item from each other sign-in, where it differs.

    Both are shown while the attempt is open, so that nobody is surprised by which one counts.
    """
    last: dict[str, Any] = {}
    for event in sorted(events, key=lambda one: (one.received_at, one.seq)):
        if event.item == item:
            last[event.writer[:SIGN_IN]] = event
    if counted is None:
        return []
    return [
        event
        for sign_in, event in last.items()
        if sign_in != counted.writer[:SIGN_IN]
        and event.value != counted.value
        and is_answered(event.value)
    ]


def fields_of(value: str) -> dict[str, list[str]]:
    """Return the fields of a form that an answer holds."""
    fields: dict[str, list[str]] = json.loads(value)
    return fields


def is_answered(value: str) -> bool:
    """Tell whether something was written or chosen."""
    return any(text.strip() for texts in fields_of(value).values() for text in texts)


def draw(rules: ExamRules, tags: Mapping[str, Sequence[str]], seed: str) -> tuple[str, ...]:
    """Return the ids of the questions of an attempt, in the order in which it asks them.

    `tags` are those of each question of the bank, in its order. Raises ValueError where the bank
    is too small, which the check of a course refuses.
    """
    chosen: list[str] = []
    for tag, many in rules.draw:
        fit = sorted(id_ for id_, own in tags.items() if (not tag or tag in own))
        left = [id_ for id_ in fit if id_ not in chosen]
        drawn = Draws(seed, "bank", tag).sample(left, many)
        if len(drawn) < many:
            raise ValueError("the bank is too small")
        chosen += drawn
    if rules.shuffle:
        return Draws(seed, "order").shuffled(chosen)
    order = {id_: place for place, id_ in enumerate(tags)}
    return tuple(sorted(chosen, key=lambda id_: order[id_]))


@dataclass(frozen=True, slots=True)
class Terms:
    """When an attempt ends: for who takes it, and for the last answer that still counts."""

    deadline: datetime
    accepts_until: datetime


def terms(began_at: datetime, minutes: int, factor: int, rules: ExamRules) -> Terms:
    """Return when an attempt ends that begins now, with the person's own time."""
    deadline = began_at + timedelta(seconds=minutes * 60 * factor // 100)
    slack = timedelta(seconds=GRACE_SECONDS, minutes=rules.offline_minutes)
    return Terms(deadline, deadline + slack)


@dataclass(frozen=True, slots=True)
class Window:
    """When an exam may be begun in a center or a cohort. What was begun keeps its whole time."""

    opens_at: datetime | None = None
    closes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """An attempt of somebody, with its share of the points once it is marked."""

    public_id: str
    number: int
    deadline: datetime
    accepts_until: datetime
    closed_at: datetime | None
    marked_at: datetime | None
    points: int = 0
    most: int = 0
    waiting: int = 0

    def is_over(self, now: datetime) -> bool:
        """Tell whether it is handed in, or its time is up."""
        return self.closed_at is not None or now > self.accepts_until


@dataclass(frozen=True, slots=True)
class Door:
    """What one finds who wants to begin: `state` is open, running, early, late, used (no attempt
    is left) or cooling; `opens_at` is when to come back."""

    state: str
    opens_at: datetime | None = None
    running: Taken | None = None
    left: int = 0


def door(rules: ExamRules, window: Window | None, taken: Sequence[Taken], now: datetime) -> Door:
    """Return what somebody finds now."""
    left = max(0, rules.attempts - len(taken))
    last = taken[-1] if taken else None
    if last and not last.is_over(now):
        return Door("running", None, last, left)
    if not left:
        return Door("used")
    if window and window.opens_at and now < window.opens_at:
        return Door("early", window.opens_at, None, left)
    if window and window.closes_at and now >= window.closes_at:
        return Door("late", None, None, left)
    if last:
        ended = min(last.closed_at or last.deadline, last.deadline)
        again = ended + timedelta(minutes=rules.cool_down)
        if now < again:
            return Door("cooling", again, None, left)
    return Door("open", None, None, left)


def is_explained(
    rules: ExamRules, window: Window | None, taken: Sequence[Taken], minutes: int, now: datetime
) -> bool:
    """Tell whether marked questions are explained now.

    Never while others may sit the same exam: until its window is closed and the longest time of
    whoever began last is over.
    """
    if rules.solution == "never":
        return False
    longest = timedelta(minutes=minutes * FACTORS[-1] // 100 + rules.offline_minutes)
    if window and (window.closes_at is None or now < window.closes_at + longest):
        return False
    if rules.solution == "last":
        return len(taken) >= rules.attempts and all(one.is_over(now) for one in taken)
    return True


def kept_points(keep: str, taken: Sequence[Taken]) -> tuple[int, int]:
    """Return the points that several attempts earn together, and the most that they could."""
    marked = [one for one in taken if one.marked_at is not None]
    if not marked:
        return 0, 0
    if keep == "last":
        return marked[-1].points, marked[-1].most
    if keep == "mean":
        shares = [Fraction(one.points, one.most) if one.most else Fraction(0) for one in marked]
        most = marked[-1].most
        return round(sum(shares, Fraction(0)) / len(marked) * most), most
    best = max(marked, key=lambda one: Fraction(one.points, one.most or 1))
    return best.points, best.most


def is_passed(rules: ExamRules, points: int, most: int) -> bool:
    """Tell whether this reaches the pass mark."""
    return points * 100 >= rules.pass_mark * most
