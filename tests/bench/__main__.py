"""Measure and print: `python -m tests.bench`. Nothing here fails; tests hold counts and bytes."""

import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from app.backups import services as backups
from app.kernel import audit, clock, jobs, outbox
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from app.learning.hooks import LessonFinished
from app.settings import use_settings
from tests import postgresql
from tests.bench import server
from tests.bench.site import ask, bare, count_statements, cpu_ms, request, settings, site, unpacked
from tests.world import World

TRIES = 100


@dataclass(frozen=True)
class Page:
    """A page to measure, and what it may cost: goal, and limit on SQLite and on PostgreSQL."""

    name: str
    path: str
    role: str = ""
    goal: float = 0
    limits: tuple[float, float] = (0, 0)
    statements: int = 0
    html: int = 0


def pages(world: World) -> list[Page]:
    """Return the pages that are measured."""
    course = f"/courses/{world.own.course}"
    lesson = f"{course}/{world.own.lesson}"
    hot = {"goal": 1.0, "limits": (1.6, 2.2), "statements": 4, "html": 8_000}
    return [
        Page("lesson, guest, fr", f"/fr{lesson}", **hot),  # type: ignore[arg-type]
        Page("lesson, enrolled, fr", f"/fr{lesson}", "learner", **hot),  # type: ignore[arg-type]
        Page("lesson, enrolled, ar", f"/ar{lesson}", "learner", **hot),  # type: ignore[arg-type]
        Page("course, enrolled", f"/fr{course}", "learner", statements=6),
        Page("catalog, guest", "/fr/courses", statements=6),
        Page("home, guest", "/fr/", statements=8),
        Page("home, learner", "/fr/", "learner", statements=8),
        Page("home, instructor", "/fr/", "instructor", statements=8),
        Page("sign-in form", "/fr/sign-in"),
        Page("healthz", "/healthz"),
    ]


def verdict(value: float, limit: float, goal: float = 0) -> str:
    """Say how a figure stands to its budget."""
    if not limit:
        return ""
    if goal and value <= goal:
        return "within, goal met"
    return "within" if value <= limit else "OVER"


def cookies(app: Flask, world: World, page: Page) -> str:
    """Return the cookies that a browser has at its second visit."""
    sid = f"sid={world.cookies[page.role]}" if page.role else ""
    answer = ask(app, request(page.path, cookie=sid))
    kept = answer.headers.get("Set-Cookie", "").split(";")[0]
    return "; ".join(part for part in (sid, kept) if part)


def measure_pages(app: Flask, world: World, kind: str, floor: float) -> None:
    """Print what each page costs."""
    column = 0 if kind == "sqlite" else 1
    print(f"\nPages on {kind}: CPU of the application for one request, without a network")
    print(f"{'':24}{'ms':>7}{'budget':>8}{'x Flask':>9}{'SQL':>5}{'bytes':>8}{'brotli':>8}")
    print(f"{'a bare Flask answer':24}{floor:7.3f}{'':>8}{1:9.1f}")
    for page in pages(world):
        environ = request(page.path, cookie=cookies(app, world, page))
        answer = ask(app, environ)
        cost = cpu_ms(lambda environ=environ: ask(app, environ))  # type: ignore[misc]
        asked = count_statements(lambda environ=environ: ask(app, environ))  # type: ignore[misc]
        limit = page.limits[column]
        notes = [
            verdict(cost, limit, page.goal),
            f"SQL {verdict(asked, page.statements)} {page.statements}" if page.statements else "",
            f"bytes {verdict(len(answer.body), page.html)} {page.html}" if page.html else "",
        ]
        shown = f"{limit:8.1f}" if limit else f"{'':8}"
        print(
            f"{page.name:24}{cost:7.2f}{shown}{cost / floor:9.1f}{asked:5}"
            f"{len(unpacked(answer)):8}{len(answer.body):8}  {'; '.join(filter(None, notes))}"
            + (f"  (answers {answer.status})" if answer.status != 200 else "")
        )


