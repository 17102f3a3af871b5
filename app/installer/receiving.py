"""From a file to an archive that the site knows: looked at, its signature compared, kept."""

from dataclasses import dataclass
from pathlib import Path

from flask import current_app

from app.installer import catalogs, services, signing, wheels
from app.installer.rules import Catalog, Entry, Package, Rejected
from app.kernel import clock, migrations
from app.kernel.actors import Actor
from app.kernel.db import write
from app.kernel.i18n import say
from app.plugins.discovery import home
from app.plugins.gate import Gate, get_gate
from app.plugins.rules import Site
from app.settings import Settings


@dataclass(frozen=True)
class Received:
    """An archive that was received."""

    id: int
    package: Package
    signer: str


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


def site() -> Site:
    """Return the versions of this site."""
    from app import __version__

    return Site(__version__, schema=migrations.head() or "")


def receive(
    *,
    actor: Actor,
    data: bytes,
    file: str,
    signature: bytes | None,
    source: str,
    may_be_unsigned: bool,
) -> Received:
    """Look at an archive without executing it, and keep it. Opens its own transaction.

    Raises Rejected with the reason. Without a signature it is refused unless `may_be_unsigned`; a
    signature that is not good is refused always.
    """
    settings = _settings()
    package = wheels.read_package(data, Path(file).name)
    signer = ""
    if signature is not None:
        keys = signing.list_keys(home(settings))
        signer = signing.verify(data, signature, package.manifest.name, keys).publisher
    elif not may_be_unsigned:
        raise Rejected(say("It is not signed, and this site takes signed plugins only."))
    return _keep(actor, package, data, source, signer, catalogs.read_catalog(settings))


def receive_entry(*, actor: Actor, entry: Entry, catalog: Catalog) -> Received:
    """Take an archive from the catalog, whose signature vouches for it. Raises Rejected."""
    settings = _settings()
    data = catalogs.fetch(settings, entry)
    package = wheels.read_package(data, entry.file)
    if (package.manifest.name, package.manifest.version) != (entry.name, entry.version):
        raise Rejected(say("The file of the catalog is not what the catalog says."))
    signer, own = catalog.signer, catalogs.signature_of(settings, entry)
    if own is not None:
        signer = signing.verify(data, own, entry.name, signing.list_keys(home(settings))).publisher
    return _keep(actor, package, data, "catalog", signer, catalog)


def _keep(
    actor: Actor, package: Package, data: bytes, source: str, signer: str, catalog: Catalog
) -> Received:
    gate: Gate = get_gate()
    now, where = gate.current(), site()
    with write():
        found = services.receive(
            actor=actor,
            package=package,
            data=data,
            source=source,
            signer=signer,
            catalog=catalog,
            snapshot=now,
            site=where,
            now=clock.now(),
        )
    return Received(found, package, signer)
