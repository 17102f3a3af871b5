"""A real server over a small site, and Chromium looking at it: both once for each worker."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from app.kernel.db import db
from tests.conftest import SHELF, Made, add_person, add_session, build, close
from tests.databases import clone
from tests.world import World
from tests.world import build as build_world

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
]
PHONE = (360, 640)
DESK = (1366, 768)
START_SECONDS = 90


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Site:
    """The site that is looked at: its address, its people, and its database from within."""

    base: str
    app: Flask
    world: World

    def add_person(self, **about: Any) -> tuple[Made, str]:
        """Add somebody and return them with the cookie of a session."""
        with self.app.app_context():
            person = add_person(**about)
            token = add_session(person)
            db.session.remove()
        return person, token

    def read(self, act: Callable[[], Any]) -> Any:
        """Ask the site's database."""
        with self.app.app_context():
            try:
                return act()
            finally:
                db.session.remove()


@pytest.fixture(scope="session")
def site(schema_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("browser")
    base = f"http://127.0.0.1:{free_port()}"
    with clone(schema_url, folder) as url:
        app = build(url, folder, public_url=base, secret_key=_secret())
        with app.app_context():
            world = build_world()
            db.session.remove()
        server = _serve(base, url, folder)
        try:
            _wait_for(base + "/healthz", server)
            yield Site(base, app, world)
        finally:
            server.terminate()
            server.wait(20)
            close(app)


def _secret() -> Any:
    from app.settings import Secret

    return Secret("looked at by a browser")


def _serve(base: str, url: str, folder: Path) -> "subprocess.Popen[bytes]":
    given = {k: v for k, v in os.environ.items() if not k.startswith("RIHLA_")}
    given |= {
        "RIHLA_INSTANCE": str(folder),
        "RIHLA_DATABASE_URL": url,
        "RIHLA_PUBLIC_URL": base,
        "RIHLA_SECRET_KEY": str(_secret()),
        "RIHLA_LOG_LEVEL": "error",
        "RIHLA_PLUGIN_FOLDERS": str(SHELF),
    }
    port = base.rsplit(":", 1)[1]
    flags = ["--interface", "wsgi", "--port", port, "--blocking-threads", "4"]
    command = [sys.executable, "-m", "granian", *flags, "--log-level", "warning"]
    return subprocess.Popen([*command, "--factory", "app.wsgi:create_wsgi"], env=given)


def _wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        assert server.poll() is None, "the server ended"
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310  (our own server)
        except (urllib.error.URLError, ConnectionError):
            assert time.monotonic() < until, "the server does not answer"
            time.sleep(0.1)
        else:
            return


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM:
        left_out = "Chromium is not installed: nothing was looked at in a browser"
        if os.environ.get("RIHLA_TEST_STRICT") == "1":
            pytest.fail(left_out)
        pytest.skip(left_out)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Visit:
    """A browser of one person, and everything in it that should not have happened."""

    context: BrowserContext
    base: str
    faults: list[str] = field(default_factory=list)
    loses_network: bool = False
    """The test takes the network away: what the console says of that is no fault."""

    def page(self) -> Page:
        """Open a tab that is watched."""
        page = self.context.new_page()
        host = urlsplit(self.base).netloc
        page.on("console", lambda m: self._note(page, m) if m.type == "error" else None)
        page.on("pageerror", lambda e: self.faults.append(f"{page.url}: {e}"))
        page.on(
            "request",
            lambda r: (
                self.faults.append(f"{page.url}: asks {r.url}")
                if r.url.startswith("http") and urlsplit(r.url).netloc != host
                else None
            ),
        )
        return page

    def _note(self, page: Page, message: Any) -> None:
        lost = self.loses_network and "net::ERR" in message.text
        if not lost and "status of 4" not in message.text:  # a refused form is no fault either
            self.faults.append(f"{page.url}: {message.text}")

    def go(self, path: str, page: Page | None = None) -> Page:
        """Open a path in a tab."""
        page = page or self.page()
        page.goto(self.base + path)
        return page


@pytest.fixture
def visit(site: Site, chromium: Browser) -> Iterator[Callable[..., Visit]]:
    """Open a browser: `visit("learner", size=PHONE, js=False, cookie=…)`; faults end the test."""
    opened: list[Visit] = []

    def open_browser(
        role: str = "visitor", *, size: tuple[int, int] = DESK, cookie: str = "", **options: Any
    ) -> Visit:
        js, loses_network = options.pop("js", True), options.pop("loses_network", False)
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=js,
            locale=options.pop("locale", "fr-FR"),
            **options,
        )
        context.set_default_timeout(10_000)
        token = cookie or site.world.cookies.get(role, "")
        if token:
            context.add_cookies([{"name": "sid", "value": token, "url": site.base}])
        made = Visit(context, site.base, loses_network=loses_network)
        opened.append(made)
        return made

    yield open_browser
    faults = [fault for one in opened for fault in one.faults]
    for one in opened:
        one.context.close()
    assert faults == []


class Wire:
    """Counts what a page loads over the wire; answers from the browser's cache count nothing."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)
        self.sizes: dict[str, int] = {}
        self.urls: dict[str, str] = {}
        self.kept: set[str] = set()
        self.session.on("Network.requestWillBeSent", self._asked)
        self.session.on("Network.requestServedFromCache", self._from_cache)
        self.session.on("Network.responseReceived", self._answered)
        self.session.on("Network.loadingFinished", self._finished)
        self.session.send("Network.enable")

    def _asked(self, found: dict[str, Any]) -> None:
        if found["request"]["url"].startswith("http"):
            self.urls[found["requestId"]] = found["request"]["url"]

    def _from_cache(self, found: dict[str, Any]) -> None:
        self.kept.add(found["requestId"])

    def _answered(self, found: dict[str, Any]) -> None:
        if found["response"].get("fromDiskCache"):
            self.kept.add(found["requestId"])

    def _finished(self, found: dict[str, Any]) -> None:
        self.sizes[found["requestId"]] = int(found["encodedDataLength"])

    def reset(self) -> None:
        """Begin to count anew."""
        for found in (self.sizes, self.urls, self.kept):
            found.clear()

    @property
    def requests(self) -> list[str]:
        """The addresses that were asked of the server."""
        return [url for key, url in self.urls.items() if key not in self.kept]

    @property
    def bytes(self) -> int:
        """All that came, headers included."""
        return sum(size for key, size in self.sizes.items() if key in self.urls)

    def slow(self, kbit: int = 400, latency: int = 150) -> None:
        """Make the line as slow as a phone's at the edge of its cell."""
        self.session.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": latency,
                "downloadThroughput": kbit * 125,
                "uploadThroughput": kbit * 125,
            },
        )
