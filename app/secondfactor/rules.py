"""Keys and codes (RFC 6238): how they are made, kept, shown and compared. Pure."""

import base64
import hmac
import secrets
import unicodedata
from datetime import datetime, timedelta

import segno
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from markupsafe import Markup

from app.settings import get_settings

KEY_BYTES = 20
DIGITS = 6
STEP = 30
AROUND = (0, -1, 1)
"""How many half minutes a phone's clock may be off: one, either way."""
SET_UP_LASTS = timedelta(hours=1)
RECOVERY_CODES = 10
RECOVERY_LASTS = timedelta(days=3650)


def new_key() -> bytes:
    """Return 160 random bits, as the standard recommends."""
    return secrets.token_bytes(KEY_BYTES)


def _cipher() -> AESGCM:
    secret = str(get_settings().secret_key).encode()
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"rihla second factor").derive(secret))


def seal(key: bytes, person_id: int) -> str:
    """Return a key as it is kept: encrypted, and for this person only."""
    nonce = secrets.token_bytes(12)
    sealed = _cipher().encrypt(nonce, key, str(person_id).encode())
    return base64.b64encode(nonce + sealed).decode()


def unseal(sealed: str, person_id: int) -> bytes | None:
    """Return the key again; None when the site's own key is another one by now."""
    raw = base64.b64decode(sealed)
    try:
        return _cipher().decrypt(raw[:12], raw[12:], str(person_id).encode())
    except InvalidTag:
        return None


def _totp(key: bytes) -> TOTP:
    # RFC 6238's own default: the apps on people's phones ignore any other.
    return TOTP(key, DIGITS, SHA1(), STEP)  # noqa: S303  # nosec B303


def code_at(key: bytes, moment: datetime) -> str:
    """Return the code that an app with this key shows at that moment."""
    return _totp(key).generate(int(moment.timestamp())).decode()


def typed_code(text: str) -> str:
    """Return the digits that somebody typed, in whichever script and however they are grouped."""
    return "".join(str(unicodedata.decimal(c)) for c in text if c.isdecimal())


def step_of(key: bytes, typed: str, now: datetime) -> int | None:
    """Return the half minute to which a code belongs, None when it fits none around now."""
    moment, typed, found = int(now.timestamp()), typed_code(typed), None
    for near in AROUND:
        right = _totp(key).generate(moment + near * STEP)
        if hmac.compare_digest(right, typed.encode()):
            found = moment // STEP + near
    return found


def shown_key(key: bytes) -> str:
    """Return a key as it is typed into an app: groups of four letters and digits."""
    text = base64.b32encode(key).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def address_of(key: bytes, *, account: str, site: str) -> str:
    """Return the address that an app understands, as a link and as a picture."""
    made = _totp(key).get_provisioning_uri(account, site.replace(":", " "))
    return made.replace("+", "%20")  # some apps show a plus as it stands


def picture_of(address: str) -> Markup:
    """Return a QR code as SVG, dark on light in every theme: cameras want it so."""
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        border=4, omitsize=True, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
    return Markup(drawn)  # noqa: S704  (made of squares; the text in it is drawn, not written)
