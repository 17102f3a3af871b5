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
from sqlalchemy import update

from app.exams.models import ExamAttempt
from app.installer import VERBS, catalogs, signing, wheels
from app.kernel import clock
from app.kernel.db import write
from app.kernel.i18n import translate
from app.signin.rules import hash_password
from app.workshop.conformance import find_package
from tests import databases
from tests.browser.conftest import DESK, PHONE, Visit
from tests.browser.test_pages import AXE, RUN, SIDEWAYS
from tests.conftest import add_person, add_session, build, close
from tests.installer.live import Live, live
from tests.installer.making import make_key
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
    key: Path
    cookies: dict[str, str]

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.live.port}"

    @contextmanager
    def visit(
        self, who: str, size: tuple[int, int] = DESK, *, scripts: bool = True
    ) -> Iterator[Visit]:
        """Open a browser of somebody; its faults end the test."""
        context = self.chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            reduced_motion="reduce",
            java_script_enabled=scripts,
        )
        context.set_default_timeout(20_000)
        token = self.cookies[who]
        context.add_cookies([{"name": "sid", "value": token, "url": self.base}])
        visit = Visit(context, self.base)
        yield visit
        context.close()
        assert visit.faults == []

    def offer(self, version: str) -> None:
        """Pack and sign a version, and put it into the signed catalog of the site."""
        catalog = self.folder / "plugins" / "catalog"
        catalog.mkdir(exist_ok=True)
        file, data = wheels.pack(find_package(GLOSSARY / version))
        (catalog / file).write_bytes(data)
        (catalog / f"{file}.sig").write_bytes(signing.sign(data, self.key))
        catalogs.make_catalog(catalog, self.key, clock.now())


def end_exams() -> None:
    """Close what people of the world sit: plugins are not installed meanwhile."""
    with write() as session:
        session.execute(
            update(ExamAttempt)
            .where(ExamAttempt.closed_at.is_(None))
            .values(closed_at=clock.now(), closed_by="deadline")
        )


@pytest.fixture
def town(schema_url: str, tmp_path: Path, chromium: Browser) -> Iterator[Town]:
    folder = tmp_path / "site"
    folder.mkdir()
    key = make_key(tmp_path, folder / "plugins", "glossary", "catalog")
    with databases.clone(schema_url, tmp_path) as url:
        app = build(url, folder)
        with app.app_context():
            world = build_world()
            end_exams()
            hashed = hash_password(PASSWORD)
            cookies = dict(world.cookies)
            for who, name in (("admin", "Hafsa Berrada"), ("colleague", "Omar Tazi")):
                cookies[who] = add_session(add_person(name, role="admin", password_hash=hashed))
            close(app)
        with live(folder, url, workers=2) as server:
            yield Town(server, world, folder, chromium, key, cookies)


def look(town: Town, who: str, *paths: str) -> None:
    """Whoever has a phone reads these pages, in Arabic; the journey itself is in French."""
    with town.visit(who, PHONE) as visit:
        for path in paths:
            page = visit.go(f"/ar{path}")
            page.evaluate(AXE.read_text("utf-8"))
            assert page.evaluate(RUN, None) == [], path
            assert page.evaluate(SIDEWAYS) <= 1, path
            page.close()


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


def rows_of(page: Page, section: str = "kept", number: int = 0) -> list[dict[str, str]]:
    """Download a kept file, and read its table as a spreadsheet does."""
    with page.expect_download() as download:
        page.locator(f"section[aria-labelledby={section}] ul a[href*='/kept/']").nth(number).click()
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as archive:
        (name,) = [n for n in archive.namelist() if n.endswith("glossary_term.csv")]
        return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))


def send(page: Page, action: str, **chosen: str) -> None:
    """Fill a form of the page of versions, confirm it with the password, and send it."""
    for name, value in chosen.items():
        box = page.locator(f"form[action$='/{action}'] [name={name}]")
        if name == "choice":
            box.locator(f"xpath=self::*[@value='{value}']").check(force=True)
        else:
            box.fill(value)
    page.locator(f"form[action$='/{action}'] [name=password]").fill(PASSWORD)
    page.locator(f"form[action$='/{action}'] button").click()
    page.wait_for_load_state()


def status(visit: Visit, path: str) -> int:
    answer: Any = visit.context.request.get(visit.base + path)
    return int(answer.status)


