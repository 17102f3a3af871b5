"""Signatures of plugins and catalogs, and the keys that this site trusts.

A trusted key is a file `instance/plugins/keys/<key>.toml`: the public key, whose it is, and for
which plugins it counts. A private key never comes near the site.
"""

import base64
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.installer.rules import SIGNED, SIGNED_CATALOG, Rejected
from app.kernel.i18n import say
from app.plugins.snapshot import replace_file

CATALOG = "catalog"
"""Stands among a key's plugins when it may sign catalogs."""


@dataclass(frozen=True)
class Key:
    """A key that the site trusts, for the plugins that it names (`*` for any)."""

    name: str
    publisher: str
    plugins: tuple[str, ...]
    public: bytes

    @property
    def fingerprint(self) -> str:
        """The beginning and the end of the key, for people to compare."""
        text = self.public.hex()
        return f"ed25519 {text[:4]} {text[4:8]} … {text[-4:]}"

    def counts_for(self, plugin: str) -> bool:
        """Tell whether the key may sign a plugin, or with CATALOG catalogs."""
        if plugin == CATALOG:
            return CATALOG in self.plugins
        return any(fnmatchcase(plugin, pattern) for pattern in self.plugins)


def keys_folder(home: Path) -> Path:
    """Return the folder of the trusted keys."""
    return home / "keys"


def list_keys(home: Path) -> list[Key]:
    """Return the trusted keys by name; a file that cannot be read is none."""
    found = []
    for file in sorted(keys_folder(home).glob("*.toml")):
        try:
            raw = tomllib.loads(file.read_text("utf-8"))
            public = base64.b64decode(raw["key"], validate=True)
            Ed25519PublicKey.from_public_bytes(public)
            found.append(Key(file.stem, raw["publisher"], tuple(raw["plugins"]), public))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return found


def trust(home: Path, name: str, public: str, publisher: str, plugins: tuple[str, ...]) -> Key:
    """Trust a public key (base64) for the plugins named. Raises Rejected."""
    try:
        raw = base64.b64decode(public.strip(), validate=True)
        Ed25519PublicKey.from_public_bytes(raw)
    except ValueError:
        raise Rejected(say("This is not a public key.")) from None
    if not name.replace("-", "").replace("_", "").isalnum():
        raise Rejected(say("A key's name is made of letters and digits."))
    listed = ", ".join(f'"{_quoted(plugin)}"' for plugin in plugins)
    text = (
        f'key = "{base64.b64encode(raw).decode()}"\n'
        f'publisher = "{_quoted(publisher)}"\nplugins = [{listed}]\n'
    )
    replace_file(keys_folder(home) / f"{name}.toml", text)
    return Key(name, publisher, plugins, raw)


def _quoted(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable() and sign not in '"\\')


def make_key(file: Path) -> str:
    """Write a new private key, readable by its owner only, and return the public one in base64.

    Raises FileExistsError rather than replace a key.
    """
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.touch(mode=0o600, exist_ok=False)
    file.write_bytes(pem)
    return _public(key)


def _public(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def sign(data: bytes, key: Path, *, catalog: bool = False) -> bytes:
    """Return the signature, in base64, of an archive or a catalog. Raises Rejected."""
    try:
        private = serialization.load_pem_private_key(key.read_bytes(), None)
    except (OSError, ValueError, TypeError):
        raise Rejected(say("This is not a private key.")) from None
    if not isinstance(private, Ed25519PrivateKey):
        raise Rejected(say("This is not a private key."))
    return base64.b64encode(private.sign(_prefix(catalog) + data))


def _prefix(catalog: bool) -> bytes:
    return SIGNED_CATALOG if catalog else SIGNED


def verify(data: bytes, signature: bytes, plugin: str, keys: list[Key]) -> Key:
    """Return the trusted key that signed; `plugin` is CATALOG for a catalog. Raises Rejected.

    A good signature by a key that counts for other plugins only is refused as well.
    """
    try:
        raw = base64.b64decode(signature.strip(), validate=True)
    except ValueError:
        raw = b""
    for key in keys:
        try:
            public = Ed25519PublicKey.from_public_bytes(key.public)
            public.verify(raw, _prefix(plugin == CATALOG) + data)
        except InvalidSignature:
            continue
        if not key.counts_for(plugin):
            raise Rejected(
                say(
                    "It is signed by %(publisher)s, whose key does not count for %(name)s.",
                    publisher=key.publisher,
                    name=plugin,
                )
            )
        return key
    raise Rejected(
        say("Its signature is not by a key that this site trusts, or the file was changed.")
    )
