"""What features above bring to exams."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Release:
    """From when learners may see what they earned in the exams of a course. One feature brings it.

    `find(person_id, course_id, cohort_id)` is given the cohort in which the exam was begun; None
    is at once.
    """

    find: Callable[[int, int, int | None], datetime | None]
