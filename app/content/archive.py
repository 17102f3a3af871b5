"""Courses as ZIP files: taken apart without trust, put together byte for byte."""

import hashlib
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from app.content.files import (
    LIMITS,
    Limits,
    is_ignored,
    refuse_name,
    refuse_weight,
    weigh_text,
)
from app.kernel.errors import Invalid
from app.kernel.i18n import Sentence, say

_END = b"PK\x05\x06"
_CHUNK = 64 * 1024
_REGULAR = 0o100000
_DATE = (1980, 1, 1, 0, 0, 0)


def revision_hash(files: Mapping[str, bytes]) -> str:
    """Return the name of a revision: 64 hex digits that depend on every path and every byte.

    It is the SHA-256 of the concatenation, over the paths in the order of their UTF-8 bytes, of
    path (UTF-8), one zero byte, the SHA-256 of the content as 64 small hex digits, one line feed.
    """
    whole = hashlib.sha256()
    for path in sorted(files, key=lambda path: path.encode()):
        content = hashlib.sha256(files[path]).hexdigest()
        whole.update(path.encode() + b"\0" + content.encode() + b"\n")
    return whole.hexdigest()


def read_zip(file: IO[bytes], limits: Limits = LIMITS) -> dict[str, bytes]:
    """Return path → bytes of a zipped course; raises Invalid and reads nothing else if in doubt.

    Sizes are counted while reading, never believed; one folder around everything is taken off.
    """
    with _opened(file, limits) as (archive, entries):
        return _read(archive, entries, limits)


def list_zip(file: IO[bytes], limits: Limits = LIMITS) -> dict[str, int]:
    """Return path → size, as the archive's list of files has it; raises Invalid as `read_zip`.

    It costs next to nothing, since no content is read. `read_zip` never gives more than that.
    """
    with _opened(file, limits) as (_, entries):
        return {path: info.file_size for path, info in entries.items()}


@contextmanager
def _opened(
    file: IO[bytes], limits: Limits
) -> Iterator[tuple[zipfile.ZipFile, dict[str, zipfile.ZipInfo]]]:
    _refuse_directory(file, limits)
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive, _entries(archive, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as mistake:
        raise _broken() from mistake
    except (struct.error, OverflowError, UnicodeDecodeError, ValueError) as mistake:
        raise _broken() from mistake


def _refuse_directory(file: IO[bytes], limits: Limits) -> None:
    """Refuse by its last bytes an archive whose list of files alone would fill the memory."""
    size = file.seek(0, 2)
    if size > limits.archive_bytes:
        raise _refused(say("The archive is larger than the limit; nothing was read."))
    file.seek(max(0, size - 65_557))
    tail = file.read()
    place = tail.rfind(_END)
    if place < 0 or len(tail) < place + 22:
        raise _broken()
    here, all_, directory = struct.unpack("<HHI", tail[place + 8 : place + 16])
    if max(here, all_) > limits.files * 2 or directory > limits.files * 2 * 512:
        raise _refused(say("The archive holds too many files; nothing was read."))
    file.seek(0)


def _entries(archive: zipfile.ZipFile, limits: Limits) -> dict[str, zipfile.ZipInfo]:
    wanted = [info for info in archive.infolist() if not _skipped(info)]
    top = _common_top([info.filename for info in wanted])
    entries: dict[str, zipfile.ZipInfo] = {}
    folded: set[str] = set()
    total = 0
    for info in wanted:
        _refuse_entry(info)
        path = info.filename[len(top) :]
        refuse_name(path)
        if path.casefold() in folded:
            raise _refused(
                say("The archive holds %(name)s twice; nothing was read.", name=path),
                say("Names may not differ by capital letters only."),
            )
        folded.add(path.casefold())
        total += info.file_size
        refuse_weight(path, info.file_size, total, len(entries) + 1, limits)
        _refuse_ratio(path, info.file_size, info.compress_size, limits)
        entries[path] = info
    weigh_text({path: info.file_size for path, info in entries.items()}, limits)
    return entries


def _skipped(info: zipfile.ZipInfo) -> bool:
    return info.filename.endswith("/") or is_ignored(info.filename)


def _common_top(names: list[str]) -> str:
    """Return the one folder around everything with its slash, or nothing."""
    tops = {name.split("/", 1)[0] for name in names}
    if len(tops) == 1 and all("/" in name for name in names):
        return tops.pop() + "/"
    return ""


def _refuse_entry(info: zipfile.ZipInfo) -> None:
    kind = (info.external_attr >> 16) & 0o170000
    name = info.orig_filename
    if kind not in (0, _REGULAR):
        raise _refused(
            say("%(name)s is a link or a device; nothing was read.", name=ascii(name)[:120])
        )
    if info.flag_bits & 0x1:
        raise _refused(say("The archive is encrypted; nothing was read."))
    if "\0" in name or "\\" in name:
        raise _refused(
            say("The file name %(name)s is not allowed; nothing was read.", name=ascii(name)[:120])
        )


def _refuse_ratio(path: str, size: int, packed: int, limits: Limits) -> None:
    if size > 10_000 and size > limits.ratio * max(packed, 1):
        raise _refused(
            say("%(name)s is packed too tightly to be honest; nothing was read.", name=path)
        )


def _read(
    archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], limits: Limits
) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    total = 0
    for path, info in entries.items():
        parts = []
        size = 0
        with archive.open(info) as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                refuse_weight(path, size, total + size, len(entries), limits)
                _refuse_ratio(path, size, info.compress_size, limits)
                parts.append(chunk)
        total += size
        files[path] = b"".join(parts)
    return files


def write_zip(files: Mapping[str, bytes], file: IO[bytes], *, folder: str = "") -> None:
    """Write a course as a ZIP; the same files always give the same bytes."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            info = zipfile.ZipInfo(f"{folder}/{path}" if folder else path, _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (_REGULAR | 0o644) << 16
            info.create_system = 3
            archive.writestr(info, files[path])


def write_folder(files: Mapping[str, bytes], folder: str | Path) -> None:
    """Write a course into a folder that is empty or not there yet, byte for byte."""
    root = Path(folder)
    if root.exists() and any(root.iterdir()):
        raise _refused(
            say("The folder %(name)s is not empty; nothing was written.", name=root.name),
            say("Choose a new folder."),
        )
    for path in files:
        refuse_name(path)
    for path, data in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def _broken() -> Invalid:
    return _refused(
        say("This is not a ZIP file that can be read; nothing was kept."),
        say("Pack the folder of the course again as an ordinary ZIP."),
    )


def _refused(sentence: Sentence, todo: Sentence | None = None) -> Invalid:
    return Invalid(sentence, todo=todo or say("Pack only the files of the course."))
