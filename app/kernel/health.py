"""Whether the site is well: features register what they can check, the admin's page asks them."""

from collections.abc import Callable
from dataclasses import dataclass

from app.kernel.i18n import Sentence


@dataclass(frozen=True)
class Check:
    """What a check found, in a sentence, and what to do when it is not well.

    `urgent` is False for what is not lost yet: it colors the page, and fails no `rihla doctor`.
    """

    ok: bool
    message: Sentence
    todo: Sentence | None = None
    urgent: bool = True


@dataclass(frozen=True)
class HealthCheck:
    """One thing that can be unwell; `check()` reads only, at most one statement, and is quick."""

    label: Sentence
    check: Callable[[], Check]
