"""What can be done. Everything stands inside `with write():`."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from app.sdk import Actor, CohortRow, Conflict, Forbidden, Invalid, NotFound, Plugin, say, session
from plugins.certificates import queries
from plugins.certificates.models import Agreement, AwardRule
from plugins.certificates.rules import Rule

me = Plugin(__name__)


def propose_rule(
    *, actor: Actor, cohort: CohortRow, course_id: int, rule: Rule, now: datetime
) -> None:
    """Propose what must be reached; it counts once somebody else agrees."""
    _check(actor, cohort)
    if not rule.conditions:
        raise Invalid(say("Ask for something: a rule without conditions was not kept."))
    row = AwardRule(
        cohort_id=cohort.id,
        course_id=course_id,
        rule=rule.to_json(),
        made_by=actor.id,
        made_at=now,
    )
    session.add(row)
    session.flush()
    _note(actor, "propose", cohort, row)


def agree(*, actor: Actor, cohort: CohortRow, rule_id: int, now: datetime) -> None:
    """Let the newest rule count. Raises Forbidden for who proposed it, Conflict when it is old."""
    _check(actor, cohort)
    row = queries.get_rule(rule_id, cohort.id)
    if row.made_by == actor.id:
        raise Forbidden(say("Somebody else must agree: you proposed this rule."))
    _, proposed = queries.find_rules(cohort.id, row.course_id)
    if proposed is None or proposed.id != row.id:
        raise _overtaken()
    try:
        with session.begin_nested():
            session.add(Agreement(rule_id=row.id, agreed_by=actor.id, agreed_at=now))
    except IntegrityError:
        raise _overtaken() from None
    _note(actor, "agree", cohort, row)


def _overtaken() -> Conflict:
    return Conflict(say("This rule was agreed to or changed in the meantime."))


def begin_award(*, actor: Actor, cohort: CohortRow, rule_id: int) -> None:
    """Have it awarded to all who are ready. Raises Conflict when the rule counts no more."""
    _check(actor, cohort)
    row = queries.get_rule(rule_id, cohort.id)
    standing, _ = queries.find_rules(cohort.id, row.course_id)
    if standing is None or standing.id != row.id:
        raise Conflict(say("Another rule counts by now. Nothing was awarded; look again."))
    me.enqueue("award", {"rule_id": row.id, "center_id": cohort.center_id})
    _note(actor, "award", cohort, row)


def _note(actor: Actor, act: str, cohort: CohortRow, row: AwardRule) -> None:
    me.audit(
        actor, act, obj=f"cohort:{cohort.id}", center_id=cohort.center_id, details={"rule": row.id}
    )


def _check(actor: Actor, cohort: CohortRow) -> None:
    if not actor.can("certificates.award", center=cohort.center_id):
        raise NotFound
