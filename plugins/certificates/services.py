"""What can be done. Everything stands inside `with write():`."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from app.sdk import (
    Actor,
    CohortRow,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Plugin,
    Results,
    award_credential,
    say,
    session,
    translate,
)
from plugins.certificates import queries, rules
from plugins.certificates.models import Agreement, Award, AwardRule
from plugins.certificates.rules import Rule

me = Plugin(__name__)
LANGUAGES = ("fr", "ar", "en")
TOGETHER = 30
"""Seconds of which all changes are looked at together."""


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
    if queries.find_progress(row, cohort.center_id) is None:  # pressed twice is once
        me.enqueue("award", {"rule_id": row.id, "center_id": cohort.center_id})
        _note(actor, "award", cohort, row)


def award(
    *, actor: Actor, cohort: CohortRow, row: AwardRule, person_id: int, now: datetime
) -> None:
    """Award it to somebody who meets the rule. Raises Conflict when they hold it already."""
    rule = rules.read_rule(row.rule)
    said = rules.sentence(rule)
    award_credential(
        actor,
        cohort.center_id,
        cohort.public_id,
        row.course_id,
        person_id,
        {language: translate(said, language) for language in LANGUAGES},
        sponsor_id=rule.sponsor or None,
        expires_on=rules.last_day(rule, now.date()),
    )
    if session.get(Award, (row.id, person_id)) is None:  # renewed, it is there
        session.add(Award(rule_id=row.id, person_id=person_id, made_at=now))


def follow(*, course_id: int, now: datetime) -> None:
    """Look soon at who meets the rules for a course: a mark in it changed.

    Changes of half a minute are looked at together, after it, so that a class which answers at
    the same time costs one look.
    """
    part, gone = divmod(int(now.timestamp()), TOGETHER)
    key = f"{course_id}:{part}"
    me.enqueue("look", {"course_id": course_id}, key=key, delay=TOGETHER - gone)


def tell_lost(*, row: AwardRule, center_id: int, found: Results, now: datetime) -> None:
    """Tell who set a rule that somebody who was awarded by it meets it no more, once."""
    agreement = session.get(Agreement, row.id)
    people = {row.made_by, agreement.agreed_by if agreement else None}
    me.notify(
        "lost",
        [one for one in people if one],
        say(
            "%(name)s holds a certificate and does not meet its rule any more: a mark was changed."
            " Nothing was taken back: decide on the page of the cohort.",
            name=found.name or found.name_ar,
        ),
        center_id=center_id,
        key=found.credential,
        now=now,
    )


def _note(actor: Actor, act: str, cohort: CohortRow, row: AwardRule) -> None:
    me.audit(
        actor, act, obj=f"cohort:{cohort.id}", center_id=cohort.center_id, details={"rule": row.id}
    )


def _check(actor: Actor, cohort: CohortRow) -> None:
    if not actor.can("certificates.award", center=cohort.center_id):
        raise NotFound
