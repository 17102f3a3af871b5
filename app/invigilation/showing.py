"""What staff read of one attempt, question by question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.activities.hooks import ActivityType
from app.activities.showing import Shown
from app.exams.queries import MarkRow, Paper, list_marks
from app.exams.rules import fields_of
from app.exams.showing import explain_question, show_question
from app.invigilation import queries
from app.invigilation.rules import Answered, Sent, name_writers, sort_answers
from app.kernel.errors import Conflict
from app.kernel.hooks import hooks
from app.kernel.i18n import ZONE, format_date


@dataclass(frozen=True)
class Line:
    """An answer in words: from which page of which sign-in, when received, and what was claimed.

    Times have seconds, and a date where it is not that of the attempt. `reason` is late or
    conflict where it was kept apart.
    """

    words: str
    sign_in: int
    page: int
    received: str
    claimed: str
    reason: str


@dataclass(frozen=True)
class Row:
    """A question of a paper: as it was asked (None while its plugin is off), its mark, and the
    answers that came, the one that counts apart from the others."""

    item: str
    shown: Shown | None
    mark: MarkRow | None
    counts: Line | None
    others: Sequence[Line]


def show_rows(paper: Paper, language: str, *, with_keys: bool) -> list[Row]:
    """Return the questions of a paper with what came for them; what is right only `with_keys`."""
    sent = queries.list_sent(paper.id)
    names, versions = name_writers(sent), queries.get_versions(paper)
    marks = list_marks(paper.id) if paper.marked_at else {}
    found = []
    for answered in sort_answers(paper.items, sent):
        kind, document = versions[answered.item]
        type_ = hooks.get(ActivityType, kind, anywhere=True)

        def line(one: Sent, type_: Any = type_, document: Any = document) -> Line:
            return _line(one, names, _words(type_, document, one.value), paper.began_at)

        mark = marks.get(answered.item)
        shown = _shown(paper, answered, mark if with_keys else None, language)
        others = [line(one) for one in answered.others]
        counts = line(answered.counts) if answered.counts else None
        found.append(Row(answered.item, shown, mark, counts, others))
    return found


def _shown(paper: Paper, answered: Answered, mark: MarkRow | None, language: str) -> Shown | None:
    try:
        if mark is not None:
            return explain_question(paper, mark, language)
        return show_question(paper, answered.item, language, None)
    except Conflict:  # switched off: what was answered is shown all the same
        return None


def _words(type_: ActivityType | None, document: Mapping[str, Any], value: str) -> str:
    fields = fields_of(value)
    if type_ is None or type_.say_answer is None:
        return ", ".join(text for texts in fields.values() for text in texts)
    taken = type_.take(document, fields)
    return "" if taken is None else type_.say_answer(document, taken)


def _line(one: Sent, names: Mapping[str, tuple[int, int]], words: str, began_at: datetime) -> Line:
    sign_in, page = names[one.writer]
    claimed = _moment(one.claimed_at)
    return Line(
        words,
        sign_in,
        page,
        _clock(one.received_at, began_at),
        _clock(claimed, began_at) if claimed else "",
        one.reason,
    )


def _clock(moment: datetime, began_at: datetime) -> str:
    local = moment.astimezone(ZONE)
    time = local.strftime("%H:%M:%S")
    is_same_day = local.date() == began_at.astimezone(ZONE).date()
    return time if is_same_day else f"{format_date(moment)} {time}"


def _moment(claimed: int | None) -> datetime | None:
    """Return what a device took for the time; None for what is no time at all."""
    try:
        return datetime.fromtimestamp(claimed / 1000, UTC) if claimed else None
    except (ValueError, OverflowError, OSError):
        return None
