"""The second step at sign-in: a code from an app on one's phone, or one from paper.

Passwords and sessions are `app.signin`, which asks here whether a person switched it on. It knows
no center and no page of staff: who may take the step back for others does so there.
"""

from flask import Flask

from app.accounts.hooks import AccountPage, PersonalData
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.secondfactor import cli, queries, routes
from app.signin.hooks import SecondStep
from app.web.hooks import name_verbs

VERBS = {
    "secondfactor.on": say("Two-step sign-in switched on"),
    "secondfactor.off": say("Two-step sign-in switched off"),
    "secondfactor.codes": say("Paper codes made"),
    "secondfactor.recovery_used": say("Paper code used"),
    "secondfactor.reset": say("Two-step sign-in switched off by staff"),
}


def init_app(app: Flask) -> None:
    """Register the pages, the command, the step itself, and what is kept about people."""
    name_verbs(VERBS)
    app.register_blueprint(routes.bp)
    cli.register()
    hooks.register(
        SecondStep, "secondfactor", SecondStep(queries.is_on, endpoint="secondfactor.code")
    )
    hooks.register(
        AccountPage,
        "secondfactor.second_factor",
        AccountPage(say("Two-step sign-in"), "secondfactor.second_factor", 25),
    )
    hooks.register(
        PersonalData,
        "second_factor",
        PersonalData(
            "second_factor",
            "person_id",
            export=("created_at", "confirmed_at"),
            erase="delete",
            words=say("Since when you sign in with a code from an app"),
        ),
    )
