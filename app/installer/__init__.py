"""Plugins come and go: archives, signatures, the catalog, installing, upgrading, rolling back.

Which plugin is on where, and keeping a failing one from harm, is app.plugins.
"""

from flask import Flask

from app.installer import catalogs, jobs, routes
from app.installer.services import WORK
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.kernel.jobs import JobType
from app.plugins.hooks import Installing
from app.web.hooks import name_verbs

VERBS = {
    "plugins.receive": say("Plugin received"),
    "plugins.forget": say("Archive of a plugin deleted"),
    "plugins.forget_data": say("File with a plugin's data deleted"),
    "plugins.ask_deletion": say("Deleting a plugin's data asked for"),
    "plugins.examine_step": say("Step of a plugin's trial done"),
    "plugins.install": say("Installation of a plugin begun"),
    "plugins.install_step": say("Step of a plugin's change done"),
    "plugins.install_done": say("Plugin installed"),
    "plugins.install_refused": say("Change of a plugin undone"),
    "plugins.upgrade": say("Upgrade of a plugin begun"),
    "plugins.upgrade_step": say("Step of a plugin's change done"),
    "plugins.upgrade_done": say("Plugin upgraded"),
    "plugins.upgrade_refused": say("Change of a plugin undone"),
    "plugins.rollback": say("Rollback of a plugin begun"),
    "plugins.rollback_step": say("Step of a plugin's change done"),
    "plugins.rollback_done": say("Plugin rolled back"),
    "plugins.rollback_refused": say("Change of a plugin undone"),
    "plugins.uninstall": say("Removal of a plugin begun"),
    "plugins.uninstall_step": say("Step of a plugin's change done"),
    "plugins.uninstall_done": say("Plugin uninstalled"),
    "plugins.uninstall_refused": say("Change of a plugin undone"),
}


def init_app(app: Flask) -> None:
    """Register the pages and the background work."""
    name_verbs(VERBS)
    app.register_blueprint(routes.bp)
    hooks.register(
        Installing,
        "installer",
        Installing("installer.store", "installer.versions", catalogs.find_doubt),
    )
    hooks.register(JobType, WORK, JobType(jobs.work, timeout=1800))
    hooks.register(
        JobType, "installer.resume", JobType(jobs.resume, schedule="* * * * *", timeout=1800)
    )
    hooks.register(
        JobType, "installer.look_back", JobType(jobs.tell_of_revoked, schedule="17 * * * *")
    )
