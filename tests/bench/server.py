"""The server as a whole, in processes of its own: started, looked at, and asked by many at once."""

import os
import selectors
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app.settings import Settings

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Served:
    """A server that runs: its first process, its port, and what went by until its first page."""

    pid: int
    port: int
    seconds: float
    cpu: float


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(settings: Settings) -> Iterator[Served]:
    """Run `rihla serve` on the site of these settings until the block ends."""
    port = _free_port()
    base = f"http://127.0.0.1:{port}"
    given = {k: v for k, v in os.environ.items() if not k.startswith("RIHLA_")}
    given |= {
        "RIHLA_INSTANCE": str(settings.instance),
        "RIHLA_DATABASE_URL": settings.database_url,
        "RIHLA_PUBLIC_URL": base,
        "RIHLA_SECRET_KEY": "measured",
        "RIHLA_LOG_LEVEL": "error",
    }
    begun = time.monotonic()
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=given, start_new_session=True)
    try:
        until = begun + 60
        while not _answers(base + "/fr/courses"):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the server does not answer")
            time.sleep(0.02)
        seconds = time.monotonic() - begun
        yield Served(process.pid, port, seconds, cpu_seconds(process.pid))
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(25)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()  # noqa: S310  (our own server)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
    return True


def family(pid: int) -> list[int]:
    """Return a process and all that it started."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


def memory_mb(pid: int) -> float:
    """Return the proportional share of memory of a process and its children, in megabytes."""
    total = 0
    for one in family(pid):
        rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
        total += next(int(x.split()[1]) for x in rollup.splitlines() if x.startswith("Pss:"))
    return total * 1024 / 1_000_000


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process and its children have used."""
    ticks = 0
    for one in family(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


@dataclass
class Load:
    """What came of asking the same page over several lines, each with one request at a time."""

    answers: int = 0
    seconds: float = 0
    cpu: float = 0
    waits: list[float] = field(default_factory=list)

    @property
    def cpu_ms(self) -> float:
        """CPU of the whole server for one answer."""
        return self.cpu / self.answers * 1000

    @property
    def per_second(self) -> float:
        """Answers in a second."""
        return self.answers / self.seconds

    @property
    def p50(self) -> float:
        """The wait of the middle, in milliseconds."""
        return statistics.median(self.waits) * 1000

    @property
    def p99(self) -> float:
        """The wait that one in a hundred exceeds, in milliseconds."""
        return statistics.quantiles(self.waits, n=100)[98] * 1000


@dataclass
class _Line:
    socket: socket.socket
    sent: float = 0
    data: bytes = b""
    expected: int = 0


def load(
    running: Served, path: str, *, cookie: str = "", lines: int = 16, seconds: float = 3.0
) -> Load:
    """Ask one page over and over; every answer must be a 200."""
    host = f"127.0.0.1:{running.port}"
    asked = (
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: br\r\nCookie: {cookie}\r\n\r\n"
    )
    request = asked.encode()
    _ask_for(running, request, lines, 0.5)  # warm
    cpu = cpu_seconds(running.pid)
    found = _ask_for(running, request, lines, seconds)
    found.cpu = cpu_seconds(running.pid) - cpu
    return found


def _ask_for(running: Served, request: bytes, lines: int, seconds: float) -> Load:
    chosen, found = selectors.DefaultSelector(), Load()
    opened = [_Line(socket.create_connection(("127.0.0.1", running.port))) for _ in range(lines)]
    begun = time.monotonic()
    try:
        for line in opened:
            chosen.register(line.socket, selectors.EVENT_READ, line)
            _send(line, request)
        busy = lines
        while busy:
            for key, _ in chosen.select(30):
                line = key.data
                if not _complete(line):
                    continue
                now = time.monotonic()
                found.waits.append(now - line.sent)
                if now - begun < seconds:
                    _send(line, request)
                else:
                    busy -= 1
    finally:
        for line in opened:
            line.socket.close()
        chosen.close()
    found.answers, found.seconds = len(found.waits), time.monotonic() - begun
    return found


def _send(line: _Line, request: bytes) -> None:
    line.data, line.expected, line.sent = b"", 0, time.monotonic()
    line.socket.sendall(request)


def _complete(line: _Line) -> bool:
    """Read what came; tell whether the answer is whole."""
    came = line.socket.recv(262_144)
    if not came:
        raise ConnectionError("the server hung up")
    line.data += came
    if not line.expected:
        head, end, _ = line.data.partition(b"\r\n\r\n")
        if not end:
            return False
        assert head.startswith(b"HTTP/1.1 200"), head[:200]
        rows = (row.lower().partition(b":") for row in head.split(b"\r\n"))
        length = next(int(value) for name, _, value in rows if name == b"content-length")
        line.expected = len(head) + 4 + length
    return len(line.data) >= line.expected
