"""Abuse 29: Markdown that is built to take minutes is refused or answered."""

from typing import Any

import pytest

from app.courses import services
from tests.courses import samples

SLOW = {
    "pictures never closed": "![" * 20_000,
    "links never closed": "[a](b" * 20_000,
    "brackets": "[" * 60_000,
    "nested brackets": "[" * 30_000 + "]" * 30_000,
    "emphasis": "*a **b " * 9_000,
    "quotes": "> " * 30_000 + "a",
    "lists": "".join("  " * n + "- a\n" for n in range(240)),
    "backticks": "".join("`" * n + " " for n in range(1, 350)),
    "tables": "|" * 30_000 + "\n" + "|-" * 15_000,
    "entities": "&" * 60_000,
    "addresses": "<http://" * 8_000,
    "formulas": "$a^{" * 15_000,
    "footnotes": "[^a]" * 15_000,
    "fences": "```\n" * 15_000,
    "one line": "a " * 400_000,
    "five megabytes": "Un mot.\n\n" * 550_000,
}


@pytest.mark.slow
@pytest.mark.usefixtures("must_end")
@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW)
def test_a_lesson_that_is_built_to_be_slow_is_answered(database: Any, text: str) -> None:
    files = samples.course(lessons={"bonjour": ("Bonjour", text)})
    checked = services.check_files(files)
    assert all(problem.message for problem in checked.errors)


def test_what_was_rendered_once_is_not_rendered_again(place: Any, monkeypatch: Any) -> None:
    from app.courses import queries

    app, world = place
    path = f"/fr/courses/{world.own.course}/{world.own.lesson}"
    client = app.test_client()
    assert client.get(path).status_code == 200

    def again(*_: Any, **__: Any) -> None:
        raise AssertionError("rendered again")

    monkeypatch.setattr(queries, "render", again)
    assert client.get(path).status_code == 200
