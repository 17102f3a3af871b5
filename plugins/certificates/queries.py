"""What can be asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from app.sdk import (
    Actor,
    CohortCourse,
    CohortRow,
    NotFound,
    Plugin,
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
from plugins.certificates.models import Agreement, Award, AwardRule
from plugins.certificates.rules import Rule

me = Plugin(__name__)


@dataclass(frozen=True)
class Line:
    """One member: ready, or what is missing; or the certificate that they hold.

    `lost` is what they lack, by now, of the rule by which they were awarded it.
    """

    found: Results
    missing: list[Sentence]
    lost: list[Sentence] = field(default_factory=list)

    @property
    def is_ready(self) -> bool:
        """Tell whether it can be awarded now."""
        return not self.missing and not self.found.state


@dataclass(frozen=True)
class DryRun:
    """A cohort in a course: the rule that counts, one that waits for agreement, the members.

    `progress` is how far awarding has come, as (done, total), while it is under way.
    """

    courses: list[CohortCourse]
    course: CohortCourse | None
    standing: AwardRule | None = None
    proposed: AwardRule | None = None
    lines: list[Line] = field(default_factory=list)
    progress: tuple[int, int] | None = None

    @property
    def ready(self) -> int:
        """How many would be awarded it now."""
        return sum(line.is_ready for line in self.lines)

    @property
    def counts(self) -> dict[str, int]:
        """How many are ready, hold one that counts, and lack something for their first."""
        states = [line.found.state for line in self.lines]
        return {
            "ready": self.ready,
            "held": states.count("valid"),
            "lack": states.count("") - self.ready,
        }


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
        return DryRun([], None)
    standing, proposed = find_rules(cohort.id, course.id)
    return DryRun(
        courses,
        course,
        standing,
        proposed,
        list_lines(actor, center_id, cohort, standing) if standing else [],
        find_progress(standing, center_id) if standing else None,
    )


def find_progress(row: AwardRule, center_id: int) -> tuple[int, int] | None:
    """Return how far awarding by a rule has come; None while nobody does."""
    return me.find_progress("award", {"rule_id": row.id, "center_id": center_id})


def list_lines(actor: Actor, center_id: int, cohort: CohortRow, row: AwardRule) -> list[Line]:
    """Return each member who takes the course, with what a rule finds missing.

    Who was awarded by a rule before this one is held against that one.
    """
    before = _awarded_by(cohort.id, row.course_id)
    standing = rules.read_rule(row.rule)
    asked = {name: n for rule in (standing, *before.values()) for name, n in rule.asked.items()}
    found = list_results(actor, center_id, cohort.public_id, row.course_id, standing.asked | asked)
    return [_line(one, standing, before.get(one.person_id)) for one in found]


def _line(found: Results, standing: Rule, before: Rule | None) -> Line:
    lost = before is not None and found.state == "valid" and rules.is_lost(before, found)
    lacks = rules.missing(before, found) if before is not None and lost else []
    return Line(found, rules.missing(standing, found), lacks)


def _awarded_by(cohort_id: int, course_id: int) -> dict[int, Rule]:
    rows = session.execute(
        select(Award.person_id, AwardRule.rule)
        .join(AwardRule, AwardRule.id == Award.rule_id)
        .where(AwardRule.cohort_id == cohort_id, AwardRule.course_id == course_id)
        .order_by(Award.rule_id)
    )
    return {person_id: rules.read_rule(kept) for person_id, kept in rows}


def has_rules(course_id: int) -> bool:
    """Tell whether there are rules for a course: asked at every mark."""
    found = select(AwardRule.id).where(AwardRule.course_id == course_id).limit(1)
    return session.scalar(found) is not None


def list_courses_with_rules() -> list[int]:
    """Return the courses for which there are rules."""
    return list(session.scalars(select(AwardRule.course_id).distinct()))


def list_standing(cohort_ids: Sequence[int], course_id: int) -> list[AwardRule]:
    """Return the rule that counts in each of these cohorts that has one for the course."""
    rows = session.scalars(
        select(AwardRule)
        .join(Agreement, Agreement.rule_id == AwardRule.id)
        .where(AwardRule.cohort_id.in_(cohort_ids), AwardRule.course_id == course_id)
        .order_by(AwardRule.id)
    )
    return list({row.cohort_id: row for row in rows}.values())


@dataclass(frozen=True)
class Own:
    """A certificate that somebody can earn: what it asks, and for each of it how far they are."""

    course: CohortCourse
    said: Sentence
    line: Line
    steps: list[tuple[Sentence, Sentence | None]]


def list_own(actor: Actor) -> list[Own]:
    """Return the certificates that somebody can earn."""
    found = []
    for course in list_own_courses(actor):
        standing, _ = find_rules(course.cohort_id, course.id)
        if standing is None:
            continue
        rule = rules.read_rule(standing.rule)
        results = find_own_results(actor, course, rule.asked)
        if results is not None:
            line = Line(results, rules.missing(rule, results))
            steps = rules.steps(rule, results)
            found.append(Own(course, rules.sentence(rule), line, steps))
    return found
