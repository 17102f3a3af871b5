"""The web server: all its processes on one listening socket, replaced one by one on SIGHUP.

granian gives each process a socket of its own, and a process that is replaced takes the connections
with it that wait in its queue. On one shared socket the others take them: new code of plugins
arrives without a refused or broken connection.
"""

import threading
import time
from collections.abc import Iterable
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.net import SocketSpec
from granian.server import Server

RENEW_SECONDS = 2.5
"""So long has a new process to be ready before the old one leaves."""
LEAVE_SECONDS = 120
"""So long may an old process work on what it was asked before: an upload over a slow line."""


class SharedSocketServer(Server):  # type: ignore[misc,valid-type]
    """granian with its socket made once, in the parent, as it does on systems other than Linux.

    Processes that are replaced are not waited for: they take no new requests and end by themselves.
    """

    def _init_shared_socket(self) -> None:
        self._shd: Any = SocketSpec(self.bind_addr, self.bind_port, self.backlog).build()
        self._sfd = self._shd.get_fd()
        self._ssp = self._sso = None
        self._leaving: list[Any] = []

    def _respawn_workers(
        self, workers: Iterable[int], spawn_target: Any, target_loader: Any, delay: float = 0
    ) -> None:
        for place in workers:
            self.respawned_wrks[place] = time.monotonic()
            old, new = self.wrks[place], self._spawn_worker(place, spawn_target, target_loader)
            new.start()
            self.wrks[place] = new
            time.sleep(delay)
            old.terminate()
            late = threading.Timer(LEAVE_SECONDS, old.kill)
            late.daemon = True
            late.start()
            self._leaving = [one for one in self._leaving if one.is_alive()] + [old]

    def _stop_workers(self) -> None:
        self.wrks += self._leaving
        super()._stop_workers()


def serve_pages(host: str, port: int, workers: int, threads: int, stop_seconds: int) -> None:
    """Serve until SIGTERM; on SIGHUP replace the processes one by one."""
    SharedSocketServer(
        "app.wsgi:create_wsgi",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        backlog=2048,
        workers_kill_timeout=stop_seconds,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        respawn_interval=RENEW_SECONDS,
        factory=True,
    ).serve()
