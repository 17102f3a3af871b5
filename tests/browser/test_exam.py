"""An exam on a phone in Arabic, while the network goes and comes back and the session ends."""

import re
import time

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete, func, select

from app.activities.models import AnswerEvent
from app.exams.models import ExamAttempt, LateAnswer
from app.exams.rules import FLAGGED, counting, fields_of
from app.kernel.db import db, write
from app.signin.models import SignInSession
from tests.browser.conftest import PHONE
from tests.exams import making

pytestmark = pytest.mark.browser

COUNT = 12
QUESTION = "### Quel nombre vient après {0} ? {{#q{0} type=text}}\n= {1}\n"
BANK = "````quiz {#suite}\n" + "\n".join(QUESTION.format(n, n + 1) for n in range(COUNT)) + "````\n"
RULES = f"  draw: {COUNT}\n  attempts: 1\n  solution: marked"
DOOR = "/ar/courses/petit-examen/bilan/exam"
FIELD, WAITING = "#paper [name=given]", "[data-saved].wait"
KEPT = (
    "(many) => Object.keys(localStorage).filter((key) => key.startsWith('exams/')).length === many"
)
NEXT = "#paper .pager .next"


@pytest.fixture(scope="module")
def exam(site):
    with site.app.app_context():
        slug = making.publish(rules=RULES, bank=BANK)
        db.session.remove()
    return slug


@pytest.fixture
def phone(site, visit, exam):
    """Open the phone of a new learner at the first question of their paper."""

    def open_phone(**options):
        person, token = site.add_person()
        with site.app.app_context():
            making.enroll(person)
            db.session.remove()
        browser = visit(size=PHONE, cookie=token, loses_network=True, **options)
        browser.person = person
        browser.tab = browser.go(DOOR)
        browser.tab.click("main form button")
        expect(browser.tab.locator("#paper")).to_be_visible()
        return browser

    return open_phone


def waits(page, many):
    """Wait until the device keeps the answers of so many writers."""
    page.wait_for_function(KEPT, arg=many, timeout=40_000)


def write_answer(page, text):
    page.fill(FIELD, text)


def item(page):
    return page.get_attribute("#paper", "data-item")


def answers(site, person):
    """Return what counts of each question, as the server has it."""

    def read():
        rows = db.session.execute(
            select(
                AnswerEvent.writer,
                AnswerEvent.seq,
                AnswerEvent.item,
                AnswerEvent.value,
                AnswerEvent.received_at,
            )
            .join(ExamAttempt, ExamAttempt.attempt_id == AnswerEvent.attempt_id)
            .where(ExamAttempt.person_id == person.id)
        ).all()
        return {one.item: fields_of(one.value) for one in counting(rows).values()}

    return site.read(read)


def given(site, person):
    found = answers(site, person)
    return {
        name: value["given"][0]
        for name, value in found.items()
        if name[0] != FLAGGED and value.get("given")
    }


def arrives(site, page, person, many):
    """Wait until the server has answers to so many questions; none came too late to count."""
    until = time.monotonic() + 40
    while len(given(site, person)) < many and time.monotonic() < until:
        page.wait_for_timeout(200)
    apart = (
        select(func.count())
        .select_from(LateAnswer)
        .join(ExamAttempt, ExamAttempt.attempt_id == LateAnswer.attempt_id)
    )
    mine = apart.where(ExamAttempt.person_id == person.id)
    assert site.read(lambda: db.session.scalar(mine)) == 0


def end_session(site, person):
    with site.app.app_context():
        with write() as session:
            session.execute(delete(SignInSession).where(SignInSession.person_id == person.id))
        db.session.remove()


def whole_is_here(page):
    """Wait until all questions are on the device."""
    with page.expect_response("**/whole"):
        page.reload()
    page.wait_for_timeout(300)


