"""The gradebook: what the marks of a course add up to, and why.

Categories with weights, lowest marks dropped, marks that a person set, each total with the way to
it; marks that a learner contests, and a second reader decides about. Marks themselves are kept by
`app.activities`; essays are marked in `app.marking`.
"""

from flask import Flask

from app.accounts.hooks import PersonalData, PersonalDataExtra
from app.activities.hooks import Withheld
from app.centers.hooks import PlaceLink
from app.exams.hooks import Release
from app.gradebook import jobs
from app.gradebook.queries import export_overrides, find_release, find_withheld
from app.gradebook.routes import bp
from app.gradebook.services import RELEASED
from app.gradebook.showing import show_points
from app.kernel.actors import Permission
from app.kernel.hooks import hooks as registry
from app.kernel.i18n import say
from app.learning.hooks import CoursePart
from app.notices.hooks import NotificationType
from app.web.hooks import name_verbs

VERBS = {
    "gradebook.plan": say("Weights and release set"),
    "gradebook.standing": say("Points changed"),
    "gradebook.proposed": say("Change of points proposed"),
    "gradebook.confirm": say("Change of points agreed to"),
    "gradebook.refuse": say("Change of points refused"),
    "gradebook.contest": say("Points contested"),
    "gradebook.second_reading": say("Contest decided"),
}


def init_app(app: Flask) -> None:
    """Register the pages, who may change marks, and what is personal."""
    name_verbs(VERBS)
    app.register_blueprint(bp)
    registry.register(
        Permission,
        "gradebook.change",
        Permission(say("Change marks and how they add up"), ("instructor", "manager", "admin")),
    )
    registry.register(
        PersonalData,
        "mark_override",
        PersonalData(
            table="mark_override",
            person_column="person_id",
            export=("course_id", "lesson_id", "block_id", "made_at"),
            erase="delete",
            words=say("Marks of yours that a person set, and why"),
        ),
    )
    registry.register(
        PersonalDataExtra,
        "marks_set",
        PersonalDataExtra(export=export_overrides, erase=lambda _person_id: None),
    )
    registry.register(Withheld, "gradebook", Withheld(find_withheld))
    for column, words in (
        ("actor_id", say("That you changed somebody's mark")),
        ("second_id", say("That you decided about a mark that somebody changed")),
    ):
        registry.register(
            PersonalData,
            f"mark_override.{column}",
            PersonalData(
                table="mark_override",
                person_column=column,
                export=("made_at", "decided_at"),
                erase="anonymize",
                anonymize=(column,),
                words=words,
            ),
        )
    registry.register(
        PersonalData,
        "contest",
        PersonalData(
            table="contest",
            person_column="person_id",
            export=(
                "course_id", "lesson_id", "block_id", "words", "made_at",
                "state", "reason", "decided_at",
            ),
            erase="delete",
            words=say("Marks that you contested, and what came of it"),
        ),
    )  # fmt: skip
    registry.register(
        PersonalData,
        "contest.reader_id",
        PersonalData(
            table="contest",
            person_column="reader_id",
            export=("decided_at",),
            erase="anonymize",
            anonymize=("reader_id",),
            words=say("That you decided about a mark that somebody contested"),
        ),
    )
    registry.register(
        PlaceLink,
        "gradebook.book",
        PlaceLink("cohort", say("Marks"), "gradebook.book", "activities.view", order=5),
    )
    registry.register(NotificationType, "gradebook.changed", NotificationType(say("Your marks:")))
    registry.register(Release, "gradebook", Release(find_release))
    registry.register(NotificationType, RELEASED, NotificationType(say("Your marks:")))
    jobs.register()
    registry.register(CoursePart, "gradebook", CoursePart(show_points))
