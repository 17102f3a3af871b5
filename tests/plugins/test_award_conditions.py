"""A plugin lets rules of award ask something of its own, as presence; rules outlive its absence."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import select, text, update

from app.credentials.hooks import AwardCondition, Candidates, Reached
from app.credentials.models import Credential
from app.kernel import clock, jobs
from app.kernel.db import db, write
from app.kernel.i18n import Sentence, say
from app.learning.models import Enrollment
from app.plugins.queries import list_failures
from app.workshop import world
from tests.centers.making import belong, make_center, make_cohort
from tests.learning.test_learning import enroll, publish

pytestmark = pytest.mark.shipped
PRESENT = {"share": 78}
PAGE = "/en/c/kenitra/x/certificates"


def asks(least: int) -> Sentence:
    return say("be present on at least %(n)s%% of the days", n=least)


def look(asked: Candidates) -> dict[int, Reached]:
    now = say("now %(n)s%%", n=PRESENT["share"])
    return {person: Reached(PRESENT["share"] >= asked.least, now) for person in asked.people}


PRESENCE = AwardCondition(say("Percent of days present, at least"), asks, look)


@dataclass
class Pages:
    """A cohort's page, and where rules for its course are proposed."""

    client: Any
    address: str
    here: str

    def __call__(self) -> str:
        return str(self.client.get(self.address).get_data(as_text=True))


@pytest.fixture
def amina(make_person: Any) -> Any:
    return make_person(name="Amina Tazi")


@pytest.fixture
def page(bring: Any, amina: Any, make_person: Any, client: Any, sign_in: Any) -> Any:
    """Return the page of a cohort with a rule that asks for presence, agreed to by two."""
    PRESENT["share"] = 78
    bring(PRESENCE, "sample.presence")
    slug, center = publish(), make_center()
    cohort_id, cohort = make_cohort(center)
    belong(center, amina, cohort_id=cohort_id)
    enroll(amina, slug)
    with write() as session:
        session.execute(update(Enrollment).values(cohort_id=cohort_id, completed_at=clock.now()))
    here = f"{PAGE}/{cohort}/{slug}"
    asked = {"mode": "all", "completed": "y", "brought_sample_presence": "80", "by_itself": "y"}
    for act in ("propose", "agree"):
        sign_in(make_person(role="manager", scope="center", scope_id=center))
        rule = db.session.scalar(text("SELECT max(id) FROM certificates_rule"))
        db.session.rollback()  # a savepoint older than those of requests would hide what they do
        data = asked if act == "propose" else {"rule": rule}
        assert client.post(f"{here}/{act}", data=data).status_code == 303
    return Pages(client, f"{PAGE}/{cohort}", here)


def look_at_all() -> int:
    """Look at all rules, as once an hour, and return how many certificates there are."""
    with write():
        jobs.enqueue("certificates.look_at_all", {})
    jobs.drain()
    return len(db.session.scalars(select(Credential.id)).all())


def test_what_a_plugin_asks_stands_in_the_rule_and_in_what_is_missing(page: Any) -> None:
    said = page()
    assert "Percent of days present, at least" in said
    asked = "be present on at least 80% of the days"
    assert f"To earn the certificate: complete the course, {asked}." in said
    assert f"{asked} (now 78%)" in said
    assert look_at_all() == 0
    PRESENT["share"] = 80
    assert look_at_all() == 1


def test_while_the_plugin_is_away_nobody_gets_a_certificate_by_it_and_nobody_loses_one(
    page: Any, client: Any
) -> None:
    world.switch("sample", on=False)
    PRESENT["share"] = 100
    said = page()
    assert "be present on at least 80% of the days (this cannot be checked at the moment)" in said
    assert look_at_all() == 0
    world.switch("sample", on=True)
    assert look_at_all() == 1
    world.switch("sample", on=False)
    PRESENT["share"] = 0
    look_at_all()
    said = page()
    assert "does not meet its rule any more" not in said
    assert "Awarded" in said
    world.switch("sample", on=True)
    assert "does not meet its rule any more" in page()


@pytest.mark.parametrize(
    "answer", [None, [1], {1: True}, {"one": Reached(True, say("now"))},
               {1: Reached(True, say("now %(lacks)s", n=1))}],
)  # fmt: skip
def test_an_answer_of_another_shape_is_a_failure_of_the_plugin(
    app: Any, bring: Any, page: Any, answer: Any
) -> None:
    bring(replace(PRESENCE, look=lambda _: answer), "sample.presence")
    assert "this cannot be checked at the moment" in page()
    app.extensions["plugin_failures"].flush()
    assert [row.hook for row in list_failures("sample")] == ["AwardCondition:sample.presence.look"]


def test_a_condition_that_does_not_say_what_it_asks_is_not_kept(
    bring: Any, page: Any, client: Any
) -> None:
    bring(replace(PRESENCE, asks=lambda least: "words"), "sample.presence")
    answer = client.post(
        f"{page.here}/propose", data={"mode": "all", "brought_sample_presence": "80"}
    )
    assert answer.status_code == 422
    assert "could not be read" in answer.get_data(as_text=True)
