"""Plugins: finding, loading and guarding them, and who decides where which one is on.

Not what they may import (app.sdk), nor how their files come and go (app.installer).
"""

from flask import Flask

from app.admin.hooks import AdminPage
from app.centers.hooks import PlaceLink
from app.kernel.actors import Permission
from app.kernel.health import HealthCheck
from app.kernel.hooks import hooks as registry
from app.kernel.i18n import say
from app.kernel.outbox import Subscriber
from app.plugins import jobs, routes
from app.plugins.hooks import PluginSwitched, PluginUpgraded
from app.plugins.loading import load_plugins
from app.plugins.policies import MANAGE, SWITCH
from app.plugins.status import check_plugins
from app.settings import Settings
from app.web.hooks import name_verbs

VERBS = {
    "plugins.enable": say("Plugin switched on"),
    "plugins.disable": say("Plugin switched off"),
    "plugins.rules": say("Centers allowed to use a plugin"),
    "plugins.settings": say("Settings of a plugin changed"),
    "plugins.resume": say("Paused part of a plugin resumed"),
}


def init_app(app: Flask) -> None:
    """Register pages, permissions and the health check; plugins come with `start`."""
    name_verbs(VERBS)
    app.register_blueprint(routes.bp)
    registry.register(Permission, MANAGE, Permission(say("Decide about plugins"), ("admin",)))
    registry.register(
        Permission,
        SWITCH,
        Permission(say("Switch plugins that are open to centers"), ("manager", "admin")),
    )
    registry.register(
        PlaceLink,
        "plugins.center",
        PlaceLink("tab", say("Plugins"), "plugins.center_plugins", SWITCH, order=80),
    )
    registry.register(
        AdminPage, "plugins", AdminPage(say("Plugins"), "plugins.plugins", MANAGE, order=10)
    )
    registry.register(HealthCheck, "plugins", HealthCheck(say("Plugins"), check_plugins))
    registry.register(Subscriber, "plugins.lifecycle", Subscriber(PluginSwitched, jobs.tell_plugin))
    registry.register(
        Subscriber, "plugins.upgraded", Subscriber(PluginUpgraded, jobs.tell_upgraded)
    )


def start(app: Flask, settings: Settings) -> None:
    """Load the plugins, once everything of the core is registered."""
    load_plugins(app, settings)
