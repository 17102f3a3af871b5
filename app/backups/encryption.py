"""Encrypting a stream with a passphrase: scrypt for the key, AES-256-GCM for each chunk.

The chunks follow the STREAM construction: each nonce holds a counter and whether the chunk is the
last, so chunks cannot be dropped, doubled, reordered or cut off without notice, and nothing is
handed out before it is proven. A few hundred kilobytes of memory do for any size.
"""

import io
import os
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MAGIC = b"RIHLA-BACKUP-1\n"
CHUNK = 256 * 1024
TAG = 16
_SALT, _PREFIX = 16, 7
_COST = {"n": 2**15, "r": 8, "p": 1}  # 32 MB and 0.1 s for each guess


class Damaged(Exception):
    """What was read is not what was written, or the passphrase is another one."""


def _key(passphrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, **_COST).derive(passphrase.encode()))


def _nonce(prefix: bytes, counter: int, last: bool) -> bytes:
    return prefix + counter.to_bytes(4, "big") + bytes([last])


class Encrypter(io.RawIOBase):
    """A file to write into that puts ciphertext into another; `finish()` ends the stream."""

    def __init__(self, target: BinaryIO, passphrase: str) -> None:
        self.target = target
        salt, self.prefix = os.urandom(_SALT), os.urandom(_PREFIX)
        self.header = MAGIC + salt + self.prefix
        self.cipher = _key(passphrase, salt)
        self.counter = 0
        self.waiting = bytearray()
        target.write(self.header)

    def writable(self) -> bool:
        """Tell that one can write."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Take in plain bytes; full chunks leave at once."""
        self.waiting += data
        while len(self.waiting) > CHUNK:
            self._put(bytes(self.waiting[:CHUNK]), last=False)
            del self.waiting[:CHUNK]
        return len(data)

    def _put(self, chunk: bytes, *, last: bool) -> None:
        nonce = _nonce(self.prefix, self.counter, last)
        self.target.write(self.cipher.encrypt(nonce, chunk, self.header))
        self.counter += 1

    def finish(self) -> None:
        """Write what is left, marked as the end."""
        self._put(bytes(self.waiting), last=True)
        self.waiting.clear()


class Decrypter(io.RawIOBase):
    """A file to read plain bytes from. Raises Damaged, naming the place in the file."""

    def __init__(self, source: BinaryIO, passphrase: str) -> None:
        self.source = source
        self.header = source.read(len(MAGIC) + _SALT + _PREFIX)
        if not self.header.startswith(MAGIC) or len(self.header) < len(MAGIC) + _SALT + _PREFIX:
            raise Damaged("the head of the encrypted file")
        salt = self.header[len(MAGIC) : -_PREFIX]
        self.prefix = self.header[-_PREFIX:]
        self.cipher = _key(passphrase, salt)
        self.counter = 0
        self.ahead = source.read(CHUNK + TAG)
        self.plain = b""
        self.ended = False

    def readable(self) -> bool:
        """Tell that one can read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` proven bytes, fewer only at the end."""
        parts = [self.plain]
        have = len(self.plain)
        while not self.ended and (size < 0 or have < size):
            parts.append(self._next())
            have += len(parts[-1])
        data = b"".join(parts)
        cut = len(data) if size < 0 else size
        self.plain = data[cut:]
        return data[:cut]

    def _next(self) -> bytes:
        chunk, self.ahead = self.ahead, self.source.read(CHUNK + TAG)
        last = not self.ahead
        try:
            plain = self.cipher.decrypt(_nonce(self.prefix, self.counter, last), chunk, self.header)
        except InvalidTag:
            where = len(self.header) + self.counter * (CHUNK + TAG)
            raise Damaged(f"bytes {where} to {where + len(chunk)} of the encrypted file") from None
        self.counter += 1
        self.ended = last
        return plain
