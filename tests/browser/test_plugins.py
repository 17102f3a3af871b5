"""A plugin comes for Kénitra alone, is upgraded and taken back, all in the browser."""

import csv
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from app.kernel.db import db
from app.signin.rules import hash_password
from tests import databases
from tests.browser.conftest import DESK, PHONE, Visit
from tests.browser.test_pages import AXE, RUN, SIDEWAYS
from tests.conftest import add_person, add_session, build
from tests.installer.live import Live, live
from tests.world import World
from tests.world import build as build_world

pytestmark = pytest.mark.browser
GLOSSARY = Path(__file__).resolve().parents[2] / "docs" / "examples" / "rihla_glossary"
PASSWORD = "quatre mots bien tranquilles"
WAIT = 120_000
STORE, ABOUT = "/admin/plugins/store", "/admin/plugins/glossary"
TERMS = "/c/kenitra/x/glossary/"


@dataclass
class Town:
    """A site that runs, its people, and the catalog that whoever runs it copies there."""

    live: Live
    world: World
    folder: Path
    chromium: Browser
    admin: str

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.live.port}"

    @contextmanager
    def visit(self, who: str, size: tuple[int, int] = DESK) -> Iterator[Visit]:
        """Open a browser of somebody; its faults end the test."""
        context = self.chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce"
        )
        context.set_default_timeout(20_000)
        token = self.admin if who == "admin" else self.world.cookies[who]
        context.add_cookies([{"name": "sid", "value": token, "url": self.base}])
        visit = Visit(context, self.base)
        yield visit
        context.close()
        assert visit.faults == []

    def offer(self, version: str) -> None:
        """Pack and sign a version, and put it into the signed catalog of the site."""
        catalog = self.folder / "plugins" / "catalog"
        key = str(self.folder.parent / "atelier.pem")
        self.live.rihla(
            "plugin", "pack", str(GLOSSARY / version), "--to", str(catalog), "--sign", key
        )
        self.live.rihla("plugin", "catalog", str(catalog), "--key", key)

    def trust(self) -> None:
        """Make the maker's key and trust it for what it is for."""
        key = str(self.folder.parent / "atelier.pem")
        _, said = self.live.rihla("plugin", "keys", "make", key)
        named = ["--plugin", "glossary", "--plugin", "catalog", "--publisher", "Atelier Sebou"]
        self.live.rihla("plugin", "keys", "trust", "atelier", said.split()[-1], *named)


@pytest.fixture
def town(schema_url: str, tmp_path: Path, chromium: Browser) -> Iterator[Town]:
    folder = tmp_path / "site"
    folder.mkdir()
    with databases.clone(schema_url, tmp_path) as url:
        app = build(url, folder)
        with app.app_context():
            world = build_world()
            hashed = hash_password(PASSWORD)
            admin = add_session(add_person("Hafsa Berrada", role="admin", password_hash=hashed))
            db.session.remove()
            db.engine.dispose()
        with live(folder, url, workers=2) as server:
            yield Town(server, world, folder, chromium, admin)


def look(town: Town, who: str, *paths: str) -> None:
    """Whoever has a phone reads these pages, in French and in Arabic."""
    with town.visit(who, PHONE) as visit:
        for path in paths:
            for lang in ("fr", "ar"):
                page = visit.go(f"/{lang}{path}")
                page.evaluate(AXE.read_text("utf-8"))
                assert page.evaluate(RUN, None) == [], f"{lang}{path}"
                assert page.evaluate(SIDEWAYS) <= 1, f"{lang}{path}"
                page.close()


def settle(page: Page, path: str, selector: str) -> None:
    """Ask until the processes of the web that serve are those with the new code."""
    for _ in range(60):
        good = 0
        for _ in range(6):
            page.goto(path)
            good += page.locator(selector).count() > 0
        if good == 6:
            return
        page.wait_for_timeout(500)
    pytest.fail(f"{selector} is not on {path}")


def choose(town: Town, page: Page) -> str:
    """Take the newest version of the catalog, have it tried; return the address of its page."""
    page.goto(f"{town.base}/fr{STORE}")
    page.locator("form[action$='/store/catalog'] button").click()
    page.locator("form[action$='/install']").wait_for(timeout=WAIT)
    return page.url.removeprefix(f"{town.base}/fr")


def agree(page: Page) -> None:
    """Install after reading, with the password; a wrong one changes nothing."""
    page.check("[name=agreed]")
    page.fill("[name=password]", "un autre mot")
    page.locator("form[action$='/install'] button").click()
    page.locator("#password-error").wait_for()
    assert page.locator("#used").count() == 0
    page.check("[name=agreed]")
    page.fill("[name=password]", PASSWORD)
    page.locator("form[action$='/install'] button").click()
    page.locator("#progress").wait_for()
    assert page.locator(".stages li").count() > 3
    page.locator("#used").wait_for(timeout=WAIT)


def words(page: Page) -> str:
    return page.locator("main").inner_text()


