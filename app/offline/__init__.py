"""Offline: what a phone keeps of a course, to read it without network.

It makes the editions of lessons that phones keep, the worker that shows them, and the page that
lists them. It keeps nothing on the server, knows nobody, and takes no answers: what is kept on a
phone holds nothing personal, so that whoever uses the phone next finds a course and no more.
"""

from pathlib import Path

from flask import Flask

from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.learning.hooks import CoursePart, LessonFilter
from app.offline import routes
from app.web.hooks import NavItem


def init_app(app: Flask) -> None:
    """Register the pages, the script, and what stands on the cover of a course."""
    app.extensions["assets"].add_folder(Path(__file__).parent / "static", "offline/")
    app.register_blueprint(routes.bp)
    hooks.register(CoursePart, "offline", CoursePart(routes.offer))
    hooks.register(LessonFilter, "offline", LessonFilter(routes.spare_pictures))
    hooks.register(
        NavItem,
        "offline.foot",
        NavItem(say("Reading offline"), "offline.kept", order=20, area="foot"),
    )
    hooks.register(
        NavItem,
        "offline.kept",
        NavItem(
            say("What this phone keeps"),
            "offline.kept",
            order=80,
            area="account",
            visible=lambda actor: actor.is_signed_in,
        ),
    )
