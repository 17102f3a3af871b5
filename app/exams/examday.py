"""An exam day on real worker processes, in scaled time, with every answer accounted for.

What a day spreads over an hour comes as fast as the server takes it, in the order of the day:
everybody begins, everybody saves, everybody closes while the last saves are still under way.
"""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from random import Random
from urllib.parse import urlencode

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import event, select

from app.activities.models import AnswerEvent
from app.exams.models import ExamAttempt
from app.exams.rehearsal import LESSON, SECRET, SLUG, Figures, Learner
from app.kernel.db import db

SAVES, TWICE = 60, 20
"""Saves of each learner; one of so many is sent twice."""
TRIES, PAUSE = 5, 0.5
"""How often a phone asks while the site says that it is too busy (503), and seconds between."""
TICKS = os.sysconf("SC_CLK_TCK")
HEAD = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
DOOR = f"/en/courses/{SLUG}/{LESSON}/exam"
Act = Callable[["Line"], None]


@contextmanager
def served(app: Flask, workers: int, threads: int) -> Iterator[tuple[int, int]]:
    """Run the pages of a site in processes of their own; gives the first one and its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    settings = app.extensions["settings"]
    given = {name: value for name, value in os.environ.items() if not name.startswith("RIHLA_")}
    given |= {
        "RIHLA_INSTANCE": str(settings.instance),
        "RIHLA_DATABASE_URL": settings.database_url,
        "RIHLA_PUBLIC_URL": "http://localhost",
        "RIHLA_SECRET_KEY": SECRET,
        "RIHLA_LOG_LEVEL": "error",
    }
    about = ["--no-jobs", "--workers", str(workers), "--threads", str(threads)]
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port), *about]
    server = subprocess.Popen(command, env=given, start_new_session=True)  # noqa: S603  (our own)
    try:
        until = time.monotonic() + 60
        while not _answers(port):
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the server does not answer")
            time.sleep(0.1)
        yield server.pid, port
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(25)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _answers(port: int) -> bool:
    line = Line(port)
    with closing(line.http), suppress(OSError, http.client.HTTPException):
        return line.ask("GET", "/healthz")[0] == 200
    return False


class Line:
    """A connection that is kept, as a proxy keeps it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.again = 0
        """How often the site was too busy."""

    def ask(
        self, method: str, path: str, body: dict[str, str] | None = None, cookie: str = ""
    ) -> tuple[int, str, str]:
        """Return status, text and where it leads; a site that is too busy is asked again."""
        for turn in range(TRIES):
            status, text, leads = self._ask_once(method, path, body, cookie)
            if status != 503 or turn == TRIES - 1:
                break
            self.again += 1
            time.sleep(PAUSE * (turn + 1))
        return status, text, leads

    def _ask_once(
        self, method: str, path: str, body: dict[str, str] | None, cookie: str
    ) -> tuple[int, str, str]:
        """Ask; once more when the connection was shut."""
        head = HEAD | {"Host": "localhost"} | ({"Cookie": cookie} if cookie else {})
        for attempt in (1, 2):
            try:
                self.http.request(method, path, urlencode(body) if body else None, head)
                reply = self.http.getresponse()
                return reply.status, reply.read().decode(), reply.headers.get("Location", "")
            except (OSError, http.client.HTTPException):
                self.http.close()
                if attempt == 2:
                    raise
        raise OSError("no answer")


def cpu_of(group: int) -> float:
    """Return the seconds of CPU that the processes of a group have used."""
    total = 0
    for name in os.listdir("/proc"):
        with suppress(OSError, IndexError, ValueError):
            if name.isdigit() and os.getpgid(int(name)) == group:
                with open(f"/proc/{name}/stat", encoding="utf-8") as stat:
                    parts = stat.read().rpartition(")")[2].split()
                total += int(parts[11]) + int(parts[12])
    return total / TICKS


