"""How people come in: sign-up, invitation, printed codes, and proving that an address is theirs.

Signing in with a password that exists is `app.signin`.
"""

from flask import Flask

from app.accounts.hooks import AccountPage
from app.kernel.actors import Permission
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.settings import get_settings
from app.signup import cli, routes
from app.web.hooks import NavItem, name_verbs

VERBS = {
    "accounts.add_address": say("Address added"),
    "accounts.invite": say("Person invited"),
    "signin.issue_code": say("Code to sign in issued"),
    "accounts.issue_sign_up_code": say("Code to sign up issued"),
}


def init_app(app: Flask) -> None:
    """Register pages, commands, and the way in from the menu where sign-up is open."""
    name_verbs(VERBS)
    app.register_blueprint(routes.bp)
    cli.register()
    hooks.register(
        Permission,
        "accounts.invite",
        Permission(say("Invite people"), ("manager", "admin")),
    )
    hooks.register(
        AccountPage,
        "signup.addresses",
        AccountPage(say("E-mail and phone"), "signup.addresses", 10),
    )
    if get_settings().sign_up == "open":
        hooks.register(
            NavItem,
            "signup.sign_up",
            NavItem(
                say("Sign up"),
                "signup.sign_up",
                order=20,
                area="account",
                visible=lambda actor: not actor.is_signed_in,
            ),
        )
