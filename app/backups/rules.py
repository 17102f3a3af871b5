"""What a backup is: its name, its manifest, and what differs between two. Pure."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from app.kernel.errors import Refusal
from app.kernel.i18n import Sentence

FORMAT = 1
PLAIN, LOCKED = ".rihla.tar", ".rihla.tar.enc"
NAME = re.compile(r"^rihla-(\d{8}T\d{6}Z)-[0-9a-f]{6}\.rihla\.tar(?:\.enc)?$")
PARTIAL = ".partial-"
"""How the names of unfinished files begin; nothing that begins so is ever taken for a backup."""
MANIFEST = "manifest.json"
FILES = "files/"
BORING = frozenset({"alembic_version", "job", "job_schedule"})
"""Tables that a fresh site fills by itself."""


class BackupFailed(Refusal):
    """A backup could not be made, read or put back; the sentence names what is wrong."""

    status = 409

    def __init__(self, sentence: Sentence, *, todo: Sentence | None = None) -> None:
        super().__init__(sentence, todo=todo)


@dataclass(frozen=True)
class Member:
    """A part of the archive, as it is stored."""

    sha256: str
    size: int
    mode: int = 0o600


@dataclass(frozen=True)
class TableState:
    """How many rows a table has, and a hash of all of them in the order of their keys."""

    rows: int
    hash: str


@dataclass(frozen=True)
class Manifest:
    """What an archive holds and what must come out of it again."""

    made_at: str
    version: str
    dialect: str
    schema: str
    site: str
    tables: Mapping[str, TableState]
    audit_heads: Mapping[str, list[Any]]
    members: Mapping[str, Member] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    """Files of the instance that are no plain files, links above all; they were not taken."""
    format: int = FORMAT

    @property
    def rows(self) -> int:
        """Return how many rows there are in all tables."""
        return sum(table.rows for table in self.tables.values())

    def dump(self) -> bytes:
        """Return the manifest as it stands in the archive."""
        return json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False).encode()


def read_manifest(content: bytes) -> Manifest:
    """Return the manifest of an archive. Raises ValueError for what is none of ours."""
    try:
        given = json.loads(content)
        if given["format"] != FORMAT:
            raise ValueError(f"format {given['format']}")
        given["tables"] = {name: TableState(**one) for name, one in given["tables"].items()}
        given["members"] = {name: Member(**one) for name, one in given["members"].items()}
        given["left_out"] = tuple(given["left_out"])
        return Manifest(**given)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a manifest: {error}") from None


def name_for(moment: datetime, salt: str, *, locked: bool) -> str:
    """Return the file name of a backup made at that moment (UTC)."""
    return f"rihla-{moment:%Y%m%dT%H%M%SZ}-{salt[:6]}{LOCKED if locked else PLAIN}"


def to_prune(names: Iterable[str], keep: int) -> list[str]:
    """Return the backups that are older than the `keep` newest; other files are left alone."""
    ours = sorted((name for name in names if NAME.match(name)), reverse=True)
    return ours[max(1, keep) :]


def is_safe_member(name: str) -> bool:
    """Tell whether a member's name may become a path: below `files/`, nowhere else."""
    parts = name.split("/")
    return (
        name.startswith(FILES)
        and all(part not in ("", ".", "..") for part in parts)
        and "\\" not in name
        and "\0" not in name
        and not PurePosixPath(name).is_absolute()
    )


def differences(expected: Manifest, tables: Mapping[str, TableState]) -> list[str]:
    """Return in words, for logs and the command, where restored tables differ."""
    found = []
    for name in sorted({*expected.tables, *tables}):
        old, new = expected.tables.get(name), tables.get(name)
        if old is None or new is None:
            found.append(f"table {name}: {'missing' if new is None else 'not in the backup'}")
        elif old.rows != new.rows:
            found.append(f"table {name}: {new.rows} rows instead of {old.rows}")
        elif old.hash != new.hash:
            found.append(f"table {name}: same number of rows, other content")
    return found
