"""Projects: files or a link handed in version by version, marked by a rubric or by a jury.

What it is worth ends as a score like every other activity's (app.activities), so that the gradebook
shows, explains, releases and changes it. Nothing that was handed in is run, unpacked or fetched.
"""

from pathlib import Path

from flask import Flask

from app.accounts.hooks import PersonalData, PersonalDataExtra
from app.centers.hooks import PlaceLink
from app.gradebook.hooks import MarkersOf
from app.kernel.hooks import hooks as registry
from app.kernel.i18n import say
from app.learning.hooks import CoursePanel
from app.notices.hooks import NotificationType
from app.projects import queries
from app.projects.marking import find_markers
from app.projects.routes import bp
from app.projects.showing import find_panel
from app.web.hooks import name_verbs

KEPT = say("They stay with the learners whose work it was.")
PERSONAL = (
    PersonalData(
        "project_work",
        "person_id",
        export=("course_id", "lesson_id"),
        erase="delete",
        words=say("The projects that you handed in, with files, comments and marks"),
    ),
    PersonalData(
        "project_comment",
        "author_id",
        export=("line", "text", "made_at"),
        erase="keep",
        keep_reason=KEPT,
        words=say("What you wrote about projects of learners"),
    ),
    PersonalData(
        "project_request",
        "asked_by",
        export=("text", "until", "asked_at"),
        erase="keep",
        keep_reason=KEPT,
        words=say("The projects that you asked for again"),
    ),
    PersonalData(
        "project_mark",
        "marker_id",
        export=("points", "most", "comment", "marked_at"),
        erase="keep",
        keep_reason=KEPT,
        words=say("The marks that you gave for projects, with your comments"),
    ),
    PersonalData(
        "project_signature",
        "person_id",
        export=("signed_at",),
        erase="keep",
        keep_reason=KEPT,
        words=say("The marks of juries that you signed"),
    ),
)


VERBS = {
    "projects.term": say("Project scheduled"),
    "projects.mark": say("Project marked"),
    "projects.sign": say("Marks of a project signed"),
    "projects.ask": say("New version of a project asked for"),
}


def init_app(app: Flask) -> None:
    """Register the pages, what is personal, and the ways from the lesson and the cohort."""
    name_verbs(VERBS)
    app.extensions["assets"].add_folder(Path(__file__).parent / "static", "projects/")
    app.register_blueprint(bp)
    for data in PERSONAL:
        registry.register(PersonalData, f"{data.table}.{data.person_column}", data)
    registry.register(
        PersonalDataExtra,
        "projects",
        PersonalDataExtra(export=queries.export_works, erase=lambda _person_id: None),
    )
    registry.register(NotificationType, "projects.told", NotificationType(say("Your project:")))
    registry.register(
        PlaceLink,
        "projects.projects",
        PlaceLink("cohort", say("Projects"), "projects.projects", "marking.mark", order=4),
    )
    registry.register(MarkersOf, "projects", MarkersOf(find_markers))
    registry.register(CoursePanel, "projects", CoursePanel("lesson.after", find_panel, order=10))
