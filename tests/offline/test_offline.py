"""What a phone keeps of a course: the same for everybody, and only for those who may read."""

import json
import re

import pytest

from app.courses.services import check_files, import_course
from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import write
from app.offline import rules
from tests.conftest import add_session
from tests.courses import samples
from tests.learning.test_learning import enroll, publish

TOKEN = re.compile(r'data-short="([0-9a-f]{8})" data-text="(\w+)" data-token="([^"]+)"')


def offered(client, slug, lang="fr"):
    found = TOKEN.search(client.get(f"/{lang}/courses/{slug}").text)
    assert found, "the cover offers to take the course along"
    short, text, token = found.groups()
    return f"/{lang}/offline/{slug}/{short}/{text}", token


def with_session(app, person, **cookies):
    client = app.test_client()
    client.set_cookie("sid", add_session(person))
    for name, value in cookies.items():
        client.set_cookie(name, value)
    return client


def test_an_edition_is_the_same_for_everybody_and_holds_nothing_personal(app, client, make_person):
    slug = publish()
    people = [make_person(name="Nadia Berrada"), make_person(name="Yassine Alaoui", role="admin")]
    browsers = [with_session(app, people[0], theme="dark"), with_session(app, people[1])]
    for person in people:
        enroll(person, slug)
    asked = [offered(browser, slug) for browser in browsers]
    assert asked[0] == asked[1], "what is given to one says nothing of them"
    base, token = asked[0]
    for tail in ("", "/un", "/trois", "/plan.json"):
        answers = [b.get(f"{base}{tail}?token={token}") for b in (*browsers, client)]
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.data for answer in answers}) == 1
        for answer in answers:
            assert "Set-Cookie" not in answer.headers
            for word in ("Nadia", "Yassine", "csrf", "<form", "sign-out"):
                assert word not in answer.text


def test_a_waiting_message_is_neither_shown_in_an_edition_nor_lost(app, make_person):
    slug, person = publish(), make_person()
    enroll(person, slug)
    browser = with_session(app, person)
    base, token = offered(browser, slug)
    browser.post("/fr/offline/data", data={"load": "low"})
    assert (
        'role="status"'
        not in browser.get(f"{base}?token={token}").text.split("<main")[0].split("</header>")[-1]
    )
    assert "strip" in browser.get("/fr/offline").text


def test_a_token_runs_out(client, make_person, sign_in, travel):
    slug, person = publish(), make_person()
    enroll(person, slug)
    sign_in(person)
    base, token = offered(client, slug)
    travel(hours=23)
    assert client.get(f"{base}/un?token={token}").status_code == 200
    travel(hours=26)
    assert client.get(f"{base}/un?token={token}").status_code == 404


@pytest.mark.parametrize("change", ["", "x", "all.ffffffffff.{mac}", "open.{expires}.{mac}"])
def test_a_token_cannot_be_made_up(client, make_person, sign_in, change):
    slug, person = publish(), make_person()
    enroll(person, slug)
    sign_in(person)
    base, token = offered(client, slug)
    _, expires, mac = token.split(".")
    wrong = change.format(expires=expires, mac=mac)
    for tail in ("", "/un", "/plan.json"):
        assert client.get(f"{base}{tail}?token={wrong}").status_code == 404


def test_a_visitor_may_take_the_open_lessons_and_no_other(client):
    base, token = offered(client, publish())
    assert client.get(f"{base}/un?token={token}").status_code == 200
    assert client.get(f"{base}/deux?token={token}").status_code == 404
    plan = client.get(f"{base}/plan.json?token={token}").json
    assert [page["id"] for page in plan["pages"]] == ["un"]


def test_a_course_of_which_nothing_may_be_read_is_not_offered(client):
    assert "data-take" not in client.get(f"/fr/courses/{publish(preview='')}").text


def test_what_does_not_exist_is_not_found(client):
    base, token = offered(client, publish())
    for wrong in (
        base.replace("/offline/", "/offline/other-"),
        base.rsplit("/", 1)[0] + "/ar",
        base.rsplit("/", 1)[0] + "/xx",
        base.replace(base.split("/")[-2], "00000000"),
    ):
        assert client.get(f"{wrong}/un?token={token}").status_code == 404
    assert client.get(f"{base}/nothing?token={token}").status_code == 404


def test_a_draft_is_never_taken_along_even_with_a_good_signature(app, client):
    checked = check_files(samples.course())
    with write():
        made = import_course(actor=SYSTEM, checked=checked, now=clock.now())
    key = str(app.extensions["settings"].secret_key).encode()
    token = rules.make_token(key, made.slug, made.short, "all", int(clock.now().timestamp()))
    base = f"/fr/offline/{made.slug}/{made.short}/fr"
    for tail in ("", "/plan.json"):
        assert client.get(f"{base}{tail}?token={token}").status_code == 404


