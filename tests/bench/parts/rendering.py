"""Rendering a lesson from its Markdown, as it is done once for each revision and language."""

from collections.abc import Iterator
from pathlib import Path

from app.content.markdown import render
from app.demo.rules import MAIN_COURSE
from tests.bench.site import cpu_ms
from tests.bench.table import Line
from tests.content.test_hostile import DEEP, SIZE, UNITS

DATABASES = ()
COURSE = Path(__file__).resolve().parents[3] / "courses" / MAIN_COURSE
SIZES = (12_000, 64_000)
LONGEST = 1000
"""No text may keep a process longer than a second (abuse case 29)."""


def measure(_site: None) -> Iterator[Line]:
    """Render real lessons, one after the other, up to each size."""
    for size in SIZES:
        source = _text(size)
        assert render(source, language="fr").headings, "it was refused"
        cost = cpu_ms(lambda source=source: render(source, language="fr"), 1, 3, warm=1)  # type: ignore[misc]
        limit = LONGEST if size == max(SIZES) else 0
        yield Line(f"a lesson of {size // 1000} kB", cost, "ms CPU", limit)
    name, cost = _worst()
    yield Line("the slowest hostile text", cost, "ms CPU", LONGEST, more=repr(name))


def _text(size: int) -> str:
    whole = "".join(
        path.read_text("utf-8").split("---", 2)[2] for path in sorted(COURSE.rglob("*.fr.md"))
    )
    cut = whole.encode()[:size].decode(errors="ignore")
    return cut[: cut.rindex("\n#")]


def _worst() -> tuple[str, float]:
    texts = {unit: unit * (SIZE // len(unit.encode())) for unit in UNITS} | DEEP
    spent = {
        name: cpu_ms(lambda text=text: render(text, language="fr"), 1, 1, warm=0)  # type: ignore[misc]
        for name, text in texts.items()
    }
    name = max(spent, key=spent.__getitem__)
    return name, spent[name]
