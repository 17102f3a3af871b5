"""What an announcement may say, and in which language it is read. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from markupsafe import Markup

from app.sdk import Invalid, Sentence, as_html, say

LANGUAGES = ("fr", "ar", "en")
MOST_TITLE, MOST_TEXT = 120, 1500
MOST_AT_ONCE = 100
"""So many that are shown or will be, at one center; who reaches it has forgotten to end some."""

_HEADING = re.compile(r"<h[1-6]\b")
_DEAD = 'class="missing"'
"""What the site makes of links and images that lead nowhere."""


@dataclass(frozen=True)
class Said:
    """An announcement in one language."""

    language: str
    title: str
    text: str

    @property
    def html(self) -> Markup:
        """Return the text as safe HTML."""
        return render(self.text, self.language)

    @property
    def direction(self) -> str:
        """Return how the language is written, for `dir`."""
        return "rtl" if self.language == "ar" else "ltr"


@dataclass(frozen=True)
class Draft:
    """What somebody wants to announce, by language, and when."""

    words: Mapping[str, Said]
    shown_from: date
    shown_until: date | None
    is_pinned: bool


@lru_cache(maxsize=512)
def render(text: str, language: str) -> Markup:
    """Return Markdown as safe HTML; many learners read the same."""
    return as_html(text, language) if text else Markup("")


def choose(words: Mapping[str, Said], language: str) -> Said:
    """Return what is read in a language: its own words, else those of the first that has some."""
    written = [words[one] for one in (language, *LANGUAGES) if words[one].title]
    return written[0]


def check(draft: Draft, today: date) -> None:
    """Raise Invalid, with a sentence, for what cannot be announced."""
    for sentence in _faults(draft, today):
        raise Invalid(sentence)


def _faults(draft: Draft, today: date) -> list[Sentence]:
    found = [fault for said in draft.words.values() for fault in _faults_of(said)]
    if not any(said.title for said in draft.words.values()):
        found.insert(0, say("Give it a title in at least one language; nothing was kept."))
    if draft.shown_until and draft.shown_until < draft.shown_from:
        found.append(say("Its last day lies before its first one; nothing was kept."))
    elif draft.shown_until and draft.shown_until < today:
        found.append(say("Its last day is over, so nobody would see it; nothing was kept."))
    return found


def _faults_of(said: Said) -> list[Sentence]:
    if len(said.title) > MOST_TITLE or len(said.text) > MOST_TEXT:
        return [say("This is too long for a first page; nothing was kept.")]
    if said.text and not said.title:
        return [say("A text stands without a title in its language; nothing was kept.")]
    html = render(said.text, said.language)
    if _HEADING.search(html):
        return [say("Headings do not fit on a first page: write **bold**; nothing was kept.")]
    if _DEAD in html:
        return [
            say(
                "A link or an image leads nowhere: links begin with https://, and images cannot "
                "be shown; nothing was kept."
            )
        ]
    return []
