"""`rihla questions`: look into files of questions, and write them in another format."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from app.activities.hooks import ActivityType
from app.kernel import i18n
from app.kernel.errors import Refusal
from app.kernel.hooks import hooks
from app.kernel.i18n import say, translate
from app.questions import queries, rules
from app.questions.rules import QuestionRead, QuestionsRead, QuestionsWritten

questions = AppGroup("questions", help="Files of questions of other systems.")
MARKDOWN = "markdown"


@questions.command("read", with_appcontext=False)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", "target", metavar="FORMAT", help="Write them in this format as well.")
@click.option(
    "--language", type=click.Choice(i18n.LANGUAGES), default="en", help="Language of the report."
)
def read(file: Path, target: str | None, language: str) -> None:
    """Print as JSON which questions a file holds, by type, and what could not be read.

    With --to the questions go to the standard output in that format, and the JSON to the standard
    error. Formats are those of the plugins that are installed, and markdown: lessons (.md) can be
    read and blocks of questions written. Nothing is kept, and no database is asked. It exits with
    1 when no question was read.
    """
    i18n.language.set(language)
    try:
        name, found = _read(file)
        written = _written(target, found) if target and found.questions else None
    except Refusal as refusal:
        words = [translate(part) for part in (refusal.sentence, refusal.todo) if part]
        raise click.ClickException(" ".join(words)) from None
    said = rules.report(name, found)
    if written:
        notes = QuestionsRead(problems=written.problems)
        said["written"] = {"format": target, "unwritten": rules.report("", notes)["unread"]}
        sys.stdout.buffer.write(written.data)
    click.echo(json.dumps(said, ensure_ascii=False, indent=2), err=target is not None)
    sys.exit(not found.questions)


def _read(file: Path) -> tuple[str, QuestionsRead]:
    with file.open("rb") as opened:
        data = opened.read(rules.MOST_BYTES + 1)
    if len(data) > rules.MOST_BYTES:
        limit = rules.MOST_BYTES // 1_000_000
        raise Refusal(say("This file is larger than %(limit)s MB; nothing was read.", limit=limit))
    if file.suffix == ".md":
        return MARKDOWN, _read_lesson(data)
    return queries.read_file(data, queries.list_importers(everywhere=True))


def _read_lesson(data: bytes) -> QuestionsRead:
    documents = queries.read_markdown(
        data.decode("utf-8", "replace"), dict(hooks.installed(ActivityType))
    )
    label = say("Questions")
    return QuestionsRead(
        tuple(
            QuestionRead(str(one.get("kind", "")), label, str(one.get("prompt", "")), 1, one)
            for _, one in documents
        )
    )


def _written(target: str, found: QuestionsRead) -> QuestionsWritten:
    documents: list[Mapping[str, Any]] = [one.document for one in found.questions]
    if target == MARKDOWN:
        kind = dict(hooks.installed(ActivityType)).get(rules.BLOCK)
        if kind and kind.write:
            return QuestionsWritten(kind.write("questions", documents).encode())
    exporters = dict(queries.list_exporters(everywhere=True))
    if target not in exporters:
        raise Refusal(
            say("There is no format “%(name)s” to write.", name=target),
            todo=say("Formats are: %(names)s.", names=", ".join([*exporters, MARKDOWN])),
        )
    return exporters[target].write(documents, found.files)
