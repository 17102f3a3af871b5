"""What authors do in the browser, as far as it is more than one call of `app.courses`."""

import zipfile
from collections.abc import Sequence
from typing import IO

from app.content.archive import read_zip
from app.content.rules import Problem
from app.courses import queries
from app.courses.rules import Checked, Recent, RevisionRef
from app.courses.services import check_files, slug_from
from app.kernel.errors import Invalid
from app.kernel.i18n import say
from app.studio.rules import name_without_copy, read_parts, top_folder

_reports: Recent[tuple[Problem, ...]] = Recent(200, lambda found: 1 + len(found) // 50)


def check_archive(filename: str, file: IO[bytes]) -> tuple[Checked, str]:
    """Check a zipped course; return what was found and the address that its name suggests.

    Raises Invalid for an archive that cannot be trusted. Keeps nothing.
    """
    files = read_zip(file)
    _refuse_empty(files)
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        top = top_folder(name for name in archive.namelist() if not name.endswith("/"))
    slug = slug_from(top or name_without_copy(filename))
    return check_files(files, slug), slug


def check_folder(parts: Sequence[tuple[str, IO[bytes]]]) -> tuple[Checked, str]:
    """Check a course that came file by file. Raises Invalid as above. Keeps nothing."""
    files = read_parts(parts)
    _refuse_empty(files)
    slug = slug_from(top_folder(name for name, _ in parts))
    return check_files(files, slug), slug


def _refuse_empty(files: dict[str, bytes]) -> None:
    if not files:
        raise Invalid(
            say("There is no file in it; nothing was kept."),
            todo=say("Choose the zip file or the folder of a course."),
        )


def report_of(ref: RevisionRef) -> tuple[Problem, ...]:
    """Return what the check says of a kept revision; from memory when it was asked before."""
    kept = _reports.get(ref.hash)
    if kept is None:
        kept = _reports.put(ref.hash, check_files(queries.read_revision(ref)).problems)
    return kept
