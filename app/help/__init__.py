"""Help: pages about the site itself, for everybody; what to do when stuck, and who can use it how.

They promise nothing that the site does not do. What is kept about people is app.privacy's.
"""

from flask import Flask

from app.help import routes
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.web.hooks import NavItem


def init_app(app: Flask) -> None:
    """Register the pages and their links at the foot of every page."""
    app.register_blueprint(routes.bp)
    for label, endpoint, order in (
        (say("Help"), "help.show", 10),
        (say("Accessibility"), "help.accessibility", 40),
    ):
        hooks.register(NavItem, endpoint, NavItem(label, endpoint, order=order, area="foot"))
