"""Learning: enrollment, the lesson page, progress and completion.

It does not know what a quiz is: blocks are rendered by whoever declares them.
"""

from flask import Flask

from app.accounts.hooks import AfterSignIn, PersonalData
from app.centers.hooks import CohortJoined
from app.kernel import clock
from app.kernel.db import write
from app.kernel.hooks import hooks as registry
from app.kernel.i18n import say
from app.kernel.outbox import Subscriber
from app.learning import jobs, services
from app.learning.routes import bp
from app.learning.rules import carried_progress


def init_app(app: Flask) -> None:
    """Register the pages, what is personal, and what follows from other features' events."""
    app.register_blueprint(bp)
    jobs.register()
    registry.register(
        PersonalData,
        "enrollment",
        PersonalData(
            table="enrollment",
            person_column="person_id",
            export=(
                "course_id",
                "center_id",
                "cohort_id",
                "enrolled_at",
                "seen_at",
                "completed_at",
                "left_at",
                "last_lesson",
                "last_place",
            ),
            erase="delete",
            words=say("The courses that you follow, since when and how far"),
        ),
    )
    registry.register(
        PersonalData,
        "lesson_done",
        PersonalData(
            table="lesson_done",
            person_column="person_id",
            export=("course_id", "lesson_id", "done_at"),
            erase="delete",
            words=say("The lessons that you finished, and when"),
        ),
    )
    registry.register(AfterSignIn, "learning", AfterSignIn(keep=_keep))
    registry.register(Subscriber, "learning.cohort", Subscriber(CohortJoined, _follow))


def _keep(person_id: int, carried: dict[str, object]) -> None:
    services.keep_carried(person_id=person_id, carried=carried_progress(carried), now=clock.now())


def _follow(event: CohortJoined) -> None:
    with write():
        services.follow_cohort(
            person_id=event.person_id, center_id=event.center_id, cohort_id=event.cohort_id
        )
