"""A center's people: the list, one person's page, bringing people in from a file, and out as one.

Not the accounts themselves (app.accounts), nor who is in which cohort (app.centers).
"""

from flask import Flask

from app.accounts.hooks import PersonalData
from app.centers.hooks import PlaceLink
from app.kernel.actors import Permission
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.rosters import jobs, routes
from app.web.hooks import name_verbs

PERSONAL = (
    PersonalData(
        "roster_line",
        "person_id",
        export=("name", "name_ar", "email", "phone", "cohort", "language"),
        erase="delete",
        words=say("Your line in a file with which a center brought people in"),
    ),
    PersonalData(
        "roster",
        "uploaded_by",
        export=("file_name", "created_at"),
        erase="anonymize",
        anonymize=("uploaded_by",),
        words=say("The files of people that you brought in"),
    ),
)
LINKS = {
    "rosters.tab": PlaceLink("tab", say("People"), "rosters.people", "accounts.view"),
    "rosters.person": PlaceLink("member", say("Person"), "rosters.person", "accounts.view"),
    "rosters.bring": PlaceLink(
        "center", say("Bring people in from a file"), "rosters.rosters", "people.import"
    ),
}


VERBS = {
    "rosters.upload": say("List of people uploaded"),
    "rosters.confirm": say("List of people confirmed"),
    "rosters.done": say("List of people brought in"),
    "rosters.issue_codes": say("Codes issued"),
    "people.export": say("List of people taken out"),
}


def init_app(app: Flask) -> None:
    """Register pages, jobs, permissions and what is kept about people."""
    name_verbs(VERBS)
    app.register_blueprint(routes.bp)
    jobs.register()
    hooks.register(
        Permission,
        "people.export",
        Permission(say("Take a center's people out as a file"), ("manager", "admin")),
    )
    for data in PERSONAL:
        hooks.register(PersonalData, data.table, data)
    for name, link in LINKS.items():
        hooks.register(PlaceLink, name, link)
