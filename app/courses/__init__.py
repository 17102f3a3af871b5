"""Courses as they are kept: imported revisions, byte for byte, and their publications.

It is not the reader and renderer of course files (`app.content`), nor the catalog (`app.catalog`),
the lesson page (`app.learning`) or the author's pages (`app.studio`).
"""

from flask import Flask

from app.accounts.hooks import PersonalData, WiderPlaces
from app.centers.hooks import CourseChoices
from app.courses import cli, queries, routes
from app.kernel.actors import Permission
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.web.hooks import name_verbs


VERBS = {
    "courses.import": say("Course imported"),
    "courses.publish": say("Course published"),
    "courses.take_back": say("Course taken back"),
}


def init_app(app: Flask) -> None:
    """Register permissions, the files' address, the commands, and what is kept about people."""
    name_verbs(VERBS)
    hooks.register(
        Permission,
        "courses.write",
        Permission(say("Write courses: upload, check and preview them"), ("instructor", "admin")),
    )
    hooks.register(
        Permission,
        "courses.publish",
        Permission(say("Publish courses and take them back"), ("instructor", "admin")),
    )
    hooks.register(WiderPlaces, "course", WiderPlaces(queries.wider_places))
    hooks.register(CourseChoices, "courses", CourseChoices(queries.list_choices))
    _declare_personal_data()
    app.register_blueprint(routes.bp)
    app.cli.add_command(cli.courses)


def _declare_personal_data() -> None:
    acts = (
        (
            "courses.revisions",
            "revision",
            "created_by",
            ("hash", "created_at"),
            say("The versions of courses that you uploaded"),
        ),
        (
            "courses.publications",
            "publication",
            "published_by",
            ("course_id", "published_at"),
            say("The publications of courses that you made"),
        ),
        (
            "courses.withdrawals",
            "publication",
            "withdrawn_by",
            ("course_id", "withdrawn_at"),
            say("The publications that you took back"),
        ),
    )
    for name, table, column, export, words in acts:
        hooks.register(
            PersonalData,
            name,
            PersonalData(table, column, export, "anonymize", anonymize=(column,), words=words),
        )
