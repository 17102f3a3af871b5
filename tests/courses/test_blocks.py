"""Lessons with blocks, whoever brings them or fails."""

from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.content.hooks import BlockType
from app.content.markdown import render
from app.courses.hooks import BlockContext, render_segments
from app.kernel.actors import ANONYMOUS
from app.kernel.hooks import hooks
from tests.courses import samples

pytestmark = pytest.mark.usefixtures("database")
CONTEXT = BlockContext(ANONYMOUS, 1, "petit-cours", 1, "0" * 64, "bonjour", "fr")


def nothing(*_: Any) -> tuple[()]:
    return ()


@pytest.fixture
def bring(app: Any) -> Iterator[Any]:
    def register(**functions: Any) -> None:
        kind = BlockType("quiz", validate=nothing, text=lambda node: "", **functions)
        hooks.register(BlockType, "quiz", kind)

    # whatever plugin brings quizzes makes room, and has its place back afterwards
    brought = hooks._found[BlockType].pop("quiz", None)
    owner = hooks.owners.pop((BlockType, "quiz"), None)
    yield register
    hooks._found[BlockType].pop("quiz", None)
    if brought is not None and owner is not None:
        hooks.register(BlockType, "quiz", brought, owner=owner)


def shown() -> str:
    return render_segments(render(samples.QUIZ, language="fr").segments, CONTEXT)


def test_a_block_that_nobody_knows_is_a_note_without_its_answers(app: Any) -> None:
    html = shown()
    assert "Avant le quiz." in html
    assert "Après le quiz." in html
    assert 'role="note" id="b-q"' in html
    assert "Deux et deux" not in html
    assert "[x]" not in html


def test_a_cell_is_shown_as_code_without_its_plugin(app: Any) -> None:
    html = shown()
    assert 'id="b-demo"' in html
    assert "print" in html


def test_each_kind_is_asked_once_then_each_node_is_rendered(app: Any, bring: Any) -> None:
    asked: list[int] = []

    def prepare(nodes: Any, context: BlockContext) -> dict[str, str]:
        asked.append(len(nodes))
        return {node.id: context.lesson_id for node in nodes}

    bring(prepare=prepare, render=lambda node, prepared, context: f"<p>{prepared[node.id]}</p>")
    source = samples.QUIZ + "\n" + samples.QUIZ.replace("#q}", "#r}")
    html = render_segments(render(source, language="fr").segments, CONTEXT)
    assert asked == [2]
    assert html.count("<p>bonjour</p>") == 2


def test_a_block_that_fails_leaves_the_lesson_and_a_reference(app: Any, bring: Any) -> None:
    def fail(*_: Any) -> str:
        raise RuntimeError("[x] secret")

    bring(render=fail)
    with capture_logs() as logged:
        html = shown()
    assert "Après le quiz." in html
    assert "secret" not in html
    reference = html.split("</p></div>")[0].rsplit(" ", 1)[1]
    assert [entry["reference"] for entry in logged] == [reference]


def test_a_kind_that_fails_to_prepare_fails_alone(app: Any, bring: Any) -> None:
    def fail(*_: Any) -> str:
        raise RuntimeError

    bring(prepare=fail, render=lambda *_: "never")
    html = shown()
    assert "never" not in html
    assert "Après le quiz." in html
