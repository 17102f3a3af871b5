"""What can be asked about backups."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from app.backups.models import BackupRun
from app.backups.rules import NAME
from app.kernel.db import db
from app.settings import get_settings


@dataclass(frozen=True)
class State:
    """When a backup was last made, last restored for a check, and what went wrong last."""

    made_at: datetime | None
    verified_at: datetime | None
    file: str = ""
    size: int = 0
    seconds: float = 0
    rows: int = 0
    error: str = ""


@dataclass(frozen=True)
class BackupFile:
    """A backup in the folder of this machine."""

    name: str
    size: int


def backup_folder() -> Path:
    """Return where backups are kept on this machine."""
    settings = get_settings()
    return Path(settings.backup_folder or settings.instance / "backups").resolve()


def list_files() -> list[BackupFile]:
    """Return the backups in the folder, the newest first."""
    folder = backup_folder()
    paths = [p for p in folder.iterdir() if NAME.match(p.name)] if folder.is_dir() else []
    return [BackupFile(p.name, p.stat().st_size) for p in sorted(paths, reverse=True)]


def last_state() -> State:
    """Return how it stands with backups, in one statement."""
    good = BackupRun.error.is_(None)
    verified = select(func.max(BackupRun.verified_at)).where(good).scalar_subquery()
    made = select(func.max(BackupRun.at)).where(good).scalar_subquery()
    row = db.session.execute(
        select(BackupRun, made, verified)
        .order_by(BackupRun.at.desc(), BackupRun.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return State(None, None)
    run, made_at, verified_at = row
    return State(made_at, verified_at, run.file, run.size, run.seconds, run.rows, run.error or "")


def list_runs(limit: int = 20) -> list[BackupRun]:
    """Return the last attempts, the newest first."""
    return list(
        db.session.scalars(
            select(BackupRun).order_by(BackupRun.at.desc(), BackupRun.id.desc()).limit(limit)
        )
    )


def verified_times() -> dict[str, datetime | None]:
    """Return by file name when backups were verified."""
    rows = db.session.execute(select(BackupRun.file, BackupRun.verified_at))
    return {file: at for file, at in rows if file}
