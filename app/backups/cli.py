"""The commands `rihla backup create`, `verify`, `restore` and `list`."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy.exc import SQLAlchemyError

from app.backups import queries, services
from app.backups.rules import BackupFailed, Manifest
from app.kernel import clock
from app.kernel.db import db, write
from app.kernel.i18n import format_size, translate
from app.settings import get_settings

backup = AppGroup("backup", help="Keep the site, check what was kept, put it back.")
passphrase_file = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File whose first line is the passphrase; without it, the setting counts.",
)
FILE = click.argument("file", type=click.Path(path_type=Path))


@contextlib.contextmanager
def _said() -> Iterator[None]:
    """Turn a refusal into its sentence and exit status 1."""
    try:
        yield
    except BackupFailed as failure:
        for part in (failure.sentence, failure.todo):
            if part:
                click.echo(translate(part, "en"), err=True)
        raise SystemExit(1) from failure


def _passphrase(file: Path | None) -> str | None:
    if file is None:
        return None
    lines = file.read_text(encoding="utf-8").splitlines()
    if not lines or not lines[0].strip():
        raise click.ClickException(f"{file} holds no passphrase.")
    return lines[0].strip()


def _find(file: Path) -> Path:
    """Take a bare name for a file of the backup folder."""
    kept = queries.backup_folder() / file
    return kept if not file.exists() and kept.exists() else file


def _describe(manifest: Manifest) -> str:
    files = sum(name.startswith("files/") for name in manifest.members)
    return (
        f"{len(manifest.tables)} tables, {manifest.rows} rows, {files} files,"
        f" {len(manifest.audit_heads)} audit chains, schema {manifest.schema or 'none'},"
        f" version {manifest.version}, made {manifest.made_at}"
    )


@backup.command("create")
@click.option("--verify/--no-verify", default=False, help="Restore it for a check at once.")
@passphrase_file
def create(verify: bool, passphrase_file: Path | None) -> None:
    """Make a backup while people work, and remove those beyond the number kept."""
    at, secret = clock.now(), _passphrase(passphrase_file)
    with _said():
        made = services.create_backup(now=at, passphrase=secret)
    with write():
        services.keep_run(at=at, made=made)
    click.echo(f"{made.path}\n{format_size(made.size, 'en')} in {made.seconds:.1f} s")
    click.echo(_describe(made.manifest))
    for name in made.manifest.left_out:
        click.echo(f"left out, since it is a link: {name}", err=True)
    if verify:
        _verify(made.path, secret)
    for name in services.prune(get_settings().backups_kept):
        click.echo(f"removed {name}")


@backup.command("verify")
@FILE
@passphrase_file
def verify(file: Path, passphrase_file: Path | None) -> None:
    """Restore a backup into a scratch place and compare it; exit with 1 unless all is good."""
    _verify(_find(file), _passphrase(passphrase_file))


def _verify(path: Path, secret: str | None) -> None:
    with _said():
        verdict = services.verify_backup(path, passphrase=secret)
    problems = "; ".join(verdict.problems)
    at = None if problems else clock.now()
    # a site without tables can check archives too
    with contextlib.suppress(SQLAlchemyError), write():
        services.mark_verified(file=path.name, at=at, error=problems)
    click.echo(_describe(verdict.manifest))
    for problem in verdict.problems:
        click.echo(problem, err=True)
    if problems:
        click.echo("NOT GOOD: do not rely on this backup.", err=True)
        sys.exit(1)
    click.echo(
        f"GOOD: restored in {verdict.seconds:.1f} s; rows, hashes and audit trail are the same, "
        "and the site starts on it."
    )


@backup.command("restore")
@FILE
@click.option("--replace", is_flag=True, help="Take the place of a site that is not empty.")
@passphrase_file
def restore(file: Path, replace: bool, passphrase_file: Path | None) -> None:
    """Put a backup in the site's place. Stop the site first."""
    secret = _passphrase(passphrase_file)
    with _said():
        done = services.restore_backup(
            _find(file), now=clock.now(), replace_site=replace, passphrase=secret
        )
    click.echo(f"restored: {_describe(done.manifest)}")
    if done.old_database:
        click.echo(f"the old database is kept as {done.old_database}")
    if done.beside.exists():
        click.echo(f"the old files are kept in {done.beside}")
    click.echo("Now run `rihla db upgrade`, then start the site.")


@backup.command("list")
def list_backups() -> None:
    """Name the backups of this machine, the newest first."""
    try:
        verified = queries.verified_times()
    except SQLAlchemyError:
        db.session.rollback()
        verified = {}
    for file in queries.list_files():
        at = verified.get(file.name)
        said = f"verified {at:%Y-%m-%d %H:%M} UTC" if at else "not verified"
        click.echo(f"{file.name}  {format_size(file.size, 'en')}  {said}")
