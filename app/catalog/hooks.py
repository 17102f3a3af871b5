"""What others add to what people find."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.kernel.actors import Actor
from app.kernel.i18n import Sentence


@dataclass(frozen=True)
class SearchHit:
    """Something that was found: its title, a piece of text, its address on this site ("/…")."""

    title: str
    url: str
    text: str = ""
    language: str = ""


@dataclass(frozen=True)
class SearchSource:
    """Something that can be searched beside courses.

    `find(actor, query, language)` returns what matches, the best first; it reads only. Each hit is
    shown only when `can_see(actor, hit)` says so.
    """

    label: Sentence
    find: Callable[[Actor, str, str], Sequence[SearchHit]]
    can_see: Callable[[Actor, SearchHit], bool]
    order: int = 50
