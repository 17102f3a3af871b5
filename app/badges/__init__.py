"""Badges: a credential as a picture that holds it (PNG and SVG), and a picture for messages.

What is in them and who may see it is said by `credentials`; the letters come from `printing`.
"""

from flask import Flask

from app.badges.routes import bp
from app.credentials.hooks import CredentialLink, CredentialPictures
from app.kernel.hooks import hooks
from app.kernel.i18n import say


def init_app(app: Flask) -> None:
    """Register pages, the pictures and the links that lead to them."""
    app.register_blueprint(bp)
    hooks.register(CredentialPictures, "badges", CredentialPictures("badges.svg", "badges.wide"))
    for kind, label, order in (
        ("png", say("Badge (PNG)"), 20),
        ("svg", say("Badge (SVG)"), 30),
    ):
        hooks.register(
            CredentialLink, f"badges.{kind}", CredentialLink("own", label, f"badges.{kind}", order)
        )
