"""Lines of the table: a figure on each database, its budget, and whether it is kept."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One figure. `limit` 0 is no budget; `least` means that more is better.

    `goal` is what we want, `limit` what must hold. `more` is said behind the figure.
    """

    name: str
    value: float
    unit: str
    limit: float = 0
    goal: float = 0
    least: bool = False
    more: str = ""

    @property
    def verdict(self) -> str:
        """How the figure stands to its budget."""
        if not self.limit:
            return ""
        if self.least:
            return "within" if self.value >= self.limit else "OVER"
        if self.value > self.limit:
            return "OVER"
        return "within" if not self.goal or self.value > self.goal else "within, goal met"

    @property
    def budget(self) -> str:
        """The budget in words."""
        if not self.limit:
            return ""
        return f"{'≥' if self.least else '≤'} {_written(self.limit)} {self.unit}"


def _written(value: float) -> str:
    if value == int(value) and value < 1000:
        return str(int(value))
    if value >= 100:
        return f"{value:,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    return f"{value:.3g}" if value < 1 else f"{value:.2f}"


@dataclass(frozen=True)
class Row:
    """A line of a part on a database; `database` is empty where none is needed."""

    part: str
    database: str
    line: Line


def rows_as_text(rows: Iterable[Row]) -> str:
    """Return the table in Markdown, a part under the other."""
    head = ("part", "what", "database", "figure", "budget", "", "more")
    body, last = [], ""
    for row in rows:
        line = row.line
        figure = f"{_written(line.value)} {line.unit}".strip()
        name = row.part if row.part != last else ""
        body.append((name, line.name, row.database, figure, line.budget, line.verdict, line.more))
        last = row.part
    widths = [max(len(cells[n]) for cells in (head, *body)) for n in range(len(head))]
    rule = tuple("-" * width for width in widths)
    lines = (head, rule, *body)
    return "\n".join(
        "| " + " | ".join(c.ljust(w) for c, w in zip(cells, widths, strict=True)) + " |"
        for cells in lines
    )
