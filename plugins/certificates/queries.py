"""What can be asked."""

from dataclasses import dataclass

from sqlalchemy import select

from app.sdk import (
    Actor,
    CohortCourse,
    CohortRow,
    NotFound,
    Results,
    Sentence,
    find_own_results,
    list_cohort_courses,
    list_cohorts,
    list_own_courses,
    list_results,
    session,
)
from plugins.certificates import rules
from plugins.certificates.models import Agreement, AwardRule


@dataclass(frozen=True)
class Line:
    """One member: ready, or what is missing; or the certificate that they hold."""

    found: Results
    missing: list[Sentence]

    @property
    def is_ready(self) -> bool:
        """Tell whether it can be awarded now."""
        return not self.missing and not self.found.credential


@dataclass(frozen=True)
class DryRun:
    """A cohort in a course: the rule that counts, one that waits for agreement, the members."""

    courses: list[CohortCourse]
    course: CohortCourse | None
    standing: AwardRule | None
    proposed: AwardRule | None
    lines: list[Line]

    @property
    def ready(self) -> int:
        """How many would be awarded it now."""
        return sum(line.is_ready for line in self.lines)


def get_cohort(actor: Actor, center_id: int, public_id: str) -> CohortRow:
    """Return a cohort of the center where the actor awards. Raises NotFound for others."""
    if not actor.can("certificates.award", center=center_id):
        raise NotFound
    for row in list_cohorts(actor, center_id):
        if row.public_id == public_id:
            return row
    raise NotFound


def get_course_id(actor: Actor, cohort: CohortRow, slug: str) -> int:
    """Return the number of a course that members of the cohort take. Raises NotFound."""
    for course in list_cohort_courses(actor, cohort.center_id, cohort.public_id):
        if course.slug == slug:
            return course.id
    raise NotFound


def find_rules(cohort_id: int, course_id: int) -> tuple[AwardRule | None, AwardRule | None]:
    """Return the rule that counts, and a newer one to which nobody agreed yet."""
    rows = session.execute(
        select(AwardRule, Agreement.rule_id)
        .outerjoin(Agreement, Agreement.rule_id == AwardRule.id)
        .where(AwardRule.cohort_id == cohort_id, AwardRule.course_id == course_id)
        .order_by(AwardRule.id.desc())
        .limit(50)
    ).all()
    standing = next((row for row, agreed in rows if agreed), None)
    proposed = rows[0][0] if rows and rows[0][1] is None else None
    return standing, proposed


def get_rule(rule_id: int, cohort_id: int) -> AwardRule:
    """Return a rule of a cohort. Raises NotFound."""
    row = session.get(AwardRule, rule_id)
    if row is None or row.cohort_id != cohort_id:
        raise NotFound
    return row


def get_dry_run(actor: Actor, center_id: int, cohort: CohortRow, slug: str) -> DryRun:
    """Return who of a cohort is ready in the course at `slug`, or in the first one."""
    courses = list_cohort_courses(actor, center_id, cohort.public_id)
    course = next((one for one in courses if one.slug == slug), courses[0] if courses else None)
    if course is None:
        return DryRun([], None, None, None, [])
    standing, proposed = find_rules(cohort.id, course.id)
    return DryRun(
        courses, course, standing, proposed, list_lines(actor, center_id, cohort, standing, course)
    )


def list_lines(
    actor: Actor,
    center_id: int,
    cohort: CohortRow,
    standing: AwardRule | None,
    course: CohortCourse,
) -> list[Line]:
    """Return each member with what a rule finds missing; nobody while no rule counts."""
    if standing is None:
        return []
    rule = rules.read_rule(standing.rule)
    found = list_results(actor, center_id, cohort.public_id, course.id)
    return [Line(one, rules.missing(rule, one)) for one in found]


def list_own(actor: Actor) -> list[tuple[CohortCourse, Sentence, Line]]:
    """Return the certificates that somebody can earn, what each asks, and what they lack."""
    found = []
    for course in list_own_courses(actor):
        standing, _ = find_rules(course.cohort_id, course.id)
        results = find_own_results(actor, course) if standing else None
        if standing is not None and results is not None:
            rule = rules.read_rule(standing.rule)
            line = Line(results, rules.missing(rule, results))
            found.append((course, rules.sentence(rule), line))
    return found
