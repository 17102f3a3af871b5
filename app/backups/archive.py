"""The archive: one tar file that any `tar` opens, with a manifest and a seal.

Members are `database.sqlite.gz` or `database.dump`, the instance's files under `files/`, and last
`manifest.json`, which names the SHA-256 of every member as it is stored. After the tar comes one
block with the SHA-256 of all before it, so that every byte counts, padding included. Encrypted,
the whole of that is the plain text.
"""

import hashlib
import io
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from app.backups import rules
from app.backups.encryption import MAGIC, Damaged, Decrypter, Encrypter
from app.backups.rules import BackupFailed, Manifest, Member
from app.kernel.i18n import say

SEAL = b"rihla-sha256 "
BLOCK = tarfile.BLOCKSIZE
SMALL = 4 * 1024 * 1024
STEP = 1024 * 1024


class _Hashed:
    """Passes bytes on and hashes them."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.hash = hashlib.sha256()
        self.count = 0

    def write(self, data: bytes) -> int:
        self.hash.update(data)
        self.count += len(data)
        self.inner.write(data)
        return len(data)

    def read(self, size: int = -1) -> bytes:
        data: bytes = self.inner.read(size)
        self.hash.update(data)
        self.count += len(data)
        return data


class Writer:
    """Writes an archive member by member; `close` adds manifest and seal."""

    def __init__(self, target: BinaryIO, passphrase: str = "") -> None:
        self.encrypter = Encrypter(target, passphrase) if passphrase else None
        self.sealed = _Hashed(self.encrypter or target)
        self.tar = tarfile.open(  # type: ignore[call-overload]  # noqa: SIM115  (close() ends it)
            fileobj=self.sealed, mode="w|", format=tarfile.PAX_FORMAT
        )
        self.members: dict[str, Member] = {}

    def add(self, name: str, source: BinaryIO, *, mode: int = 0o600, at: float = 0) -> None:
        """Add all of a seekable file under a name."""
        info = tarfile.TarInfo(name)
        info.size = source.seek(0, os.SEEK_END)
        info.mode, info.mtime = mode, int(at)
        source.seek(0)
        hashed = _Hashed(source)
        self.tar.addfile(info, hashed)
        self.members[name] = Member(hashed.hash.hexdigest(), info.size, mode)

    def add_live(self, name: str, path: Path) -> None:
        """Add a file that others may be writing: what is there at this moment, in one piece."""
        with tempfile.SpooledTemporaryFile(max_size=SMALL) as copy, path.open("rb") as source:
            shutil.copyfileobj(source, copy, STEP)
            status = os.fstat(source.fileno())
            self.add(name, copy, mode=status.st_mode & 0o777, at=status.st_mtime)  # type: ignore[arg-type]

    def close(self, manifest: Manifest) -> None:
        """Finish the archive."""
        self.add(rules.MANIFEST, io.BytesIO(manifest.dump()))
        self.tar.close()
        seal = SEAL + self.sealed.hash.hexdigest().encode() + b"\n"
        self.sealed.inner.write(seal.ljust(BLOCK, b"\0"))
        if self.encrypter:
            self.encrypter.finish()


def is_encrypted(path: Path) -> bool:
    """Tell whether a passphrase is needed."""
    with path.open("rb") as source:
        return source.read(len(MAGIC)) == MAGIC


@contextmanager
def _opened(path: Path, passphrase: str) -> Iterator[Any]:
    with path.open("rb") as source:
        if not is_encrypted(path):
            yield source
        elif not passphrase:
            raise BackupFailed(
                say("This backup is encrypted and no passphrase was given."),
                todo=say("Set RIHLA_BACKUP_PASSPHRASE, or name a file with --passphrase-file."),
            )
        else:
            yield Decrypter(source, passphrase)


def _damaged(what: str) -> BackupFailed:
    return BackupFailed(
        say("The backup is damaged: %(what)s. Nothing was put back.", what=what),
        todo=say("Use another backup; `rihla backup list` names them."),
    )


def unpack(path: Path, folder: Path, passphrase: str = "") -> Manifest:
    """Take an archive apart into `folder`, each byte checked. Raises BackupFailed.

    The sentence names the member that is damaged, or the passphrase. Names that would lead out of
    the folder, links and devices are refused.
    """
    try:
        with _opened(path, passphrase) as source:
            return _unpack(source, folder)
    except Damaged as damage:
        where = str(damage)
        raise BackupFailed(
            say(
                "The backup cannot be decrypted: either the passphrase is another one, or "
                "something was changed in %(where)s.",
                where=where,
            )
        ) from None
    except FileNotFoundError:
        raise BackupFailed(say("There is no backup at %(path)s.", path=str(path))) from None


def _unpack(source: Any, folder: Path) -> Manifest:
    sealed = _Hashed(source)
    found: dict[str, Member] = {}
    last = "its beginning"
    try:
        with tarfile.open(fileobj=sealed, mode="r|", bufsize=BLOCK) as tar:  # type: ignore[call-overload]
            for info in tar:
                last = info.name
                found[info.name] = _extract(tar, info, folder)
    except (tarfile.TarError, EOFError, OverflowError, UnicodeError):
        raise _damaged(f"unreadable after {last}") from None
    manifest = _manifest_in(folder, last)
    _compare(manifest, found)
    _check_seal(sealed)
    return manifest


def _extract(tar: tarfile.TarFile, info: tarfile.TarInfo, folder: Path) -> Member:
    known = info.name in (rules.MANIFEST, "database.sqlite.gz", "database.dump")
    if not info.isreg() or not (known or rules.is_safe_member(info.name)):
        raise _damaged(f"{info.name} has no place in a backup")
    source = tar.extractfile(info)
    target = folder / info.name
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        while chunk := source.read(STEP):  # type: ignore[union-attr]
            digest.update(chunk)
            out.write(chunk)
    os.chmod(target, info.mode & 0o777)
    os.utime(target, (info.mtime, info.mtime))
    return Member(digest.hexdigest(), info.size, info.mode & 0o777)


def _manifest_in(folder: Path, last: str) -> Manifest:
    try:
        return rules.read_manifest((folder / rules.MANIFEST).read_bytes())
    except FileNotFoundError:  # tarfile takes a broken head of a member for the end
        raise _damaged(f"unreadable after {last}") from None
    except ValueError:
        raise _damaged("manifest.json cannot be read") from None


def _compare(manifest: Manifest, found: dict[str, Member]) -> None:
    for name in sorted({*manifest.members, *found} - {rules.MANIFEST}):
        if name not in found:
            raise _damaged(f"{name} is missing")
        if name not in manifest.members:
            raise _damaged(f"{name} is not in the manifest")
        if found[name].sha256 != manifest.members[name].sha256:
            raise _damaged(f"{name} was changed")
        if found[name] != manifest.members[name]:
            raise _damaged(f"the head of {name} was changed")


def _check_seal(sealed: _Hashed) -> None:
    # the tar's end is padded to full records, which the reader need not have touched
    rest = sealed.inner.read(3 * tarfile.RECORDSIZE)
    sealed.hash.update(rest[:-BLOCK])
    expected = SEAL + sealed.hash.hexdigest().encode() + b"\n"
    if rest[-BLOCK:] != expected.ljust(BLOCK, b"\0"):
        raise _damaged("its seal does not fit (manifest.json, or the space between members)")
