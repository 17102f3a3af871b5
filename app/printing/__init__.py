"""Printing: a certificate as PDF, in French and Arabic on one page.

How it looks is set by a center, for a course or for all. Whoever owns a certificate, and the staff
of its center, can have it for as long as it counts; it is made anew each time, and for the same
certificate it is the same file. What it proves is in `credentials`.
"""

from flask import Flask

from app.centers.hooks import PlaceLink
from app.credentials.hooks import CredentialLink, FrozenFact
from app.kernel.actors import Permission
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.printing import queries
from app.printing.routes import bp
from app.web.hooks import name_verbs

VERBS = {
    "printing.draft": say("Draft of a certificate's look made"),
    "printing.use": say("Certificate's look chosen"),
}


def init_app(app: Flask) -> None:
    """Register pages and the links that lead to them."""
    name_verbs(VERBS)
    app.register_blueprint(bp)
    hooks.register(
        CredentialLink, "printing.own", CredentialLink("own", say("PDF"), "printing.own", 10)
    )
    hooks.register(
        CredentialLink, "printing.staff", CredentialLink("staff", say("PDF"), "printing.staff", 10)
    )
    hooks.register(FrozenFact, "template", FrozenFact(queries.find_template_id))
    hooks.register(
        Permission,
        "printing.design",
        Permission(say("Choose how certificates look"), ("manager", "admin")),
    )
    hooks.register(
        PlaceLink,
        "printing.center",
        PlaceLink(
            "center", say("How certificates look"), "printing.templates", "printing.design", 60
        ),
    )
