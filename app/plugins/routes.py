"""Pages about plugins: the admin's list and one page each, and what a center's staff decides."""

from typing import Any

from flask import Blueprint, g, render_template, request, url_for

from app.admin.routes import admin_tabs
from app.centers.routes import place_frame
from app.kernel import clock
from app.kernel.actors import Permission
from app.kernel.errors import NotFound
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.plugins import forms, queries, services
from app.plugins.gate import get_gate
from app.plugins.hooks import Installing
from app.plugins.policies import can_switch_at_center
from app.plugins.registration import capability_words
from app.plugins.rules import Manifest
from app.plugins.sentinel import Sentinel
from app.plugins.status import Status, find_status, list_status
from app.web.access import access
from app.web.pages import act_then_go

bp = Blueprint("plugins", __name__, url_prefix="/<lang>", template_folder="templates")
KEPT = say("Saved. It counts from now on.")


@bp.context_processor
def frame() -> dict[str, Any]:
    """Give the pages their tabs: the admin's, or the center's."""
    if g.get("center"):
        return place_frame()
    return admin_tabs()


def _find(name: str) -> Status:
    status = find_status(name)
    if status is None:
        raise NotFound
    return status


@bp.get("/admin/plugins")
@access("plugins.manage")
def plugins() -> Any:
    """List the plugins, how each stands, and at which centers it is on."""
    rows = list_status()
    return render_template(
        "plugins/plugins.html",
        rows=rows,
        care=sum(status.needs_care for status in rows),
        centers=queries.list_centers(),
        now=get_gate().current(),
        form=forms.ActForm(),
        store=_installing("store"),
        old=queries.count_old_workers(get_gate().current().decisions.code),
    )


def _installing(page: str, **where: Any) -> str | None:
    """Return where plugins come and go, if some part of the site brings that."""
    known = hooks.get(Installing, "installer")
    return url_for(getattr(known, page), **where) if known else None


@bp.get("/admin/plugins/<name>")
@access("plugins.manage")
def plugin(name: str) -> Any:
    """Show a plugin: what it asks for, what it does wrong, its rules and settings."""
    return _page(_find(name))


def _page(status: Status, form: Any = None) -> Any:
    gate, record = get_gate(), status.record
    now, manifest = gate.current(), record.manifest
    if form is None and manifest is not None:
        form = _settings_form(manifest)
    tables = queries.tables_in_database(status.name)
    page = render_template(
        "plugins/plugin.html",
        status=status,
        record=record,
        manifest=manifest,
        uses=capability_words(manifest.uses) if manifest else [],
        permissions=manifest.permissions if manifest else (),
        failures=queries.list_failures(status.name),
        strikes=Sentinel(gate.folder).strikes().get(status.name, {}).get("at", []),
        rows=queries.count_rows(tables),
        brought=_brought(status.name),
        versions=_installing("versions", name=status.name) if record.source == "site" else None,
        rules=forms.RulesForm(
            data={
                "everywhere": now.is_everywhere(status.name),
                "open_to_centers": now.decision(status.name).open_to_centers,
            }
        ),
        form=form,
    )
    return page, 422 if form is not None and form.errors else 200


def _brought(name: str) -> list[str]:
    return sorted(
        f"{kind.__name__} {thing}"
        for (kind, thing), owner in hooks.owners.items()
        if owner == name and kind is not Permission
    )


def _settings_form(manifest: Manifest) -> Any:
    if not manifest.settings and not manifest.center_settings:
        return None
    now = get_gate().current()
    return forms.settings_form(
        manifest.settings,
        now.settings(manifest.name, None),
        lockable=manifest.center_settings,
        locked=now.decision(manifest.name).locked,
    )


@bp.post("/admin/plugins/<name>/switch")
@access("plugins.manage")
def switch(name: str) -> Any:
    """Switch a plugin for the whole site."""
    form, status = forms.SwitchForm(), _find(name)
    form.validate()
    on = bool(form.on.data)
    return act_then_go(
        lambda: services.switch_plugin(
            actor=g.actor, snapshot=get_gate().current(), name=name, on=on, now=clock.now()
        ),
        say("%(title)s is on.", title=status.title)
        if on
        else say("%(title)s is off. Its data is kept.", title=status.title),
        "plugins.plugin",
        name=name,
    )


@bp.post("/admin/plugins/<name>/centers")
@access("plugins.manage")
def switch_centers(name: str) -> Any:
    """Say at which centers a plugin is on."""
    form, status = forms.CentersForm(), _find(name)
    known = {center.id for center in queries.list_centers()}
    if not form.validate():
        raise NotFound
    return act_then_go(
        lambda: services.choose_centers(
            actor=g.actor,
            snapshot=get_gate().current(),
            name=name,
            on=set(form.on.data or ()) & known,
            of=set(form.shown.data or ()) & known,
            now=clock.now(),
        ),
        say("%(title)s: kept. It counts from now on.", title=status.title),
        "plugins.plugins",
    )