def explain(page: Page, term: str, meaning: str, example: str | None = None) -> None:
    page.fill("[name=term]", term)
    page.fill("[name=meaning]", meaning)
    if example is not None:
        page.fill("[name=example]", example)
    page.locator("main form:has([name=term]) button").click()
    page.locator("dl.facts", has_text=term).wait_for()


def rows_of(page: Page, number: int = 0) -> list[dict[str, str]]:
    """Download a kept file, and read its table as a spreadsheet does."""
    with page.expect_download() as download:
        page.locator("section[aria-labelledby=kept] a").nth(number).click()
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as archive:
        (name,) = [n for n in archive.namelist() if n.endswith("glossary_term.csv")]
        return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))


def send(page: Page, action: str) -> None:
    page.locator(f"form[action$='/{action}'] [name=password]").fill(PASSWORD)
    page.locator(f"form[action$='/{action}'] button").click()
    page.wait_for_load_state()


def status(visit: Visit, path: str) -> int:
    answer: Any = visit.context.request.get(visit.base + path)
    return int(answer.status)


def switch_on(town: Town, page: Page) -> None:
    """Installed, it is on at no center: open it to their managers, and choose Kénitra alone."""
    settle(page, f"{town.base}/fr{ABOUT}", "#switching")
    page.locator("[name=open_to_centers]").check()
    page.locator("form:has([name=open_to_centers]) button").click()
    page.goto(f"{town.base}/fr/admin/plugins")
    row = page.locator("li.plug", has=page.locator("a[href$='/plugins/glossary']"))
    row.locator("summary").click()
    row.locator(f"[name=on][value='{town.world.own.center_id}']").check(force=True)
    row.locator("form button").click()
    page.wait_for_load_state()


def begin_at_kenitra(town: Town) -> None:
    """The manager chooses for the center and writes two terms; Rabat knows nothing of it."""
    with town.visit("manager") as visit:
        page = visit.go("/fr/c/kenitra/plugins/glossary")
        page.locator("main form [type=text]").fill("Les mots de nos ateliers.")
        page.locator("main form button").click()
        page.goto(f"{town.base}/fr{TERMS}")
        explain(page, "Boucle", "Une partie qui se répète.")
        explain(page, "متغير", "اسم لقيمة تتغير.")
        assert "Les mots de nos ateliers." in words(page)
    with town.visit("learner") as visit:
        assert "Boucle" in words(visit.go(f"/fr{TERMS}"))
        found = visit.go("/fr/search?q=boucle").locator(f"a[href*='{TERMS}#term-']")
        assert found.count() == 1
    with town.visit("admin") as visit:
        assert status(visit, "/fr/c/rabat/x/glossary/") == 404
        assert "/x/glossary" not in visit.go("/fr/c/rabat/").content()


def test_a_plugin_for_one_center_from_its_catalog_to_its_way_back(town: Town) -> None:
    town.trust()
    town.offer("1.0")
    with town.visit("admin") as visit:
        page = visit.page()
        offered = choose(town, page)
        look(town, "admin", STORE, offered)
        agree(page)
        look(town, "admin", offered)
        switch_on(town, page)
        look(town, "admin", "/admin/plugins", ABOUT)
        begin_at_kenitra(town)
        look(town, "manager", "/c/kenitra/plugins", "/c/kenitra/plugins/glossary", TERMS)
        look(town, "learner", TERMS, "/search?q=boucle")

        town.offer("1.1")
        offered = choose(town, page)
        assert page.locator("section[aria-labelledby=changes] li").count() == 2
        assert page.locator("section[aria-labelledby=asks] ul").first.locator("li").count() == 1
        assert page.locator("[name=seen]").get_attribute("value") == "cards"
        look(town, "admin", offered)
        agree(page)
        write_more(town)
        go_back(town, page)


def write_more(town: Town) -> None:
    """With the new version somebody writes, and learners meet what it brings."""
    with town.visit("manager") as visit:
        page = visit.page()
        settle(page, f"{town.base}/fr{TERMS}", "[name=example]")
        explain(page, "Liste", "Des valeurs en ordre.", "[1, 2, 3]")
        assert "Boucle" in words(page)
    look(town, "manager", TERMS)
    with town.visit("learner") as visit:
        assert visit.go("/fr/").locator(f"a[href$='{TERMS}']").count() == 1
    look(town, "learner", "/", TERMS)


def go_back(town: Town, page: Page) -> None:
    """Go back to the version before; what was written since can be read in a file."""
    page.goto(f"{town.base}/fr{ABOUT}/versions")
    look(town, "admin", f"{ABOUT}/versions")
    send(page, "rollback")
    page.locator("#out").wait_for(timeout=WAIT)
    kept = [rows_of(page, n) for n in range(page.locator("#kept ~ ul a").count())]
    newer = next(rows for rows in kept if len(rows) == 3)
    assert {row["term"] for row in newer} == {"Boucle", "متغير", "Liste"}
    assert [row["example"] for row in newer if row["term"] == "Liste"] == ["[1, 2, 3]"]
    look(town, "admin", f"{ABOUT}/versions")
