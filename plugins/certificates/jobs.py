"""Awarding in the background: one at a time, so that a killed worker loses one at most.

When a mark changes, rules are looked at soon; and once an hour all of them, for what no event
tells: marks that are released, what a plugin's condition looks at, an event that was lost.
"""

from typing import Any

from app.sdk import (
    Actor,
    CohortRow,
    Conflict,
    NotFound,
    Plugin,
    clock,
    list_cohorts,
    session,
    write,
)
from plugins.certificates import queries, rules, services
from plugins.certificates.models import AwardRule
from plugins.certificates.queries import Line

me = Plugin(__name__)


def award(rule_id: int, center_id: int) -> None:
    """Award it to all who meet the rule now and do not hold it; may be run twice."""
    with me.acting_at(center_id) as actor:
        row = session.get(AwardRule, rule_id)
        cohorts = {one.id: one for one in list_cohorts(actor, center_id)}
        if row is None or row.cohort_id not in cohorts:
            return
        cohort = cohorts[row.cohort_id]
        lines = queries.list_lines(actor, center_id, cohort, row)
        _award(actor, cohort, row, [line for line in lines if line.is_ready])


def marked(event: Any) -> None:
    """Follow a mark that was given or changed, or a course that was completed.

    Most courses have no rule: nothing is locked for them.
    """
    if queries.has_rules(event.course_id):
        with write():
            services.follow(course_id=event.course_id, now=clock.now())


def look(course_id: int) -> None:
    """Award by the rules of a course that award by themselves; tell of what fell since."""
    for center_id in me.centers():
        with me.acting_at(center_id) as actor:
            cohorts = {one.id: one for one in list_cohorts(actor, center_id)}
            for row in queries.list_standing(list(cohorts), course_id):
                _look(actor, cohorts[row.cohort_id], row)


def look_at_all() -> None:
    """Look at the rules of all courses."""
    for course_id in queries.list_courses_with_rules():
        look(course_id)


def _look(actor: Actor, cohort: CohortRow, row: AwardRule) -> None:
    lines = queries.list_lines(actor, cohort.center_id, cohort, row)
    if rules.read_rule(row.rule).by_itself:  # not before its owner sees the marks
        ready = [line for line in lines if line.is_ready and line.found.is_released]
        _award(actor, cohort, row, ready)
    for line in lines:
        if line.lost:
            with write():
                services.tell_lost(
                    row=row, center_id=cohort.center_id, found=line.found, now=clock.now()
                )


def _award(actor: Actor, cohort: CohortRow, row: AwardRule, ready: list[Line]) -> None:
    people = [line.found.person_id for line in ready]
    for done, person_id in enumerate(people):
        me.report(done, len(people))
        try:
            with write():
                services.award(
                    actor=actor, cohort=cohort, row=row, person_id=person_id, now=clock.now()
                )
        except (Conflict, NotFound) as refusal:  # held or gone by now; the others go on
            me.log.info("not_awarded", person=person_id, why=str(refusal.sentence))
