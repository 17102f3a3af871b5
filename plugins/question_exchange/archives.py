"""Looks into zip files of strangers. Nothing is ever unpacked to disk."""

import posixpath
import zipfile
import zlib
from io import BytesIO

from app.sdk import say
from plugins.question_exchange.items import MAX_BYTES, Unreadable
from plugins.question_exchange.plaintext import check_size

MAX_FILES = 5_000
MAX_TOTAL = 200_000_000
MAX_RATIO = 200


class Archive:
    """The files of a zip, by their names; raises Unreadable for what no quiz looks like."""

    def __init__(self, data: bytes) -> None:
        check_size(data)
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
            entries = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError):
            raise _broken() from None
        _check(entries, len(data))
        self._entries = {entry.filename: entry for entry in entries if not entry.is_dir()}

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the files."""
        return tuple(self._entries)

    def size(self, name: str) -> int:
        """Return how large a file says that it is."""
        return self._entries[name].file_size

    def read(self, name: str) -> bytes:
        """Return the bytes of a file, never more than it said and than is allowed."""
        entry = self._entries[name]
        limit = min(entry.file_size, MAX_BYTES)
        try:
            with self._zip.open(entry) as file:
                data = file.read(limit + 1)
        except (
            zipfile.BadZipFile,
            RuntimeError,
            NotImplementedError,
            EOFError,
            OSError,
            zlib.error,
        ):
            raise _broken() from None
        if len(data) > limit:
            raise _bomb()
        return data


def _broken() -> Unreadable:
    return Unreadable(
        say("This zip is damaged or locked with a password; nothing was read."),
        say("Export it again, without a password."),
    )


def _bomb() -> Unreadable:
    return Unreadable(
        say("This zip would become far too large; nothing was read."),
        say("Export fewer questions at a time."),
    )


def _check(entries: list[zipfile.ZipInfo], packed: int) -> None:
    total = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_FILES or total > MAX_TOTAL or total > packed * MAX_RATIO + 1_000_000:
        raise _bomb()
    names = [entry.filename for entry in entries]
    if len(set(names)) < len(names) or any(_leaves(name) for name in names):
        raise Unreadable(
            say("This zip has files whose names lead out of it or stand twice; nothing was read."),
            say("Export it again from the system that it comes from."),
        )


def _leaves(name: str) -> bool:
    plain = posixpath.normpath(name)
    outside = plain.startswith(("/", "..")) or "\\" in name or ":" in name.split("/")[0]
    return outside or "\0" in name
