"""The questions from which the exams of a revision are drawn. Kept in memory: it never changes."""

from dataclasses import dataclass

from app.activities.hooks import ActivityType, BlockTexts, Item
from app.content.carrying import bank_place, blocks_in
from app.content.reader import is_bank_path
from app.content.rules import BlockNode
from app.courses.queries import outline_of, read_blobs
from app.courses.rules import RevisionRef
from app.kernel.hooks import hooks
from app.kernel.recent import Recent

_banks: Recent[tuple[BlockTexts, ...]] = Recent(100)
Blocks = dict[str, dict[str, dict[str, BlockNode]]]


@dataclass(frozen=True)
class Question:
    """A question of the bank: its kind, what is asked and marked, and its block as written."""

    kind: str
    item: Item
    texts: BlockTexts


def bank_of(ref: RevisionRef, *, anywhere: bool = False) -> dict[str, Question]:
    """Return the questions of a revision's bank by their ids, in its order.

    Those whose plugin is off (with `anywhere`: away), or which cannot be shown outside of a lesson,
    are left out. No statement once it is in memory.
    """
    found: dict[str, Question] = {}
    for texts in _texts(ref):
        kind = hooks.get(ActivityType, texts.source.name, anywhere=anywhere)
        if kind is None or kind.show is None:
            continue
        for item in kind.read(texts).items:
            found.setdefault(item.id, Question(texts.source.name, item, texts))
    return found


def _texts(ref: RevisionRef) -> tuple[BlockTexts, ...]:
    kept = _banks.get(ref.hash)
    if kept is not None:
        return kept
    outline = outline_of(ref)
    source = outline.course.source
    paths = [path for path in sorted(outline.files) if is_bank_path(path)]
    contents = read_blobs([outline.files[path].sha256 for path in paths]) if paths else []
    blocks: Blocks = {}
    for path, content in zip(paths, contents, strict=True):
        name, language, _ = path.rsplit(".", 2)
        for id_, node in blocks_in(content, outline.carried, bank_place(path)).items():
            blocks.setdefault(name, {}).setdefault(id_, {})[language] = node
    texts = tuple(
        BlockTexts(own[source], own)
        for by_id in blocks.values()
        for own in by_id.values()
        if source in own
    )
    return _banks.put(ref.hash, texts)
