"""The admin's pages of plugins that come and go: the catalog, what one asks for, how far it is."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, g, redirect, render_template, send_file, url_for
from packaging.version import Version

from app.accounts import queries as people
from app.installer import catalogs, files, forms, queries, receiving, services, signing
from app.installer.queries import ArtifactView
from app.installer.rules import Catalog, Rejected, changes_since, new_wishes
from app.installer.services import Wish
from app.kernel import clock
from app.kernel.db import write
from app.kernel.errors import Forbidden, NotFound, Refusal
from app.kernel.i18n import Sentence, say, translate
from app.plugins.discovery import home
from app.plugins.gate import get_gate
from app.plugins.manifest import parse
from app.plugins.queries import read_plugins
from app.plugins.routes import frame as plugin_frame
from app.plugins.rules import CAPABILITIES, Manifest
from app.secondfactor import queries as secondfactor
from app.secondfactor import services as second
from app.settings import Settings
from app.signin import session
from app.web.access import access
from app.web.pages import flash

bp = Blueprint("installer", __name__, url_prefix="/<lang>/admin", template_folder="templates")
REFRESH = {"Refresh": "2"}
WRONG = say("This is not your password.")
WRONG_CODE = say("This code is not right, or it was used already. Take the next one.")
CLOSED = say("Who runs the server has switched installing in the browser off.")


@bp.context_processor
def frame() -> dict[str, Any]:
    """Give the pages the tabs of the admin, and whether a code is asked."""
    return plugin_frame() | {"asks_code": secondfactor.is_on(g.actor.id)}


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


def _catalog() -> tuple[Catalog, Sentence | None]:
    try:
        return catalogs.read_catalog(_settings()), None
    except Rejected as refusal:
        return Catalog(), refusal.sentence


def _check_open(*, upload: bool = False) -> None:
    """Refuse what who runs the server does not allow in the browser."""
    way = _settings().plugin_install
    if way == "off" or (upload and way != "upload"):
        raise Forbidden(CLOSED, todo=say("`rihla plugin install` on the server does the same."))


def _confirmed(form: Any) -> bool:
    """Tell whether the person typed their password, and a code where they switched that on."""
    if session.confirm_own_password(form.password.data or "") is None:
        form.password.errors = [translate(WRONG)]
        return False
    if not secondfactor.is_on(g.actor.id):
        return True
    with write():
        second.count_try(g.actor.id, session.here())
    with write():
        good = second.confirm(actor=g.actor, code=form.code.data or "", now=clock.now())
    if not good:
        form.code.errors = [translate(WRONG_CODE)]
    return good


def _begin(act: Callable[[], int]) -> int | None:
    """Begin a change; what is refused is said on the next page."""
    try:
        with write():
            return act()
    except Refusal as refusal:
        flash(refusal.sentence, "bad")
        return None


@bp.get("/plugins/store")
@access("plugins.manage")
def store() -> Any:
    """Show the catalog, what was received, and the form for uploading."""
    return _store(forms.UploadForm())


def _store(form: Any, status: int = 200) -> Any:
    catalog, problem = _catalog()
    rows = read_plugins()
    page = render_template(
        "installer/store.html",
        entries=catalog.newest(),
        catalog=catalog,
        problem=problem,
        rows=rows,
        in_use={name for name in rows if queries.find_in_use(name)},
        artifacts=[a for a in queries.list_artifacts() if not _is_used(a, rows)],
        leftovers=queries.list_leftovers(files.kept_home(_settings())),
        open=queries.find_open_operation(),
        way=_settings().plugin_install,
        capabilities=CAPABILITIES,
        form=form,
        blank=forms.ActForm(),
    )
    return page, status


def _is_used(artifact: ArtifactView, rows: dict[str, Any]) -> bool:
    row = rows.get(artifact.name)
    return row is not None and row.sha256 == artifact.sha256


@bp.post("/plugins/store/upload")
@access("plugins.manage")
def upload() -> Any:
    """Take an archive that an admin brings, and begin to try it."""
    _check_open(upload=True)
    form = forms.UploadForm()
    if not form.validate() or not _confirmed(form):
        return _store(form, 422)
    signature = form.signature.data.read(4096) if form.signature.data else None
    try:
        received = receiving.receive(
            actor=g.actor,
            data=form.file.data.read(),
            file=form.file.data.filename or "",
            signature=signature,
            source="upload",
            may_be_unsigned=True,
        )
    except Rejected as refusal:
        form.file.errors = [translate(refusal.sentence)]
        return _store(form, 422)
    return _examine(received.id)


@bp.post("/plugins/store/catalog")
@access("plugins.manage")
def choose() -> Any:
    """Take a version from the catalog, and begin to try it."""
    _check_open()
    form, (catalog, problem) = forms.ChooseForm(), _catalog()
    if not form.validate() or problem is not None:
        raise NotFound
    wanted = (form.name.data, form.version.data)
    entry = next((e for e in catalog.entries if (e.name, e.version) == wanted), None)
    if entry is None:
        raise NotFound
    try:
        received = receiving.receive_entry(actor=g.actor, entry=entry, catalog=catalog)
    except Refusal as refusal:
        flash(refusal.sentence, "bad")
        return redirect(url_for("installer.store"), 303)
    return _examine(received.id)


def _examine(artifact_id: int) -> Any:
    _begin(
        lambda: services.begin_examination(actor=g.actor, artifact_id=artifact_id, now=clock.now())
    )
    return redirect(url_for("installer.archive", artifact_id=artifact_id), 303)


@bp.post("/plugins/store/<int:artifact_id>/examine")
@access("plugins.manage")
def examine(artifact_id: int) -> Any:
    """Try an archive again."""
    _check_open()
    queries.get_artifact(artifact_id)
    return _examine(artifact_id)


@bp.get("/plugins/store/<int:artifact_id>")
@access("plugins.manage")
def archive(artifact_id: int) -> Any:
    """Show what an archive asks for, how trying it went, and how far installing it is."""
    return _archive(queries.get_artifact(artifact_id))


def _archive(artifact: ArtifactView, form: Any = None) -> Any:
    manifest = parse(artifact.manifest)
    row = queries.find_in_use(artifact.name)
    before = parse(row.manifest) if row is not None and row.manifest else None
    asked = new_wishes(before, manifest)
    operation = queries.find_latest(artifact.name, artifact.id)
    working = operation is not None and operation.is_open
    is_used = row is not None and row.sha256 == artifact.sha256
    examined = (
        "rehearsal" in artifact.report
        and artifact.report.get("base", "") == (row.sha256 if row is not None else "")
        and artifact.refused is None
    )
    body = render_template(
        "installer/archive.html",
        artifact=artifact,
        manifest=manifest,
        report=artifact.report,
        before=row,
        asked=asked,
        seen=",".join([*asked["uses"], *asked["permissions"]]),
        capabilities=CAPABILITIES,
        permissions={p.name: p.label for p in manifest.permissions},
        unasked=[words for use, words in CAPABILITIES.items() if use not in manifest.uses],
        changes=changes_since(
            artifact.report.get("changes", ""),
            row.version if row is not None else "",
            artifact.version,
        ),
        key=_key_of(artifact),
        operation=operation,
        working=working,
        is_used=is_used,
        examined=examined,
        exams=_exams(),
        is_older=row is not None and not is_used and _is_older(artifact, row.version),
        way=_settings().plugin_install,
        weight=_weight(manifest, artifact),
        form=form or forms.InstallForm(formdata=None),
    )
    status = 422 if form is not None and form.errors else 200
    return body, status, REFRESH if working else {}


def _exams() -> Refusal | None:
    return services.find_exams(clock.now())


def _is_older(artifact: ArtifactView, version: str) -> bool:
    return Version(artifact.version) < Version(version)


def _weight(manifest: Manifest, artifact: ArtifactView) -> dict[str, int]:
    return {"server": artifact.report.get("unpacked", 0) // 1000, "page": len(manifest.css)}


def _key_of(artifact: ArtifactView) -> Any:
    keys = signing.list_keys(home(_settings()))
    return next((key for key in keys if key.publisher == artifact.signer), None)


@bp.post("/plugins/store/<int:artifact_id>/install")
@access("plugins.manage")
def install(artifact_id: int) -> Any:
    """Begin to install, after the agreement and the password."""
    _check_open()
    artifact = queries.get_artifact(artifact_id)
    form = forms.InstallForm()
    if not form.validate() or not _confirmed(form):
        return _archive(artifact, form)
    catalog, problem = _catalog()
    if problem is not None:
        flash(problem, "bad")
        return _archive(artifact, form)
    wish = Wish(frozenset((form.seen.data or "").split(",")), bool(form.older.data))
    _begin(
        lambda: services.begin_install(
            actor=g.actor, artifact_id=artifact_id, wish=wish, catalog=catalog, now=clock.now()
        )
    )
    return redirect(url_for("installer.archive", artifact_id=artifact_id), 303)


@bp.post("/plugins/store/<int:artifact_id>/forget")
@access("plugins.manage")
def forget(artifact_id: int) -> Any:
    """Delete an archive that is not in use."""

    def act() -> int:
        services.drop_artifact(actor=g.actor, artifact_id=artifact_id)
        return 0

    if _begin(act) is not None:
        flash(say("The archive is deleted."))
    return redirect(url_for("installer.store"), 303)


@bp.get("/plugins/<name>/versions")
@access("plugins.manage")
def versions(name: str) -> Any:
    """Show what happened to a plugin, the way back, and how to take it out of use."""
    return _versions(name)


def _versions(name: str, rollback_form: Any = None, uninstall_form: Any = None) -> Any:
    row, operations = read_plugins().get(name), queries.list_operations(name)
    if row is None or not (row.sha256 or row.state == "uninstalled"):
        if operations:  # its data was dropped while this page was open
            return redirect(url_for("installer.store"), 303)
        raise NotFound
    working = next((one for one in operations if one.is_open), None)
    way = queries.find_way_back(name)
    same = way is not None and way.before.get("schema") == way.before.get("to_schema", "")
    asked = queries.find_asked(name, clock.now())
    if rollback_form is None:
        rollback_form = forms.RollbackForm(formdata=None, data={"choice": "before"})
    body = render_template(
        "installer/versions.html",
        name=name,
        row=row,
        manifest=parse(row.manifest),
        operations=operations,
        working=working,
        asked=asked,
        asker=people.find_person(asked.actor_id) if asked else None,
        way=way,
        same_tables=same,
        kept=queries.list_kept(files.kept_folder(_settings(), name)),
        left=queries.count_left(name),
        artifact=queries.find_latest_artifact(name),
        exams=_exams(),
        rollback_form=rollback_form,
        uninstall_form=uninstall_form or forms.UninstallForm(formdata=None),
        blank=forms.ActForm(),
    )
    bad = bool(rollback_form.errors or (uninstall_form and uninstall_form.errors))
    return body, 422 if bad else 200, REFRESH if working else {}


@bp.post("/plugins/<name>/rollback")
@access("plugins.manage")
def rollback(name: str) -> Any:
    """Begin to go back to the version before."""
    form = forms.RollbackForm()
    if not form.validate() or not _confirmed(form):
        return _versions(name, rollback_form=form)
    keep_newer = form.choice.data == "present"
    _begin(
        lambda: services.begin_rollback(
            actor=g.actor, plugin=name, keep_newer=keep_newer, now=clock.now()
        )
    )
    return redirect(url_for("installer.versions", name=name), 303)


@bp.post("/plugins/<name>/uninstall")
@access("plugins.manage")
def uninstall(name: str) -> Any:
    """Begin to take a plugin out of use, or to delete what it left."""
    form = forms.UninstallForm()
    if not form.validate() or not _confirmed(form):
        return _versions(name, uninstall_form=form)
    choice, typed = form.choice.data, form.typed.data or ""
    begun = _begin(
        lambda: services.begin_uninstall(
            actor=g.actor,
            plugin=name,
            snapshot=get_gate().current(),
            data=choice,
            typed=typed,
            now=clock.now(),
        )
    )
    if begun == 0:
        flash(say("Asked. Nothing is deleted until a second admin chooses the same here."), "warn")
    return redirect(url_for("installer.versions", name=name), 303)


@bp.get("/plugins/<name>/kept/<file>")
@access("plugins.manage")
def kept(name: str, file: str) -> Any:
    """Give a file with a plugin's data."""
    folder = files.kept_folder(_settings(), name)
    if file not in {known.name for known in queries.list_kept(folder)}:
        raise NotFound
    return send_file((folder / file).resolve(), as_attachment=True, download_name=f"{name}-{file}")


@bp.post("/plugins/<name>/kept/<file>/delete")
@access("plugins.manage")
def delete_kept(name: str, file: str) -> Any:
    """Delete a file with a plugin's data, unless the way back needs it."""
    folder = files.kept_folder(_settings(), name)
    if file not in {known.name for known in queries.list_kept(folder)}:
        raise NotFound

    def act() -> int:
        services.note_deleted(actor=g.actor, plugin=name, file=file)
        return 0

    if _begin(act) is not None:
        (folder / file).unlink(missing_ok=True)
        flash(say("The file is deleted."))
    return redirect(url_for("installer.versions", name=name), 303)
