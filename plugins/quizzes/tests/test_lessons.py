"""Quizzes in lessons, as learners and visitors answer them: plain forms, in French and Arabic."""

import re
import secrets
from html import unescape

import pytest

from app.sdk.testing import read_blocks
from plugins.quizzes.activity import quiz_of
from plugins.quizzes.tests import asked

KINDS = [kind for kind in asked.FRENCH if kind != "essay"]
CANARIES = re.compile(r"CANARY-[a-z]+-[a-z]+|canardef|canarabat|canaribat|1937", re.IGNORECASE)


def source(kind):
    """Return the question of a kind as it is read from the French lesson."""
    segments = read_blocks(asked.lesson("#q", kind)["fr"].split("\n"))
    (node,) = [segment for segment in segments if not isinstance(segment, str)]
    return quiz_of(node).questions[0]


def drawn(form):
    """Return the values that a formula's page shows, as they are written there."""
    found = re.search(r"(?:panier de|سلة من) ([\d.,]+) (?:tomates à|طماطم بثمن) ([\d.,]+)", form)
    return found.groups()


def right_for(reader, kind):
    """Return the fields that earn everything; for a formula by what the page shows."""
    if kind == "formula":
        n, p = (float(value.replace(",", ".")) for value in drawn(reader.form(kind)))
        return {"given": str(n * p + 100_000)}
    return asked.right(source(kind), "")


class Reader:
    """Somebody who reads the lesson and answers with what the page's form holds."""

    def __init__(self, browser, address):
        self.browser, self.address, self.seen = browser, address, []

    def read(self, language="fr"):
        answer = self.browser.get(f"/{language}{self.address}")
        assert answer.status_code == 200
        self.seen.append(answer)
        return answer.text

    def form(self, kind, language="fr"):
        found = re.search(rf'<form[^>]* id="b-q-{kind}".*?</form>', self.read(language), re.DOTALL)
        return unescape(found[0])

    def send(self, kind, given, language="fr", **more):
        fields = {"item": kind, "writer": f"w-{secrets.token_hex(8)}"} | given | more
        answer = self.browser.post(f"/{language}{self.address}/activities/q", data=fields)
        self.seen.append(answer)
        assert answer.status_code == 303
        return self.form(kind, language)

    def leaks(self):
        found = set()
        for answer in self.seen:
            heads = [value for name, value in answer.headers if name != "Content-Length"]
            sent = answer.get_data(as_text=True) + "\n".join(heads)
            found |= {match.lower() for match in CANARIES.findall(sent)}
        return found


@pytest.fixture
def begin(as_user, center, add_lesson):
    """Return a reader of a lesson with these kinds: a learner, or a visitor."""
    at = center()

    def start(*kinds, header="#q", role="learner"):
        browser = as_user(role, at if role == "learner" else None)
        enrolled = [browser] if role == "learner" else []
        return Reader(browser, add_lesson(asked.lesson(header, *kinds), *enrolled, at=at))

    return start


@pytest.mark.parametrize("kind", asked.FRENCH)
def test_each_kind_is_asked_in_both_languages_with_the_same_names(begin, kind):
    reader = begin(kind)
    names = [
        sorted(re.findall(r'(?:name="(given[^"]*)"|value="([^"]*)")', reader.form(kind, language)))
        for language in ("fr", "ar")
    ]
    fixed = [
        [pair for pair in found if "==" not in pair[1] and len(pair[1]) < 16] for found in names
    ]
    assert fixed[0] == fixed[1]
    assert any(name for name, _ in fixed[0])


