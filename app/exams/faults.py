"""Short attempts on the worst of networks: nothing is lost, doubled, or earned after the end.

Each run is one attempt with a phone that keeps a journal as the script of the paper does, and a
server whose answers are the real ones, on a real database. What can go wrong between the two does:
requests are dropped before and after they arrive, doubled, held back and sent in another order; a
worker dies before it commits; the disk is full; the session ends; the phone's clock is a day off.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from flask import Flask
from sqlalchemy import delete, event, insert, select, update
from sqlalchemy.exc import OperationalError

from app.accounts.models import Person
from app.activities.models import Attempt
from app.courses.models import Course, Publication
from app.exams.models import ExamAttempt, LateAnswer
from app.exams.queries import list_received
from app.exams.rehearsal import LESSON, SECRET, SLUG, Learner
from app.exams.rules import BLOCK, Capability, counting, fields_of, sign
from app.kernel import clock
from app.kernel.db import db, new_public_id, write

DAY_MS = 86_400_000
ITEMS = ("q1", "q2", "q3")
FAULTS = ("none", "drop", "lose reply", "twice", "hold", "kill", "full")


class WorkerDied(BaseException):
    """The process is gone before it commits: nothing answers any more."""


@dataclass
class Phone:
    """What one tab of a learner holds: what waits, and what became of the rest."""

    writer: str
    cap: str
    skew: int
    waiting: dict[int, tuple[str, str]] = field(default_factory=dict)
    kept: dict[int, tuple[str, str]] = field(default_factory=dict)
    refused: dict[int, tuple[str, str]] = field(default_factory=dict)
    seq: int = 0

    def write_down(self, item: str, text: str) -> None:
        """Write down an answer."""
        self.seq += 1
        self.waiting[self.seq] = (item, text)

    def kept_last(self, item: str) -> str | None:
        """Return what of a question is safe: the one that was written last."""
        own = [seq for seq, (name, _) in self.kept.items() if name == item]
        return self.kept[max(own)][1] if own else None

    def batch(self) -> str:
        """Return all that waits, as it is sent."""
        return json.dumps(
            [
                {"seq": seq, "item": item, "value": {"given": [text]}, "at": self.skew + seq}
                for seq, (item, text) in self.waiting.items()
            ]
        )

    def hear(self, reply: dict[str, Any]) -> None:
        """Believe what the server says."""
        for seq in reply["kept"]:
            if seq in self.waiting:
                self.kept[seq] = self.waiting.pop(seq)
        for seq in reply["refused"]:
            if seq in self.waiting:
                self.refused[seq] = self.waiting.pop(seq)


@dataclass
class Tally:
    """What was found in all runs."""

    runs: int = 0
    requests: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    lost: int = 0
    doubled: int = 0
    gained: int = 0
    strange: list[str] = field(default_factory=list)

    @property
    def is_well(self) -> bool:
        """Tell whether nothing was lost, doubled or gained, and every fault answered as it must."""
        return not (self.lost or self.doubled or self.gained or self.strange)


class Server:
    """The site, asked in this process; it can die before a commit and run out of disk."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()
        self.fate = ""

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Let commits fail as `fate` says."""
        with self.app.app_context():
            engine = db.engine
        event.listen(engine, "commit", self._commit)
        try:
            yield
        finally:
            event.remove(engine, "commit", self._commit)

    def _commit(self, connection: Any) -> None:
        fate, self.fate = self.fate, ""
        if fate == "kill":
            raise WorkerDied

    def send(self, path: str, cap: str, batch: str, fate: str) -> tuple[int, dict[str, Any]] | None:
        """Send a batch; None when nothing comes back."""
        self.fate = "kill" if fate == "kill" else ""
        try:
            with self._full(fate == "full"):
                reply = self.client.post(
                    path,
                    data={"cap": cap, "answers": batch},
                    headers={"Sec-Fetch-Site": "same-origin"},
                )
        except WorkerDied:
            return None
        finally:
            self.fate = ""
        return reply.status_code, reply.get_json(silent=True) or {}

    @contextmanager
    def _full(self, full: bool) -> Iterator[None]:
        """Let the database answer a write as it does when its disk is full."""
        if not full:
            yield
            return

        def refuse(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
            if statement.lstrip().upper().startswith("INSERT"):
                raise db_full()

        with self.app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", refuse)
        try:
            yield
        finally:
            event.remove(engine, "before_cursor_execute", refuse)


def db_full() -> Exception:
    """Return what a driver raises when the disk is full."""
    return OperationalError("INSERT", {}, OSError("database or disk is full"))


def run_all(app: Flask, learner: Learner, runs: int, seed: int = 4) -> Tally:
    """Do so many runs, each with other faults, and return what was found."""
    tally, server = Tally(), Server(app)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with server.watched():
        for number in range(runs):
            dice = Random(f"{seed}:{number}")  # noqa: S311  (the same run each time)
            _run(app, server, learner, dice, tally)
            tally.runs += 1
    return tally


class Network:
    """What lies between the phones and the site: it does to each batch what fate says."""

    def __init__(self, server: Server, path: str, tally: Tally) -> None:
        self.server, self.path, self.tally = server, path, tally
        self.held: list[tuple[Phone, str]] = []

    def carry(self, phone: Phone, batch: str, fate: str) -> None:
        """Bring a batch to the site and its answer back, or not."""
        self.tally.requests += 1
        self.tally.faults[fate] = self.tally.faults.get(fate, 0) + 1
        if fate == "hold":
            self.held.append((phone, batch))
        if fate in ("hold", "drop"):
            return
        for _ in range(2 if fate == "twice" else 1):
            answer = self.server.send(self.path, phone.cap, batch, fate)
        if answer is None or fate == "lose reply":
            return
        status, reply = answer
        if status in (200, 409):
            phone.hear(reply)
        elif fate != "full" or status != 503:
            self.tally.strange.append(f"{fate}: {status}")

    def settle(self, phones: list[Phone]) -> None:
        """Let everything arrive that waits, what was held back first."""
        for phone, batch in self.held:
            self.carry(phone, batch, "none")
        self.held.clear()
        for phone in phones:
            if phone.waiting:
                self.carry(phone, phone.batch(), "none")


def _run(app: Flask, server: Server, learner: Learner, dice: Random, tally: Tally) -> None:
    attempt_id, public_id, person = _begin(app, learner)
    phones = [_phone(public_id, person, name, dice) for name in ("one-tab-here", "two-tab-here")]
    network = Network(server, f"/en/exams/{public_id}/answers", tally)
    for step in range(dice.randint(4, 9)):
        phone = dice.choice(phones)
        phone.write_down(dice.choice(ITEMS), f"{phone.writer[:3]}{step}")
        network.carry(phone, phone.batch(), dice.choice(FAULTS))
        if network.held and dice.random() < 0.3:
            network.carry(*network.held.pop(dice.randrange(len(network.held))), "none")
    in_time = dice.random() < 0.5
    if in_time:
        network.settle(phones)
    _close(app, attempt_id)
    before = _events(app, attempt_id)
    for phone in phones:
        phone.write_down(ITEMS[0], "too late")
    network.settle(phones)
    _reckon(app, attempt_id, phones, before, in_time, tally)


def _phone(public_id: str, person: str, writer: str, dice: Random) -> Phone:
    cap = sign(SECRET, Capability(public_id, person, writer, 0))
    return Phone(writer, cap, 1_700_000_000_000 + dice.choice((-DAY_MS, 0, DAY_MS)))


def _begin(app: Flask, learner: Learner) -> tuple[int, str, str]:
    """Begin an attempt anew; the one before goes."""
    with app.app_context():
        with write() as session:
            session.execute(delete(Attempt).where(Attempt.person_id == learner.id))
            course_id, revision_id = session.execute(
                select(Course.id, Publication.revision_id)
                .join(Publication, Publication.course_id == Course.id)
                .where(Course.slug == SLUG)
            ).one()
            attempt_id = session.scalars(
                insert(Attempt).returning(Attempt.id),
                {
                    "person_id": learner.id, "course_id": course_id, "lesson_id": LESSON,
                    "block_id": BLOCK, "kind": BLOCK, "number": 1, "seed": "seed", "hints": {},
                    "revision_id": revision_id, "began_at": clock.now(),
                },
            ).one()  # fmt: skip
            end, public_id = clock.now() + timedelta(hours=1), new_public_id()
            session.execute(
                insert(ExamAttempt).values(
                    attempt_id=attempt_id, public_id=public_id, person_id=learner.id,
                    deadline=end, accepts_until=end, drawn=[], draw_version=1, epoch=0,
                    closed_by="",
                )
            )  # fmt: skip
            person = session.scalars(select(Person.public_id).where(Person.id == learner.id)).one()
        db.session.remove()
    return attempt_id, public_id, person


def _close(app: Flask, attempt_id: int) -> None:
    """Let the time be up."""
    with app.app_context():
        past = clock.now() - timedelta(seconds=1)
        with write() as session:
            session.execute(
                update(ExamAttempt)
                .where(ExamAttempt.attempt_id == attempt_id)
                .values(deadline=past, accepts_until=past)
            )
        db.session.remove()


def _events(app: Flask, attempt_id: int) -> dict[tuple[str, int], tuple[str, str]]:
    with app.app_context():
        rows = list_received(attempt_id)
        db.session.remove()
    found: dict[tuple[str, int], tuple[str, str]] = {}
    for row in rows:
        found[row.writer, row.seq] = (row.item, fields_of(row.value)["given"][0])
    return found


def _reckon(
    app: Flask,
    attempt_id: int,
    phones: list[Phone],
    before: dict[tuple[str, int], tuple[str, str]],
    in_time: bool,
    tally: Tally,
) -> None:
    after = _events(app, attempt_id)
    tally.gained += len(set(after) - set(before))
    with app.app_context():
        rows = list_received(attempt_id)
        apart = {
            (row.writer, row.seq)
            for row in db.session.execute(
                select(LateAnswer.writer, LateAnswer.seq).where(LateAnswer.attempt_id == attempt_id)
            )
        }
        db.session.remove()
    tally.doubled += len(rows) - len(after)
    for phone in phones:
        for seq, kept in phone.kept.items():
            tally.lost += after.get((phone.writer, seq)) != kept
        for seq in phone.refused:
            tally.lost += (phone.writer, seq) not in apart
        tally.lost += len(phone.waiting)
        tally.lost += phone.seq - len(phone.kept) - len(phone.refused)
    if in_time:
        counted = {item: fields_of(one.value)["given"][0] for item, one in counting(rows).items()}
        honest = {item: {p.kept_last(item) for p in phones} for item in ITEMS}
        tally.lost += sum(counted.get(item) not in honest[item] for item in ITEMS)
