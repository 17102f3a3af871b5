"""What features bring to the frame of every page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from app.kernel.actors import Actor
from app.kernel.hooks import hooks
from app.kernel.i18n import Sentence


@dataclass(frozen=True)
class NavItem:
    """A link in the top bar (`main`), the menu of one's account (`account`) or the foot (`foot`).

    With `sends` it is a button that posts to the endpoint; only in the account's menu. `visible`
    may look at the actor's grants only: menus are kept for all who hold the same.
    """

    label: Sentence
    endpoint: str
    order: int = 50
    area: Literal["main", "account", "foot"] = "main"
    sends: bool = False
    visible: Callable[[Actor], bool] = lambda actor: True


@dataclass(frozen=True)
class ActorLoader:
    """How the person of the present request is found. One feature brings it."""

    load: Callable[[], Actor]


@dataclass(frozen=True)
class Place:
    """A place named in the address, as far as every page may know it."""

    id: int
    slug: str
    name: str


@dataclass(frozen=True)
class PlaceResolver:
    """Turns a slug in the address into a place, or None; registered under the argument's name."""

    find: Callable[[str], Place | None]


@dataclass(frozen=True)
class AuditVerb:
    """What people read in the audit trail for a verb: what was done, as in "Plugin installed"."""

    label: Sentence


def name_verbs(verbs: Mapping[str, Sentence]) -> None:
    """Give verbs of the audit trail their words; each feature does for those that it records."""
    for verb, label in verbs.items():
        hooks.register(AuditVerb, verb, AuditVerb(label))
