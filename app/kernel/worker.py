"""The loop that does the jobs: some threads, a heartbeat for their leases, the schedules."""

import os
import signal
import socket
import threading
import time
import uuid
from collections.abc import Sequence
from typing import Any

from app.kernel import jobs
from app.kernel.db import db
from app.kernel.logs import get_logger

IDLE_SECONDS = 0.5
SCHEDULE_SECONDS = 15
GRACE_SECONDS = 10


class Worker:
    """Does jobs of the given queues in `slots` threads until it is told to stop."""

    def __init__(self, app: Any, *, slots: int = 2, queues: Sequence[str] = ("default",)) -> None:
        self.app = app
        self.slots = slots
        self.queues = queues
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self.stopping = threading.Event()
        self._free = threading.Semaphore(slots)
        self._lock = threading.Lock()
        self._held: dict[int, float] = {}

    def stop(self, *_: object) -> None:
        """Take no more jobs; those under way are finished or given back."""
        self.stopping.set()

    def run(self) -> None:
        """Work until stopped."""
        threading.Thread(target=self._beat, daemon=True).start()
        next_schedule = 0.0
        while not self.stopping.is_set():
            if time.monotonic() >= next_schedule:
                self._guarded(jobs.fire_schedules)
                next_schedule = time.monotonic() + SCHEDULE_SECONDS
            if not self._guarded(self._take):
                self.stopping.wait(IDLE_SECONDS)
        self._wind_down()

    def _guarded(self, act: Any) -> Any:
        try:
            with self.app.app_context():
                return act()
        except Exception:  # noqa: BLE001  (the database may be away; the loop must outlive that)
            get_logger().error("worker_trouble", exc_info=True)
            self.stopping.wait(2)
            return None

    def _take(self) -> bool:
        free = 0
        while free < self.slots and self._free.acquire(blocking=False):
            free += 1
        leased: list[jobs.Leased] = []
        try:
            if free:
                leased = jobs.claim(self.owner, free, self.queues)
        finally:
            for _ in range(free - len(leased)):
                self._free.release()
        for job in leased:
            kind = jobs.hooks.get(jobs.JobType, job.name)
            with self._lock:
                self._held[job.id] = time.monotonic() + (kind.timeout if kind else 60)
            threading.Thread(target=self._do, args=(job,), daemon=True).start()
        return bool(leased)

    def _do(self, job: jobs.Leased) -> None:
        try:
            with self.app.app_context():
                jobs.run(job)
                db.session.remove()
        finally:
            with self._lock:
                self._held.pop(job.id, None)
            self._free.release()

    def _beat(self) -> None:
        while True:
            time.sleep(jobs.LEASE_SECONDS / 3)
            with self._lock:
                alive = [i for i, until in self._held.items() if time.monotonic() < until]
            if alive:
                self._guarded(lambda alive=alive: jobs.extend(self.owner, alive))

    def _wind_down(self) -> None:
        until = time.monotonic() + GRACE_SECONDS
        while self._held and time.monotonic() < until:
            time.sleep(0.05)
        with self._lock:
            left = list(self._held)
        if left:
            self._guarded(lambda: jobs.release(self.owner, left))


def work_until_signal(worker: Worker) -> None:
    """Be a worker process: stop on SIGTERM or SIGINT, or when the worker is told to."""
    signal.signal(signal.SIGTERM, worker.stop)
    signal.signal(signal.SIGINT, worker.stop)
    worker.run()
