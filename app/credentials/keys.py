"""How private keys are kept: encrypted with the site's own key, as everything secret is."""

import base64
from os import urandom

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.settings import get_settings


def _cipher() -> AESGCM:
    secret = str(get_settings().secret_key).encode()
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"rihla signing key").derive(secret))


def seal(key: Ed25519PrivateKey, number: int) -> str:
    """Return a key as it is kept: encrypted, and under this number only."""
    nonce = urandom(12)
    sealed = _cipher().encrypt(nonce, key.private_bytes_raw(), str(number).encode())
    return base64.b64encode(nonce + sealed).decode()


def unseal(sealed: str, number: int) -> Ed25519PrivateKey | None:
    """Return the key again; None when the site's own key is another one by now."""
    raw = base64.b64decode(sealed)
    try:
        found = _cipher().decrypt(raw[:12], raw[12:], str(number).encode())
    except InvalidTag:
        return None
    return Ed25519PrivateKey.from_private_bytes(found)