@bp.post("/admin/plugins/<name>/rules")
@access("plugins.manage")
def rules(name: str) -> Any:
    """Say what counts at other centers, and whether centers decide."""
    form = forms.RulesForm()
    _find(name)
    if not form.validate():
        raise NotFound
    return act_then_go(
        lambda: services.set_rules(
            actor=g.actor,
            snapshot=get_gate().current(),
            name=name,
            everywhere=bool(form.everywhere.data),
            open_to_centers=bool(form.open_to_centers.data),
            now=clock.now(),
        ),
        KEPT,
        "plugins.plugin",
        name=name,
    )


@bp.post("/admin/plugins/<name>/settings")
@access("plugins.manage")
def settings(name: str) -> Any:
    """Keep the settings of a plugin for the site."""
    status = _find(name)
    manifest = status.record.manifest
    form = _settings_form(manifest) if manifest else None
    if manifest is None or form is None:
        raise NotFound
    if not form.validate():
        return _page(status, form)
    declared = (*manifest.settings, *manifest.center_settings)
    return act_then_go(
        lambda: services.keep_settings(
            actor=g.actor,
            snapshot=get_gate().current(),
            name=name,
            values=forms.chosen_values(form, declared),
            locked=forms.chosen_locks(form, manifest.center_settings),
            now=clock.now(),
        ),
        KEPT,
        "plugins.plugin",
        name=name,
    )


@bp.post("/admin/plugins/<name>/resume")
@access("plugins.manage", takes="button")
def resume(name: str) -> Any:
    """Ask again what was paused, and take a plugin back that was set aside."""
    status = _find(name)
    Sentinel(get_gate().folder).release(name)
    again = status.standing == "quarantined"
    return act_then_go(
        lambda: services.resume(actor=g.actor, snapshot=get_gate().current(), name=name),
        say("It is tried again at the next start of the site.")
        if again
        else say("What was paused is tried again."),
        "plugins.plugin",
        name=name,
    )


@bp.get("/c/<center>/plugins")
@access("plugins.switch", scope="center")
def center_plugins() -> Any:
    """List what the admin opened to centers, with its switch here."""
    now = get_gate().current()
    rows = [status for status in list_status() if _is_open(status)]
    return render_template("plugins/center_plugins.html", rows=rows, on=now.for_center(g.center.id))


def _is_open(status: Status) -> bool:
    manifest, now = status.record.manifest, get_gate().current()
    return (
        manifest is not None
        and manifest.scope == "center"
        and status.is_enabled
        and status.is_running
        and can_switch_at_center(
            g.actor, g.center.id, is_open=now.decision(status.name).open_to_centers
        )
    )


def _find_open(name: str) -> tuple[Status, Manifest]:
    status = _find(name)
    if not _is_open(status) or status.record.manifest is None:
        raise NotFound
    return status, status.record.manifest


@bp.post("/c/<center>/plugins/<name>/switch")
@access("plugins.switch", scope="center")
def center_switch(name: str) -> Any:
    """Switch a plugin at a center."""
    form, (status, _) = forms.SwitchForm(), _find_open(name)
    form.validate()
    on = bool(form.on.data)
    return act_then_go(
        lambda: services.switch_at_center(
            actor=g.actor,
            snapshot=get_gate().current(),
            name=name,
            center_id=g.center.id,
            on=on,
            now=clock.now(),
        ),
        say("%(title)s is on here.", title=status.title)
        if on
        else say("%(title)s is off here. Its data is kept.", title=status.title),
        "plugins.center_plugins",
    )


@bp.route("/c/<center>/plugins/<name>", methods=["GET", "POST"])
@access("plugins.switch", scope="center")
def center_settings(name: str) -> Any:
    """Show and keep the settings of a plugin at a center; what is locked is only shown."""
    status, manifest = _find_open(name)
    now = get_gate().current()
    locked = now.decision(name).locked
    values = now.settings(name, g.center.id)
    free = [setting for setting in manifest.center_settings if setting.key not in locked]
    form = forms.settings_form(free, values)
    if request.method == "POST" and form.validate():
        return act_then_go(
            lambda: services.keep_center_settings(
                actor=g.actor,
                snapshot=now,
                name=name,
                center_id=g.center.id,
                values=forms.chosen_values(form, free),
                now=clock.now(),
            ),
            KEPT,
            "plugins.center_plugins",
        )
    page = render_template(
        "plugins/center_settings.html",
        status=status,
        form=form,
        free=free,
        fixed=[(s.label, values.get(s.key)) for s in manifest.center_settings if s.key in locked],
    )
    return page, 422 if form.errors else 200
