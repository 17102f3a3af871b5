"""Telling plugins that they were switched or upgraded."""

from collections.abc import Iterator

from app.kernel.hooks import hooks
from app.plugins.hooks import Lifecycle, PluginSwitched, PluginUpgraded


def _own(plugin: str) -> Iterator[Lifecycle]:
    for kind, name in list(hooks.owners):
        if kind is Lifecycle and hooks.owners[kind, name] == plugin:
            own = hooks.get(Lifecycle, name)
            if own is not None:
                yield own


def tell_upgraded(event: PluginUpgraded) -> None:
    """Call what the plugin wants to do after an upgrade; tried again while it fails."""
    for own in _own(event.plugin):
        if own.upgraded is not None:
            own.upgraded(event.from_version)


def tell_plugin(event: PluginSwitched) -> None:
    """Call what the plugin wants to do when it is switched; tried again while it fails."""
    for own in _own(event.plugin):
        if event.center_id:
            act = own.center_enabled if event.on else own.center_disabled
            if act is not None:
                act(event.center_id)
        else:
            whole = own.enabled if event.on else own.disabled
            if whole is not None:
                whole()
