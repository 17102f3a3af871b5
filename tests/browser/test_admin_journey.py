"""From a center that is not there yet to the first sign-in of one of its thousand people."""

import re
import secrets
import threading
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select

from app.accounts.queries import actor_of
from app.centers.models import Center, CenterMember
from app.kernel import clock
from app.kernel.db import db, write
from app.kernel.worker import Worker
from app.rosters import services as rosters
from app.rosters.models import Roster
from app.signin.rules import hash_password
from tests.browser.conftest import DESK, PHONE

pytestmark = pytest.mark.browser

PEOPLE = 1000
PASSWORD = "quatre mots bien tranquilles"
SIDEWAYS = "document.documentElement.scrollWidth - innerWidth"
HEAD = "nom;nom en arabe;email;téléphone;cohorte;langue;remarque"
WAIT = 60_000


def lines_of(mark):
    """Return a file of 1,000 good people and of mistakes at lines that are known."""
    good = [
        f"Imane Tazi {n};إيمان التازي;imane{n}@{mark}.example.org;;;ar;" for n in range(PEOPLE - 2)
    ]
    good.insert(3, f"=HYPERLINK(1);;formule@{mark}.example.org;;;fr;")
    good.insert(7, f"Yassine Fathi;;yassine@{mark}.example.org;06 12 34 56 78;;fr;=1+1")
    bad = {
        10: f"Imane Tazi encore;;imane0@{mark}.example.org;;;;",
        20: "Sans Adresse;;;;;;",
        30: f"Faux Numéro;;numero@{mark}.example.org;06 12;;;",
        40: "D'ailleurs;;learner@example.org;;;;",
        50: f"Autre Groupe;;groupe@{mark}.example.org;;XX-9;;",
        60: f"Autre Langue;;langue@{mark}.example.org;;;de;",
    }
    for number, line in bad.items():
        good.insert(number - 2, line)  # the first line holds the titles
    return "\r\n".join([HEAD, *good]).encode("utf-8-sig"), sorted(bad)


@contextmanager
def worker(app):
    """Do the site's jobs, as a worker process does."""
    one = Worker(app, slots=1)
    thread = threading.Thread(target=one.run)
    thread.start()
    try:
        yield
    finally:
        one.stop()
        thread.join(20)


def members(site, slug):
    return site.read(
        lambda: db.session.scalar(
            select(func.count())
            .select_from(CenterMember)
            .join(Center, Center.id == CenterMember.center_id)
            .where(Center.slug == slug)
        )
    )


def test_a_center_is_opened_and_a_thousand_people_are_brought_in(site, visit):
    slug = f"oujda-{secrets.token_hex(2)}"
    manager, _ = site.add_person(name="Hafsa Berrada", password_hash=hash_password(PASSWORD))
    open_center(site, visit("admin", size=DESK).go("/fr/centers"), slug, manager)

    page = visit(size=DESK).go(f"/fr/c/{slug}/people")
    sign_in(page, manager.email)
    content, bad = lines_of(slug)
    page.locator('main a[href$="/rosters"]').first.click()
    page.set_input_files(
        "[name=file]", {"name": "liste.csv", "mimeType": "text/csv", "buffer": content}
    )
    page.locator("form[enctype] button").click()
    page.wait_for_url("**/rosters/*")
    read_dry_run(site, page, bad)
    assert members(site, slug) == 0, "nothing is made before it is confirmed"
    confirm(site, page, len(bad))
    assert members(site, slug) == PEOPLE
    strip = print_sheet(page)
    first_sign_in(visit(size=PHONE, locale="ar-MA"), strip, slug)


def sign_in(page, address):
    """Sign in; the page that was asked for follows."""
    page.fill("[name=email]", address)
    page.fill("[name=password]", PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_url("**/people")


def open_center(site, page, slug, manager):
    """Open a center as an admin and appoint its manager; the next request of anybody sees it."""
    page.fill("[name=name]", "Oujda")
    page.fill("[name=name_ar]", "وجدة")
    page.fill("[name=slug]", slug)
    page.fill("[name=city]", "Oujda")
    page.locator("main form button").last.click()
    page.wait_for_url(f"**/c/{slug}/")
    assert "Oujda" in page.locator("h1").inner_text()
    page.goto(f"{site.base}/fr/c/{slug}/staff")
    page.fill("[name=address]", manager.email)
    page.select_option("[name=role]", "manager")
    page.locator("main form button").last.click()
    page.wait_for_load_state()
    assert manager.name in page.locator("main table").inner_text()


def read_dry_run(site, page, bad):
    """See what would become of each line, and each mistake with its line and remedy."""
    with worker(site.app):
        page.locator("form[action$='/confirm']").wait_for(timeout=WAIT)
    figures = page.locator(".kpi .v").all_inner_texts()
    assert [int(re.sub(r"\D", "", figure)) for figure in figures] == [PEOPLE, 0, len(bad)]
    rows = page.locator("section[aria-labelledby=lines] tbody tr")
    shown = {int(re.sub(r"\D", "", row.locator("th").inner_text())): row for row in rows.all()}
    assert set(bad) < set(shown)
    assert all(row.locator("td").last.inner_text().strip() for row in shown.values())
    assert "formule" in page.locator("section[aria-labelledby=lines]").inner_text()
    assert "remarque" in page.locator("main").inner_text(), "a column that means nothing"


def confirm(site, page, refused):
    """Have the accounts made and watch: the page goes on by itself to the end."""
    page.locator("form[action$='/confirm'] button").click()
    page.wait_for_load_state()
    bar = page.locator("progress")
    assert bar.get_attribute("value") == str(refused)
    with site.app.app_context():
        roster_id = db.session.scalar(select(func.max(Roster.id)))
        uploader = db.session.get_one(Roster, roster_id).uploaded_by
        db.session.rollback()
        actor = actor_of(uploader)
        db.session.rollback()
        with write():
            rosters.create_batch(actor=actor, roster_id=roster_id, now=clock.now())
        db.session.remove()
    page.reload()
    assert bar.get_attribute("value") == str(refused + rosters.BATCH)
    with worker(site.app):
        page.locator("form[action$='/sheet']").wait_for(timeout=WAIT)


def print_sheet(page):
    """Make the sheet of codes; return (address, code) of one of its strips."""
    page.locator("form[action$='/sheet'] button").click()
    page.wait_for_load_state()
    page.emulate_media(media="print")
    strips = page.locator(".strips li")
    assert strips.count() == PEOPLE
    assert page.locator("header.top").is_hidden()
    assert page.locator(".chips").is_hidden()
    chosen = strips.nth(PEOPLE // 2)
    assert chosen.locator(".code").is_visible()
    return chosen.locator("bdi").nth(0).inner_text(), chosen.locator(".code").inner_text()


def first_sign_in(browser, strip, slug):
    """Come in with the code from paper, on a phone in Arabic, and choose a password."""
    address, code = strip
    page = browser.go("/ar/code")
    page.fill("[name=email]", address)
    page.fill("[name=code]", code.lower().replace("-", " "))
    assert page.evaluate(SIDEWAYS) <= 1
    page.locator("main form button").click()
    page.wait_for_url("**/reset/*")
    page.fill("[name=password]", "أربع كلمات هادئة جدا")
    page.locator("main form button").click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert "إيمان التازي" in (page.locator("header").text_content() or "")
