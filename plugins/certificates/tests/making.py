"""What tests of the plugin do as people: propose, agree, award; and what came of it."""

from sqlalchemy import text

from app.sdk import AnswerMarked, session, write
from plugins.certificates import jobs


def ask(statement):
    """Read one value, and leave no savepoint behind that is older than those of requests."""
    found = session.scalar(text(statement))
    session.rollback()
    return found


def counted(table):
    return ask(f"SELECT count(*) FROM {table}")  # noqa: S608


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


def agreed(staff, base, **asked):
    propose(staff[0], base, **asked)
    agree(staff[1], base)


def incomplete(browser):
    with write():
        session.execute(
            text("UPDATE enrollment SET completed_at = NULL WHERE person_id = :person"),
            {"person": browser.person.id},
        )


def mark(browser, run_jobs):
    """Tell what a mark of somebody tells, and do all that comes of it."""
    course_id = ask("SELECT id FROM course")
    where = browser.person.id, course_id, "hello", "q1"
    jobs.marked(AnswerMarked(*where, "1", "right", 100, 100, 0))
    run_jobs()


def award(browser, base):
    return browser.post(f"{base}/first-steps/award", data={"rule": newest()})


def acts():
    found = session.scalars(text("SELECT verb FROM audit_entry ORDER BY id")).all()
    session.rollback()
    return [verb for verb in found if verb.startswith("certificates.")]
