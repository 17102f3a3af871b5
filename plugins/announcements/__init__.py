"""Announcements: what a center has to say, on the first page of its learners."""

from app.sdk import AuditVerb, HomeCard, Hooks, JobType, PlaceLink, Routes, say
from plugins.announcements import cards, jobs, routes


def register(hooks: Hooks) -> None:
    """Bring everything; called once, when the site starts."""
    hooks.register(Routes, "center", Routes(routes.bp, "center"))
    hooks.register(HomeCard, "card", HomeCard(cards.find, order=20))
    hooks.register(JobType, "end", JobType(jobs.end_those_over, schedule="5 0 * * *"))
    link = PlaceLink(
        "tab", say("Announcements"), "announcements_center.index", "announcements.manage", order=60
    )
    hooks.register(PlaceLink, "tab", link)
    hooks.register(AuditVerb, "write", AuditVerb(say("Announcement written")))
    hooks.register(AuditVerb, "edit", AuditVerb(say("Announcement changed")))
    hooks.register(AuditVerb, "end", AuditVerb(say("Announcement ended")))
