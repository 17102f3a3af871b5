"""Exams: timed attempts at questions drawn from a course's bank, saved as they are answered.

Not what a question is or what an answer is worth (plugins), nor marks and scores themselves
(app.activities), which exams write like every other activity.
"""

from pathlib import Path

from flask import Flask

from app.accounts.hooks import PersonalData
from app.exams import jobs, routes
from app.exams.cli import bench
from app.exams.showing import find_panel
from app.kernel.hooks import hooks as registry
from app.kernel.i18n import say
from app.learning.hooks import CoursePanel

PERSONAL = (
    PersonalData(
        "exam_attempt",
        "person_id",
        export=("public_id", "deadline", "closed_at", "closed_by", "marked_at"),
        erase="delete",
        words=say("The exams that you sat: when they ended, and how"),
    ),
    PersonalData(
        "accommodation",
        "person_id",
        export=("factor", "larger_text", "reason", "set_at"),
        erase="delete",
        words=say("What you need in exams: more time, larger text, and why"),
    ),
    PersonalData(
        "accommodation",
        "set_by",
        export=("set_at",),
        erase="anonymize",
        anonymize=("set_by",),
        words=say("That you set what somebody needs in exams"),
    ),
)


def init_app(app: Flask) -> None:
    """Register pages, jobs, what is personal, and the way from the course."""
    app.extensions["assets"].add_folder(Path(__file__).parent / "static", "exams/")
    app.register_blueprint(routes.bp)
    app.cli.add_command(bench)
    jobs.register()
    for data in PERSONAL:
        registry.register(PersonalData, f"{data.table}.{data.person_column}", data)
    registry.register(CoursePanel, "exams", CoursePanel("lesson.after", find_panel, order=10))
