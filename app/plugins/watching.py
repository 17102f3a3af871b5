"""Beside the requests of a process: does another machine know more, and does this one still live?

Once a second the generation is read (a switch made on another node counts here within a second);
every ten seconds the process says that it lives and with which code. Code that was installed
elsewhere is fetched to this machine (`adopt`); a process that runs older code than stands here is
`stale`: it lets go of its connections, and whoever started it replaces it.
"""

import os
import secrets
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask, Response
from sqlalchemy.exc import SQLAlchemyError

from app.kernel import clock
from app.kernel.db import db, write
from app.kernel.logs import get_logger
from app.plugins.gate import Gate
from app.plugins.queries import read_generation
from app.plugins.services import beat, leave
from app.plugins.snapshot import read_code

LOOK_SECONDS = 1.0
BEAT_SECONDS = 10
FORGET = timedelta(hours=1)
Act = Callable[[], object]


class Watch(threading.Thread):
    """The watching thread of one process. `kind` is web or jobs."""

    def __init__(self, app: Flask, kind: str, adopt: Act, when_stale: Act) -> None:
        super().__init__(name="plugins-watch", daemon=True)
        self.app, self.kind, self.adopt, self.when_stale = app, kind, adopt, when_stale
        self.gate: Gate = app.extensions["plugins"]
        self.id = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self.is_stale = self.has_looked = False
        self.stopping = threading.Event()

    def run(self) -> None:
        """Look until told to stop."""
        count = 0
        while not self.stopping.wait(LOOK_SECONDS if count else 0):
            self._guarded(self.look)
            if count % BEAT_SECONDS == 0:
                self._guarded(self.beat)
            count += 1
        self._guarded(lambda: self._write(lambda: leave(self.id)))

    def _guarded(self, act: Any) -> None:
        try:
            with self.app.app_context():
                act()
                db.session.remove()
        except (SQLAlchemyError, OSError) as error:
            get_logger().warning("plugins_watch", error=repr(error))

    def look(self) -> None:
        """Notice decisions of other machines."""
        state, code = read_generation()
        db.session.rollback()
        if code > read_code(self.gate.folder) or not self.has_looked:
            self.adopt()  # also once at the start: files may have vanished
            self.has_looked = True
        if read_code(self.gate.folder) > self.gate.code and not self.is_stale:
            self.is_stale = True
            self.when_stale()
        known = self.gate.known
        if known is not None and (known.decisions.state, known.decisions.code) != (state, code):
            self.gate.forget()

    def beat(self) -> None:
        """Say that this process lives."""
        worker = {
            "id": self.id,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "kind": self.kind,
            "code": self.gate.code,
            "loaded": {
                name: record.version
                for name, record in self.gate.records.items()
                if record.state == "loaded"
            },
        }
        self._write(lambda: beat(worker, now=clock.now(), keep=FORGET))

    def _write(self, act: Any) -> None:
        with write():
            act()

    def stop(self) -> None:
        """Say good-bye and end."""
        self.stopping.set()


def watch(app: Flask, kind: str, adopt: Act, when_stale: Act = lambda: None) -> Watch:
    """Begin to watch in this process and return the thread.

    `adopt` brings the files of this machine to the installed code; `when_stale` is called once.
    """
    thread = Watch(app, kind, adopt, when_stale)

    @app.after_request
    def let_go(response: Response) -> Response:
        if thread.is_stale:  # the next request of this browser goes to a process that stays
            response.headers["Connection"] = "close"
        return response

    thread.start()
    return thread
