"""What a feature may put on the page of another: a title and a template, never HTML."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.kernel.i18n import Sentence


@dataclass(frozen=True)
class Piece:
    """Something that stands on a page of others: a title, and a template with its values.

    The page gives it its frame and its heading; the template holds what is below.
    """

    title: Sentence | str
    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
