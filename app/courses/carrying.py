"""What a new revision of a course keeps of the one before, so that answers stay with their parts."""

from sqlalchemy import and_, func, select

from app.content.carrying import Carried, bank_place, blocks_in, carry_blocks
from app.content.hooks import BlockType
from app.content.reader import is_bank_path
from app.content.rules import Problem
from app.courses import queries
from app.courses.models import Publication, Revision
from app.courses.rules import Checked, RevisionRef
from app.kernel.db import db
from app.kernel.hooks import hooks


def carry_over(course_id: int, checked: Checked) -> tuple[Carried, list[Problem]]:
    """Return what blocks keep of the revision that was published last, or else kept last.

    Only files whose source text changed are read, all of them in one statement: of lessons, and of
    the bank.
    """
    base = find_base(course_id)
    if base is None or base.hash == checked.hash or checked.course is None:
        return {}, []
    before, source = queries.outline_of(base), checked.course.source
    names = {entry.path: entry.sha256 for entry in checked.entries}
    pairs = [
        (lesson.id, old.text(source, source).path, lesson.text(source, source).path)
        for lesson in checked.course.lessons
        if (old := before.lesson(lesson.id)) is not None
    ]
    pairs += [
        (bank_place(path), path, path)
        for path in sorted(names)
        if path in before.files and (found := is_bank_path(path)) and found["language"] == source
    ]
    changed = [one for one in pairs if before.files[one[1]].sha256 != names[one[2]]]
    ids = {place for place, _, _ in changed}
    carried = {
        key: kept for key, kept in before.carried.items() if key.partition("/")[0] not in ids
    }
    contents = queries.read_blobs([before.files[path].sha256 for _, path, _ in changed])
    doubts: list[Problem] = []
    for (place, _, path), content in zip(changed, contents, strict=True):
        old_blocks = blocks_in(content, before.carried, place)
        kept, said = carry_blocks(
            place, path, old_blocks, blocks_in(checked.files[path], {}, place), _kind_of_block
        )
        carried |= kept
        doubts += said
    return carried, doubts


def _kind_of_block(name: str) -> BlockType | None:
    return hooks.get(BlockType, name, anywhere=True)


def find_base(course_id: int) -> RevisionRef | None:
    """Return the revision that was published last, else the one kept last: what a new one mends."""
    row = db.session.execute(
        select(Revision.id, Revision.hash)
        .outerjoin(
            Publication,
            and_(Publication.revision_id == Revision.id, Publication.withdrawn_at.is_(None)),
        )
        .where(Revision.course_id == course_id)
        .order_by(func.coalesce(Publication.id, 0).desc(), Revision.id.desc())
        .limit(1)
    ).first()
    return RevisionRef(*row) if row else None
