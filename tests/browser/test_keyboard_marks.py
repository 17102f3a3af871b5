"""Quizzes, exams, marking, gradebook and import of questions with the keyboard alone."""

import re
import secrets

import pytest
from playwright.sync_api import expect

from app.courses import services as courses
from app.exams.models import ExamAttempt
from app.kernel import clock, jobs
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from plugins.quizzes.tests.asked import FRENCH, lesson
from tests import routes
from tests.browser.conftest import PHONE
from tests.browser.test_keyboard import FOCUSED, SHOWN, tab_to
from tests.courses import samples
from tests.exams.making import COURSE
from tests.learning.test_learning import enroll

pytestmark = pytest.mark.browser
KEY, EXAM = "dix-questions", "dix-examen"
REACHABLE = (
    "main a[href], main button, main input:not([type=hidden]), main select, main textarea,"
    " main summary"
)
UNREACHED = """(selector) => [...document.querySelectorAll(selector)].filter((it) => {
  if (it.dataset.walked || it.matches(':disabled') || it.tabIndex < 0) return false;
  if (!it.checkVisibility()) return false;
  const group = it.type === 'radio' && `[name="${CSS.escape(it.name)}"][data-walked]`;
  return !(group && it.form.querySelector(group));
}).map((it) => it.outerHTML.slice(0, 160))"""
WALKED = """() => {
  const it = document.activeElement, before = it.dataset.walked, last = window.walkedLast === it;
  it.dataset.walked = 'yes';
  window.walkedLast = it;
  return it !== document.body && !!before && !last;
}"""
"""Tells whether one has come round. A field for a date is stopped at several times in a row; the
browser rings the last of its parts itself, and the field has no `:focus` then."""


