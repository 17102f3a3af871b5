"""What pages cost, beside a bare Flask app in the same run: `make bench`.

CPU is this process's, the least of several rounds, without a network; on a shared machine it is to
be trusted to about a third. Counts (statements, bytes) are exact and held by tests.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests import postgresql
from tests.bench.site import ask, bare, count_statements, cpu_ms, request, site, unpacked

PORT = 8391
PAGES = (
    ("lesson, visitor", "/fr/courses/{course}/{lesson}", "", 1.6, 4),
    ("lesson, learner", "/fr/courses/{course}/{lesson}", "learner", 1.6, 4),
    ("course, learner", "/fr/courses/{course}", "learner", None, 6),
    ("catalog, visitor", "/fr/courses", "", None, 3),
    ("first page, visitor", "/fr/", "", None, 8),
    ("first page, learner", "/fr/", "learner", None, 8),
    ("first page, instructor", "/fr/", "instructor", None, 8),
    ("sign-in form", "/fr/sign-in", "", None, 2),
)


def main() -> None:
    """Print the tables."""
    floor = _floor()
    print(f"bare Flask answer: {floor:.3f} ms of CPU\n")
    for kind in ("sqlite", "postgresql"):
        if kind == "postgresql" and postgresql.find() is None:
            print("PostgreSQL is not installed: left out")
            continue
        _pages(kind, floor)
    _process()


def _floor() -> float:
    app = bare()
    environ = request("/")
    return cpu_ms(lambda: ask(app, environ))


def _pages(kind: str, floor: float) -> None:
    with site(kind) as (app, world, _url, _folder):
        print(f"{kind:<26}{'CPU ms':>8}{'ratio':>8}{'statements':>12}{'bytes br':>10}{'raw':>9}")
        for name, path, role, budget, statements in PAGES:
            path = path.format(course=world.own.course, lesson=world.own.lesson)
            cookie = f"sid={world.cookies[role]}" if role else ""
            environ = request(path, cookie=cookie)
            answer = ask(app, environ)
            if answer.status != 200:
                raise SystemExit(f"{path} answers {answer.status}")
            cost = cpu_ms(lambda environ=environ: ask(app, environ))
            count = count_statements(lambda environ=environ: ask(app, environ))
            over = (budget is not None and cost > budget) or count > statements
            verdict = "over" if over else "within" if budget else ""
            print(
                f"{name:<26}{cost:>8.2f}{cost / floor:>8.1f}{count:>12}"
                f"{len(answer.body):>10}{len(unpacked(answer)):>9}  {verdict}"
            )
        print()


def _process() -> None:
    """Start `rihla serve` and measure start, memory and an idle minute's CPU."""
    folder = Path(tempfile.mkdtemp(prefix="rihla-bench-"))
    environ = os.environ | {
        "RIHLA_INSTANCE": str(folder),
        "RIHLA_PUBLIC_URL": f"http://127.0.0.1:{PORT}",
    }
    rihla = [sys.executable, "-m", "app.cli"]
    for command in (["db", "upgrade"], ["demo"]):
        subprocess.run([*rihla, *command], env=environ, check=True, capture_output=True)
    begun = time.monotonic()
    server = subprocess.Popen([*rihla, "serve", "--port", str(PORT)], env=environ)
    try:
        _wait(f"http://127.0.0.1:{PORT}/fr/courses")
        print(f"cold start to the first page   {time.monotonic() - begun:6.2f} s   (budget 2)")
        time.sleep(3)
        pss = sum(_pss(pid) for pid in _family(server.pid)) / 1024
        print(f"memory, two workers and jobs   {pss:6.0f} MB  (budget 240)")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def _wait(url: str) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310  (our own server)
                return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the server does not answer")


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _family(int(child))


def _pss(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


if __name__ == "__main__":
    main()
