"""What others bring to the pages of who looks after the site."""

from dataclasses import dataclass

from app.kernel.i18n import Sentence


@dataclass(frozen=True)
class AdminPage:
    """A page among those about the site, for who holds the permission."""

    label: Sentence
    endpoint: str
    permission: str
    order: int = 50
