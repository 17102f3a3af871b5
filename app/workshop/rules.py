"""What the suite found, and how it is told. Pure."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Literal

Weight = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be: which check found it, where, and what to do.

    A `warning` is for whoever decides about the plugin; only an `error` fails the suite.
    """

    check: str
    text: str
    place: str = ""
    weight: Weight = "error"

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{self.weight}: {self.check}: {where}{self.text}"


@dataclass(frozen=True)
class Report:
    """What the suite says of a plugin. `passed` names the checks that found nothing."""

    plugin: str
    version: str = ""
    findings: tuple[Finding, ...] = ()
    passed: tuple[str, ...] = ()
    figures: dict[str, float] = field(default_factory=dict)
    """Milliseconds of processor time by what they were spent on."""
    output: str = ""
    """The last of what the plugin printed, for its author."""

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What fails the suite."""
        return tuple(found for found in self.findings if found.weight == "error")

    @property
    def is_good(self) -> bool:
        """Tell whether nothing fails the suite."""
        return not self.errors


def as_line(kind: str, value: object) -> str:
    """Write one line of what the inner process tells the outer one."""
    content = asdict(value) if isinstance(value, Finding) else value
    return json.dumps([kind, content]) + "\n"


def from_lines(lines: Iterable[str]) -> tuple[Report, str]:
    """Put together what the inner process told, and the check that it did not end, if any."""
    found: list[Finding] = []
    begun: list[str] = []
    ended: set[str] = set()
    about: dict[str, str] = {}
    figures: dict[str, float] = {}
    for line in lines:
        kind, value = json.loads(line)
        if kind == "about":
            about = value
        elif kind == "begin":
            begun.append(value)
        elif kind == "end":
            ended.add(value)
        elif kind == "finding":
            found.append(Finding(**value))
        elif kind == "figure":
            figures[value[0]] = value[1]
    wrong = {finding.check for finding in found if finding.weight == "error"}
    passed = tuple(name for name in begun if name in ended and name not in wrong)
    report = Report(about.get("name", ""), about.get("version", ""), tuple(found), passed, figures)
    return report, next((name for name in reversed(begun) if name not in ended), "")
