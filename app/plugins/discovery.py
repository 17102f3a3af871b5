"""Finding plugins: folders, installed packages, and what the site itself installed.

Only plugin.toml is read; nothing of a plugin runs. The first source wins: the product's own
folder, then what was installed in the browser, then packages of the Python environment.
"""

import importlib.util
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Literal

from app.kernel.i18n import Sentence, say
from app.plugins.manifest import parse
from app.plugins.rules import Manifest, ManifestError
from app.settings import Settings

GROUP = "rihla.plugins"
THIRD_PARTY = "rihla_"
SHIPPED = Path(__file__).resolve().parent.parent.parent / "plugins"
Source = Literal["folder", "site", "package"]
State = Literal["found", "loaded", "failed", "incompatible", "quarantined", "missing", "asleep"]


@dataclass
class Record:
    """A plugin as this process knows it. `problems` are for the admin, `trace` for its author."""

    name: str
    source: Source
    folder: Path
    package: str
    manifest: Manifest | None = None
    state: State = "found"
    problems: list[Sentence] = field(default_factory=list)
    notes: list[Sentence] = field(default_factory=list)
    trace: str = ""
    load_ms: float = 0.0
    path: Path | None = None
    """Folder to put on sys.path, for what is not importable yet."""

    def fail(self, sentence: Sentence, state: State = "failed", trace: str = "") -> None:
        """Keep that the plugin cannot run, and why."""
        self.state = state
        self.problems.append(sentence)
        self.trace = trace or self.trace

    @property
    def version(self) -> str:
        """The version that the manifest names; empty when it cannot be read."""
        return self.manifest.version if self.manifest else ""


def home(settings: Settings) -> Path:
    """Return the folder of this site's plugins: installed ones, markers, the generation."""
    return settings.instance / "plugins"


def discover(settings: Settings) -> dict[str, Record]:
    """Return all plugins by name, each with a manifest or with the reason why it has none."""
    found: dict[str, Record] = {}
    for record in (*_folders(settings), *_installed(settings), *_packages()):
        _read(record)
        name = record.name
        if name not in found:
            found[name] = record
        elif found[name].folder.resolve() != record.folder.resolve():
            found[name].notes.append(
                say(
                    "The same plugin stands in %(place)s too, and is not used there.",
                    place=str(record.folder),
                )
            )
    return found


def _folders(settings: Settings) -> Iterator[Record]:
    roots = [SHIPPED] if settings.plugins_shipped else []
    for root in (*roots, *(Path(folder).resolve() for folder in settings.plugin_folders)):
        whole = root / "plugin.toml"
        for file in [whole] if whole.is_file() else sorted(root.glob("*/plugin.toml")):
            yield record_of(file.parent)


def record_of(folder: Path) -> Record:
    """Return the record of a plugin's folder: `NAME`, or `rihla_NAME` as a third party has it."""
    own = folder.name.startswith(THIRD_PARTY)
    package = folder.name if own else f"plugins.{folder.name}"
    name = folder.name.removeprefix(THIRD_PARTY)
    return Record(name, "folder", folder, package, path=folder.parent)


_candidate: ContextVar[Mapping[str, str] | None] = ContextVar("candidate", default=None)


@contextmanager
def instead_of_active(folders: Mapping[str, str]) -> Iterator[None]:
    """Let an application be built with other versions than those in use, to try them."""
    token = _candidate.set(folders)
    try:
        yield
    finally:
        _candidate.reset(token)


def read_active(settings: Settings) -> dict[str, str]:
    """Return which folder under `home` holds the version in use, by plugin."""
    candidate = _candidate.get()
    if candidate is not None:
        return dict(candidate)
    try:
        known = json.loads((home(settings) / "active.json").read_text("utf-8"))
        return {name: entry["folder"] for name, entry in known.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _installed(settings: Settings) -> Iterator[Record]:
    for name, folder in sorted(read_active(settings).items()):
        path = home(settings) / folder
        yield Record(name, "site", path / f"rihla_{name}", f"rihla_{name}", path=path)


def _packages() -> Iterator[Record]:
    for point in sorted(entry_points(group=GROUP)):
        package = point.value.split(":")[0].split(".")[0]
        name = package.removeprefix("rihla_")
        try:
            spec = importlib.util.find_spec(package)
        except (ImportError, ValueError):
            spec = None
        places = list(spec.submodule_search_locations or ()) if spec else []
        yield Record(name, "package", Path(places[0] if places else package), package)


def _read(record: Record) -> None:
    try:
        record.manifest = parse((record.folder / "plugin.toml").read_text("utf-8"))
    except ManifestError as error:
        record.fail(error.sentence)
    except UnicodeDecodeError:
        record.fail(say("plugin.toml is not UTF-8 text."))
    except OSError:
        record.fail(
            say("Its files are gone. Its data waits in the database."),
            "missing" if record.source == "site" else "failed",
        )
    else:
        if record.manifest.name != record.name:
            record.fail(
                say(
                    "It calls itself %(name)s and stands in the folder of %(folder)s.",
                    name=record.manifest.name,
                    folder=record.name,
                )
            )
