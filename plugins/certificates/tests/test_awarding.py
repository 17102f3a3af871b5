"""A rule takes two people; then a whole cohort is looked at, and who is ready gets it."""

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.sdk import session
from plugins.certificates.tests.making import (
    acts,
    agree,
    agreed,
    ask,
    award,
    complete,
    counted,
    incomplete,
    newest,
    propose,
)


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


def test_awarding_shows_how_far_it_has_come_and_pressed_again_is_once(staff, amina, base, run_jobs):
    complete(amina)
    agreed(staff, base, completed="y")
    for _ in range(2):
        award(staff[0], base)
    assert acts().count("certificates.award") == 1
    page = staff[0].get(base)
    assert page.headers["Refresh"] == "3"
    assert "The certificates are being made." in page.text
    assert "Award it to" not in page.text
    run_jobs()
    page = staff[0].get(base)
    assert "Refresh" not in page.headers
    assert counted("credential") == 1


def test_a_worker_that_is_killed_midway_goes_on_and_nobody_gets_two(
    staff, base, as_user, kenitra, run_jobs, travel
):
    for number in range(4):
        complete(as_user("learner", kenitra, enrolled=True, name=f"Apprenant {number}"))
    agreed(staff, base, completed="y")
    award(staff[0], base)
    seen = []

    def kill(state):
        if state.is_insert and state.statement.table.name == "credential":
            seen.append(state)
            if len(seen) == 3:
                raise KeyboardInterrupt

    event.listen(Session, "do_orm_execute", kill)
    try:
        with pytest.raises(KeyboardInterrupt):
            run_jobs()
    finally:
        event.remove(Session, "do_orm_execute", kill)
    session.rollback()
    assert counted("credential") == 2
    assert "2 of 4 are awarded" in staff[0].get(base).text
    travel(seconds=20)  # the lease of the dead worker runs out
    run_jobs()
    assert counted("credential") == 4
    assert ask("SELECT count(DISTINCT person_id) FROM credential") == 4


def test_what_changed_since_the_dry_run_counts(staff, amina, base, as_user, kenitra, run_jobs):
    younes = as_user("learner", kenitra, enrolled=True, name="Younes Lahlou")
    complete(amina)
    agreed(staff, base, completed="y")
    assert "Award it to the 1 person who is ready" in staff[0].get(base).text
    award(staff[0], base)
    incomplete(amina)
    complete(younes)
    run_jobs()
    assert ask("SELECT person_id FROM credential") == younes.person.id
    assert counted("credential") == 1


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
    signed = amina.get(f"/credentials/{number}.json")
    assert signed.status_code == 200
    checked = amina.post("/en/check", data={"text": signed.text})
    assert "This certificate is valid" in checked.text
    assert amina.get("/.well-known/did.json").status_code == 200
    assert amina.get("/credentials/status/1").status_code == 200
    assert number in amina.get("/en/account/certificates").text
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
