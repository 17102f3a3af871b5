"""Certificates: the rules by which a cohort's learners earn one, and awarding by them."""

from app.sdk import (
    AccountPage,
    AnswerMarked,
    AuditVerb,
    CourseFinished,
    Hooks,
    JobType,
    MarksChanged,
    MarkSet,
    NotificationType,
    PlaceLink,
    Routes,
    Subscriber,
    say,
)
from plugins.certificates import jobs, routes


def register(hooks: Hooks) -> None:
    """Bring everything; called once, when the site starts."""
    hooks.register(Routes, "center", Routes(routes.center, "center"))
    hooks.register(Routes, "site", Routes(routes.site, "site"))
    hooks.register(JobType, "award", JobType(jobs.award, timeout=600))
    hooks.register(JobType, "look", JobType(jobs.look, timeout=600))
    hooks.register(
        JobType, "look_at_all", JobType(jobs.look_at_all, schedule="35 * * * *", timeout=3600)
    )
    for event in (AnswerMarked, CourseFinished, MarkSet, MarksChanged):
        hooks.register(Subscriber, event.__name__.lower(), Subscriber(event, jobs.marked))
    hooks.register(NotificationType, "lost", NotificationType(say("Certificates and marks:")))
    link = PlaceLink(
        "cohort",
        say("Rules of certificates"),
        "certificates_center.cohort",
        "certificates.award",
        41,
    )
    hooks.register(PlaceLink, "cohort", link)
    hooks.register(
        AccountPage, "own", AccountPage(say("Certificates to earn"), "certificates.own", 16)
    )
    hooks.register(AuditVerb, "propose", AuditVerb(say("Rule of certificates proposed")))
    hooks.register(AuditVerb, "agree", AuditVerb(say("Rule of certificates agreed to")))
    hooks.register(AuditVerb, "award", AuditVerb(say("Certificates awarded by a rule")))
