"""Looking after the site: its health, jobs, settings, audit trail, and who holds which role.

It changes nothing by itself; what can be wrong is brought by features as health checks.
"""

from flask import Flask

from app.admin import cli, queries, routes, services
from app.kernel.actors import Permission
from app.kernel.health import HealthCheck
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.kernel.jobs import JobType
from app.web.hooks import NavItem, name_verbs

CHECKS = {
    "database": HealthCheck(say("Database"), queries.check_database),
    "disk": HealthCheck(say("Disk"), queries.check_disk),
    "jobs": HealthCheck(say("Background work"), queries.check_jobs),
    "mail": HealthCheck(say("Mail"), queries.check_mail),
    "audit": HealthCheck(say("Audit trail"), queries.check_audit),
}


VERBS = {
    "jobs.retry": say("Background job tried again"),
    "jobs.forget": say("Background job dropped"),
}


def init_app(app: Flask) -> None:
    """Register pages, commands, the permission, the site's own checks and their nightly job."""
    name_verbs(VERBS)
    app.register_blueprint(routes.bp)
    for command in (cli.settings, cli.doctor):
        app.cli.add_command(command)
    hooks.register(Permission, "site.manage", Permission(say("Look after the site"), ("admin",)))
    for name, check in CHECKS.items():
        hooks.register(HealthCheck, name, check)
    hooks.register(
        JobType,
        "admin.verify_audit",
        JobType(services.verify_audit, schedule="45 4 * * *", timeout=3600),
    )
    hooks.register(JobType, "admin.keep_heads", JobType(services.keep_heads, schedule="35 4 * * *"))
    hooks.register(
        NavItem,
        "admin.health",
        NavItem(
            say("Site"),
            "admin.health",
            order=90,
            visible=lambda actor: actor.is_signed_in and actor.can("site.manage"),
        ),
    )
