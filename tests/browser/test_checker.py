"""The code on a certificate, checked on a phone in flight mode."""

import io
import json
import random
from dataclasses import replace
from datetime import date
from functools import partial
from types import SimpleNamespace

import pytest
import segno
from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import expect

from app.credentials import jobs, queries, services, statements
from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from app.kernel.i18n import said
from tests.browser.conftest import PHONE
from tests.browser.test_pages import AXE, RUN, SIDEWAYS
from tests.checker.test_vectors import FILE
from tests.things import award

pytestmark = pytest.mark.browser

VERDICT = "[data-part=answer] h1"
VALID, COUNTS_NO_MORE = "This certificate is valid", "This certificate counts no more"
CHANGED = "This certificate was changed after it was signed"
NONE, AS_OF = "This is not the code of a certificate", "Status as of %(when)s"
UNSURE = "Signed by this site; whether it still counts is not known"


@pytest.fixture
def phone(visit):
    """Open a browser of the size of a phone that loses its network."""
    return partial(visit, size=PHONE, loses_network=True, reduced_motion="reduce")


@pytest.fixture(scope="module")
def codes(site):
    """Statements of the site: one that counts, one that was revoked, and others made of them."""
    people = [site.add_person(name=f"Amina {one}", name_ar="أمينة الإدريسي")[0] for one in "ab"]
    return site.read(lambda: _codes(site, people))


def _codes(site, people):
    side = site.world.own
    numbers = [award(side.cohort_id, one.id, side.course_id) for one in people]
    if not queries.list_keys():
        db.session.rollback()
        with write():
            services.add_key(actor=SYSTEM)
    db.session.rollback()
    with write():
        services.revoke_credential(
            actor=SYSTEM, public_id=numbers[1], reason="Fraude", appeal_until=None, now=clock.now()
        )
    jobs.publish_list(1)
    valid, revoked = (queries.find_statement(queries.find_credential(one)) for one in numbers)
    start, _, text = valid.partition("#")
    made, body, signature = statements.read(text)
    key = queries.find_newest_key().private

    def signed(**change):
        return f"{start}#{statements.sign(replace(made, **change), key)}"

    better = statements.encode(replace(made, level="advanced"))
    return SimpleNamespace(
        number=numbers[0],
        valid=valid,
        revoked=revoked,
        edited=f"{start}#{statements.write_text(better + signature)}",
        expired=signed(until=date(2020, 1, 1)),
        unlisted=signed(status_list=9),
        unknown=signed(key=900),
        foreign=signed(issuer="learn.example.com"),
    )


def shown(page):
    expect(page.locator(VERDICT)).to_be_visible()
    return page.inner_text("[data-part=answer]")


def says(text, sentence, lang="fr"):
    """Tell whether what is shown begins with a sentence, in the language of the page."""
    return text.startswith(said(sentence, lang))


def opened(browser, lang="fr"):
    page = browser.go(f"/c/{lang}/")
    ready = said("This page works without network now.", lang)
    expect(page.locator("[data-part=ready]")).to_have_text(ready)
    return page


def follow(browser, address):
    """Open the address in a code in a tab of its own, as a camera does."""
    page = browser.page()
    page.goto(address)
    return shown(page), page


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_in_flight_mode_each_code_gets_its_own_answer(phone, codes, lang):
    browser = phone(locale={"fr": "fr-MA", "ar": "ar-MA"}[lang])
    opened(browser, lang)
    browser.context.set_offline(True)
    for address, heading in (
        (codes.valid, VALID),
        (codes.revoked, COUNTS_NO_MORE),
        (codes.edited, CHANGED),
        (codes.expired, "This certificate has expired"),
        (codes.unlisted, UNSURE),
        (codes.unknown, "This certificate is signed with a key that is not ours"),
        (codes.foreign, "This site did not issue this certificate"),
        (codes.valid[:-4], NONE),
    ):
        text, page = follow(browser, address)
        assert says(text, heading, lang), text
        as_of = said(AS_OF, lang).partition("%")[0]
        assert (as_of in text) == (address in (codes.valid, codes.revoked, codes.expired))
        assert page.get_attribute("html", "lang") == lang
        assert says(page.evaluate("document.activeElement.textContent"), heading, lang)
        assert page.evaluate(SIDEWAYS) <= 1
        if address in (codes.valid, codes.revoked):
            page.evaluate(AXE.read_text("utf-8"))
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                assert page.evaluate(RUN, None) == []
        page.close()


