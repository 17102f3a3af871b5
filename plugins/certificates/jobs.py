"""Awarding in the background: one at a time, so that a killed worker loses one at most."""

from app.sdk import (
    Conflict,
    Plugin,
    award_credential,
    list_cohort_courses,
    list_cohorts,
    session,
    translate,
    write,
)
from plugins.certificates import queries, rules
from plugins.certificates.models import AwardRule

me = Plugin(__name__)
LANGUAGES = ("fr", "ar", "en")


def award(rule_id: int, center_id: int) -> None:
    """Award it to all who meet the rule now and do not hold it; may be run twice."""
    with me.acting_at(center_id) as actor:
        row = session.get(AwardRule, rule_id)
        cohorts = {one.id: one for one in list_cohorts(actor, center_id)}
        cohort = cohorts.get(row.cohort_id) if row else None
        if row is None or cohort is None:
            return
        courses = {one.id: one for one in list_cohort_courses(actor, center_id, cohort.public_id)}
        if row.course_id not in courses:
            return
        lines = queries.list_lines(actor, center_id, cohort, row, courses[row.course_id])
        said = rules.sentence(rules.read_rule(row.rule))
        why = {language: translate(said, language) for language in LANGUAGES}
        course_id, ready = row.course_id, [one.found.person_id for one in lines if one.is_ready]
        for person_id in ready:
            try:
                with write():
                    award_credential(actor, center_id, cohort.public_id, course_id, person_id, why)
            except Conflict as refusal:  # held by now; the others go on
                me.log.info("not_awarded", person=person_id, why=str(refusal.sentence))
