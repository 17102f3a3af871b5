"""Short messages from staff to their people: in the page, and as a copy by mail.

Not the sending of mail (app.messages), nor a forum.
"""

from flask import Flask

from app.accounts.hooks import PersonalData
from app.centers.hooks import PlaceLink
from app.kernel.actors import Permission
from app.kernel.hooks import hooks as registry
from app.kernel.i18n import say
from app.notices import jobs, routes
from app.web.hooks import NavItem, name_verbs

PERSONAL = (
    PersonalData(
        "notice_receipt",
        "person_id",
        export=("notice_id", "read_at"),
        erase="delete",
        words=say("The messages that staff sent you, and when you read them"),
    ),
    PersonalData(
        "notice",
        "sender_id",
        export=("text", "sent_at"),
        erase="keep",
        keep_reason=say("They stay with the people who received them."),
        words=say("The messages that you sent"),
    ),
)


VERBS = {
    "notices.send": say("Notice sent"),
}


def init_app(app: Flask) -> None:
    """Register pages, the copies by mail, and the links from people and cohorts."""
    name_verbs(VERBS)
    app.register_blueprint(routes.bp)
    jobs.register()
    registry.register(
        Permission,
        "messages.send",
        Permission(say("Write to the people of one's place"), ("instructor", "manager", "admin")),
    )
    for data in PERSONAL:
        registry.register(PersonalData, data.table, data)
    label = say("Write a message")
    registry.register(
        PlaceLink,
        "notices.cohort",
        PlaceLink("cohort", label, "notices.to_cohort", "messages.send", order=10),
    )
    registry.register(
        PlaceLink,
        "notices.person",
        PlaceLink("person", label, "notices.to_person", "messages.send", order=10),
    )
    registry.register(
        NavItem,
        "notices.notices",
        NavItem(
            say("Messages"),
            "notices.notices",
            order=30,
            area="account",
            visible=lambda actor: actor.is_signed_in,
        ),
    )
