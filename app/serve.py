"""`rihla serve`: the production server, with the background worker beside it.

The web server is granian: on the project's machines it spent 0.08 ms of CPU on an empty answer
where gunicorn spent 0.20 (docs/decisions/0003). With SQLite everything runs on this machine; with
PostgreSQL any number of nodes may run `rihla serve` or `rihla jobs work`.

This process imports the core and then forks: its children share that memory and start at once.
Plugins are imported by the children alone, so that one that is started anew has new code.
"""

import errno
import gc
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType
from typing import Any

import click
from sqlalchemy.orm import configure_mappers

from app.settings import get_settings

STOP_SECONDS = 15
DEAF_SECONDS = 5.0
"""So long after its start the web server is left alone: before it listens, SIGHUP would end it."""
METHOD = "fork" if sys.platform == "linux" else "spawn"
STOPS = (signal.SIGTERM, signal.SIGINT)
SHARED = ("app.sdk", "app.wsgi", "app.web.application", "flask_sqlalchemy", "nh3", "re2")
"""What every child would import for itself: what they run, and what plugins stand on."""
Act = Callable[[], None]


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8212, show_default=True, envvar="PORT")
@click.option("--workers", default=2, show_default=True, help="Web processes.")
@click.option("--threads", default=4, show_default=True, help="Requests at once in each.")
@click.option("--jobs/--no-jobs", default=True, help="Do background jobs beside the web.")
def serve(host: str, port: int, workers: int, threads: int, jobs: bool) -> None:
    """Serve the site until told to stop (SIGTERM)."""
    settings = get_settings()  # a wrong setting ends it here, with its sentence
    _refuse_taken_port(host, port)
    children: list[Act] = [partial(_serve_pages, host, port, workers, threads)]
    if jobs:
        children.append(_do_jobs)
    _import_core()
    sys.exit(Supervisor(children, settings.instance / "plugins" / "code").run())


def _import_core() -> None:
    from app import PARTS

    for name in PARTS:
        import_module(f"app.{name}")
    for name in SHARED:
        import_module(name)
    configure_mappers()
    gc.collect()
    gc.freeze()  # collections in the children leave what they share alone


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


def _serve_pages(host: str, port: int, workers: int, threads: int) -> None:
    from app.listening import serve_pages

    multiprocessing.set_start_method(METHOD, force=True)  # also for granian's own processes
    serve_pages(host, port, workers, threads, STOP_SECONDS)


def _do_jobs() -> None:
    from app.wsgi import work_on_jobs

    work_on_jobs()


class Supervisor:
    """Keeps its children running; one that dies is started again, SIGTERM ends them all.

    When the file `code` changes (other plugins were installed), the first child, the web server, is
    told to replace its processes one by one. Other children see it themselves and end.
    """

    def __init__(self, acts: list[Act], code: Path | None = None) -> None:
        self.acts = acts
        self.code = code
        self.context: Any = multiprocessing.get_context(METHOD)
        self.children: list[BaseProcess] = []
        self.stopping = False
        self._known = self._read_code()
        self._started = 0.0

    def _read_code(self) -> str:
        try:
            return self.code.read_text() if self.code else ""
        except OSError:
            return ""

    def _renew(self) -> None:
        found, age = self._read_code(), time.monotonic() - self._started
        if found != self._known and age > DEAF_SECONDS and self.children[0].pid:
            self._known = found
            os.kill(self.children[0].pid, signal.SIGHUP)

    def run(self) -> int:
        """Start the children and watch them; return the exit status."""
        for number in STOPS:
            signal.signal(number, self._stop)
        self.children = [self._start(act) for act in self.acts]
        born = self._started = time.monotonic()
        while not self.stopping:
            time.sleep(0.2)
            self._renew()
            for place, child in enumerate(self.children):
                if child.is_alive() or self.stopping:
                    continue
                if place == 0 and time.monotonic() - born < 3:
                    self._stop()  # the site cannot start, and has said why
                    return child.exitcode or 1
                if place == 0:
                    self._known, self._started = self._read_code(), time.monotonic()
                self.children[place] = self._start(self.acts[place])
        self._wait()
        return 0

    def _wait(self) -> None:
        until = time.monotonic() + STOP_SECONDS
        for child in self.children:
            child.join(max(0.1, until - time.monotonic()))
            if child.is_alive():
                child.kill()

    def _start(self, act: Act) -> BaseProcess:
        child: BaseProcess = self.context.Process(target=partial(_begin, act))
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)  # until the child has let go of our handler
        try:
            child.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
        return child

    def _stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        self.stopping = True
        for child in self.children:
            if child.is_alive():
                child.terminate()


def _begin(act: Act) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    act()
