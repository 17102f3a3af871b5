"""Which files a course may hold, read from a folder without following anything out of it."""

import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.kernel.errors import Invalid
from app.kernel.i18n import say

SUFFIXES = frozenset(
    {
        *(".toml", ".md", ".txt", ".csv", ".tsv", ".json", ".geojson", ".sql", ".py", ".ipynb"),
        *(".pdf", ".xlsx", ".ods", ".parquet", ".svg", ".png", ".jpg", ".jpeg", ".webp", ".gif"),
        *(".avif", ".mp3", ".ogg", ".opus", ".mp4", ".webm", ".vtt"),
    }
)
BARE_NAMES = frozenset({"LICENSE"})
IGNORED = frozenset({".git", ".DS_Store", "__MACOSX", "Thumbs.db", ".gitignore", ".gitattributes"})
PICTURES = frozenset({".svg", ".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif"})

_PART = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one course may weigh."""

    file_bytes: int = 5_000_000
    total_bytes: int = 200_000_000
    files: int = 5_000
    ratio: int = 100
    archive_bytes: int = 200_000_000
    text_bytes: int = 10_000_000
    """Of all texts together: what can be checked in some two minutes."""


LIMITS = Limits()


def suffix(path: str) -> str:
    """Return the suffix in small letters, with its dot."""
    name = path.rsplit("/", 1)[-1]
    return "." + name.rsplit(".", 1)[1].lower() if "." in name[1:] else ""


def is_ignored(path: str) -> bool:
    """Tell whether it is what Git and desktops leave behind; it is skipped without a word."""
    return any(part in IGNORED or part.startswith("._") for part in path.split("/"))


def refuse_name(path: str) -> None:
    """Raise Invalid unless the path is plain: known suffix, simple names, nothing upwards."""
    parts = path.split("/")
    plain = len(parts) <= 6 and all(_PART.match(part) and not part.endswith(".") for part in parts)
    if not plain:
        raise Invalid(
            say("The file name %(name)s is not allowed; nothing was read.", name=ascii(path)[:120]),
            todo=say("Name files and folders with the letters a–z, digits, hyphens and dots."),
        )
    if suffix(path) not in SUFFIXES and parts[-1] not in BARE_NAMES:
        raise Invalid(
            say("Files like %(name)s are not taken; nothing was read.", name=path),
            todo=say("A course takes: %(suffixes)s.", suffixes=" ".join(sorted(SUFFIXES))),
        )


def refuse_weight(path: str, size: int, total: int, count: int, limits: Limits) -> None:
    """Raise Invalid when one file, all files together or their number exceed the limits."""
    if size > limits.file_bytes:
        raise Invalid(
            say(
                "%(name)s is larger than %(limit)s MB; nothing was read.",
                name=path,
                limit=limits.file_bytes // 1_000_000,
            ),
            todo=say("Make it smaller, or publish it elsewhere and link to it."),
        )
    if total > limits.total_bytes or count > limits.files:
        raise Invalid(
            say(
                "The course has more than %(files)s files or %(size)s MB; nothing was read.",
                files=limits.files,
                size=limits.total_bytes // 1_000_000,
            ),
            todo=say("Split it into several courses, or take out large files."),
        )


def weigh_text(sizes: Mapping[str, int], limits: Limits = LIMITS) -> int:
    """Return the bytes of all Markdown by the sizes of the files. Raises Invalid when too many."""
    weight = sum(size for path, size in sizes.items() if suffix(path) == ".md")
    if weight > limits.text_bytes:
        raise Invalid(
            say(
                "The texts of the course are larger than %(limit)s MB together; nothing was kept.",
                limit=limits.text_bytes // 1_000_000,
            ),
            todo=say("Split it into several courses."),
        )
    return weight


def read_folder(folder: str | Path, limits: Limits = LIMITS) -> dict[str, bytes]:
    """Return path → bytes of a course on disk; raises Invalid on links, devices and odd names."""
    root = Path(folder)
    if root.is_symlink() or not root.is_dir():
        raise Invalid(
            say("%(name)s is not a folder.", name=root.name),
            todo=say("Give the folder in which course.toml stands."),
        )
    files: dict[str, bytes] = {}
    total = 0
    for path, entry in _walk(root, ""):
        refuse_name(path)
        total += entry.stat(follow_symlinks=False).st_size
        refuse_weight(path, entry.stat(follow_symlinks=False).st_size, total, len(files), limits)
        files[path] = _read(entry.path, path, limits)
    weigh_text({path: len(data) for path, data in files.items()}, limits)
    return files


def _walk(folder: Path, prefix: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            path = prefix + entry.name
            if is_ignored(path):
                continue
            if entry.is_dir(follow_symlinks=False):
                refuse_depth(path)
                yield from _walk(Path(entry.path), path + "/")
            elif entry.is_file(follow_symlinks=False):
                yield path, entry
            else:
                raise Invalid(
                    say("%(name)s is a link or a device; nothing was read.", name=ascii(path)),
                    todo=say("Put the file itself in the folder."),
                )


def refuse_depth(path: str) -> None:
    """Raise Invalid for folders within folders within folders."""
    if path.count("/") > 5:
        raise Invalid(
            say("Folders are nested too deeply at %(name)s; nothing was read.", name=ascii(path)),
            todo=say("A course has modules, and lessons in them."),
        )


def _read(place: str, path: str, limits: Limits) -> bytes:
    """Read one file that must still be a plain one when it is opened."""
    handle = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise Invalid(say("%(name)s is not a plain file; nothing was read.", name=path))
        data = file.read(limits.file_bytes + 1)
    refuse_weight(path, len(data), 0, 0, limits)
    return data
