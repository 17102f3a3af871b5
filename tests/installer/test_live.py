"""With four processes and people who work: plugins come, change and go, and no request fails.

What is installed was tried before, in other tests. `make bench` measures the same with its trials.
"""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.installer import running
from app.serve import STOP_SECONDS
from app.workshop.world import switch
from tests.installer import making
from tests.installer.conftest import Shop
from tests.installer.live import Crowd, Live, crowd, live

pytestmark = pytest.mark.slow
SETTLE_SECONDS = 45


def _only(site: Live, version: str) -> None:
    """Wait until every process serves this version."""
    until, good = time.monotonic() + SETTLE_SECONDS, 0
    while good < 30:
        assert time.monotonic() < until, f"version {version} does not reach every process"
        status, body = site.ask("/fr/x/diary/")
        good = good + 1 if status == 200 and f'"{version}"' in body else 0


def _good(seen: Crowd) -> None:
    print(seen)
    assert seen.failures == []
    assert seen.asked > 100


def test_nobody_notices_that_plugins_change(new_shop: Shop) -> None:
    shop = new_shop
    second = shop.receive("1.1.0", steps=2)
    third = shop.receive("1.2.0", steps=2, unique=True)
    with live(shop.folder, shop.settings.database_url) as site, crowd(site.port, pause=0.1) as seen:
        assert shop.install(shop.archives["1.0.0"]).state == "done"
        site.rihla("plugin", "enable", making.NAME)
        _only(site, "1.0.0")
        shop.add_entries("un", "un")
        before = shop.hashes()
        assert shop.install(shop.count_as_tried(second)).state == "done"
        _only(site, "1.1.0")
        refused = shop.install(shop.count_as_tried(third))
        assert refused.state == "refused"
        assert "they are as before" in str(refused.sentence)
        _only(site, "1.1.0")
        assert shop.rollback().state == "done"
        _only(site, "1.0.0")
        assert shop.hashes() == before
    _good(seen)
    assert seen.versions.keys() == {"1.0.0", "1.1.0"}


@contextmanager
def slow_upload(port: int) -> Iterator[None]:
    """Begin to send a form, over a line so slow that the block is over before the last byte."""
    body = b"email=" + b"a" * 2000
    head = "POST /fr/sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\n"
    head += "Content-Type: application/x-www-form-urlencoded\r\n"
    head += f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(head.encode() + body[:-1])
        yield
        line.sendall(body[-1:])
        said = b"".join(iter(lambda: line.recv(65536), b""))
    assert said.startswith(b"HTTP/1.1 4"), said[:200]
    assert said.rstrip().endswith(b"</html>")


def test_one_process_is_enough_and_answers_what_it_was_asked(shop: Shop) -> None:
    """A site with a single web process is replaced without a gap, and whoever sends is awaited."""
    later = shop.begin(shop.count_as_tried(shop.receive("1.0.5")))
    with live(shop.folder, shop.settings.database_url, workers=1) as site:
        switch(making.NAME)
        _only(site, "1.0.0")
        with slow_upload(site.port):
            with crowd(site.port, people=3, pause=0.1) as seen:
                running.work(later)
                _only(site, "1.0.5")
            time.sleep(STOP_SECONDS + 1)  # longer than a site has that is told to stop
        assert running.work(later, wait=True).state == "done"
    _good(seen)
