"""Regrading: what a new revision of a course does to marks that were given already.

First it is worked out and shown, then done as its author chose. Answers are never touched; marks
are added, never changed; no mark falls unless a second person signs. Not how an answer is marked:
kinds of activities bring that (app.activities.hooks).
"""

from flask import Flask

from app.accounts.hooks import PersonalData
from app.kernel.hooks import hooks as registry
from app.kernel.i18n import say
from app.notices.hooks import NotificationType
from app.regrading import jobs, routes
from app.regrading.rules import NOTICE
from app.web.hooks import name_verbs

VERBS = {
    "regrading.decide": say("Marks of a new revision decided"),
    "regrading.sign": say("Lower marks signed"),
    "regrading.apply": say("Answers marked again"),
}


def init_app(app: Flask) -> None:
    """Register the page, the job, the notice, and what is personal."""
    name_verbs(VERBS)
    app.register_blueprint(routes.bp)
    jobs.register()
    registry.register(NotificationType, NOTICE, NotificationType(say("Your marks")))
    for column, words in (
        ("asked_by", say("What you decided about marks when you published courses")),
        ("signed_by", say("What you signed of what others decided about marks")),
    ):
        registry.register(
            PersonalData,
            f"regrading.{column}",
            PersonalData(
                table="regrading",
                person_column=column,
                export=("choice", "reason", "asked_at"),
                erase="keep",
                keep_reason=say("It says why marks of other people are what they are."),
                words=words,
            ),
        )
