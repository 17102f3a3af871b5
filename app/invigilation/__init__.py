"""Exams as staff see them: when they open, who is writing, what came too late, who has more time.

Not how an exam is sat or marked (app.exams); a mark is changed in the gradebook (app.gradebook).
"""

from flask import Flask

from app.accounts.hooks import AccountPage
from app.centers.hooks import PlaceLink
from app.invigilation import policies
from app.invigilation.routes import bp
from app.kernel.hooks import hooks as registry
from app.kernel.i18n import say
from app.web.hooks import name_verbs

LINKS = {
    "cohort": PlaceLink("cohort", say("Exams"), "invigilation.exams", "exams.invigilate", order=6),
    "person": PlaceLink(
        "person", say("Time in exams"), "invigilation.accommodation", "accommodations.set"
    ),
}


VERBS = {
    "exams.schedule": say("Exam scheduled"),
    "accommodations.set": say("Accommodation for exams set"),
}


def init_app(app: Flask) -> None:
    """Register the pages, the ways to them, and who may open them."""
    name_verbs(VERBS)
    app.register_blueprint(bp)
    policies.register()
    for name, link in LINKS.items():
        registry.register(PlaceLink, f"invigilation.{name}", link)
    registry.register(
        AccountPage,
        "invigilation.own",
        AccountPage(say("Time in exams"), "invigilation.own", 40),
    )
