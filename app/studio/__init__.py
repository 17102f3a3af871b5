"""The author's way in by browser: upload, checker's report, preview, publishing, taking back.

It keeps only uploads that are too large to be checked while somebody waits, until that was done:
courses and their publications are `app.courses`; the reader and the checker are `app.content`.
"""

from flask import Flask

from app.accounts.hooks import PersonalData
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.studio import jobs, routes
from app.web.hooks import NavItem, name_verbs

VERBS = {
    "studio.upload": say("Course uploaded"),
}


def init_app(app: Flask) -> None:
    """Register the pages and their link in the top bar."""
    name_verbs(VERBS)
    app.register_blueprint(routes.bp)
    jobs.register()
    hooks.register(
        PersonalData,
        "course_upload",
        PersonalData(
            "course_upload",
            "person_id",
            ("file_name", "state", "created_at"),
            "delete",
            words=say("The courses that you sent and that wait for their check"),
        ),
    )
    hooks.register(
        NavItem,
        "studio",
        NavItem(
            say("Studio"),
            "studio.my_courses",
            order=60,
            visible=lambda actor: actor.can_somewhere("courses.write"),
        ),
    )
