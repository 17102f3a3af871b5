"""Sentences, lists, dates: what a person reads, by language."""

from datetime import UTC, datetime

import pytest

from app.kernel.i18n import format_datetime, say, translate

NIGHT = datetime(2026, 11, 27, 23, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "text"), [("en", "a, b, 15,000"), ("ar", "a، b، 15.000"), ("fr", "a, b, 15 000")]
)
def test_a_list_in_a_sentence_has_the_comma_of_its_language(language, text):
    assert translate(say("%(things)s", things=["a", "b", 15_000]), language) == text.replace(
        " 000", "\N{NARROW NO-BREAK SPACE}000"
    )


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "28 nov. 2026, 00:05"),
        ("ar", "28 نونبر 2026، 00:05"),
        ("en", "28 Nov 2026, 00:05"),
    ],
)
def test_a_moment_is_read_in_the_time_of_morocco_with_the_month_in_words(language, text):
    assert format_datetime(NIGHT, language) == text
