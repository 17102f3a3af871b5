"""What secrets look like, and what of them is kept."""

import hashlib
import hmac
import secrets
import unicodedata

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 8


def new_secret() -> str:
    """Return 256 random bits for a link."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """Return eight letters and digits that nobody takes for each other."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def shown(code: str) -> str:
    """Return a code as it is printed: two groups of four."""
    return f"{code[:4]}-{code[4:]}"


def typed(code: str) -> str:
    """Return a code as it was issued from what somebody typed."""
    plain = unicodedata.normalize("NFKC", code).upper()
    return "".join(c for c in plain if c in ALPHABET)


def secret_hash(secret: str) -> str:
    """Return what is kept of a link's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def code_hash(code: str, address: str, key: str) -> str:
    """Return what is kept of a code: short secrets need the site's key and their address."""
    text = f"code\n{address}\n{typed(code)}".encode()
    return hmac.new(key.encode(), text, hashlib.sha256).hexdigest()
