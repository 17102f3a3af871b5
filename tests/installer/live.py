"""A site in processes of its own, people who ask it for pages, and an admin's commands."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PAGES = ("/fr/", "/fr/courses", "/fr/x/diary/")
START_SECONDS = 60


@dataclass
class Live:
    """A site that runs: where, and with what environment commands reach it."""

    port: int
    environment: dict[str, str]
    process: "subprocess.Popen[bytes]"

    def rihla(self, *words: str, good: bool = True) -> tuple[float, str]:
        """Run a command as an admin on the server does; return its seconds and what it said."""
        begun = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "app.cli", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        said = done.stdout + done.stderr
        assert (done.returncode == 0) is good, said
        return time.monotonic() - begun, said

    def ask(self, path: str) -> tuple[int, str]:
        """Ask for a page, once, on a connection of its own."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            line.request("GET", path)
            answer = line.getresponse()
            return answer.status, answer.read().decode()
        finally:
            line.close()


@contextmanager
def live(folder: Path, url: str, workers: int = 4) -> Iterator[Live]:
    """Run `rihla serve` on a site until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    given = {k: v for k, v in os.environ.items() if not k.startswith("RIHLA_")}
    given |= {
        "RIHLA_INSTANCE": str(folder),
        "RIHLA_DATABASE_URL": url,
        "RIHLA_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "RIHLA_SECRET_KEY": "of a test",
        "RIHLA_LOG_LEVEL": "error",
    }
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--workers", str(workers)], env=given, start_new_session=True
    )
    found = Live(port, given, process)
    try:
        until = time.monotonic() + START_SECONDS
        while True:
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < until, "the server does not answer"
            try:
                found.ask("/fr/")
                break
            except OSError:
                time.sleep(0.1)
        yield found
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@dataclass
class Crowd:
    """What came of asking: answers by page and status, versions that served, and failures."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    versions: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    reconnects: int = 0
    """Kept lines that the server had closed before a request: any browser opens another one."""
    slowest: float = 0.0

    @property
    def asked(self) -> int:
        return sum(self.answers.values())


@contextmanager
def crowd(port: int, people: int = 6, pause: float = 0.02) -> Iterator[Crowd]:
    """Let people ask for pages until the block ends, half of them on lines that they keep."""
    seen, lock, stop = Crowd(), threading.Lock(), threading.Event()

    def ask(number: int) -> None:
        kept = number % 2 == 0
        line: http.client.HTTPConnection | None = None
        turn = number
        while not stop.is_set():
            turn += 1
            line = _ask(seen, lock, line, port, PAGES[turn % len(PAGES)], kept)
            time.sleep(pause)
        if line is not None:
            line.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(people)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _ask(
    seen: Crowd,
    lock: threading.Lock,
    line: http.client.HTTPConnection | None,
    port: int,
    path: str,
    kept: bool,
) -> http.client.HTTPConnection | None:
    """Ask once, as a browser: a kept line that was closed in between is opened anew, once."""
    begun = time.monotonic()
    for attempt in range(2):
        was_used = line is not None
        line = line or http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            line.request("GET", path)
            answer = line.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            line.close()
            line = None
            if was_used and not attempt:
                with lock:
                    seen.reconnects += 1
                continue
            with lock:
                seen.failures.append(f"{path}: {error!r}")
            return None
        with lock:
            _note(seen, path, answer, body, time.monotonic() - begun)
        if not kept or answer.getheader("Connection") == "close":
            line.close()
            return None
        return line
    return None


def _note(
    seen: Crowd, path: str, answer: http.client.HTTPResponse, body: bytes, took: float
) -> None:
    status = answer.status
    seen.answers[path, status] += 1
    seen.slowest = max(seen.slowest, took)
    expected = {200, 404, 503} if "/x/" in path else {200}
    if status not in expected or (status == 503 and not answer.getheader("Retry-After")):
        seen.failures.append(f"{path}: {status}")
    if "/x/" in path and status == 200:
        seen.versions[json.loads(body)["version"]] += 1
