"""`rihla serve`: the production server, with the background worker beside it.

The web server is granian: on the project's machines it spent 0.08 ms of CPU on an empty answer
where gunicorn spent 0.20 (docs/decisions/0003). With SQLite everything runs on this machine; with
PostgreSQL any number of nodes may run `rihla serve` or `rihla jobs work`.
"""

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from types import FrameType

import click

from app.settings import get_settings

STOP_SECONDS = 15


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8212, show_default=True, envvar="PORT")
@click.option("--workers", default=2, show_default=True, help="Web processes.")
@click.option("--threads", default=4, show_default=True, help="Requests at once in each.")
@click.option("--jobs/--no-jobs", default=True, help="Do background jobs beside the web.")
def serve(host: str, port: int, workers: int, threads: int, jobs: bool) -> None:
    """Serve the site until told to stop (SIGTERM)."""
    get_settings()  # a wrong setting ends it here, with its sentence
    _refuse_taken_port(host, port)
    commands = [_web_command(host, port, workers, threads)]
    if jobs:
        commands.append([sys.executable, "-m", "app.cli", "jobs", "work"])
    sys.exit(Supervisor(commands).run())


def _refuse_taken_port(host: str, port: int) -> None:
    """Stop when somebody listens there: the web server would share the port without a word."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if not 0 < port < 65536:
        raise click.ClickException(f"There is no port {port}: choose one from 1 to 65535.")
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as trouble:
        if trouble.errno == errno.EADDRINUSE:
            raise click.ClickException(
                f"Port {port} is taken: another program, perhaps this site, is running there. "
                f"Stop it, or choose another port, as in PORT={port + 1}."
            ) from None
        raise click.ClickException(f"Nobody can listen on {host}, port {port}: {trouble}") from None


def _web_command(host: str, port: int, workers: int, threads: int) -> list[str]:
    options = {
        "interface": "wsgi",
        "host": host,
        "port": port,
        "workers": workers,
        "blocking-threads": threads,
        "backlog": 2048,
        "workers-kill-timeout": STOP_SECONDS,
        "log-level": "warning",
    }
    flags = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    return [
        sys.executable,
        "-m",
        "granian",
        *flags,
        "--respawn-failed-workers",
        "--factory",
        "app.wsgi:create_wsgi",
    ]


class Supervisor:
    """Keeps its children running; one that dies is started again, SIGTERM ends them all."""

    def __init__(self, commands: list[list[str]]) -> None:
        self.commands = commands
        self.children: list[subprocess.Popen[bytes]] = []
        self.stopping = False

    def run(self) -> int:
        """Start the children and watch them; return the exit status."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        self.children = [self._start(command) for command in self.commands]
        born = time.monotonic()
        while not self.stopping:
            time.sleep(0.2)
            for place, child in enumerate(self.children):
                if child.poll() is None or self.stopping:
                    continue
                if place == 0 and time.monotonic() - born < 3:
                    self._stop()  # the port is taken, or the site cannot start: say so
                    return child.returncode or 1
                self.children[place] = self._start(self.commands[place])
        until = time.monotonic() + STOP_SECONDS
        for child in self.children:
            try:
                child.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
        return 0

    def _start(self, command: list[str]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(command, env=os.environ)  # noqa: S603  (our own programs)

    def _stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        self.stopping = True
        for child in self.children:
            if child.poll() is None:
                child.terminate()
