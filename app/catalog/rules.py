"""Words as a search compares them, excerpts, and the facets of the catalog. Pure."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.content.rules import LEVELS
from app.courses.rules import Outline, Published

WORD = re.compile(r"[^\W_]+", re.UNICODE)
_ARABIC = str.maketrans(
    {
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ى": "ي",
        "ئ": "ي",
        "ؤ": "و",
        "ة": "ه",
        "ـ": None,
        "ڤ": "ف",
        "گ": "ك",
    }
)
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ı": "i", "’": "'"})
_ARTICLES = ("وال", "بال", "كال", "فال", "لل", "ال")
HOURS = {"short": (0, 10), "medium": (10, 30), "long": (30, 10_000)}
TITLE_WEIGHT = 8
MOST_WORDS = 8


@lru_cache(maxsize=20_000)
def fold(word: str) -> str:
    """Return a word without what people leave out or mix up when they type.

    Case, accents, Arabic vowel signs and tatweel go; alef, ya, hamza and ta marbuta variants become
    one; the Arabic article falls when enough is left.
    """
    word = word.casefold().translate(_LETTERS).translate(_ARABIC)
    word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    for article in _ARTICLES:
        if word.startswith(article) and len(word) >= len(article) + 3:
            return word[len(article) :]
    return word


def words_of(text: str) -> list[str]:
    """Return the folded words of a text, in order."""
    return [fold(match[0]) for match in WORD.finditer(_joined(text))]


def _joined(text: str) -> str:
    # vowel signs are no letters to the pattern and would cut Arabic words in pieces
    return "".join(c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) != "Mn")


def weigh(title: str, text: str) -> dict[str, int]:
    """Return how much each word of a document counts: often is more, in the title much more."""
    counted = Counter(words_of(text))
    weights = {word: min(count, 5) for word, count in counted.items() if len(word) <= 40}
    for word in words_of(title):
        weights[word] = weights.get(word, 0) + TITLE_WEIGHT
    return weights


def asked(query: str) -> list[str]:
    """Return the words of a query, each once, at most MOST_WORDS."""
    return list(dict.fromkeys(words_of(query[:200])))[:MOST_WORDS]


def excerpt(text: str, wanted: Sequence[str], length: int = 180) -> list[tuple[str, bool]]:
    """Return a piece of the text around the first word found, as (piece, is a match)."""
    hits = list(_found(text, wanted))
    start = max(0, hits[0].start() - length // 3) if hits else 0
    if start:
        start = text.find(" ", start) + 1
    end = start + length
    parts: list[tuple[str, bool]] = [("… ", False)] if start else []
    at = start
    for hit in hits:
        if hit.start() < at or hit.end() > end:
            continue
        parts += [(text[at : hit.start()], False), (hit[0], True)]
        at = hit.end()
    rest = text[at:end]
    parts.append((rest if end >= len(text) else rest.rsplit(" ", 1)[0] + " …", False))
    return [part for part in parts if part[0]]


def _found(text: str, wanted: Sequence[str]) -> Iterator[re.Match[str]]:
    for match in re.finditer(r"[\w\u064b-\u0652]+", text):
        folded = fold(_joined(match[0]))
        if any(folded.startswith(word) for word in wanted):
            yield match


@dataclass(frozen=True)
class Entry:
    """A course in the catalog."""

    seen: Published
    outline: Outline

    @property
    def order(self) -> tuple[int, int, str]:
        """Return its place in the catalog: by level, then by what it takes for granted."""
        course = self.outline.course
        return LEVELS.index(course.level), len(course.prerequisites), self.seen.slug


@dataclass(frozen=True)
class Filter:
    """What of the catalog is asked for; an empty string asks for everything."""

    language: str = ""
    level: str = ""
    hours: str = ""
    center: str = ""

    def matches(self, entry: Entry, offered: dict[str, frozenset[int]]) -> bool:
        """Tell whether a course is asked for; `offered` holds the course ids of each center.

        A center that has chosen none offers all.
        """
        course = entry.outline.course
        if self.language and self.language not in course.languages:
            return False
        if self.level and course.level != self.level:
            return False
        if self.hours in HOURS:
            low, high = HOURS[self.hours]
            if not low <= course.hours < high:
                return False
        ids = offered.get(self.center)
        return not ids or entry.seen.course_id in ids


def is_own_address(url: str) -> bool:
    """Tell whether an address leads to a page of this site."""
    return url.startswith("/") and not url.startswith(("//", "/\\"))
