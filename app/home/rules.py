"""Who needs help first, and where somebody holds a role. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.kernel.actors import Grant
from app.learning.rules import Progress, has_stopped


@dataclass(frozen=True)
class Member:
    """A learner of a cohort as the trainer sees them, at the moment `now`."""

    public_id: str
    name: str
    joined_at: datetime
    seen_at: datetime | None
    course: str
    progress: Progress | None
    now: datetime

    @property
    def stopped(self) -> bool:
        """Tell whether there was no sign for a week, since joining if there never was one."""
        progress = self.progress or Progress(0, 0, 0)
        return has_stopped(self.seen_at or self.joined_at, self.now, progress)

    @property
    def days(self) -> int:
        """Return for how many whole days there was no sign."""
        return max(0, (self.now - (self.seen_at or self.joined_at)).days)


def needs_help(member: Member) -> tuple[bool, int, str]:
    """Return a key that sorts who stopped before who goes on, the most recent stop first.

    Whoever stopped last week is easier to bring back than who left in spring.
    """
    return (not member.stopped, member.days if member.stopped else 0, member.name)


def grants_for(grants: Iterable[Grant], role: str) -> dict[str, list[int]]:
    """Return the places where a role is held, by kind of place."""
    found: dict[str, list[int]] = defaultdict(list)
    for grant in grants:
        if grant.role == role:
            found[grant.scope].append(grant.scope_id)
    return dict(found)
