"""Finds the terms of a glossary in prose, in the forms that the languages give them."""

import re
from functools import lru_cache

_MARKS = "\u064b-\u0652\u0640"
_DIACRITICS = re.compile(f"[{_MARKS}]")
_ARABIC = re.compile("[\u0600-\u06ff]")
_PREFIX = "(?:[وف]?(?:[بكل]?ال|لل|[بلك])?)"
_SUFFIX = "(?:ات|ة|ه|ها|هم|هما|ين|ون|ان)?"


def bare(text: str) -> str:
    """Return the text in small letters without Arabic vowel signs, for a quick first look."""
    return _DIACRITICS.sub("", text).casefold()


@lru_cache(maxsize=2_000)
def pattern(term: str) -> re.Pattern[str]:
    """Return what matches the term as a word: plurals, and in Arabic articles and vowel signs."""
    words = term.split()
    if _ARABIC.search(term):
        body = r"\s+".join(_arabic(word) for word in words)
    else:
        body = r"\s+".join(re.escape(word) + "(?:s|x|es)?" for word in words)
    return re.compile(rf"(?<![\w{_MARKS}]){body}(?![\w{_MARKS}])", re.IGNORECASE)


def _arabic(word: str) -> str:
    letters = _DIACRITICS.sub("", word).removeprefix("ال")
    last = "[ةت]" if letters.endswith("ة") else re.escape(letters[-1:])
    joined = f"[{_MARKS}]*".join([*(re.escape(letter) for letter in letters[:-1]), last])
    return f"{_PREFIX}{joined}[{_MARKS}]*{_SUFFIX}"


def holds(text: str, term: str) -> bool:
    """Tell whether the text uses the term."""
    words = bare(term).split()
    if not words:
        return True
    quick = bare(text)
    if words[0].removeprefix("ال").removesuffix("ة") not in quick:
        return False
    return bool(pattern(term).search(text))


def present(text: str, glossary: tuple[tuple[str, str], ...]) -> dict[int, re.Pattern[str]]:
    """Return the patterns of the terms with a definition that the text uses, by their number."""
    return {
        number: pattern(term)
        for number, (term, definition) in enumerate(glossary)
        if definition and holds(text, term)
    }