def switch_on(town: Town, page: Page) -> None:
    """Installed, it is on at no center: open it to their managers, and choose Kénitra alone."""
    page.goto(f"{town.base}/fr{ABOUT}")
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
    """The admin has a browser without JavaScript: the pages renew themselves all the same."""
    town.offer("1.0")
    with town.visit("admin", scripts=False) as visit:
        page = visit.page()
        offered = choose(town, page)
        assert "Atelier" in words(page)
        assert page.locator("h1").inner_text().startswith("Glossaire")
        look(town, "admin", STORE, offered)
        agree(page)
        switch_on(town, page)
        look(town, "admin", offered, "/admin/plugins", ABOUT)
        begin_at_kenitra(town)
        look(town, "manager", "/c/kenitra/plugins", "/c/kenitra/plugins/glossary", TERMS)
        look(town, "learner", TERMS)

        town.offer("1.1")
        offered = choose(town, page)
        assert page.locator("section[aria-labelledby=changes] li").count() == 2
        assert page.locator("section[aria-labelledby=asks] ul").first.locator("li").count() == 1
        assert page.locator("[name=seen]").get_attribute("value") == "cards"
        look(town, "admin", offered)
        agree(page)
        write_more(town)
        before = go_back(town, page)
        see_what_was_before(town)
        take_out(town, page, before)
        assert_told(visit)


def write_more(town: Town) -> None:
    """With the new version somebody writes, and learners meet what it brings."""
    with town.visit("manager") as visit:
        page = visit.go(f"/fr{TERMS}")
        explain(page, "Liste", "Des valeurs en ordre.", "[1, 2, 3]")
        assert "Boucle" in words(page)
    with town.visit("learner") as visit:
        assert visit.go("/fr/").locator(f"a[href$='{TERMS}']").count() == 1
    look(town, "learner", "/", TERMS)


def go_back(town: Town, page: Page) -> list[dict[str, str]]:
    """Go back to the version before; what was written since can be read in a file.

    Returns the rows of before the upgrade, from the file that was made then.
    """
    page.goto(f"{town.base}/fr{ABOUT}/versions")
    send(page, "rollback")
    page.locator("#out").wait_for(timeout=WAIT)
    kept = [rows_of(page, number=n) for n in range(page.locator("#kept ~ ul a").count())]
    (newer,) = [rows for rows in kept if len(rows) == 3]
    assert {row["term"] for row in newer} == {"Boucle", "متغير", "Liste"}
    assert [row["example"] for row in newer if row["term"] == "Liste"] == ["[1, 2, 3]"]
    look(town, "admin", f"{ABOUT}/versions")
    (before,) = [rows for rows in kept if len(rows) == 2]
    return before


def see_what_was_before(town: Town) -> None:
    """The manager finds the two terms of before and the center's sentence, and can go on."""
    with town.visit("manager") as visit:
        page = visit.go(f"/fr{TERMS}")
        assert "Les mots de nos ateliers." in words(page)
        assert page.locator("dl.facts dt").count() == 2
        assert "Liste" not in words(page)
        assert page.locator("[name=example]").count() == 0
    with town.visit("learner") as visit:
        assert visit.go("/fr/").locator(f"a[href$='{TERMS}']").count() == 0
        assert "Une partie qui se répète." in words(visit.go(f"/fr{TERMS}"))
        assert status(visit, "/fr/c/rabat/x/glossary/") == 404


def take_out(town: Town, page: Page, before: list[dict[str, str]]) -> None:
    """Uninstall it with its data in a file; that data is deleted needs a second admin."""
    out = {"choice": "export", "typed": "glossary"}
    page.goto(f"{town.base}/fr{ABOUT}/versions")
    send(page, "uninstall", **out)
    assert page.locator(".note.warning").count() == 1
    look(town, "admin", f"{ABOUT}/versions")
    with town.visit("colleague") as visit:
        other = visit.go(f"/fr{ABOUT}/versions")
        send(other, "uninstall", **out)
        other.locator("#progress").wait_for()
        other.locator("section[aria-labelledby=left] a[href*='/kept/']").first.wait_for(
            timeout=WAIT
        )
        assert rows_of(other, "left") == before, "what was before the upgrade, to the last column"
    look(town, "admin", STORE)
    with town.visit("manager") as visit:
        assert status(visit, f"/fr{TERMS}") == 404
        assert "glossary" not in visit.go("/fr/c/kenitra/").content()
    with town.visit("learner") as visit:
        assert "glossary" not in visit.go("/fr/search?q=boucle").content()


def assert_told(visit: Visit) -> None:
    """Each change, with each of its steps, stands in the audit trail that admins read."""
    said = visit.go("/fr/admin/audit").locator("main").inner_text()
    for verb in ("plugins.upgrade_done", "plugins.rollback_done", "plugins.uninstall_done"):
        assert translate(VERBS[verb], "fr") in said
