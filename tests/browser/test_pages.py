"""Every page, as those see it whom it is for: what must hold of all of them.

One load for each page and language; widths and color schemes are changed in place.
"""

import importlib.util
from pathlib import Path

import pytest

from tests import routes
from tests.browser.conftest import DESK

pytestmark = pytest.mark.browser

WIDTHS = (320, 360, 768, 1366)
LOOKS = ((1366, 768), (360, 740))
ZOOMED = (320, 256)
AXE = Path(importlib.util.find_spec("axe_playwright_python").origin).parent / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async (rules) => {
  const only = rules ? { type: 'rule', values: rules } : { type: 'tag', values: TAGS };
  const found = await axe.run(document, { runOnly: only, resultTypes: ['violations'] });
  return found.violations.map((v) => `${v.id}: ${v.nodes.length}x ${v.nodes[0].html.slice(0, 160)} `
    + v.nodes[0].failureSummary.slice(0, 200));
}""".replace("TAGS", str(TAGS))
SIDEWAYS = "document.documentElement.scrollWidth - innerWidth"
HIDDEN_FOCUS = """() => {
  const first = document.querySelector('main h1') || document.querySelector('h1');
  first.scrollIntoView();
  const box = first.getBoundingClientRect();
  return box.width > 0 && box.left >= -1 && box.right <= innerWidth + 1;
}"""


def looked_at(site, endpoint):
    for rule in site.app.url_map.iter_rules(endpoint):
        if "GET" in rule.methods:
            for role in routes.viewers(site.app, rule, site.world):
                yield rule, role


@pytest.mark.parametrize("lang", ["fr", "ar"])
@pytest.mark.parametrize("endpoint", routes.page_endpoints())
def test_a_page_can_be_read_by_everybody_everywhere(site, visit, endpoint, lang):
    for rule, role in looked_at(site, endpoint):
        path = routes.address(site.app, rule, site.world, site.world.own, lang)
        look_at(visit(role, size=DESK, reduced_motion="reduce"), path, role)


def look_at(browser, path, role):
    page = browser.page()
    answer = page.goto(browser.base + path)
    faults = [] if answer.status == 200 else [f"answers {answer.status}"]
    page.evaluate(AXE.read_text("utf-8"))
    for width, height in LOOKS:
        page.set_viewport_size({"width": width, "height": height})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            rules = None if theme == "light" else ["color-contrast"]
            faults += [f"{width} px, {theme}: {v}" for v in page.evaluate(RUN, rules)]
    page.emulate_media(color_scheme="light")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 700})
        if (over := page.evaluate(SIDEWAYS)) > 1:
            faults.append(f"scrolls {over} px sideways at {width} px")
    page.set_viewport_size({"width": ZOOMED[0], "height": ZOOMED[1]})
    if page.evaluate(SIDEWAYS) > 1 or not page.evaluate(HIDDEN_FOCUS):
        faults.append("is cut off at 400 % zoom")
    assert faults == [], f"{path} as {role}"


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_a_refusal_is_a_page_like_the_others(visit, lang):
    browser = visit("learner", reduced_motion="reduce")
    page = browser.go(f"/{lang}/courses/nothing-here")
    assert page.locator("h1").count() == 1
    page.evaluate(AXE.read_text("utf-8"))
    assert page.evaluate(RUN, None) == []


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_a_form_with_errors_says_so_to_everybody(visit, lang):
    browser = visit(reduced_motion="reduce")
    page = browser.go(f"/{lang}/sign-up")
    page.eval_on_selector("main form", "form => { form.noValidate = true; form.submit(); }")
    page.wait_for_selector(".errors")
    page.evaluate(AXE.read_text("utf-8"))
    assert page.evaluate(RUN, None) == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate(SIDEWAYS) <= 1
