"""What happens to marks afterwards, as an event."""

from dataclasses import dataclass
from typing import ClassVar

from app.kernel.outbox import Event


@dataclass(frozen=True)
class MarksChanged(Event):
    """Marks of these people in a course were changed after they were given."""

    name: ClassVar[str] = "regrading.marks_changed.v1"
    course_id: int
    people: tuple[int, ...]
