"""Credentials: what was awarded, who may check it, and the keys with which the site signs it.

Why somebody earns one and how it looks on paper is brought by plugins; what was awarded stays
visible and can be checked without them.
"""

from flask import Flask

from app.accounts.hooks import AccountPage, PersonalData
from app.centers.hooks import PlaceLink
from app.credentials import cli, jobs
from app.credentials.routes import bp
from app.kernel.actors import Permission
from app.kernel.health import HealthCheck
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.notices.hooks import NotificationType
from app.web.hooks import NavItem, name_verbs

VERBS = {
    "credentials.key": say("Signing key made"),
    "credentials.propose": say("Certificate proposed"),
    "credentials.agree": say("Certificate agreed to"),
    "credentials.refuse": say("Certificate refused"),
    "credentials.award": say("Certificate awarded"),
    "credentials.revoke": say("Certificate revoked"),
}


def init_app(app: Flask) -> None:
    """Register pages, permissions, jobs, and what is personal."""
    name_verbs(VERBS)
    app.register_blueprint(bp)
    app.cli.add_command(cli.credentials)
    jobs.register()
    hooks.register(
        Permission,
        "credentials.award",
        Permission(say("Propose and confirm certificates"), ("instructor", "manager", "admin")),
    )
    hooks.register(
        Permission,
        "credentials.revoke",
        Permission(say("Revoke certificates and correct names"), ("manager", "admin")),
    )
    hooks.register(
        PlaceLink,
        "credentials.cohort",
        PlaceLink("cohort", say("Certificates"), "credentials.cohort", "credentials.award", 40),
    )
    hooks.register(
        AccountPage,
        "credentials.own",
        AccountPage(say("Your certificates"), "credentials.own", 15),
    )
    hooks.register(
        NavItem,
        "credentials.check",
        NavItem(say("Check a certificate"), "credentials.check", order=5, area="foot"),
    )
    hooks.register(
        NotificationType, "credentials.awarded", NotificationType(say("Your certificates:"))
    )
    hooks.register(
        HealthCheck, "credentials.key", HealthCheck(say("Key of certificates"), jobs.check_key)
    )
    _declare_personal_data()


def _declare_personal_data() -> None:
    hooks.register(
        PersonalData,
        "credential",
        PersonalData(
            table="credential",
            person_column="person_id",
            export=(
                "public_id", "name", "name_ar", "facts", "issued_at", "expires_at", "document",
                "revoked_at", "revoked_reason", "appeal_until", "replaced_at", "is_private",
            ),
            erase="anonymize",
            anonymize=("person_id", "name", "name_ar", "identity", "document"),
            words=say("Your certificates; erased, their numbers say nothing of you any more"),
        ),
    )  # fmt: skip
    hooks.register(
        PersonalData,
        "award_proposal",
        PersonalData(
            table="award_proposal",
            person_column="person_id",
            export=("course_id", "reason", "state", "proposed_at", "decided_at"),
            erase="delete",
            words=say("Certificates that somebody proposed for you"),
        ),
    )
    for column, words in (
        ("proposed_by", say("That you proposed a certificate for somebody")),
        ("decided_by", say("That you decided about a certificate for somebody")),
    ):
        hooks.register(
            PersonalData,
            f"award_proposal.{column}",
            PersonalData(
                table="award_proposal",
                person_column=column,
                export=("proposed_at", "decided_at"),
                erase="anonymize",
                anonymize=(column,),
                words=words,
            ),
        )
