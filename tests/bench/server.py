"""Measuring the server as a whole: how fast it starts, what memory it holds, what requests cost."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(url: str, folder: Path) -> Iterator[tuple[int, str, float]]:
    """Run `rihla serve`; give its process, its address and the seconds to its first page."""
    port = _free_port()
    base = f"http://127.0.0.1:{port}"
    given = {k: v for k, v in os.environ.items() if not k.startswith("RIHLA_")}
    given |= {
        "RIHLA_INSTANCE": str(folder),
        "RIHLA_DATABASE_URL": url,
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
        yield process.pid, base, time.monotonic() - begun
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


def cpu_ms_served(pid: int, url: str, cookie: str = "", times: int = 400) -> float:
    """Return CPU milliseconds of the whole server for one page asked over the network."""
    host, port = url.removeprefix("http://").split("/", 1)[0].split(":")
    path = "/" + url.removeprefix("http://").split("/", 1)[1]
    asked = (
        f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept-Encoding: br\r\n"
        f"Cookie: {cookie}\r\n\r\n"
    ).encode()
    with socket.create_connection((host, int(port))) as line:
        for turn in range(times + 50):
            if turn == 50:
                begun = cpu_seconds(pid)
            line.sendall(asked)
            _read_answer(line)
    return (cpu_seconds(pid) - begun) / times * 1000


def _read_answer(line: socket.socket) -> None:
    data = b""
    while b"\r\n\r\n" not in data:
        data += line.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        int(row.split(b":")[1])
        for row in head.split(b"\r\n")
        if row.lower().startswith(b"content-length:")
    )
    while len(body) < length:
        body += line.recv(65536)