def walk(page, most=200):
    """Press Tab all round a page: one sees where one is, and nothing is left out."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(WALKED):
            break
        assert page.evaluate(f"document.activeElement.matches(':focus') ? ({SHOWN})() : ''") == ""
    else:
        raise AssertionError(f"no end; now at {page.evaluate(FOCUSED)}")
    assert page.evaluate(UNREACHED, REACHABLE) == []


@pytest.mark.parametrize("lang", ["fr", "ar"])
@pytest.mark.parametrize(
    ("endpoint", "role"),
    [
        ("marking.questions", "instructor"),
        ("marking.answers", "instructor"),
        ("gradebook.book", "manager"),
        ("gradebook.member", "manager"),
        ("gradebook.plan", "manager"),
        ("gradebook.own", "learner"),
        ("questions.index", "admin"),
        ("questions.preview", "admin"),
        ("exams.door", "learner"),
        ("exams.result", "learner"),
        ("projects.own", "learner"),
        ("projects.work", "instructor"),
        ("projects.file", "instructor"),
        ("regrading.one", "admin"),
        ("itemanalysis.course", "admin"),
    ],
)
def test_every_control_of_a_page_is_reached_and_seen(site, visit, endpoint, role, lang):
    (rule,) = [one for one in site.app.url_map.iter_rules(endpoint) if "GET" in one.methods]
    walk(visit(role).go(routes.address(site.app, rule, site.world, site.world.own, lang)))


@pytest.fixture(scope="module")
def course(site):
    """Publish a lesson that asks one question of each kind, and an exam of the same ten."""

    def fill():
        texts = lesson("#q")
        asked = samples.course(
            key=KEY, languages=("fr", "ar"), lessons={"dix": ("Dix questions", texts["fr"])}
        )
        path = "01-debut/01-dix.ar.md"
        asked[path] = asked[path].replace(texts["fr"].encode(), texts["ar"].encode())
        front = "id: bilan\ntitle: Bilan\nminutes: 30\nkind: exam\nexam:\n  draw: 10\n"
        bank = "````quiz {#base}\n" + "\n\n".join(FRENCH.values()) + "\n````\n"
        exam = {
            "course.toml": COURSE.replace("petit-examen", EXAM).encode(),
            "01-a/module.toml": b'id = "m-a"\n\n[title]\nfr = "A"\nar = "A"\n',
            "01-a/01-bilan.fr.md": f"---\n{front}---\n\nLe bilan.\n".encode(),
            "bank/base.fr.md": bank.encode(),
        }
        for key, files in ((KEY, asked), (EXAM, exam)):
            checked = courses.check_files(files, key)
            assert not checked.errors, [str(problem) for problem in checked.errors]
            with write():
                made = courses.import_course(
                    actor=SYSTEM, checked=checked, slug=key, now=clock.now()
                )
                courses.publish_course(actor=SYSTEM, revision_id=made.revision_id, now=clock.now())

    site.read(fill)


@pytest.fixture
def learner(site, course):
    """Return the cookie of somebody new who takes both courses."""
    person, token = site.add_person(name=f"Amina {secrets.token_hex(2)}")
    for key in (KEY, EXAM):
        site.read(lambda key=key: enroll(person, key))
    return person, token


def give(page, form):
    """Answer the question of a form with the keyboard, whatever its kind."""
    kinds = page.eval_on_selector_all(
        f"{form} :is(input:not([type=hidden]), select, textarea)[name^=given]",
        "(all) => all.map((it) => [it.type, it.name, it.value])",
    )
    places = 0
    done = set()
    for kind, name, value in kinds:
        if (kind, name) in done and kind != "select-one":
            continue
        done.add((kind, name))
        at = f'{form} [name="{name}"]' + (f'[value="{value}"]' if kind == "checkbox" else "")
        tab_to(page, at)
        assert page.evaluate(SHOWN) == ""
        if kind in ("radio", "checkbox"):
            page.keyboard.press("Space")
        elif kind == "select-one":
            places += 1
            for _ in range(places):
                page.keyboard.press("ArrowDown")
            assert page.input_value(at), "arrows choose"
        else:
            page.keyboard.type("12" if kind == "text" else "La médiane ne bouge pas.")


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_each_kind_of_question_is_answered_in_a_lesson(visit, learner, lang):
    page = visit(cookie=learner[1], size=PHONE).go(f"/{lang}/courses/{KEY}/dix")
    assert page.locator("form[data-activity]").count() == len(FRENCH)
    for kind in FRENCH:
        form = f"#b-q-{kind}"
        page.evaluate("(at) => document.querySelector(at).scrollIntoView()", form)
        give(page, form)
        tab_to(page, f"{form} button[type=submit]:not([name=hint])")
        assert page.evaluate(SHOWN) == ""
        page.keyboard.press("Enter")
        expect(page.locator(f"{form} .fb")).to_be_visible()
        assert page.evaluate("(at) => !!document.activeElement.closest(at)", form), kind
    page.reload()
    walk(page)


def test_each_kind_of_question_is_a_plain_form_without_a_script(visit, learner):
    page = visit(cookie=learner[1], size=PHONE, js=False).go(f"/ar/courses/{KEY}/dix")
    for kind in FRENCH:
        form = page.locator(f"#b-q-{kind}")
        for choice in form.locator("input:is([type=radio], [type=checkbox])").all()[:1]:
            choice.check()
        for place, field in enumerate(form.locator("select").all(), 1):
            field.select_option(index=place)
        for field in form.locator("input[name^=given]:not([type]), textarea").all():
            field.fill("12")
        form.locator("button[type=submit]:not([name=hint])").click()
        page.wait_for_url(f"**#b-q-{kind}")
        expect(form.locator(".fb")).to_be_visible()


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_an_exam_of_every_kind_is_sat_and_handed_in(site, visit, learner, lang):
    person, token = learner
    page = visit(cookie=token, size=PHONE).go(f"/{lang}/courses/{EXAM}/bilan/exam")
    tab_to(page, "main form button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    for number in range(1, len(FRENCH) + 1):
        expect(page.locator("#paper")).to_have_attribute("data-number", str(number))
        give(page, "#paper")
        if number < len(FRENCH):
            tab_to(page, "#paper .pager .next")
            assert page.evaluate(SHOWN) == ""
            page.keyboard.press("Enter")
    expect(page.locator("[data-saved]:not(.wait)")).to_be_visible()
    page.reload()
    walk(page)
    tab_to(page, "a[data-hand-in]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, "main form button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    site.read(jobs.drain)
    marked = site.read(
        lambda: db.session.query(ExamAttempt).filter_by(person_id=person.id).one().marked_at
    )
    assert marked
    page.reload()
    explained = page.locator("#by-question ~ .list > details")
    expect(explained).to_have_count(len(FRENCH))
    expect(explained.first.locator("fieldset[disabled]")).to_have_count(1)
    expect(page.locator("#by-question ~ .list")).to_contain_text("CANARY-solution-order")
    assert page.evaluate("document.scrollingElement.scrollWidth - innerWidth") <= 1


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_questions_are_looked_at_and_brought_in(visit, course, lang):
    page = visit("admin").go(f"/{lang}/studio/courses/{KEY}/questions")
    tab_to(page, "main [type=file]")
    with page.expect_file_chooser() as chosen:
        page.keyboard.press("Space")
    gift = f"Capitale {lang} ?{{=Rabat ~Fès}}\n\nLa Terre est ronde.{{T}}\n"
    chosen.value.set_files(
        {"name": f"{lang}.gift", "mimeType": "text/plain", "buffer": gift.encode()}
    )
    tab_to(page, "main form[enctype] button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert f"Capitale {lang} ?" in page.locator("main").inner_text()
    tab_to(page, "main form.panel button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/{lang}/studio/courses/{KEY}(/[0-9a-f]+)?$"))