@pytest.mark.parametrize("role", ["learner", "visitor"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_answered_wrongly_partly_and_rightly(begin, kind, role):
    reader, question = begin(kind, role=role), source(kind)
    assert "Not yet right." in reader.send(kind, asked.wrong(question))
    if kind in asked.PARTLY or kind == "match":
        form = reader.send(kind, asked.partly(question), "ar")
        half = question.points / 2
        assert f"Partly right: {half.normalize():f} of" in form.replace(",", ".")
    form = reader.send(kind, right_for(reader, kind))
    assert "Right." in form
    assert "Check" not in form
    assert "The solution" in form
    assert "Right." in reader.form(kind, "ar"), "what is right in one language is right in all"


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_sent_is_borne(begin, kind):
    reader = begin(kind)
    for given in ({"given": ""}, {}, asked.BAD[kind], {"given": "x" * 3000}, {"given-zzz": "1"}):
        form = reader.send(kind, given)
        assert "Right." not in form
        assert "<script>" not in reader.seen[-1].text
    assert "Check" in form


def test_nothing_answered_costs_no_try(begin):
    reader = begin("one", "order", header="#q attempts=1")
    assert "Check my answer" in reader.send("one", {"given": ""})
    assert "Check my answer" in reader.send("order", asked.BAD["order"])
    assert "no try was used" in "".join(a.text for a in reader.seen)
    assert "No try is left" in reader.send("one", asked.WRONG["one"])


def test_an_essay_waits_for_a_person(begin):
    reader = begin("essay")
    form = reader.send("essay", {"given": "La médiane\n<b>ne bouge pas</b>."})
    assert "Received. A person marks this answer." in form
    assert "<b>ne bouge pas</b>." in form, "what was written stands in its field"
    assert reader.leaks() == set()


@pytest.mark.parametrize("role", ["learner", "visitor"])
def test_no_byte_of_an_attempt_holds_what_was_not_earned(begin, role):
    reader = begin(role=role)
    reader.read(), reader.read("ar")
    assert reader.leaks() == set()
    allowed = set()
    for kind in KINDS:
        for language in ("fr", "ar"):
            given = asked.wrong(source(kind))
            reader.send(kind, given, language)
        if f"CANARY-said-{kind}" in asked.FRENCH[kind]:
            allowed.add(f"canary-said-{kind}")
    assert reader.leaks() == allowed, "feedback on what one chose, and nothing else"
    keyed = re.compile(r'data-[a-z]*(right|key)|"right"\s*:|checked[^>]*data-', re.IGNORECASE)
    assert not any(keyed.search(answer.text) for answer in reader.seen)


def test_the_page_of_a_right_and_of_a_wrong_key_is_the_same_before_an_answer(begin, add_lesson):
    reader = begin("one")
    text = asked.lesson("#q", "one")
    other = {
        code: body.replace("- [ ] 5", "- [x] 5").replace("- [x] 7", "- [ ] 7")
        for code, body in text.items()
    }
    twin = Reader(reader.browser, add_lesson(other, reader.browser))
    marks = [re.findall(r'<input type="radio"[^>]*>', one.form("one")) for one in (reader, twin)]
    assert sorted(marks[0]) == sorted(marks[1])


def test_a_hint_is_seen_when_opened_and_paid_once(begin):
    reader = begin("one", header="#q attempts=2")
    assert "CANARY-hint-one" not in reader.form("one")
    assert "A hint (−0,25 points)" in reader.form("one")
    for _ in range(2):
        form = reader.send("one", {}, hint="1")
        assert form.count("CANARY-hint-one") == 1
    assert "CANARY-solution-one" not in form
    form = reader.send("one", {"given": "seven"})
    assert "Right, with hints: 0,75 of 1 points." in form
    assert "Check again" not in form, "it is right: there is nothing to try again"
    assert "CANARY-solution-one" in form


def test_the_solution_is_shown_when_no_try_is_left(begin):
    reader = begin("one", header="#q attempts=2")
    form = reader.send("one", {"given": "five"})
    assert "1 try left" in form
    assert "CANARY-solution-one" not in form
    form = reader.send("one", {"given": "twelve"})
    assert "CANARY-solution-one" in form
    assert "No try is left. Your best answer counts: 0 of 1 points." in form
    before = reader.form("one")
    assert (
        "No try is left for this question."
        in reader.browser.post(
            f"/fr{reader.address}/activities/q",
            data={"item": "one", "writer": "w-late-late", "given": "seven"},
            follow_redirects=True,
        ).text
    )
    assert reader.form("one") == before or "Right." not in reader.form("one")


@pytest.mark.parametrize("role", ["learner", "visitor"])
def test_what_a_formula_draws_stays(begin, role):
    reader = begin("formula", role=role)

    before = drawn(reader.form("formula"))
    assert before == drawn(reader.form("formula", "ar"))
    reader.send("formula", asked.WRONG["formula"])
    assert before == drawn(reader.form("formula")) == drawn(reader.form("formula", "ar"))


def test_switched_off_the_lesson_is_read_with_a_note(begin, switch_plugin):
    reader = begin("one")
    reader.send("one", {"given": "seven"})
    switch_plugin(on=False)
    page = reader.read()
    assert "not available" in page
    assert '<form class="quiz"' not in page
    cover = reader.browser.get("/fr" + reader.address.rpartition("/")[0]).text
    assert "1 of the 1 points" in cover, "what was earned stays"
    switch_plugin(on=True)
    assert "Right." in reader.form("one")


def test_a_lesson_with_every_kind_costs_five_statements(begin, statements):
    reader = begin()
    for _ in range(2):
        reader.read()
    with statements() as seen:
        reader.read()
    assert len(seen) <= 5, seen
