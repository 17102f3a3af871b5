"""How a browser comes to act for a person: passwords and sessions.

Who people are and what they may do is `app.accounts`; how they come in the first time `app.signup`.
"""

from flask import Flask

from app.accounts.hooks import AccountPage, PersonalData
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.signin import jobs, routes, session
from app.web.hooks import NavItem


def init_app(app: Flask) -> None:
    """Register pages, the finding of the actor, and what is kept about people."""
    session.init_app(app)
    app.register_blueprint(routes.bp)
    jobs.register()
    hooks.register(
        PersonalData,
        "sign_in_session",
        PersonalData(
            "sign_in_session",
            "person_id",
            export=("device", "created_at", "seen_at", "expires_at"),
            erase="delete",
            words=say("The browsers in which you are signed in"),
        ),
    )
    hooks.register(
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
    hooks.register(
        NavItem,
        "signin.sign_out",
        NavItem(
            say("Sign out"),
            "signin.sign_out",
            order=90,
            area="account",
            visible=lambda actor: actor.is_signed_in,
        ),
    )
    hooks.register(
        AccountPage, "signin.password", AccountPage(say("Password"), "signin.password", 20)
    )
    hooks.register(
        AccountPage,
        "signin.sessions",
        AccountPage(say("Where you are signed in"), "signin.sessions", 30),
    )
