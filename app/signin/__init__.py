"""How a browser comes to act for a person: passwords and sessions.

Who people are and what they may do is `app.accounts`; how they come in the first time `app.signup`.
"""

from flask import Flask

from app.accounts.hooks import AccountPage, PersonalData
from app.kernel.health import HealthCheck
from app.kernel.hooks import hooks as registry
from app.kernel.i18n import say
from app.signin import jobs, routes, session
from app.web.hooks import NavItem, name_verbs

VERBS = {
    "signin.set_password": say("Password set"),
    "signin.send_link": say("Link to sign in sent"),
}


def init_app(app: Flask) -> None:
    """Register pages, the finding of the actor, and what is kept about people."""
    name_verbs(VERBS)
    session.init_app(app)
    app.register_blueprint(routes.bp)
    jobs.register()
    registry.register(
        PersonalData,
        "sign_in_session",
        PersonalData(
            "sign_in_session",
            "person_id",
            export=("device", "created_at", "seen_at", "expires_at", "mfa_at"),
            erase="delete",
            words=say("The browsers in which you are signed in"),
        ),
    )
    registry.register(
        HealthCheck, "signin.guessing", HealthCheck(say("Sign-in"), jobs.check_guessing)
    )
    registry.register(
        NavItem,
        "signin.sign_in",
        NavItem(
            say("Sign in"),
            "signin.sign_in",
            order=10,
            area="account",
            visible=lambda actor: not actor.is_signed_in,
        ),
    )
    registry.register(
        NavItem,
        "signin.sign_out",
        NavItem(
            say("Sign out"),
            "signin.send_sign_out",
            order=90,
            area="account",
            sends=True,
            visible=lambda actor: actor.is_signed_in,
        ),
    )
    registry.register(
        AccountPage, "signin.password", AccountPage(say("Password"), "signin.password", 20)
    )
    registry.register(
        AccountPage,
        "signin.sessions",
        AccountPage(say("Where you are signed in"), "signin.sessions", 30),
    )
