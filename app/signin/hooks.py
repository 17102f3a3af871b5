"""What a feature may ask for after the password."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class SecondStep:
    """Asked of those who switched it on, whichever way they come in. One feature brings it.

    `asked_of(person_id)` tells for whom; `endpoint` is the page where it is taken.
    """

    asked_of: Callable[[int], bool]
    endpoint: str
