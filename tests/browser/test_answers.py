"""Answers in a lesson on a bad network: kept on the device, sent later, each its own person's."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete, select

from app.activities.models import AnswerEvent, Attempt, Mark
from app.kernel.db import db, write
from app.signin.models import SignInSession
from tests.browser.conftest import PHONE
from tests.conftest import add_session
from tests.learning.test_learning import enroll, publish

pytestmark = pytest.mark.browser

RIDDLE = """\
````riddle {#q}
sum: Deux et deux ? = quatre
sky: De quelle couleur est le ciel ? = bleu
````
"""
PAGE = "/courses/reponses/un"
SUM, SKY = "#b-q-sum", "#b-q-sky"
WAITING, RECEIVED = ".saved.wait", ".saved:not(.wait)"
KEPT = """(many) =>
  Object.keys(localStorage).filter((key) => key.startsWith('answers/')).length === many"""


@pytest.fixture(scope="module")
def course(site):
    with site.app.app_context():
        slug = publish({"un": ("Un", RIDDLE), "deux": ("Deux", "Rien.\n")}, key="reponses")
        db.session.remove()
    return slug


@pytest.fixture
def phone(site, visit, course):
    """Open the phone of a new learner; `.person` is theirs, `.page` shows the lesson."""

    def open_phone(lang="fr", **options):
        person, token = site.add_person()
        with site.app.app_context():
            enroll(person, course)
            db.session.remove()
        browser = visit(size=PHONE, cookie=token, loses_network=True, **options)
        browser.person, browser.token = person, token
        browser.tab = browser.go(f"/{lang}{PAGE}")
        return browser

    return open_phone


def answer(page, text, form=SUM):
    page.fill(f"{form} [name=given]", text)
    page.click(f"{form} button:not([name=hint])")


def waits(page, many):
    """Wait until the device keeps the answers of so many writers."""
    page.wait_for_function(KEPT, arg=many, timeout=40_000)


def received(site, person):
    """Return the answers of a person as the server has them."""
    return site.read(
        lambda: [
            (row.item, row.value)
            for row in db.session.execute(
                select(AnswerEvent.item, AnswerEvent.value)
                .join(Attempt, Attempt.id == AnswerEvent.attempt_id)
                .where(Attempt.person_id == person.id)
                .order_by(AnswerEvent.received_at)
            )
        ]
    )


def back(browser):
    """Let the network be back; the browser says so to its pages."""
    browser.context.set_offline(False)


def end_session(site, person):
    with site.app.app_context():
        with write() as session:
            session.execute(delete(SignInSession).where(SignInSession.person_id == person.id))
        db.session.remove()


def sign_in(site, browser, token):
    browser.context.clear_cookies()
    browser.context.add_cookies([{"name": "sid", "value": token, "url": site.base}])


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_an_answer_is_marked_without_a_page_load(site, phone, lang):
    browser = phone(lang)
    page = browser.tab
    page.evaluate("window.same = true")
    page.fill(f"{SKY} [name=given]", "gris")
    answer(page, "quatre")
    expect(page.locator(f"{SUM} {RECEIVED}")).to_contain_text(re.compile(r"\d\d:\d\d"))
    assert page.locator(f"{SUM} .fb.ok").count() == 1
    assert page.input_value(f"{SKY} [name=given]") == "gris", "what is being written stays"
    assert page.evaluate("window.same")
    assert page.evaluate(KEPT, 0)
    assert page.evaluate("document.scrollingElement.scrollWidth - innerWidth") <= 1
    assert page.evaluate(f"document.activeElement.closest('{SUM}') !== null")
    assert received(site, browser.person) == [("sum", '"quatre"')]


def test_what_is_answered_without_network_goes_when_it_is_back(site, phone):
    browser = phone()
    page = browser.tab
    browser.context.set_offline(True)
    answer(page, "quatre")
    answer(page, "gris", SKY)
    expect(page.locator(f"{SUM} {WAITING}")).to_be_visible()
    expect(page.locator(f"{SKY} {WAITING}")).to_contain_text("2")
    assert page.is_disabled(f"{SUM} button[type=submit]")
    assert received(site, browser.person) == []
    back(browser)
    expect(page.locator(f"{SUM} .fb.ok")).to_be_visible()
    expect(page.locator(f"{SKY} .fb.no")).to_be_visible()
    assert sorted(received(site, browser.person)) == [("sky", '"gris"'), ("sum", '"quatre"')]
    answer(page, "bleu", SKY)
    expect(page.locator(f"{SKY} .fb.ok")).to_be_visible()


def test_a_closed_tab_loses_nothing_and_any_page_sends_it(site, phone):
    browser = phone()
    browser.context.set_offline(True)
    answer(browser.tab, "quatre")
    expect(browser.tab.locator(f"{SUM} {WAITING}")).to_be_visible()
    browser.tab.close()
    back(browser)
    page = browser.go("/fr/courses")
    expect(page.locator(".strip a")).to_have_attribute("href", f"/fr{PAGE}#b-q-sum")
    assert received(site, browser.person) == [("sum", '"quatre"')]
    assert page.evaluate(KEPT, 0)


def test_a_lesson_opened_again_shows_what_waits(site, phone):
    browser = phone()
    page = browser.tab
    page.route("**/activities/q", lambda route: route.abort())
    page.route("**/answers", lambda route: route.abort())
    answer(page, "quatre")
    expect(page.locator(f"{SUM} {WAITING}")).to_be_visible()
    page.reload()
    expect(page.locator(f"{SUM} {WAITING}")).to_be_visible()
    assert page.input_value(f"{SUM} [name=given]") == "quatre"
    page.unroute_all()
    expect(page.locator(f"{SUM} .fb.ok")).to_be_visible(timeout=20_000)
    assert len(received(site, browser.person)) == 1


def test_after_the_end_of_a_session_the_answer_waits_for_its_person(site, phone):
    browser = phone()
    page = browser.tab
    end_session(site, browser.person)
    answer(page, "quatre")
    expect(page.locator(f"{SUM} {WAITING}")).to_be_visible()
    assert received(site, browser.person) == []
    assert page.evaluate(KEPT, 1)
    other, token = site.add_person()
    sign_in(site, browser, token)
    page.goto(f"{site.base}/fr{PAGE}")
    page.wait_for_load_state("networkidle")
    assert page.evaluate(KEPT, 1)
    assert page.input_value(f"{SUM} [name=given]") == "", "nobody sees another's answer"
    assert received(site, other) == []
    with site.app.app_context():
        token = add_session(browser.person)
        db.session.remove()
    sign_in(site, browser, token)
    page.goto(f"{site.base}/fr{PAGE}")
    expect(page.locator(f"{SUM} .fb.ok")).to_be_visible()
    assert received(site, browser.person) == [("sum", '"quatre"')]
    assert received(site, other) == []


def test_an_open_page_of_somebody_else_sends_nothing_for_who_signed_in_since(site, phone):
    browser = phone()
    other, token = site.add_person()
    with site.app.app_context():
        enroll(other, "reponses")
        db.session.remove()
    sign_in(site, browser, token)
    answer(browser.tab, "quatre")
    expect(browser.tab.locator(f"{SUM} {WAITING}")).to_be_visible()
    assert received(site, other) == received(site, browser.person) == []
    assert browser.tab.evaluate(KEPT, 1)


def test_two_tabs_end_in_one_honest_result(site, phone):
    browser = phone()
    first, second = browser.tab, browser.go(f"/fr{PAGE}")
    browser.context.set_offline(True)
    answer(first, "cinq")
    answer(second, "quatre")
    back(browser)
    expect(first.locator(f"{SUM} .fb")).to_be_visible()
    expect(second.locator(f"{SUM} .fb")).to_be_visible()
    waits(first, 0)
    assert sorted(received(site, browser.person)) == [("sum", '"cinq"'), ("sum", '"quatre"')]
    page = browser.go(f"/fr{PAGE}")
    assert page.locator(f"{SUM} .fb.ok").count() + page.locator(f"{SUM} .fb.no").count() == 1


def test_an_answer_whose_receipt_was_lost_is_kept_once(site, phone):
    browser = phone()
    page = browser.tab
    lost = []

    def lose(route):
        route.fetch()  # it arrives, and what the server says about it does not
        lost.append(route.request.url)
        if len(lost) < 3:
            route.abort()
        else:
            route.fallback()

    page.route("**/activities/q", lose)
    answer(page, "quatre")
    expect(page.locator(f"{SUM} .fb.ok")).to_be_visible(timeout=20_000)
    assert len(lost) == 3
    assert received(site, browser.person) == [("sum", '"quatre"')]
    marks = site.read(
        lambda: db.session.execute(
            select(Mark.id)
            .join(Attempt, Attempt.id == Mark.attempt_id)
            .where(Attempt.person_id == browser.person.id)
        ).all()
    )
    assert len(marks) == 1


def test_answers_that_arrive_in_another_order_are_each_kept(site, phone):
    browser = phone()
    page = browser.tab
    held = []

    def hold(route):
        held.append(route)
        if len(held) == 2:
            for one in reversed(held):
                one.continue_()

    page.route("**/activities/q", hold)
    answer(page, "quatre")
    answer(page, "bleu", SKY)
    expect(page.locator(f"{SUM} .fb.ok")).to_be_visible()
    expect(page.locator(f"{SKY} .fb.ok")).to_be_visible()
    assert sorted(received(site, browser.person)) == [("sky", '"bleu"'), ("sum", '"quatre"')]


def test_an_answer_that_cannot_be_kept_is_told_on_the_page(site, phone):
    browser = phone()
    page = browser.tab
    answer(page, "")
    expect(page.locator(f"{SUM} .fb.no")).to_be_visible()
    assert page.is_enabled(f"{SUM} button[type=submit]")
    assert received(site, browser.person) == []
    assert page.evaluate(KEPT, 0)


def test_a_browser_without_room_sends_the_form_as_without_script(site, phone):
    browser = phone()
    page = browser.tab
    page.evaluate(
        """() => { for (const size of [1e6, 1e4, 100, 1])
          try { for (;;) localStorage['x' + localStorage.length] = 'x'.repeat(size); } catch {} }"""
    )
    answer(page, "quatre")
    page.wait_for_url("**#b-q-sum")
    assert page.locator(f"{SUM} .fb.ok").count() == 1
    assert received(site, browser.person) == [("sum", '"quatre"')]


def test_a_hint_is_never_kept_for_later(site, phone):
    browser = phone()
    page = browser.tab
    page.fill(f"{SUM} [name=given]", "qua")
    browser.context.set_offline(True)
    page.click(f"{SUM} [name=hint]")
    expect(page.locator(f"{SUM} {WAITING}")).to_be_visible()
    assert page.evaluate(KEPT, 0)
    browser.context.set_offline(False)
    page.click(f"{SUM} [name=hint]")
    expect(page.locator(f"{SUM} .note")).to_be_visible()
    assert page.input_value(f"{SUM} [name=given]") == "qua", "what was being written stays"
