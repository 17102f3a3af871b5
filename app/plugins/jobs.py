"""Telling plugins that they were switched."""

from app.kernel.hooks import hooks
from app.plugins.hooks import Lifecycle, PluginSwitched


def tell_plugin(event: PluginSwitched) -> None:
    """Call what the plugin wants to do when it is switched; tried again while it fails."""
    for kind, name in list(hooks.owners):
        if kind is not Lifecycle or hooks.owners[kind, name] != event.plugin:
            continue
        own = hooks.get(Lifecycle, name)
        if own is None:
            continue
        if event.center_id:
            act = own.center_enabled if event.on else own.center_disabled
            if act is not None:
                act(event.center_id)
        else:
            whole = own.enabled if event.on else own.disabled
            if whole is not None:
                whole()
