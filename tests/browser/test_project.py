"""A project from a phone in Arabic to the second signature of a jury, in the browsers of all."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.activities.models import Score
from app.centers.models import Center
from app.courses import services as courses
from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from tests.browser.conftest import PHONE
from tests.browser.test_keyboard import tab_to
from tests.centers.making import belong, make_cohort
from tests.courses import samples
from tests.learning.test_learning import enroll
from tests.projects.making import PROJECT, TAXI

pytestmark = pytest.mark.browser
KEY = "projet-taxi"
SIDEWAYS = "document.scrollingElement.scrollWidth - innerWidth"
ARABIC = {"prix": "الأثمنة صحيحة", "clarte": "الشيفرة سهلة القراءة"}
ONE, TWO = "الدالة تنسى ثمن الليل.", "أضف ثمن الليل ثم أعد التسليم."


def files():
    """Return a course of a project in French and Arabic."""
    made = samples.course(
        key=KEY, languages=("fr", "ar"), lessons={"taxi": ("Le taxi", "Calculez le tarif.\n")}
    )
    rubric = "rubric:\n" + "".join(f'  {key}: "{words}"\n' for key, words in ARABIC.items())
    for path, front in (("01-debut/01-taxi.fr.md", PROJECT), ("01-debut/01-taxi.ar.md", rubric)):
        made[path] = made[path].replace(b"minutes: 10\n", f"minutes: 10\n{front}".encode())
    return made


@pytest.fixture(scope="module")
def place(site):
    """A learner of a cohort, two people who mark it, and the address of their list."""

    def fill():
        checked = courses.check_files(files())
        assert not checked.errors, [str(problem) for problem in checked.errors]
        with write():
            made = courses.import_course(actor=SYSTEM, checked=checked, now=clock.now())
            courses.publish_course(actor=SYSTEM, revision_id=made.revision_id, now=clock.now())
        center = db.session.scalars(select(Center.id).where(Center.slug == "kenitra")).one()
        return center, *make_cohort(center, "DA-taxi")

    center, number, public_id = site.read(fill)
    learner, token = site.add_person(name="Amina Idrissi")
    site.read(lambda: belong(center, learner, cohort_id=number))
    site.read(lambda: enroll(learner, KEY))
    jury = [
        site.add_person(name=name, role="instructor", scope="cohort", scope_id=number)[1]
        for name in ("Nadia Tazi", "Omar Sefrioui")
    ]
    return learner, token, jury, f"/ar/c/kenitra/cohorts/{public_id}/projects/{KEY}/taxi"


def send(page, text, version):
    """Hand in a file on the page of one's own work."""
    page.set_input_files(
        "#files",
        {"name": "taxi.py", "mimeType": "text/x-python", "buffer": text.encode()},
    )
    page.locator("#hand-in ~ form button").click()
    expect(page.locator("#received")).to_contain_text(version)
    assert page.evaluate(SIDEWAYS) <= 1


def lesson_is_done(page):
    return page.locator(".lesson-end .saved").count() == 1


def test_a_project_is_handed_in_discussed_and_signed_by_a_jury(site, visit, place):
    learner, token, jury, desk = place
    phone = visit(cookie=token, size=PHONE)
    lesson = phone.go(f"/ar/courses/{KEY}/taxi")
    assert lesson.evaluate("document.dir") == "rtl"
    assert ARABIC["prix"] in lesson.locator("main").inner_text(), "the rubric is seen beforehand"
    assert lesson.evaluate(SIDEWAYS) <= 1
    assert not lesson_is_done(lesson)
    lesson.locator('main a[href$="/taxi/project"]').click()
    send(lesson, TAXI, "1")
    assert lesson_is_done(phone.go(f"/ar/courses/{KEY}/taxi"))

    first, second = (visit(cookie=cookie) for cookie in jury)
    let_a_jury_mark(first.go(desk))
    work = f"{desk}/{learner.public_id}"
    write_about_a_line(first.go(work))
    ask_again(first.go(work))

    own = read_what_was_said(phone)
    send(own, TAXI + "# la nuit : 50 % de plus\n", "2")
    expect(own.locator("#earlier")).to_be_visible()

    enter_the_sheet(first.go(work))
    assert points(site, learner) == (0, 1), "without signatures it does not count"
    sign(first.go(work))
    assert points(site, learner) == (0, 1)
    sign(second.go(work))
    assert points(site, learner) == (900, 0)
    own.reload()
    expect(own.locator("#rubric ~ ul")).to_contain_text("9")


def let_a_jury_mark(page):
    page.locator("main details summary").click()
    page.check("[name=is_jury]")
    page.locator("main details form button").click()


def read_what_was_said(phone):
    """Read on the phone what is missing, and at which line; return the page of the work."""
    own = phone.go(f"/ar/courses/{KEY}/taxi/project")
    expect(own.locator("#asked ~ .written")).to_have_text(TWO)
    own.locator('main a[href*="/files/"]').first.click()
    expect(own.locator(".lines .said .written")).to_have_text(ONE)
    assert own.evaluate(SIDEWAYS) <= 1
    return phone.go(f"/ar/courses/{KEY}/taxi/project")


def write_about_a_line(page):
    """Write about the second line of the file, with the keyboard alone."""
    tab_to(page, 'main a[href*="/files/"]')
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, "#line-2 a.n")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, "#line-2 textarea", most=120)
    page.keyboard.type(ONE)
    tab_to(page, "#line-2 form button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("#line-2 .said .written").first).to_have_text(ONE)


def ask_again(page):
    """Ask for a newer version until a moment that lies ahead."""
    page.locator("main details.more summary").click()
    page.fill("form[action$='/ask'] [name=text]", TWO)
    later = clock.now().replace(microsecond=0, second=0, tzinfo=None)
    page.fill(
        "form[action$='/ask'] [name=until]",
        later.replace(year=later.year + 1).isoformat(timespec="minutes"),
    )
    page.locator("form[action$='/ask'] button").click()
    expect(page.locator("#asked")).to_be_visible()


def enter_the_sheet(page):
    """Give five and three by the keys of the rubric."""
    page.wait_for_selector("form[data-marking] input:focus")
    for key in ("5", "3", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#jury")).to_be_visible()


def sign(page):
    tab_to(page, "form[action$='/sign'] button")
    with page.expect_navigation():
        page.keyboard.press("Enter")


def points(site, person):
    return site.read(
        lambda: tuple(
            db.session.execute(
                select(Score.points, Score.waiting).where(Score.person_id == person.id)
            ).one()
        )
    )