def test_the_facts_stand_below_the_verdict_and_no_server_hears_of_them(site, phone, codes):
    browser = phone()
    page, asked = browser.page(), []
    page.on("request", lambda request: asked.append(request.url.split("#")[0]))
    page.goto(codes.valid)
    text = shown(page)
    for fact in ("Amina a", "أمينة الإدريسي", "Kénitra", codes.number):
        assert fact in text
    expect(page.locator("[data-part=ready]")).not_to_be_empty()
    statement = codes.valid.partition("#")[2]
    assert not [url for url in asked if statement[:20] in url or codes.number in url]


def test_a_text_is_read_however_a_message_broke_it(phone, codes):
    page = opened(phone())
    address, _, text = codes.valid.partition("#")
    broken = "\n".join(text[at : at + 60] for at in range(0, len(text), 60))
    escaped = text.replace("$", "%24").replace("+", "%2B")
    for typed in (text, f" {broken}\n", codes.valid, f"{address}#{escaped}"):
        assert says(fill(page, typed), VALID)
    for typed in ("", "Bonjour", '{"id": 1}', text.lower(), "#" * 3, "%", "0" * 100_000):
        assert says(fill(page, typed), NONE)


def fill(page, text):
    page.evaluate("document.querySelector('[data-part=answer]').replaceChildren()")
    page.fill("#text", text)
    page.click("button[type=submit]")
    return shown(page)


def photocopy(address):
    """Return a photo of a photocopy of a code of 2.5 cm: at 300 points an inch, gray, askew."""
    start, mark, text = address.partition("#")
    drawn = io.BytesIO()
    segno.make([start + mark, text], error="m", boost_error=False).save(
        drawn, kind="png", border=4, scale=8
    )
    side = round(25 / 25.4 * 300)
    copy = Image.open(drawn).convert("L").resize((side, side), Image.Resampling.BOX)
    chance = random.Random(9)  # noqa: S311  (no secret)
    for _ in range(120):  # dust of the glass
        copy.putpixel((chance.randrange(side), chance.randrange(side)), chance.choice((0, 255)))
    copy = copy.filter(ImageFilter.GaussianBlur(0.6)).point(lambda one: 40 + one * 170 // 255)
    paper = Image.new("L", (900, 1200), 215)
    ImageDraw.Draw(paper).text((60, 80), "Certificat", fill=50)
    large = copy.resize((side * 2, side * 2), Image.Resampling.BICUBIC)
    paper.paste(large, (140, 420))
    photo = paper.rotate(4, fillcolor=190, resample=Image.Resampling.BICUBIC)
    return as_file(photo.filter(ImageFilter.GaussianBlur(0.7)), quality=70)


def as_file(image, **options):
    drawn = io.BytesIO()
    image.save(drawn, format="JPEG", **options)
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": drawn.getvalue()}


def test_a_photo_of_a_photocopy_is_read_in_flight_mode(phone, codes):
    browser = phone()
    page = opened(browser)
    browser.context.set_offline(True)
    page.set_input_files("#picture", photocopy(codes.valid))
    assert says(shown(page), VALID)


def test_what_is_no_code_gets_a_plain_sentence(phone):
    page = opened(phone())
    other = io.BytesIO()
    segno.make("https://example.org/menu").save(other, kind="png", scale=6)
    for name, content, heading in (
        ("sea.jpg", as_file(Image.effect_noise((800, 600), 60))["buffer"], "No code was found"),
        ("broken.png", b"\x89PNG\r\n\x1a\n" + bytes(300), "No code was found"),
        ("other.pdf", b"%PDF-1.7\n" + bytes(3000), "No code was found"),
        ("large.jpg", bytes(20_000_000), "This file is too large"),
        ("menu.png", other.getvalue(), NONE),
    ):
        page.evaluate("document.querySelector('[data-part=answer]').replaceChildren()")
        page.set_input_files("#picture", {"name": name, "mimeType": "", "buffer": content})
        assert says(shown(page), heading), name


def test_the_camera_reads_the_code_and_is_let_go(phone, codes):
    page = opened(phone())
    start, mark, text = codes.valid.partition("#")
    drawn = segno.make([start + mark, text], error="m", boost_error=False)
    page.evaluate(
        """async (source) => {
          const image = new Image();
          image.src = source;
          await image.decode();
          const canvas = document.createElement('canvas');
          Object.assign(canvas, { width: 640, height: 640 });
          const draw = () => canvas.getContext('2d').drawImage(image, 20, 20, 600, 600);
          setInterval(draw, 50);
          draw();
          window.stream = canvas.captureStream(20);
          navigator.mediaDevices.getUserMedia = async () => window.stream;
        }""",
        drawn.png_data_uri(scale=8, border=4),
    )
    page.click("[data-part=camera] button")
    assert says(shown(page), VALID)
    assert page.evaluate("window.stream.getTracks().map((track) => track.readyState)") == ["ended"]
    expect(page.locator("video")).to_be_hidden()


def test_a_refused_camera_says_what_else_there_is(phone):
    page = opened(phone())
    page.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = async () => { throw new Error('no'); }; }"
    )
    page.click("[data-part=camera] button")
    assert said("Choose a picture of the code, or paste its text.", "fr") in shown(page)


