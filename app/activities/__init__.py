"""Activities: attempts, answers and marks of whatever a plugin asks in a lesson.

Not what a kind of activity asks, nor how it is marked: plugins bring that (hooks.ActivityType).
What a person answered and earned stays readable with every plugin off.
"""

from pathlib import Path

from flask import Flask

from app.accounts.hooks import AfterSignIn, PersonalData, PersonalDataExtra
from app.activities import queries, services
from app.activities.routes import bp
from app.activities.rules import carried_answers
from app.activities.showing import add_script
from app.kernel import clock
from app.kernel.actors import Permission
from app.kernel.hooks import hooks as registry
from app.kernel.i18n import say
from app.learning.hooks import LessonFilter


def init_app(app: Flask) -> None:
    """Register the pages and what is personal; keep a visitor's answers when they sign in."""
    app.extensions["assets"].add_folder(Path(__file__).parent / "static", "activities/")
    app.register_blueprint(bp)
    registry.register(
        PersonalData,
        "attempt",
        PersonalData(
            table="attempt",
            person_column="person_id",
            export=("course_id", "lesson_id", "block_id", "kind", "number", "began_at"),
            erase="delete",
            words=say("Your attempts at questions and exercises, with your answers and marks"),
        ),
    )
    registry.register(
        PersonalData,
        "score",
        PersonalData(
            table="score",
            person_column="person_id",
            export=("course_id", "lesson_id", "block_id", "scored_at"),
            erase="delete",
            words=say("What your answers are worth, activity by activity"),
        ),
    )
    registry.register(
        PersonalDataExtra,
        "answers",
        PersonalDataExtra(export=queries.export_answers, erase=lambda _person_id: None),
    )
    registry.register(
        Permission,
        "activities.view",
        Permission(
            say("See what learners earned in activities"),
            ("instructor", "manager", "office", "admin"),
        ),
    )
    registry.register(LessonFilter, "activities", LessonFilter(add_script))
    registry.register(AfterSignIn, "activities", AfterSignIn(keep=_keep))


def _keep(person_id: int, carried: dict[str, object]) -> None:
    services.keep_carried(person_id=person_id, carried=carried_answers(carried), now=clock.now())
