"""Code, formulas, numbers and names inside Arabic: nothing turns round."""

import pytest

from app.courses import services as courses
from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from tests.browser.conftest import PHONE
from tests.courses import samples

pytestmark = pytest.mark.browser

INLINE = {
    "call": "print(6,50)",
    "assignment": "x = y + 1",
    "comparison": "a >= b",
    "negative": "-12",
    "index": "villes[0]",
    "slice": "mots[1:3]",
    "call without value": "input()",
    "braces": "{'Rabat': 12}",
    "string": '"Salam !"',
    "file": "prix_2024.csv",
    "file that begins with digits": "2024_prix.csv",
    "path": "data/prix/rabat.csv",
    "Windows path": r"C:\donnees\prix.csv",
    "option": "--verbose",
    "address": "https://example.org/a?b=1",
    "e-mail": "nour@example.org",
    "phone": "+212 6 12 34 56 78",
    "version": "3.11.2",
    "range": "10-20",
    "date": "2026-03-01",
    "star": "3 * 6.5",
    "shell": "$ python3 -V",
    "comment": "x  # deux",
    "operator alone": "!=",
}
BLOCK = "total = 3 * 6.5\nif total >= 10:\n    print('Total :', total, \"DH\")  # مجموع\n"
FORMULAS = {"fraction": r"\frac{a}{b} = 2", "mean": r"\bar{x} = 12", "power": "y = 2 x + 3"}
NUMBERS = {"percent": "62%", "decimal": "6,50", "thousands": "15.000", "year": "2026"}
LEFT_TO_RIGHT = """([selector, text]) => {
  const holder = [...document.querySelectorAll(selector)].find((e) => e.textContent.includes(text));
  if (!holder) return 'is not there';
  const walker = document.createTreeWalker(holder, NodeFilter.SHOW_TEXT), places = [];
  let whole = '';
  const parts = [];
  for (let node; (node = walker.nextNode());) {
    for (let i = 0; i < node.length; i++) parts.push([node, i]);
    whole += node.data;
  }
  const start = whole.indexOf(text);
  for (let i = start; i < start + text.length; i++) {
    const [node, at] = parts[i], range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    const box = range.getClientRects()[0];
    if (box && node.data[at].trim()) places.push([Math.round(box.top), box.left, node.data[at]]);
  }
  const lines = {};
  for (const [top, left, sign] of places) (lines[Math.round(top / 12)] ||= []).push([left, sign]);
  for (const line of Object.values(lines)) {
    for (let i = 1; i < line.length; i++) if (line[i][0] < line[i - 1][0]) {
      return `reads ${[...line].sort((a, b) => a[0] - b[0]).map((s) => s[1]).join('')}`;
    }
  }
  return '';
}"""


def text():
    lines = [f"اكتب `{code}` ثم نفّذ.\n" for code in INLINE.values()]
    lines += [f"العدد {number} هو الجواب.\n" for number in NUMBERS.values()]
    lines += [f"الصيغة ${formula}$ هنا.\n" for formula in FORMULAS.values()]
    return "\n".join([*lines, f"```python {{.cell #calcul}}\n{BLOCK}```\n"])


@pytest.fixture(scope="module")
def lesson(site):
    """Publish a course in Arabic that holds all the cases, and return its lesson's path."""
    files = samples.course(
        key="bidi",
        languages=("ar",),
        title="Bidi",
        lessons={"cas": ("حالات", text())},
    )
    files["course.toml"] = files["course.toml"].replace(b'source = "fr"', b'source = "ar"')
    files["course.toml"] = files["course.toml"].replace(b'reviewed = ["fr"]', b'reviewed = ["ar"]')
    path = "01-debut/01-cas.ar.md"
    files[path] = files[path].replace(b"minutes: 10", b"minutes: 10\npreview: true")
    checked = courses.check_files(files, "bidi")
    with site.app.app_context():
        with write():
            kept = courses.import_course(
                actor=SYSTEM, checked=checked, slug="bidi", now=clock.now()
            )
            courses.publish_course(actor=SYSTEM, revision_id=kept.revision_id, now=clock.now())
        db.session.remove()
    return "/ar/courses/bidi/cas"


@pytest.fixture(scope="module")
def shown(site, lesson, chromium):
    """The page, open on a phone."""
    context = chromium.new_context(viewport={"width": PHONE[0], "height": PHONE[1]})
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(site.base + lesson)
    assert page.locator("article.prose").get_attribute("dir") == "rtl"
    yield page
    context.close()


@pytest.mark.parametrize("code", INLINE.values(), ids=INLINE)
def test_code_in_a_sentence_reads_from_left_to_right(shown, code):
    assert shown.evaluate(LEFT_TO_RIGHT, ["article code", code]) == ""
    found = shown.locator("article p code").filter(has_text=code).first
    assert found.evaluate("e => getComputedStyle(e).direction") == "ltr"
    assert found.text_content() == code


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
def test_digits_keep_their_order(shown, number):
    digits = number.rstrip("%")
    assert shown.evaluate(LEFT_TO_RIGHT, ["article p", digits]) == ""


@pytest.mark.parametrize("formula", range(len(FORMULAS)), ids=FORMULAS)
def test_formulas_read_from_left_to_right(shown, formula):
    found = shown.locator("article math").nth(formula)
    assert found.evaluate("e => getComputedStyle(e).direction") == "ltr"
    lefts = found.evaluate(
        """e => [...e.querySelectorAll('mi, mn, mo')]
             .filter((n) => !n.closest('mfrac, mover'))
             .map((n) => n.getBoundingClientRect().left)"""
    )
    assert lefts == sorted(lefts)


def test_each_line_of_a_cell_reads_from_left_to_right(shown):
    for line in BLOCK.strip().splitlines():
        latin = line.split("#")[0].strip()
        assert shown.evaluate(LEFT_TO_RIGHT, [".cell code", latin]) == "", latin
    code = shown.locator(".cell code").first
    assert code.evaluate("e => getComputedStyle(e).direction") == "ltr"
    assert code.evaluate("e => getComputedStyle(e).textAlign") in ("left", "start", "-webkit-auto")


def test_copied_code_is_the_source_sign_by_sign(site, lesson, visit):
    browser = visit(size=PHONE, permissions=["clipboard-read", "clipboard-write"])
    page = browser.go(lesson)
    page.locator(".cell .copy").first.click()
    assert page.evaluate("navigator.clipboard.readText()").rstrip("\n") == BLOCK.rstrip("\n")
    picked = page.evaluate(
        """() => { const range = document.createRange();
             range.selectNodeContents(document.querySelector('.cell code'));
             getSelection().removeAllRanges(); getSelection().addRange(range);
             return getSelection().toString(); }"""
    )
    assert picked.rstrip("\n") == BLOCK.rstrip("\n")


@pytest.mark.parametrize(
    "path", ["/courses/python-donnees/afficher", "/courses/python-donnees/boucles"]
)
def test_all_code_of_real_lessons_reads_from_left_to_right(visit, path):
    page = visit(size=PHONE).go(f"/ar{path}")
    turned = page.evaluate(
        """() => [...document.querySelectorAll('article code, article pre, article math')]
             .filter((e) => getComputedStyle(e).direction !== 'ltr').map((e) => e.outerHTML)"""
    )
    assert turned == []


def test_a_french_name_in_an_arabic_page_stays_whole(site, visit):
    page = visit("learner", size=PHONE).go("/ar/account")
    name = page.locator("header .account summary span, header summary span").first
    assert "Zineb" in (name.text_content() or "")