def test_a_browser_without_ed25519_of_its_own_comes_to_the_same_answers(phone, codes):
    browser = phone()
    browser.context.add_init_script(
        "if (isSecureContext) SubtleCrypto.prototype.importKey = async () => { throw Error(); };"
    )
    page, loaded = browser.page(), []
    page.on("request", lambda request: loaded.append(request.url))
    for address, heading in (
        (codes.valid, VALID), (codes.revoked, COUNTS_NO_MORE), (codes.edited, CHANGED)
    ):  # fmt: skip
        page.goto("about:blank")
        page.goto(address)
        assert says(shown(page), heading)
    assert any("ed25519" in url for url in loaded)


def _answer(body, route):
    route.fulfill(body=body, content_type="application/json")


def test_a_list_that_the_site_did_not_sign_is_not_believed(site, phone, codes):
    browser = phone(service_workers="block")
    page = browser.page()
    carried = page.request.get(f"{site.base}/c/data.json").json()
    empty = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"
    changes = (
        lambda doc: doc["credentialSubject"].update(encodedList=empty),
        lambda doc: doc.update(validFrom="2030-01-01T00:00:00Z"),
        lambda doc: doc["proof"].update(created="2030-01-01T00:00:00Z"),
        lambda doc: doc.update(id=f"{site.base}/credentials/status/2"),
        lambda doc: doc["proof"].update(proofValue="z" + "1" * 80),
        lambda doc: doc.pop("proof"),
    )
    for change in changes:
        forged = json.loads(json.dumps(carried))
        change(forged["lists"]["1"])
        body = json.dumps(forged)
        page.route("**/c/data.json", partial(_answer, body))
        page.goto("about:blank")
        page.goto(codes.revoked)
        assert says(shown(page), UNSURE)
        page.unroute("**/c/data.json")


def test_who_keeps_courses_may_remove_them_and_the_checker_stays(phone, codes):
    browser = phone()
    opened(browser)
    page = browser.go("/fr/courses/python-donnees")
    page.click("[data-part=go]")
    expect(page.locator(".saved:not(.wait) [data-part=status]")).to_be_visible(timeout=30_000)
    page = browser.go("/fr/offline")
    page.click("[data-part=all]")
    expect(page.locator("[data-part=none]")).to_be_visible()
    browser.context.set_offline(True)
    assert says(follow(browser, codes.valid)[0], VALID)


RUN_VECTORS = """async ([script, fallback, given, own]) => {
  const { keysOf, check } = await import(script), { verifyAsync } = await import(fallback);
  if (!own) SubtleCrypto.prototype.importKey = async () => { throw Error(); };
  const keys = keysOf(given.keys), faults = [];
  for (const [text, outcome, facts] of given.vectors) {
    const found = await check(text, keys, async () => verifyAsync);
    const said = facts && given.facts.map((name) => found.said[name]);
    const same = JSON.stringify(said) === JSON.stringify(facts);
    if (found.outcome !== outcome || !same) faults.push([text, found]);
  }
  return [given.vectors.length, faults];
}"""


@pytest.mark.parametrize("own", [True, False], ids=["of the browser", "loaded"])
def test_the_script_agrees_with_a_thousand_examples(site, phone, own):
    asset = site.app.extensions["assets"].url
    scripts = [asset("checker/statement.js"), asset("checker/ed25519.min.js")]
    page = phone().go("/c/en/")
    given = json.loads(FILE.read_text("utf-8"))
    assert page.evaluate(RUN_VECTORS, [*scripts, given, own]) == [1000, []]
