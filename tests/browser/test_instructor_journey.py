"""A new instructor's way: a course sent, mended, looked at, published, and taken back."""

import io
import secrets

import pytest

from app.content.archive import write_folder, write_zip
from tests.browser.conftest import PHONE
from tests.browser.test_keyboard import tab_to
from tests.courses import samples

pytestmark = pytest.mark.browser

SIDEWAYS = "document.documentElement.scrollWidth - innerWidth"
FIRST, SECOND = "La première version.", "La deuxième version."
ARABIC = "النسخة الأولى: اكتب `print(1 + 1)` ثم نفّذ."
LESSON = "01-debut/01-bonjour.{}.md"
NEXT = "01-debut/02-suite.fr.md"


def course(key, text=FIRST):
    """Return a course in French and Arabic whose first lesson says the text."""
    files = samples.course(
        key=key,
        languages=("fr", "ar"),
        title=f"Cours {key}",
        lessons={"bonjour": ("Bonjour", text), "suite": ("La suite", "Encore.")},
    )
    arabic = files[LESSON.format("ar")].decode()
    arabic = arabic.replace("title: Bonjour", "title: مرحبا").replace(text, ARABIC)
    return files | {LESSON.format("ar"): arabic.encode()}


def with_mistakes(files):
    """Return the course with three errors in two files, at places that are known."""
    toml = files["course.toml"].replace(b'level = "', b'levle = "')
    lesson = files[NEXT].decode()
    lesson = lesson.replace("id: suite", "id: bonjour") + "\n[Voir](lesson:bonjuor)\n"
    return files | {"course.toml": toml, NEXT: lesson.encode()}


def packed(key, files):
    """Return the course as a zip file that a browser can send."""
    archive = io.BytesIO()
    write_zip(files, archive, folder=key)
    return {"name": f"{key}.zip", "mimeType": "application/zip", "buffer": archive.getvalue()}


def send(page, key, files):
    """Choose the zip file on the page that is shown, and send it."""
    page.set_input_files("[name=archive]", packed(key, files))
    page.locator('form[action$="/studio/upload"] button').click()
    page.wait_for_load_state()


def publish(page):
    """Go from the course's page through what changes, and publish; return what was said."""
    page.locator('main a.btn.warm[href$="/publish"]').click()
    page.wait_for_url("**/publish")
    changes = page.locator("main").inner_text()
    page.locator('form[action$="/publish"] button').click()
    page.wait_for_url("**/studio/courses/*")
    return changes


@pytest.fixture
def author(site, visit):
    """Open the browser of an instructor who has no course yet: `author(js=…)`."""

    def begin(**options):
        _, token = site.add_person(
            name="Khadija Rami",
            role="instructor",
            scope="center",
            scope_id=site.world.own.center_id,
        )
        return visit(cookie=token, **options)

    return begin


@pytest.fixture
def reader(site, visit):
    """Return what a learner reads in the first lesson: `reader(key)`."""
    _, token = site.add_person(name="Nour El Fassi")
    page = visit(size=PHONE, cookie=token).page()

    def read(key):
        page.goto(f"{site.base}/fr/courses/{key}")
        enroll = page.locator('form[action$="/enroll"] button')
        if enroll.count():
            enroll.first.click()
            page.wait_for_load_state()
        answer = page.goto(f"{site.base}/fr/courses/{key}/bonjour")
        return page.locator("main").inner_text() if answer.status == 200 else ""

    return read


@pytest.mark.parametrize("js", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_an_instructor_mends_publishes_and_takes_back(site, author, reader, js):
    key = f"cours-{secrets.token_hex(3)}"
    browser = author(js=js)
    page = browser.go("/fr/studio")
    page.locator('main a[href$="/studio/upload"]').first.click()
    send(page, key, with_mistakes(course(key)))
    read_report(page)

    send(page, key, course(key))
    assert page.url == f"{site.base}/fr/studio/courses/{key}"
    assert reader(key) == "", "nobody sees what is not published"
    look_at_preview(browser.page(), page.url.replace("/fr/", "/ar/"), js)
    publish(page)
    assert FIRST in reader(key)

    page.locator('main a[href$="/studio/upload"]').first.click()
    send(page, key, with_mistakes(course(key, SECOND)))
    assert "publié" in page.locator(".verdict").inner_text(), "what was there stays: it says so"
    assert FIRST in reader(key)

    send(page, key, course(key, SECOND))
    assert FIRST in reader(key), "keeping is not publishing"
    assert "Bonjour" in publish(page), "the lesson that changes is named"
    assert SECOND in reader(key)

    page.locator('form[action$="/take-back"] button').first.click()
    page.wait_for_load_state()
    assert page.locator(".strip").is_visible()
    assert FIRST in reader(key)


def read_report(page):
    """See file, line, column and remedy of each mistake."""
    groups = page.locator("section:has(.faults)").all()
    found = {group.locator("h2").inner_text(): group.inner_text() for group in groups}
    assert "ligne 4, colonne 1." in found["course.toml"]
    for place in ("ligne 2, colonne 1.", "ligne 11, colonne 1."):
        assert place in found[NEXT]
    assert "lesson:bonjour" in found[NEXT], "the remedy"
    remedies = page.locator(".faults li p.sm").all_inner_texts()
    assert len(remedies) == page.locator(".faults li").count()
    assert all(remedies)


def look_at_preview(page, address, js):
    """See on a phone, in Arabic, what learners will see."""
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.goto(address)
    page.locator('main a[href$="/preview"]').first.click()
    page.locator(".device ol a").first.click()
    page.wait_for_url("**/preview/ar/bonjour")
    device = page.locator(".device")
    assert device.get_attribute("dir") == "rtl"
    assert ARABIC.split("`")[0] in device.inner_text()
    assert not js or page.evaluate(SIDEWAYS) <= 1


def test_a_folder_is_chosen_and_sent_with_the_keyboard_alone(author, tmp_path):
    key = f"dossier-{secrets.token_hex(3)}"
    write_folder(course(key), tmp_path / key)
    page = author().go("/ar/studio")
    tab_to(page, 'main a[href$="/studio/upload"]')
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, "[name=folder]")
    with page.expect_file_chooser() as chosen:
        page.keyboard.press("Enter")
    chosen.value.set_files(tmp_path / key)
    tab_to(page, 'form[action$="/studio/upload"] button')
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith(f"/ar/studio/courses/{key}")
    tab_to(page, 'main a.btn.warm[href$="/publish"]')
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, 'form[action$="/publish"] button')
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, 'form[action$="/take-back"] button')
