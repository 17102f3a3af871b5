"""What is kept about a person: shown to them, handed to them, erased for them.

Each feature declares its own tables (`accounts.hooks.PersonalData`); this one only walks them.
"""

from flask import Flask

from app.accounts.hooks import AccountPage
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.privacy import routes
from app.web.hooks import NavItem, name_verbs

VERBS = {
    "privacy.export": say("Own data taken out"),
    "privacy.erase": say("Account erased"),
}


def init_app(app: Flask) -> None:
    """Register the pages."""
    name_verbs(VERBS)
    app.register_blueprint(routes.bp)
    hooks.register(
        NavItem,
        "privacy.personal_data",
        NavItem(say("Personal data"), "privacy.personal_data", order=30, area="foot"),
    )
    hooks.register(
        AccountPage, "privacy.my_data", AccountPage(say("My data"), "privacy.my_data", 40)
    )
