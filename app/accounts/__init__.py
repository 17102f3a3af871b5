"""People: who they are, how they are reached, which roles they hold.

How a browser comes to act for a person (passwords, sessions, codes) is `app.signin`; what a center
knows of its people is `app.centers`.
"""

from flask import Flask

from app.accounts import cli, policies, queries, routes
from app.accounts.hooks import PersonalData
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.web.hooks import NavItem, name_verbs

PERSONAL = (
    PersonalData(
        "person",
        "id",
        export=("public_id", "name", "name_ar", "language", "created_at", "last_seen_at"),
        erase="anonymize",
        anonymize=("name", "name_ar", "password_hash", "last_seen_at"),
        words=say("Your name in both scripts, your language, when you came and were last here"),
    ),
    PersonalData(
        "address",
        "person_id",
        export=("kind", "value", "confirmed_at"),
        erase="delete",
        words=say("Your e-mail addresses and phone numbers"),
    ),
    PersonalData(
        "role_grant",
        "person_id",
        export=("role", "scope", "scope_id", "granted_at"),
        erase="delete",
        words=say("The roles that you hold"),
    ),
    PersonalData(
        "token",
        "person_id",
        export=("purpose", "address", "created_at", "expires_at", "used_at"),
        erase="delete",
        words=say("Links and codes that were sent to you lately, without the secret itself"),
    ),
)


VERBS = {
    "accounts.drop_address": say("Address removed"),
    "accounts.suspend": say("Account suspended"),
    "accounts.unsuspend": say("Account opened again"),
    "roles.grant": say("Role given"),
    "roles.revoke": say("Role taken back"),
}


def init_app(app: Flask) -> None:
    """Register pages, commands, permissions and what is kept about people."""
    name_verbs(VERBS)
    app.register_blueprint(routes.bp)
    app.cli.add_command(cli.accounts)
    app.jinja_env.filters["named"] = queries.display_name
    policies.register()
    for data in PERSONAL:
        hooks.register(PersonalData, data.table, data)
    hooks.register(
        NavItem,
        "accounts.account",
        NavItem(
            say("My account"),
            "accounts.account",
            order=10,
            area="account",
            visible=lambda actor: actor.is_signed_in,
        ),
    )
