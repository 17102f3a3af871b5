"""What a plugin brings to ask something in a lesson, and what happens to answers, as events."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from app.activities.rules import Choice, Place
from app.content.rules import BlockNode
from app.kernel.i18n import Sentence
from app.kernel.outbox import Event


@dataclass(frozen=True)
class BlockTexts:
    """One block of a lesson in every language of its course; `source` was written first."""

    source: BlockNode
    others: Mapping[str, BlockNode] = field(default_factory=dict)

    def shown(self, language: str) -> BlockNode:
        """Return the block in a language, or in the source's where it is not translated."""
        return self.others.get(language, self.source)


@dataclass(frozen=True)
class Item:
    """One thing that is asked and marked by itself.

    `document` is all of it as plain JSON, the key included: kept for ever under its hash, so that
    what was asked can always be shown and marked again. `most` is in hundredths of a point,
    `hints` how many can be opened. By its `tags` an exam draws it from a bank.
    """

    id: str
    document: Mapping[str, Any]
    most: int
    hints: int = 0
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Activity:
    """What a block asks. `tries` is how often each item may be checked; 0: without limit."""

    items: tuple[Item, ...]
    tries: int = 0


@dataclass(frozen=True)
class Marked:
    """What an answer is worth, in hundredths of a point.

    `state` is right, partial, wrong, empty, waiting (for a person) or unreadable (it does not fit
    what is asked now). `details` is plain JSON that only the kind of activity reads.
    """

    points: int
    most: int
    state: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ByHand:
    """How a person marks what `mark` leaves waiting. All three are pure.

    `texts(document, value)` gives what was asked, as Markdown, and the answer as plain text;
    `lines(document)` what is marked, each with its most in hundredths of a point; `mark(document,
    hints, given)` what the answer is worth with so many hundredths for each line.
    """

    texts: Callable[[Mapping[str, Any], Any], tuple[str, str]]
    lines: Callable[[Mapping[str, Any]], Sequence[tuple[str, int]]]
    mark: Callable[[Mapping[str, Any], int, Mapping[str, int]], Marked]


@dataclass(frozen=True)
class Change:
    """What an edit of an item is, for its author: `title` names the item, `label` the edit.

    Unless `touches_marks`, every answer is worth what it was. `is_seeded` says that marks depend on
    what was drawn for the attempt.
    """

    title: str
    label: Sentence
    touches_marks: bool
    is_seeded: bool = False


@dataclass(frozen=True)
class ActivityType:
    """A kind of activity, registered under the name of its block. All functions are pure.

    `read(texts)` gives what a block asks, the same in every language; `take(document, form)` an
    answer out of a plain form as JSON (None when nothing was answered, or not all that one answer
    needs: then nothing is kept); `mark(document, seed,
    value, hints)` what it is worth. `mark` may be called again at any time and must answer the
    same. With `by_hand` a person marks what it leaves waiting. `show(texts, item, seed, language,
    state, explained)` gives an item outside of its lesson as `Shown`, for exams; `state` is what
    was answered, or None. Unless `explained`, nothing of it may tell what is right. A kind without
    it cannot be asked in exams.
    `write(block_id, documents)` gives a block of such items as Markdown, which `read` reads
    back; documents that come from elsewhere may lack the keys of their parts. A kind without it
    cannot be imported.

    The next three are for a new version of an item, of which answers were marked already:
    `compare(old, new)` says what differs (`new` is None where the item is gone), `remark(old, new,
    seed, value, hints)` what an answer to the old version is worth by the new one, None where a
    person must look, and `say_answer(document, value)` what was answered, in words. A kind without
    them keeps its marks.
    `choices(document, value)` gives the choices that an answer holds, and with None all that the
    item offers: for what answers tell about the item. Two answers hold the same choice under the
    same key.
    """

    read: Callable[[BlockTexts], Activity]
    take: Callable[[Mapping[str, Any], Mapping[str, Sequence[str]]], Any]
    mark: Callable[[Mapping[str, Any], str, Any, int], Marked]
    by_hand: ByHand | None = None
    show: Callable[..., Any] | None = None
    write: Callable[[str, Sequence[Mapping[str, Any]]], str] | None = None
    compare: Callable[[Mapping[str, Any], Mapping[str, Any] | None], Change] | None = None
    remark: Callable[..., Marked | None] | None = None
    say_answer: Callable[[Mapping[str, Any], Any], str] | None = None
    choices: Callable[[Mapping[str, Any], Any], Sequence[Choice]] | None = None


@dataclass(frozen=True)
class Withheld:
    """Which marks a learner may not see yet, wherever theirs are shown or handed over.

    `find(person_id)` returns what tells it of the place of an activity; one statement at most.
    """

    find: Callable[[int], Callable[[Place], bool]]


@dataclass(frozen=True)
class AnswerMarked(Event):
    """An answer was marked; `points` of `most` in hundredths are what the activity is worth now."""

    name: ClassVar[str] = "activities.answer_marked.v1"
    person_id: int
    course_id: int
    lesson_id: str
    block_id: str
    item: str
    state: str
    points: int
    most: int
    center_id: int = 0