def at_once(port: int, lines: int, acts: Sequence[Act], times: list[float], found: Figures) -> None:
    """Do all this over so many connections, in order; what goes wrong is noted."""
    todo, guard = iter(acts), threading.Lock()

    def work() -> None:
        line = Line(port)
        with closing(line.http):
            while act := following():
                do(act, line)
        with guard:
            found.again += line.again

    def following() -> Act | None:
        with guard:
            return next(todo, None)

    def do(act: Act, line: Line) -> None:
        begun = time.perf_counter()
        try:
            act(line)
        except (
            OSError,
            http.client.HTTPException,
            ValueError,
            LookupError,
        ) as fault:
            found.errors.append(f"{type(fault).__name__}: {fault}"[:200])
        times.append(time.perf_counter() - begun)

    threads = [threading.Thread(target=work) for _ in range(lines)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def signer(app: Flask) -> tuple[str, str]:
    """Return the cookie and the form token of a browser that has seen a page."""
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    cookie = serializer.dumps({"csrf_token": "rehearsed"}) if serializer else ""
    token = URLSafeTimedSerializer(SECRET, salt="wtf-csrf-token").dumps("rehearsed")
    return f"{app.config['SESSION_COOKIE_NAME']}={cookie}", str(token)


def _must(holds: bool, what: str, status: int, text: str) -> None:
    if not holds:
        raise ValueError(f"{what}: {status} {text[:100]}")


def begin(learner: Learner, cookie: str, token: str) -> Act:
    """Begin the exam and load the first question, as a browser does."""

    def act(line: Line) -> None:
        learner.cookie = f"sid={learner.token}; {cookie}"
        status, text, paper = line.ask("POST", DOOR, {"csrf_token": token}, learner.cookie)
        _must(status == 303, "begin", status, text)
        status, page, _ = line.ask("GET", paper, None, learner.cookie)
        _must(status == 200, "paper", status, page)
        found = dict(re.findall(r'data-(attempt|save|cap|writer)="([^"]*)"', page))
        learner.attempt, learner.save = found["attempt"], found["save"]
        learner.cap, learner.writer = found["cap"], found["writer"]
        learner.items = tuple(re.findall(r'data-place="([^"]+)"', page))

    return act


def save(learner: Learner, seq: int, *, twice: bool = False) -> Act:
    """Save one answer; note it as safe when the server says so."""

    def act(line: Line) -> None:
        _must(bool(learner.items), "save", 0, "this learner never began")
        item = learner.items[(seq * 7) % len(learner.items)]
        value = {"given": [str(seq)]}
        batch = json.dumps([{"seq": seq, "item": item, "value": value, "at": seq}])
        for _ in range(2 if twice else 1):
            status, text, _where = line.ask(
                "POST", learner.save, {"cap": learner.cap, "answers": batch}
            )
            _must(status in (200, 409), "save", status, text)
            reply = json.loads(text)
            with learner.lock:
                if seq in reply["kept"]:
                    learner.kept[seq] = (item, str(seq))
                if status == 409:
                    learner.refused.add(seq)

    return act


def hand_in(learner: Learner, token: str) -> Act:
    """Close the attempt."""

    def act(line: Line) -> None:
        path = learner.save.replace("/answers", "/hand-in")
        status, text, _ = line.ask("POST", path, {"csrf_token": token}, learner.cookie)
        _must(status == 303, "hand in", status, text)

    return act


def rehearse(
    app: Flask,
    learners: Sequence[Learner],
    *,
    workers: int,
    threads: int,
    probe: Learner,
    say: Callable[[str], None],
) -> Figures:
    """Do the whole day and return what it cost, and whether every answer is where it belongs.

    `probe` is one person more, with whom the statements of a save are counted.
    """
    found, dice = Figures(), Random(4)  # noqa: S311  (the same day each time)
    cookie, token = signer(app)
    saves = [
        save(learner, seq, twice=(seq + learner.id) % TWICE == 0)
        for seq in range(1, SAVES - 1)
        for learner in dice.sample(list(learners), len(learners))
    ]
    last = [
        act
        for learner in learners
        for act in dice.sample(
            [save(learner, SAVES - 1), save(learner, SAVES), hand_in(learner, token)], 3
        )
    ]
    late = [save(learner, SAVES + 1) for learner in learners]
    phases: dict[str, Sequence[Act]] = {
        "begin": [begin(learner, cookie, token) for learner in learners],
        "save": saves,
        "close": last,
        "late": late,
    }
    with served(app, workers, threads) as (pid, port):
        at_once(port, 1, [begin(probe, cookie, token)], [], found)
        found.statements = count_statements(app, probe)
        for name, acts in phases.items():
            before = cpu_of(pid)
            begun = time.monotonic()
            at_once(port, workers * threads, acts, found.times[name], found)
            found.cpu[name] = cpu_of(pid) - before
            say(f"{name}: {len(acts)} in {time.monotonic() - begun:.0f} s")
    reconcile(app, learners, found)
    return found


def reconcile(app: Flask, learners: Sequence[Learner], found: Figures) -> None:
    """Compare what the database holds with what each phone was told."""
    by_attempt = {learner.attempt: learner for learner in learners}
    with app.app_context():
        rows = db.session.execute(
            select(
                ExamAttempt.public_id, ExamAttempt.closed_at, AnswerEvent.writer, AnswerEvent.seq,
                AnswerEvent.item, AnswerEvent.value, AnswerEvent.received_at,
            ).join(AnswerEvent, AnswerEvent.attempt_id == ExamAttempt.attempt_id, isouter=True)
        ).all()  # fmt: skip
        db.session.remove()
    held: dict[str, dict[int, tuple[str, str]]] = {attempt: {} for attempt in by_attempt}
    for row in rows:
        if row.public_id not in by_attempt:
            continue
        found.open += row.closed_at is None
        if row.seq is None:
            continue
        found.doubled += row.seq in held[row.public_id]
        held[row.public_id][row.seq] = (row.item, json.loads(row.value)["given"][0])
        found.late += row.closed_at is not None and row.received_at > row.closed_at
        found.late += row.seq > SAVES
    for attempt, learner in by_attempt.items():
        wrong = {seq for seq, kept in learner.kept.items() if held[attempt].get(seq) != kept}
        wanted = set(range(1, SAVES + 2)) - learner.refused
        found.lost += len(wrong | (wanted - set(held[attempt])))


def count_statements(app: Flask, learner: Learner) -> int:
    """Return how many statements one save costs that is new; the transaction aside."""
    seen: list[str] = []
    listen = lambda *given: seen.append(given[2])  # noqa: E731
    with app.app_context():
        engine = db.engine
        event.listen(engine, "before_cursor_execute", listen)
        try:
            batch = json.dumps(
                [{"seq": 10_000, "item": learner.items[0], "value": {"given": ["1"]}}]
            )
            app.test_client().post(
                learner.save,
                data={"cap": learner.cap, "answers": batch},
                headers={"Sec-Fetch-Site": "same-origin", "Host": "localhost"},
            )
        finally:
            event.remove(engine, "before_cursor_execute", listen)
    words = ("BEGIN", "PRAGMA", "SET ", "COMMIT", "ROLLBACK")
    return sum(not one.lstrip().upper().startswith(words) for one in seen)


def percentile(times: Sequence[float], share: float) -> float:
    """Return the time in ms under which this share of the requests was."""
    ordered = sorted(times)
    return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0