def test_nothing_is_lost_when_the_network_goes_at_question_nine_and_the_session_ends(site, phone):
    browser = phone()
    page = browser.tab
    assert page.evaluate("document.dir") == "rtl"
    whole_is_here(page)
    wrote = {}
    for number in range(1, COUNT + 1):
        if number == 5:
            end_session(site, browser.person)
        if number == 9:
            waits(page, 0)
            expect(page.locator("[data-saved]:not(.wait)")).to_be_visible()
            assert len(given(site, browser.person)) == 8, "the end of the session stops no answer"
            browser.context.set_offline(True)
        wrote[item(page)] = f"réponse {number}"
        write_answer(page, f"réponse {number}")
        if number == 10:
            page.check("#paper [name=flag]")
            flagged = item(page)
        if number < COUNT:
            page.click(NEXT)
            expect(page.locator("#paper")).to_have_attribute("data-number", str(number + 1))
    expect(page.locator(WAITING)).to_be_visible()
    expect(page.locator("[data-strip]")).to_be_visible()
    assert page.evaluate("document.scrollingElement.scrollWidth - innerWidth") <= 1
    assert len(given(site, browser.person)) == 8
    browser.context.set_offline(False)
    expect(page.locator("[data-strip]")).to_be_hidden(timeout=40_000)
    arrives(site, page, browser.person, len(wrote))
    assert given(site, browser.person) == wrote
    waits(page, 0)
    assert answers(site, browser.person)[FLAGGED + flagged] == {"flag": ["on"]}


def test_what_is_written_is_received_without_leaving_the_question(site, phone):
    browser = phone()
    page = browser.tab
    with page.expect_response("**/answers") as reply:
        write_answer(page, "un")
    assert reply.value.json()["kept"]
    expect(page.locator("[data-saved]")).to_contain_text(re.compile(r"\d\d:\d\d|[٠-٩]{2}:[٠-٩]{2}"))
    assert given(site, browser.person) == {item(page): "un"}


def test_a_tab_that_is_closed_offline_is_sent_by_any_page_whoever_is_signed_in(site, phone):
    browser = phone()
    page = browser.tab
    whole_is_here(page)
    name = item(page)
    browser.context.set_offline(True)
    write_answer(page, "gardé")
    waits(page, 1)
    page.close()
    _, token = site.add_person()
    browser.context.clear_cookies()
    browser.context.add_cookies([{"name": "sid", "value": token, "url": site.base}])
    browser.context.set_offline(False)
    other = browser.go("/ar/courses")
    waits(other, 0)
    assert given(site, browser.person) == {name: "gardé"}


def test_a_reply_that_is_lost_and_requests_that_come_twice_change_nothing(site, phone):
    browser = phone()
    page = browser.tab
    sent = []

    def twice(route):
        sent.append(route.request.post_data)
        route.fetch()
        if len(sent) < 3:
            route.abort()
        else:
            route.continue_()

    page.route("**/answers", twice)
    name = item(page)
    write_answer(page, "une fois")
    waits(page, 1)
    waits(page, 0)
    assert len(sent) >= 3
    assert len(set(sent)) == 1, "the same writer and count is the same answer"
    assert given(site, browser.person) == {name: "une fois"}


def test_a_paper_that_is_sealed_offline_is_handed_in_when_the_network_is_back(site, phone):
    browser = phone()
    page = browser.tab
    whole_is_here(page)
    name = item(page)
    browser.context.set_offline(True)
    write_answer(page, "scellé")
    page.click("a[data-hand-in]")
    page.click("[data-seal] button")
    expect(page.locator("[data-sealed]")).to_be_visible()
    assert page.is_disabled(FIELD)
    browser.context.set_offline(False)
    page.wait_for_url("**/result", timeout=40_000)
    assert given(site, browser.person) == {name: "scellé"}
    closed = site.read(
        lambda: db.session.scalars(
            select(ExamAttempt.closed_by).where(ExamAttempt.person_id == browser.person.id)
        ).one()
    )
    assert closed == "hand-in"


def test_two_tabs_of_one_paper_lose_nothing(site, phone):
    browser = phone()
    first = browser.tab
    second = browser.go(first.url.removeprefix(site.base))
    whole_is_here(second)
    browser.context.set_offline(True)
    write_answer(first, "premier")
    waits(first, 1)
    names = [item(second)]
    second.click(NEXT)
    names.append(item(second))
    write_answer(second, "second")
    waits(second, 2)
    browser.context.set_offline(False)
    waits(second, 0)
    waits(first, 0)
    assert given(site, browser.person) == dict(zip(names, ("premier", "second"), strict=True))


def test_without_a_script_each_question_is_saved_by_its_form(site, phone):
    browser = phone(js=False)
    page = browser.tab
    name = item(page)
    page.fill(FIELD, "sans script")
    page.click(NEXT)
    page.wait_for_url("**?q=2")
    assert given(site, browser.person) == {name: "sans script"}
