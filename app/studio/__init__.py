"""The author's way in by browser: upload, checker's report, preview, publishing, taking back.

It keeps nothing of its own: courses and their publications are `app.courses`; the reader and the
checker are `app.content`.
"""

from flask import Flask

from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.studio import routes
from app.web.hooks import NavItem


def init_app(app: Flask) -> None:
    """Register the pages and their link in the top bar."""
    app.register_blueprint(routes.bp)
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
