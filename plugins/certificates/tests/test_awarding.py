"""A rule takes two people; then a whole cohort is looked at, and who is ready gets it."""

import pytest
from sqlalchemy import text

from app.sdk import session, write


def ask(statement):
    """Read one value, and leave no savepoint behind that is older than those of requests."""
    found = session.scalar(text(statement))
    session.rollback()
    return found


def counted(table):
    return ask(f"SELECT count(*) FROM {table}")  # noqa: S608


@pytest.fixture
def kenitra(center):
    return center()


@pytest.fixture
def base(kenitra):
    return f"/en/c/kenitra/x/certificates/{kenitra.cohort}"


@pytest.fixture
def staff(as_user, kenitra):
    return [as_user("manager", kenitra, name=name) for name in ("Hind", "Omar")]


@pytest.fixture
def amina(as_user, kenitra):
    return as_user("learner", kenitra, enrolled=True, name="Amina Tazi")


def complete(browser):
    with write():
        session.execute(
            text("UPDATE enrollment SET completed_at = enrolled_at WHERE person_id = :person"),
            {"person": browser.person.id},
        )


def propose(browser, base, **asked):
    return browser.post(f"{base}/first-steps/propose", data={"mode": "all", **asked})


def newest():
    return ask("SELECT max(id) FROM certificates_rule")


def agree(browser, base):
    return browser.post(f"{base}/first-steps/agree", data={"rule": newest()})


def award(browser, base):
    return browser.post(f"{base}/first-steps/award", data={"rule": newest()})


def acts():
    found = session.scalars(text("SELECT verb FROM audit_entry ORDER BY id")).all()
    session.rollback()
    return [verb for verb in found if verb.startswith("certificates.")]


def test_a_rule_counts_once_somebody_else_agreed(staff, amina, base):
    hind, omar = staff
    assert propose(hind, base, completed="y").status_code == 303
    assert "Waits for a second person" in hind.get(base).text
    assert agree(hind, base).status_code == 403
    assert "There is none yet." in hind.get(base).text
    assert agree(omar, base).status_code == 303
    assert "There is none yet." not in omar.get(base).text
    assert agree(omar, base).status_code == 409
    assert acts() == ["certificates.propose", "certificates.agree"]


def test_a_rule_that_asks_for_nothing_is_refused(staff, amina, base):
    answer = propose(staff[0], base)
    assert answer.status_code == 422
    assert "a rule without conditions was not kept" in answer.text
    assert counted("certificates_rule") == 0


def test_a_dry_run_says_who_is_ready_and_who_lacks_what(staff, amina, base, as_user, kenitra):
    as_user("learner", kenitra, enrolled=True, name="Younes Lahlou")
    complete(amina)
    propose(staff[0], base, completed="y")
    agree(staff[1], base)
    page = staff[0].get(base).text
    assert "Award it to the 1 person who is ready" in page
    assert "complete the course (0 of 1 lessons are done)" in page


def test_who_is_ready_gets_it_and_again_nobody_gets_another(
    staff, amina, base, as_user, kenitra, run_jobs
):
    as_user("learner", kenitra, enrolled=True, name="Younes Lahlou")
    complete(amina)
    propose(staff[0], base, completed="y")
    agree(staff[1], base)
    for _ in range(2):
        answer = award(staff[0], base)
        assert answer.status_code == 303, answer.text
        run_jobs()
    assert counted("credential") == 1
    assert "Awarded" in staff[0].get(base).text
    facts = ask("SELECT facts FROM credential")
    assert "To earn the certificate: complete the course." in str(facts)


@pytest.mark.slow
def test_forty_are_awarded_and_signed(staff, base, as_user, kenitra, run_jobs):
    for number in range(40):
        complete(as_user("learner", kenitra, enrolled=True, name=f"Apprenant {number}"))
    propose(staff[0], base, completed="y")
    agree(staff[1], base)
    award(staff[0], base)
    run_jobs()
    assert counted("credential") == 40
    assert counted("credential WHERE document = ''") == 0


def test_a_rule_that_was_replaced_awards_nothing(staff, amina, base, run_jobs):
    complete(amina)
    propose(staff[0], base, completed="y")
    agree(staff[1], base)
    old = newest()
    propose(staff[0], base, total="90")
    agree(staff[1], base)
    answer = staff[0].post(f"{base}/first-steps/award", data={"rule": old})
    assert answer.status_code == 409
    run_jobs()
    assert counted("credential") == 0


def test_a_learner_reads_what_is_asked_and_what_is_missing(staff, amina, base):
    assert "no certificate to earn" in amina.get("/en/x/certificates/").text
    propose(staff[0], base, completed="y", total="60")
    agree(staff[1], base)
    page = amina.get("/en/x/certificates/").text
    assert "complete the course, have at least 60% of all marks" in page
    assert "nothing is marked yet" in page


def test_people_of_another_center_find_nothing(center, as_user, base, amina):
    other = center("rabat")
    stranger = as_user("manager", other)
    assert stranger.get(base).status_code == 404
    assert stranger.get(base.replace("kenitra", "rabat")).status_code == 404
    assert amina.get(base).status_code == 404


def test_what_was_awarded_stays_while_the_plugin_is_off(
    staff, amina, base, run_jobs, switch_plugin, kenitra
):
    complete(amina)
    propose(staff[0], base, completed="y")
    agree(staff[1], base)
    award(staff[0], base)
    run_jobs()
    number = ask("SELECT public_id FROM credential")
    switch_plugin(kenitra, on=False)
    assert "This certificate is valid" in amina.get(f"/en/check/{number}").text
    assert amina.get(f"/credentials/{number}.json").status_code == 200
    assert staff[0].get(base).status_code == 404


def test_a_page_costs_the_same_for_many(staff, base, as_user, kenitra, statements):
    def cost():
        staff[0].get(base)
        with statements() as seen:
            staff[0].get(base)
        return len(seen)

    as_user("learner", kenitra, enrolled=True)
    propose(staff[0], base, completed="y")
    agree(staff[1], base)
    few = cost()
    for number in range(20):
        as_user("learner", kenitra, enrolled=True, name=f"Apprenant {number}")
    assert cost() == few