def measure_writes(app: Flask, world: World) -> None:
    """Print what an audit entry, an event and a job cost within a transaction of fifty."""
    learner = world.people["learner"].id

    def fifty(act: Callable[[int], Any]) -> Callable[[], None]:
        def run() -> None:
            with write():
                for n in range(50):
                    act(n)

        return run

    print("\nWrites: CPU for one of fifty in a transaction")
    acts: dict[str, Callable[[int], Any]] = {
        "nothing": lambda n: None,
        "audit entry": lambda n: audit.record(SYSTEM, "bench.act", obj=f"thing:{n}"),
        "event (outbox)": lambda n: outbox.record(LessonFinished(learner, 1, str(n))),
        "job": lambda n: jobs.enqueue("bench.nothing", {"n": n}),
    }
    with app.app_context():
        for name, act in acts.items():
            print(f"{name:24}{cpu_ms(fifty(act), times=3, rounds=5) / 50:7.3f} ms")
        db.session.remove()


def measure_sign_in(app: Flask) -> None:
    """Print how long a refused sign-in takes for known and unknown addresses."""
    from app.throttling.models import Throttle

    spent: dict[str, list[float]] = {"known": [], "unknown": []}
    for turn in range(TRIES):
        for kind, address in (("known", "learner"), ("unknown", f"nobody{turn}")):
            with app.app_context():
                with write() as session:
                    session.query(Throttle).delete()
                db.session.remove()
            body = f"email={address}%40example.org&password=pas+la+bonne+phrase".encode()
            begun = time.process_time()
            answer = ask(app, request("/fr/sign-in", "POST", body))
            spent[kind].append((time.process_time() - begun) * 1000)
            assert answer.status in (400, 401, 403, 422), answer.status
    known, unknown = (statistics.median(spent[kind]) for kind in ("known", "unknown"))
    apart = statistics.pstdev(spent["known"])
    print(
        f"\nA refused sign-in, {TRIES} tries each: known {known:.2f} ms, unknown {unknown:.2f} ms"
    )
    print(f"difference {abs(known - unknown):.2f} ms beside a scatter of {apart:.2f} ms")


def measure_server(url: str, folder: Path, world: World) -> None:
    """Print start, memory, and what pages cost over the network."""
    starts = []
    for _ in range(2):
        with server.served(url, folder) as (pid, base, seconds):
            starts.append(seconds)
            time.sleep(3)
            memory = server.memory_mb(pid)
            lesson = f"{base}/fr/courses/{world.own.course}/{world.own.lesson}"
            guest = server.cpu_ms_served(pid, lesson)
            alive = server.cpu_ms_served(pid, base + "/healthz")
    begun = min(starts)
    print("\n`rihla serve`, two web processes and one for jobs")
    print(f"{'start to first page':24}{begun:7.2f} s   {verdict(begun, 2.0)} 2.0")
    print(
        f"{'memory when idle':24}{memory:7.0f} MB  {verdict(memory, 240)} 240 (PSS, all processes)"
    )
    print(f"{'lesson over HTTP':24}{guest:7.2f} ms of CPU, the server's own work included")
    print(f"{'healthz over HTTP':24}{alive:7.2f} ms of CPU")


def measure_backup(app: Flask, folder: Path) -> None:
    """Print how long a backup of this small site takes."""
    use_settings(app.extensions["settings"])
    with app.app_context():
        begun = time.monotonic()
        target = backups.create_backup(now=clock.now())
        spent = time.monotonic() - begun
        size = target.size
    print(f"\nA backup of this site: {spent:.2f} s, {size / 1_000_000:.1f} MB")


def main() -> None:
    """Measure on SQLite, and on PostgreSQL where it is installed."""
    simple, word = bare(), request("/")
    floor = cpu_ms(lambda: ask(simple, word), times=1000)
    kinds = ["sqlite"] + (["postgresql"] if postgresql.find() else [])
    for kind in kinds:
        with site(kind) as (app, world, url, folder):
            use_settings(settings(url, folder))
            measure_pages(app, world, kind, floor)
            measure_writes(app, world)
            if kind == "sqlite":
                measure_sign_in(app)
                measure_backup(app, folder)
                measure_server(url, folder, world)
    if len(kinds) == 1:
        print("\nPostgreSQL is not installed: its table was left out.")
    load = os.getloadavg()[0]
    if load > 1.5:
        print(f"\nThe machine was busy (load {load:.1f}): figures are too high.", file=sys.stderr)


if __name__ == "__main__":
    main()
