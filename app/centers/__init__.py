"""Centers, their staff, courses and cohorts: who belongs where.

Not what is learned there (app.learning), the accounts themselves (app.accounts), nor how people
are brought in (app.rosters).
"""

from functools import partial

from flask import Flask

from app.accounts.hooks import CentersOfPerson, PersonalData, WiderPlaces
from app.centers import queries, routes, rules
from app.kernel.actors import Permission
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.web.hooks import NavItem, PlaceResolver, name_verbs

PERMISSIONS = {
    "centers.open": Permission(say("Open and close centers"), ("admin",)),
    "centers.manage": Permission(say("Run a center: names, staff, courses"), ("manager", "admin")),
    "centers.view": Permission(
        say("See a center as its staff does"), ("instructor", "manager", "office", "admin")
    ),
    "cohorts.manage": Permission(say("Run cohorts"), ("manager", "admin")),
    "cohorts.view": Permission(
        say("See cohorts and their members"), ("instructor", "manager", "office", "admin")
    ),
    "people.import": Permission(say("Bring people into a center"), ("manager", "admin")),
}
PERSONAL = (
    PersonalData(
        "center_member",
        "person_id",
        export=("center_id", "joined_at"),
        erase="delete",
        words=say("The centers that you belong to"),
    ),
    PersonalData(
        "cohort_member",
        "person_id",
        export=("cohort_id", "joined_at", "left_at"),
        erase="delete",
        words=say("The cohorts that you are or were in"),
    ),
)


VERBS = {
    "centers.open": say("Center added"),
    "centers.edit": say("Center changed"),
    "centers.set_state": say("Center opened or closed"),
    "centers.offer_courses": say("Courses of a center chosen"),
    "centers.join": say("Person came to a center"),
    "centers.bring_in": say("People brought in"),
    "cohorts.create": say("Cohort added"),
    "cohorts.edit": say("Cohort changed"),
    "cohorts.join": say("Person joined a cohort"),
    "cohorts.leave": say("Person left a cohort"),
}


def init_app(app: Flask) -> None:
    """Register pages, permissions, and what others ask about places."""
    name_verbs(VERBS)
    app.register_blueprint(routes.bp)
    app.jinja_env.filters["city"] = rules.city_name
    for name, permission in PERMISSIONS.items():
        hooks.register(Permission, name, permission)
    for data in PERSONAL:
        hooks.register(PersonalData, data.table, data)
    hooks.register(PlaceResolver, "center", PlaceResolver(routes.find_place))
    hooks.register(CentersOfPerson, "centers", CentersOfPerson(queries.list_centers_of))
    for kind in ("center", "cohort"):
        hooks.register(WiderPlaces, kind, WiderPlaces(partial(queries.find_places_around, kind)))
    hooks.register(
        NavItem,
        "centers.centers",
        NavItem(
            say("Centers"),
            "centers.centers",
            order=60,
            visible=lambda actor: actor.is_signed_in and actor.can_somewhere("centers.view"),
        ),
    )
