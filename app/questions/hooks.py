"""What a plugin brings to read questions from files of other systems, and to write them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.kernel.i18n import Sentence
from app.questions.rules import QuestionsRead, QuestionsWritten


@dataclass(frozen=True)
class QuestionImporter:
    """Reads files of one format, registered under its name; nothing is kept by it.

    `sniff(data)` says from 0 to 100 how much it looks like its own; `read(data)` takes no longer
    and no more memory than a page may, whatever the file, and never raises for what is in it.
    """

    label: Sentence
    sniff: Callable[[bytes], int]
    read: Callable[[bytes], QuestionsRead]


@dataclass(frozen=True)
class QuestionExporter:
    """Writes questions in one format, registered under its name.

    `write(documents, files)` gets the plain form of questions and the files that they show.
    """

    label: Sentence
    suffix: str
    write: Callable[[Sequence[Mapping[str, Any]], Mapping[str, bytes]], QuestionsWritten]
