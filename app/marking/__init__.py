"""Marking by hand: answers that wait for a person, question by question and without names.

Not what a mark counts for (app.gradebook), nor what a machine marks (app.activities).
"""

from flask import Flask

from app.accounts.hooks import PersonalData
from app.centers.hooks import PlaceLink
from app.kernel.actors import Permission
from app.kernel.hooks import hooks as registry
from app.kernel.i18n import say
from app.marking.routes import bp
from app.notices.hooks import NotificationType
from app.web.hooks import name_verbs

VERBS = {
    "marking.change": say("Mark changed"),
    "marking.release": say("Marks released"),
}


def init_app(app: Flask) -> None:
    """Register the pages, who may open them, and what is personal."""
    name_verbs(VERBS)
    app.register_blueprint(bp)
    registry.register(
        Permission,
        "marking.mark",
        Permission(say("Mark answers by hand"), ("instructor", "manager", "admin")),
    )
    registry.register(
        PersonalData,
        "hand_mark",
        PersonalData(
            table="hand_mark",
            person_column="marker_id",
            export=("points", "most", "comment", "marked_at"),
            erase="keep",
            keep_reason=say("They stay with the learners whose answers were marked."),
            words=say("The marks that you gave by hand, with your comments"),
        ),
    )
    registry.register(NotificationType, "marking.released", NotificationType(say("Your marks:")))
    registry.register(
        PlaceLink,
        "marking.questions",
        PlaceLink("cohort", say("Mark answers"), "marking.questions", "marking.mark", order=4),
    )
