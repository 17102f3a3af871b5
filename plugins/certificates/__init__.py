"""Certificates: the rules by which a cohort's learners earn one, and awarding by them."""

from app.sdk import AccountPage, Hooks, JobType, PlaceLink, Routes, say
from plugins.certificates import jobs, routes


def register(hooks: Hooks) -> None:
    """Bring everything; called once, when the site starts."""
    hooks.register(Routes, "center", Routes(routes.center, "center"))
    hooks.register(Routes, "site", Routes(routes.site, "site"))
    hooks.register(JobType, "award", JobType(jobs.award, timeout=600))
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