def test_a_changed_lesson_changes_its_mark_and_no_other(client):
    lessons = {"un": ("Un", "Premier."), "deux": ("Deux", "Deuxième.")}
    marks = []
    for text in ("Premier.", "Premier, corrigé."):
        slug = publish(lessons | {"un": ("Un", text)}, preview="")
        key = str(client.application.extensions["settings"].secret_key).encode()
        page = client.get(f"/fr/courses/{slug}").text
        assert page
        from app.courses.queries import resolve_publication

        short = resolve_publication(slug, now=clock.now()).short
        token = rules.make_token(key, slug, short, "all", int(clock.now().timestamp()))
        plan = client.get(f"/fr/offline/{slug}/{short}/fr/plan.json?token={token}").json
        marks.append({page["id"]: page["digest"] for page in plan["pages"]})
    assert marks[0]["un"] != marks[1]["un"]
    assert marks[0]["deux"] == marks[1]["deux"]


def test_forms_of_a_lesson_are_switched_off():
    html = '<FORM method="post"><input type="hidden" name="csrf_token" value="x"><b>a</b></form >'
    plain = rules.without_forms(html, "Later <now>")
    assert "form" not in plain.lower()
    assert "csrf" not in plain
    assert plain.count("<fieldset disabled>") == plain.count("</fieldset>") == 1
    assert "Later &lt;now&gt;" in plain


def test_questions_of_a_lesson_become_one_note():
    asked = '<form class="quiz" data-activity><input name="given"><button>Check</button></form>\n'
    html = f"<p>a</p>{asked}{asked}<p>b</p><form><b>c</b></form>{asked}"
    plain = rules.without_forms(html, "Later")
    note = '<div class="note"><p>Later</p></div>'
    assert plain.startswith(f"<p>a</p>{note}<p>b</p>")
    assert plain.count(note) == 2
    assert "given" not in plain
    assert plain.count("<fieldset disabled><b>c</b></fieldset>") == 1


def test_pictures_come_when_asked_for():
    html = (
        '<figure id="p-1"><img alt="Une boîte" src="/f/a.svg"><figcaption>x</figcaption></figure>'
        '<p>Ici <img alt="" src="/f/b.png"> là</p>'
    )
    plain = rules.without_pictures(html, {"/f/a.svg": "2 ko", "/f/b.png": "9 ko"}, "Montrer")
    assert '<summary>Montrer <bdi>2 ko</bdi> — Une boîte</summary><img alt="Une boîte"' in plain
    assert '<p>Ici <a href="/f/b.png">Montrer <bdi>9 ko</bdi></a> là</p>' in plain


def test_a_browser_that_loads_little_gets_no_font_ahead(client):
    page = client.get("/fr/courses").text
    assert 'rel="preload"' in page
    assert client.post("/fr/offline/data", data={"load": "low"}).status_code == 303
    page = client.get("/fr/courses").text
    assert 'rel="preload"' not in page
    assert "data-low" in page
    client.post("/fr/offline/data", data={"load": "full"})
    assert 'rel="preload"' in client.get("/fr/courses", headers={"Save-Data": "on"}).text
    assert client.post("/fr/offline/data", data={"load": "x"}).status_code == 422


def test_what_the_browser_says_itself_counts_until_one_chooses(client):
    assert 'rel="preload"' not in client.get("/fr/courses", headers={"Save-Data": "on"}).text


def test_the_worker_is_sent_for_the_whole_site_and_always_asked_for_anew(client):
    answer = client.get("/sw.js")
    assert answer.headers["Service-Worker-Allowed"] == "/"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.mimetype == "text/javascript"
    shell = json.loads(re.search(r"const SHELL = (\{.*?\}), NAME", answer.text)[1])
    for url in (*shell["files"], *shell["pages"]):
        assert client.get(url).status_code == 200, url


@pytest.mark.parametrize("lang", ["fr", "ar", "en"])
def test_the_site_can_be_put_on_the_first_screen_of_a_phone(client, lang):
    about = client.get(f"/{lang}/manifest.webmanifest").json
    assert about["lang"] == lang
    assert about["start_url"] == f"/{lang}/"
    for icon in about["icons"]:
        assert 0 < len(client.get(icon["src"]).data) <= 20_000
    assert f'href="/{lang}/manifest.webmanifest"' in client.get(f"/{lang}/courses").text


def test_the_page_without_network_says_nothing_of_who_asks(app, client, make_person):
    browser = with_session(app, make_person(name="Nadia Berrada"), theme="dark")
    assert browser.get("/fr/offline/shell").data == client.get("/fr/offline/shell").data
