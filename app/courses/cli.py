"""`rihla courses`: check, import, publish and export course folders."""

from collections.abc import Mapping
from pathlib import Path

import click
from flask.cli import AppGroup

from app.content.archive import write_folder
from app.content.files import read_folder
from app.content.hooks import BlockType
from app.content.rules import Problem
from app.content.stamp import stamp as stamped
from app.courses import queries, services
from app.courses.rules import Checked, CourseRefused, RevisionRef
from app.kernel import clock, i18n
from app.kernel.actors import SYSTEM
from app.kernel.db import write
from app.kernel.errors import Refusal
from app.kernel.hooks import hooks
from app.kernel.i18n import translate

courses = AppGroup("courses", help="Courses: check, import, publish and export their folders.")

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
LANGUAGE = click.option(
    "--language", type=click.Choice(i18n.LANGUAGES), default="en", help="Language of the report."
)


def _examined(folder: Path, kinds: Mapping[str, BlockType] | None = None) -> Checked:
    try:
        slug = services.slug_from(folder.resolve().name)
        return services.check_files(read_folder(folder), slug, kinds=kinds)
    except Refusal as refusal:
        raise _failure(refusal) from None


def _failure(refusal: Refusal) -> click.ClickException:
    words = [translate(part) for part in (refusal.sentence, refusal.todo) if part]
    return click.ClickException(" ".join(words))


def _show(problems: tuple[Problem, ...], folder: Path) -> None:
    for problem in problems:
        click.echo(f"{folder.name}/{problem}")


@courses.command("check", with_appcontext=False)
@click.argument("folder", type=FOLDER)
@LANGUAGE
def check(folder: Path, language: str) -> None:
    """Say what is wrong in a course folder and how to mend it; exit with 1 on errors.

    It needs no database: the verdict is the one that a site gives at import on which every plugin
    that is installed here is on.
    """
    i18n.language.set(language)
    checked = _examined(folder, dict(hooks.installed(BlockType)))
    _show(checked.problems, folder)
    errors = len(checked.errors)
    warnings = len(checked.problems) - errors
    click.echo(f"{errors} errors, {warnings} warnings")
    raise SystemExit(bool(errors))


@courses.command("import")
@click.argument("folder", type=FOLDER)
@click.option("--publish", "publish_too", is_flag=True, help="Publish it to everybody as well.")
@LANGUAGE
def import_folder(folder: Path, publish_too: bool, language: str) -> None:
    """Keep a course folder as a new revision; a course with errors changes nothing."""
    i18n.language.set(language)
    checked = _examined(folder)
    try:
        with write():
            kept = services.import_course(
                actor=SYSTEM,
                checked=checked,
                slug=services.slug_from(folder.resolve().name),
                now=clock.now(),
            )
            if publish_too:
                services.publish_course(actor=SYSTEM, revision_id=kept.revision_id, now=clock.now())
    except CourseRefused as refusal:
        _show(refusal.problems, folder)
        raise _failure(refusal) from None
    except Refusal as refusal:
        raise _failure(refusal) from None
    _show(kept.doubts, folder)
    state = "new" if kept.is_new_revision else "known already"
    click.echo(f"{kept.slug}: revision {kept.short} ({state})")


@courses.command("publish")
@click.argument("slug")
@click.option("--revision", default="", help="The revision, by eight characters; else the newest.")
def publish(slug: str, revision: str) -> None:
    """Publish a course to everybody."""
    ref = _revision(slug, revision)
    try:
        with write():
            made = services.publish_course(
                actor=SYSTEM, revision_id=ref.revision_id, now=clock.now()
            )
    except Refusal as refusal:
        raise _failure(refusal) from None
    click.echo(f"{slug}: revision {ref.short} {'published' if made.is_new else 'was published'}")


@courses.command("export")
@click.argument("slug")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--revision", default="", help="The revision, by eight characters; else the newest.")
def export(slug: str, folder: Path, revision: str) -> None:
    """Write a course's files back into a folder that is empty or new, byte for byte."""
    files = queries.read_revision(_revision(slug, revision))
    try:
        write_folder(files, folder)
    except Refusal as refusal:
        raise _failure(refusal) from None
    click.echo(f"{len(files)} files in {folder}")


def _revision(slug: str, short: str) -> RevisionRef:
    course = queries.find_course(slug)
    if course is None:
        raise click.ClickException(f"There is no course {slug}.")
    if not short:
        return queries.newest_revisions([course.id])[course.id]
    try:
        return queries.get_revision(course.id, short)
    except Refusal:
        raise click.ClickException(f"{slug} has no revision {short}.") from None


@courses.command("list")
def list_all() -> None:
    """List the courses with their newest revision and the one that everybody sees."""
    known = queries.list_courses(SYSTEM)
    newest = queries.newest_revisions([course.id for course in known])
    seen = queries.resolve_many(dict.fromkeys(newest), now=clock.now())
    for course in known:
        shown = seen[course.id].short if course.id in seen else "-"
        click.echo(f"{course.slug}\t{newest[course.id].short}\tpublished {shown}")


@courses.command("stamp", with_appcontext=False)
@click.argument("folder", type=FOLDER)
def stamp(folder: Path) -> None:
    """Note in each translation which paragraphs of the source it was made from."""
    try:
        files = read_folder(folder)
    except Refusal as refusal:
        raise _failure(refusal) from None
    for path, content in sorted(stamped(files).items()):
        if content != files[path]:
            (folder / path).write_bytes(content)
            click.echo(path)
