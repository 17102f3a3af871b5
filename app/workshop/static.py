"""What can be said of a plugin's files without running any of them."""

import ast
from collections.abc import Iterator
from pathlib import Path

from app.kernel.i18n import translate
from app.plugins.discovery import THIRD_PARTY
from app.plugins.loading import MOST_ASSETS
from app.plugins.manifest import parse
from app.plugins.rules import Manifest, ManifestError, is_native
from app.workshop.pages import look_at_templates
from app.workshop.rules import Finding, Report

DOORS = (
    *("cli", "jobs", "routes", "api", "activity", "blocks", "cards", "events", "health"),
    *("lifecycle", "notifications", "panels", "privacy", "search"),
)
ROOMS = dict.fromkeys(DOORS, 0) | {
    name: floor
    for floor, name in enumerate(
        ("forms", "services", "queries", "policies", "models", "hooks", "rules"), start=1
    )
}
"""Files of a plugin with an order: who stands higher may import who stands lower, never the other
way round. Files with other names may stand anywhere."""
NETWORK = {"socket", "ssl", "http", "urllib", "ftplib", "smtplib", "requests", "httpx", "aiohttp"}
HARMLESS = ("urllib.parse", "http.HTTPStatus")
WATCHED = {"subprocess", "ctypes", "multiprocessing", "pickle", "marshal", "importlib", "inspect"}


def look(folder: Path) -> Report:
    """Return what is wrong with the files of a plugin."""
    name = folder.name.removeprefix(THIRD_PARTY)
    try:
        manifest = parse((folder / "plugin.toml").read_text("utf-8"))
    except (ManifestError, UnicodeDecodeError, OSError) as error:
        said = error.sentence if isinstance(error, ManifestError) else str(error)
        return Report(name, findings=(Finding("manifest", translate(said, "en"), "plugin.toml"),))
    found = [
        *_about(folder, manifest),
        *_files(folder),
        *_python(folder, manifest),
        *look_at_templates(folder, manifest),
    ]
    checks = ("manifest", "files", "imports", "rooms", "templates")
    wrong = {finding.check for finding in found if finding.weight == "error"}
    passed = tuple(check for check in checks if check not in wrong)
    return Report(manifest.name, manifest.version, tuple(found), passed)


def _about(folder: Path, manifest: Manifest) -> Iterator[Finding]:
    if manifest.name != folder.name.removeprefix(THIRD_PARTY):
        yield Finding("manifest", f"The folder must be named {manifest.name}.", "plugin.toml")
    if not (folder / "__init__.py").is_file():
        yield Finding("manifest", "There is no __init__.py with register(hooks).")
    for language in ("fr", "ar"):
        if str(manifest.title) not in manifest.words.get(language, {}):
            yield Finding(
                "manifest", f"The title is not said in {language}.", "plugin.toml", "warning"
            )
    for asset in (*manifest.css, *manifest.js):
        if not (folder / "static" / asset).is_file():
            yield Finding("manifest", f"static/{asset} does not exist.", "plugin.toml")
    if manifest.migrations and not (folder / manifest.migrations / "versions").is_dir():
        yield Finding("manifest", f"{manifest.migrations}/versions does not exist.", "plugin.toml")


def _files(folder: Path) -> Iterator[Finding]:
    size = 0
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            yield Finding("files", "A link to somewhere else.", _place(folder, path))
        elif (path.suffix == ".pyc" or is_native(path.name)) and "__pycache__" not in path.parts:
            yield Finding("files", "Compiled code: nobody can read it.", _place(folder, path))
        elif path.is_file() and "static" in path.relative_to(folder).parts[:1]:
            size += path.stat().st_size
    if size > MOST_ASSETS:
        text = f"{size // 1000} kB of styles, scripts and pictures; {MOST_ASSETS // 1000} at most."
        yield Finding("files", text, "static")


def _python(folder: Path, manifest: Manifest) -> Iterator[Finding]:
    for path in sorted(folder.rglob("*.py")):
        place = _place(folder, path)
        try:
            tree = ast.parse(path.read_text("utf-8"))
        except (SyntaxError, ValueError, RecursionError) as error:
            yield Finding("files", f"It is not Python: {error}", place)
            continue
        in_tests = path.relative_to(folder).parts[0] == "tests"
        for line, name in _imports(tree):
            where = f"{place}:{line}"
            yield from _import(folder, manifest, name, where, in_tests)
            if not in_tests:
                yield from _order(folder, path, name, where)


def _imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Give the line and the dotted name of all that is imported, wherever it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def _import(
    folder: Path, manifest: Manifest, name: str, where: str, in_tests: bool
) -> Iterator[Finding]:
    top = name.split(".")[0]
    if top == "app":
        if not _is_sdk(name, in_tests):
            yield Finding("imports", f"{name}: a plugin imports only app.sdk.", where)
    elif _is_other_plugin(folder, name):
        yield Finding("imports", f"{name}: plugins do not import each other.", where)
    elif top in ("tests", "migrations"):
        yield Finding("imports", f"{name} is not there where the plugin is installed.", where)
    elif not in_tests and (why := _suspicion(manifest, name)):
        yield Finding("imports", f"{name}: {why}", where, "warning")


def _is_sdk(name: str, in_tests: bool) -> bool:
    if name == "app.sdk.testing" or name.startswith("app.sdk.testing."):
        return in_tests
    return name == "app.sdk" or name.startswith("app.sdk.")


def _is_other_plugin(folder: Path, name: str) -> bool:
    parts = name.split(".")
    if parts[0] == "plugins":
        return parts[1:2] != [folder.name]
    return parts[0].startswith(THIRD_PARTY) and parts[0] != folder.name


def _suspicion(manifest: Manifest, name: str) -> str:
    top = name.split(".")[0]
    calls = top in NETWORK and not name.startswith(HARMLESS)
    if calls and "http:outbound" not in manifest.uses:
        return "plugin.toml does not say that it calls other machines."
    return "look at what it is for." if top in WATCHED else ""


def _order(folder: Path, path: Path, name: str, where: str) -> Iterator[Finding]:
    parts = path.relative_to(folder).with_suffix("").parts
    mine = ROOMS.get(parts[0])
    head = f"plugins.{folder.name}." if not folder.name.startswith(THIRD_PARTY) else folder.name
    inside = name.removeprefix(head.rstrip(".") + ".")
    if mine is None or inside == name:
        return
    other = inside.split(".")[0]
    if other in ROOMS and other != parts[0] and ROOMS[other] < mine:
        yield Finding("rooms", f"{parts[0]} must not import {other}, which stands above.", where)


def _place(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()
