"""Partners: companies, ministries, universities and operators, and the people who act for them.

Only name and people; what a partner finances or sees is brought by plugins, by the partner's id.
"""

from flask import Flask

from app.accounts.hooks import WiderPlaces
from app.kernel.actors import Permission
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.partners import queries, routes
from app.web.hooks import NavItem, name_verbs

PERMISSIONS = {
    "partners.manage": Permission(say("Add and change partners"), ("office", "admin")),
    "partners.view": Permission(say("See a partner's page"), ("partner", "office", "admin")),
}


VERBS = {
    "partners.create": say("Partner added"),
    "partners.edit": say("Partner changed"),
}


def init_app(app: Flask) -> None:
    """Register pages, permissions, and where a partner lies."""
    name_verbs(VERBS)
    app.register_blueprint(routes.bp)
    for name, permission in PERMISSIONS.items():
        hooks.register(Permission, name, permission)
    hooks.register(WiderPlaces, "partner", WiderPlaces(queries.find_places_around))
    hooks.register(
        NavItem,
        "partners.partners",
        NavItem(
            say("Partners"),
            "partners.partners",
            order=65,
            visible=lambda actor: actor.is_signed_in and actor.can_somewhere("partners.view"),
        ),
    )
