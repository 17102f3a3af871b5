"""A folder to begin a plugin with: a manifest, code, and a test that passes for each part."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

from app.plugins.discovery import THIRD_PARTY
from app.plugins.rules import NAME, RESERVED

SKELETON = Path(__file__).resolve().parent / "templates" / "skeleton"


class Unusable(ValueError):
    """The name or the place cannot be used; the message says why."""


@dataclass(frozen=True)
class Part:
    """Something to begin with: capabilities, files by name (from a skeleton), what is brought."""

    uses: tuple[str, ...]
    files: dict[str, str] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()
    module: str = ""
    register: str = ""


PARTS: dict[str, Part] = {
    "page": Part(
        ("routes", "navigation"),
        {"templates/$name/index.html": "page_index.html", "tests/test_page.py": "page_test.py"},
        ("NavItem", "say"),
        "routes",
        'hooks.register(NavItem, "page", NavItem(say("$title"), "$name.index", order=60))',
    ),
    "card": Part(
        ("cards",),
        {
            "cards.py": "card_cards.py",
            "templates/$name/_card.html": "card_card.html",
            "tests/test_card.py": "card_test.py",
        },
        ("HomeCard",),
        "cards",
        'hooks.register(HomeCard, "greeting", HomeCard(cards.greet))',
    ),
    "block": Part(
        ("blocks",),
        {"blocks.py": "block_blocks.py", "tests/test_block.py": "block_test.py"},
        ("BlockType",),
        "blocks",
        "block = BlockType(\n"
        '        "$name",\n'
        "        validate=blocks.validate,\n"
        "        text=blocks.text,\n"
        "        render=blocks.render,\n"
        "    )\n"
        '    hooks.register(BlockType, "$name", block)',
    ),
    "table": Part(
        ("db",),
        {
            "models.py": "table_models.py",
            "services.py": "table_services.py",
            "queries.py": "table_queries.py",
            "migrations/versions/${name}_0001_notes.py": "table_migration.py",
            "tests/test_table.py": "table_test.py",
        },
        (),
        "models",
    ),
    "job": Part(
        ("jobs",),
        {"jobs.py": "job_jobs.py", "tests/test_job.py": "job_test.py"},
        ("JobType",),
        "jobs",
        'hooks.register(JobType, "look", JobType(jobs.look, schedule="15 5 * * *"))',
    ),
    "admin": Part(
        ("routes", "admin_pages"),
        {"templates/$name/admin.html": "admin_admin.html", "tests/test_admin.py": "admin_test.py"},
        ("AdminPage", "say"),
        "routes",
        "page = AdminPage(\n"
        '        say("$title"),\n'
        '        "$name.overview",\n'
        '        permission="$name.manage",\n'
        "        order=60,\n"
        "    )\n"
        '    hooks.register(AdminPage, "overview", page)',
    ),
}
MANAGE = '\n[permissions]\n"$name.manage" = { label = "Manage $title", default = ["admin"] }\n'
NOTES = (
    '$${name}_note = { person = "person_id", export = ["text", "written_at"], erase = "delete",'
    ' words = { en = "The notes that you wrote", fr = "Les notes que vous avez écrites",'
    ' ar = "الملاحظات التي كتبتها" } }'
).replace("$$", "$")
NOTHING = 'reason = "It keeps nothing about people."'


def make(name: str, root: Path, parts: Iterable[str], *, wheel: bool = False) -> Path:
    """Write the folder of a new plugin below `root` and return it. Raises Unusable.

    With `wheel` it is a project of its own, `rihla-NAME`, with the package `rihla_NAME`.
    """
    if not NAME.match(name) or name in RESERVED:
        raise Unusable(f"{name} cannot be the name of a plugin: small letters, digits, _.")
    package = f"{THIRD_PARTY}{name}" if wheel else f"plugins.{name}"
    project = root / f"rihla-{name.replace('_', '-')}" if wheel else root / name
    folder = project / package if wheel else project
    if project.exists():
        raise Unusable(f"{project} exists already; nothing was written.")
    chosen = {part: PARTS[part] for part in PARTS if part in set(parts)}
    words = {
        "name": name,
        "title": name.replace("_", " ").capitalize(),
        "package": package,
        "dashed": name.replace("_", "-"),
        "place": "." if wheel else f"plugins/{name}",
        "pytest": "python -m pytest" if wheel else f"python -m pytest plugins/{name}",
    }
    words |= _composed(chosen, words)
    for path, skeleton in _files(chosen, wheel).items():
        text = _fill(_read(skeleton), words).replace("plugins_package", package)
        outside = path.startswith(OUTSIDE)
        _write((project if outside else folder) / _fill(path, words), text.rstrip() + "\n")
    return project


OUTSIDE = ("pyproject.toml", "README.md", "CHANGELOG.md", "tests/")
"""What stands beside the package of a wheel, and not in it."""


def _files(chosen: dict[str, Part], wheel: bool) -> dict[str, str]:
    found = {
        "plugin.toml": "plugin.toml",
        "__init__.py": "init.py",
        "README.md": "README.md",
        "CHANGELOG.md": "CHANGELOG.md",
        "tests/conftest.py": "conftest.py",
        "tests/test_suite.py": "test_suite.py",
    }
    if wheel:
        found["pyproject.toml"] = "pyproject.toml"
    if "page" in chosen or "admin" in chosen:
        found["routes.py"] = "routes.py"
    for part in chosen.values():
        found |= part.files
    return found


def _composed(chosen: dict[str, Part], words: dict[str, str]) -> dict[str, str]:
    """Return the pieces of files that depend on the parts together."""
    uses = sorted({use for part in chosen.values() for use in part.uses})
    has_routes = "page" in chosen or "admin" in chosen
    kinds = {"Hooks", *(kind for part in chosen.values() for kind in part.kinds)}
    kinds |= {"Routes"} if has_routes else set()
    modules = sorted({part.module for part in chosen.values()})
    unused = "  # noqa: F401  (models are declared by importing them)" if "table" in chosen else ""
    line = f"from {words['package']} import {', '.join(modules)}{unused}\n" if modules else ""
    registers = ['hooks.register(Routes, "site", Routes(routes.bp))'] if has_routes else []
    registers += [_fill(part.register, words) for part in chosen.values() if part.register]
    return {
        "uses": ", ".join(f'"{use}"' for use in uses),
        "kinds": ", ".join(sorted(kinds, key=lambda kind: (kind.islower(), kind))),
        "imports": line,
        "registers": "\n".join(f"    {line}" for line in registers),
        "migrations": 'migrations = "migrations"\n' if "table" in chosen else "",
        "permissions": _fill(MANAGE, words) if "admin" in chosen else "",
        "privacy": _fill(NOTES, words) if "table" in chosen else NOTHING,
        "names": "Plugin, access, admin_tabs" if "admin" in chosen else "Plugin, access",
        "views": "".join(
            "\n\n" + _fill(_read(f"{part}_view.py"), words)
            for part in ("page", "admin")
            if part in chosen
        ),
    }


def _read(skeleton: str) -> str:
    text = (SKELETON / f"{skeleton}.txt").read_text("utf-8")
    return text + "$views" if skeleton == "routes.py" else text


def _fill(text: str, words: dict[str, str]) -> str:
    return Template(text).substitute(words)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
