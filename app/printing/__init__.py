"""Printing: a certificate as PDF, in French and Arabic on one page.

Whoever owns it, and the staff of its center, can have it for as long as it counts; it is made anew
each time, and for the same certificate it is the same file. What it proves is in `credentials`.
"""

from flask import Flask

from app.credentials.hooks import CredentialLink
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.printing.routes import bp


def init_app(app: Flask) -> None:
    """Register pages and the links that lead to them."""
    app.register_blueprint(bp)
    hooks.register(
        CredentialLink, "printing.own", CredentialLink("own", say("PDF"), "printing.own", 10)
    )
    hooks.register(
        CredentialLink, "printing.staff", CredentialLink("staff", say("PDF"), "printing.staff", 10)
    )
