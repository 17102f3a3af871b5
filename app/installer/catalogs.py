"""The catalog of plugins: a folder with `catalog.json`, its signature and the archives.

Nothing is fetched: whoever runs the site copies or mirrors the folder. What it revokes is refused,
also when it is uploaded.
"""

import hashlib
import json
from datetime import datetime
from pathlib import Path

from app.installer import signing, wheels
from app.installer.rules import MOST_ARCHIVE, Catalog, Entry, Rejected, parse_catalog
from app.kernel.i18n import Sentence, say
from app.plugins.rules import Words
from app.settings import Settings, get_settings

FILE = "catalog.json"


def folder_of(settings: Settings) -> Path:
    """Return the folder of the catalog."""
    if settings.plugin_catalog:
        return Path(settings.plugin_catalog)
    return settings.instance / "plugins" / "catalog"


def read_catalog(settings: Settings) -> Catalog:
    """Return the catalog; an empty one when there is none. Raises Rejected when it is not good."""
    folder = folder_of(settings)
    try:
        text = (folder / FILE).read_bytes()
    except FileNotFoundError:
        return Catalog()
    except OSError as error:
        raise Rejected(
            say("The catalog cannot be read: %(why)s", why=error.strerror or "")
        ) from None
    try:
        signature = (folder / f"{FILE}.sig").read_bytes()
    except OSError:
        raise Rejected(say("The catalog is not signed.")) from None
    keys = signing.list_keys(settings.instance / "plugins")
    key = signing.verify(text, signature, signing.CATALOG, keys)
    return parse_catalog(text, key.publisher)


def find_doubt(name: str, version: str) -> Sentence | None:
    """Return why the catalog took a version back that may be in use; None when it did not."""
    try:
        return read_catalog(get_settings()).taken_back(name, version)
    except Rejected:
        return None  # the page of the catalog says what is wrong with it


def fetch(settings: Settings, entry: Entry) -> bytes:
    """Return the archive of an entry, compared with its fingerprint. Raises Rejected."""
    folder = folder_of(settings).resolve()
    file = (folder / entry.file).resolve()
    if file.parent != folder:
        raise Rejected(say("The catalog names a file outside its folder."))
    try:
        if file.stat().st_size > MOST_ARCHIVE:
            raise Rejected(say("The file of the catalog is not what the catalog says."))
        data = file.read_bytes()
    except OSError:
        raise Rejected(
            say("The catalog names %(file)s, which is not in its folder.", file=entry.file)
        ) from None
    if hashlib.sha256(data).hexdigest() != entry.sha256:
        raise Rejected(say("The file of the catalog is not what the catalog says."))
    return data


def signature_of(settings: Settings, entry: Entry) -> bytes | None:
    """Return the archive's own signature, if it lies beside it."""
    try:
        return (folder_of(settings) / f"{Path(entry.file).name}.sig").read_bytes()
    except OSError:
        return None


def make_catalog(folder: Path, key: Path, now: datetime) -> Catalog:
    """Write catalog.json for all archives in a folder, and sign it. `revoked` in it is kept."""
    try:
        before = json.loads((folder / FILE).read_bytes())
    except (OSError, ValueError):
        before = {}
    entries = [_entry(file) for file in sorted(folder.glob("*.whl"))]
    content = {
        "issued": now.isoformat(timespec="seconds"),
        "plugins": entries,
        "revoked": before.get("revoked", []),
    }
    text = json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True).encode() + b"\n"
    catalog = parse_catalog(text, "")
    signature = signing.sign(text, key, catalog=True)
    (folder / FILE).write_bytes(text)
    (folder / f"{FILE}.sig").write_bytes(signature)
    return catalog


def _entry(file: Path) -> dict[str, object]:
    data = file.read_bytes()
    package = wheels.read_package(data, file.name)
    about = package.manifest
    return {
        "name": about.name,
        "version": about.version,
        "file": file.name,
        "sha256": package.sha256,
        "size": package.size,
        "api": about.api,
        "title": _words(about.title, about.words),
        "description": _words(about.description, about.words),
        "uses": sorted(about.uses),
        "publisher": ", ".join(about.authors),
    }


def _words(words: Words, known: object) -> dict[str, str]:
    if not words:
        return {}
    english = words if isinstance(words, str) else words.text
    translations = known if isinstance(known, dict) else {}
    return {"en": english} | {
        language: texts[english] for language, texts in translations.items() if english in texts
    }
