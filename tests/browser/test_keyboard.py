"""With the keyboard alone."""

import pytest

from tests.browser.conftest import DESK, PHONE

pytestmark = pytest.mark.browser

FOCUSED = "document.activeElement.outerHTML.slice(0, 120)"
SHOWN = """() => {
  const it = document.activeElement, box = it.getBoundingClientRect();
  const lined = (css) => css.outlineStyle !== 'none' && parseFloat(css.outlineWidth) > 0;
  const ringed = (css) => lined(css) || css.boxShadow !== 'none';
  const own = [null, '::before', '::after'].some((part) => ringed(getComputedStyle(it, part)));
  const card = it.closest('.card');
  const drawn = own || (card && lined(getComputedStyle(card)));
  const inside = box.bottom > 0 && box.top < innerHeight && box.width > 0;
  return inside && drawn ? '' : it.outerHTML.slice(0, 160);
}"""


def tab_to(page, selector, most=80):
    """Press Tab until the control has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"{selector} is not reached; now at {page.evaluate(FOCUSED)}")


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_the_first_tab_leads_past_the_menu(visit, lang):
    page = visit(size=DESK).go(f"/{lang}/courses")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate(SHOWN) == ""
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_menu_opens_and_closes_and_gives_the_focus_back(visit):
    page = visit("learner", size=PHONE).go("/fr/courses")
    tab_to(page, ".menu summary")
    page.keyboard.press("Enter")
    assert page.locator(".menu[open]").count() == 1
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('.menu[open] a')")
    page.keyboard.press("Escape")
    assert page.locator(".menu[open]").count() == 0
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_a_form_is_filled_sent_and_its_error_takes_the_focus(visit):
    page = visit().go("/fr/sign-in")
    tab_to(page, "[name=email]")
    page.keyboard.type("nobody@example.org")
    tab_to(page, "[name=password]")
    page.keyboard.type("something wrong")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator(".errors").is_visible()
    assert page.evaluate("document.activeElement.matches('.errors')"), page.evaluate(FOCUSED)


def test_a_lesson_is_read_and_finished(site, visit):
    _, token = site.add_person(name="Salma Bennis")
    page = visit(cookie=token).go("/fr/courses/python-donnees")
    tab_to(page, 'form[action$="/enroll"] button')
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, '.lesson-end form[action$="/done"] button', most=200)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.goto(f"{site.base}/fr/courses/python-donnees")
    assert page.locator("ol.out li").first.locator("svg.star.done").count() == 1


@pytest.mark.parametrize("lang", ["fr", "ar"])
@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("visitor", "/courses"),
        ("learner", "/courses/python-donnees/afficher"),
        ("manager", "/c/kenitra/people"),
        ("admin", "/admin"),
    ],
)
def test_one_always_sees_where_one_is(visit, lang, role, path):
    page = visit(role).go(f"/{lang}{path}")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            return
        assert page.evaluate(SHOWN) == ""


def test_wide_code_and_tables_scroll_with_the_keyboard(visit):
    page = visit(size=(320, 640)).go("/ar/courses/python-donnees/afficher")
    loose = page.evaluate(
        """() => [...document.querySelectorAll('main *')]
             .filter((e) => e.scrollWidth > e.clientWidth + 1
               && /auto|scroll/.test(getComputedStyle(e).overflowX) && e.tabIndex < 0)
             .map((e) => e.outerHTML.slice(0, 100))"""
    )
    assert loose == []
