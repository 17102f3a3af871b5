"""The values that reading, rendering and checking a course hand around; all frozen, all JSON.

Revisions keep a `Course` as their manifest (`to_dict`, `course_from_dict`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from app.kernel.i18n import Sentence

RENDERER_VERSION = 1
"""Goes up when the same source would give other HTML; caches are keyed by it."""

RIGHT_TO_LEFT = frozenset({"ar"})
LEVELS = ("beginner", "intermediate", "advanced")
KINDS = ("lesson", "project", "exam")
PROJECT_KINDS = (
    "py", "ipynb", "md", "txt", "csv", "json", "sql", "html", "css", "js", "svg",
    "pdf", "png", "jpg", "webp", "zip", "docx", "xlsx", "pptx", "odt", "ods",
)  # fmt: skip
"""The endings of files that a project may take."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where it is, what is wrong and how to mend it. Lines and columns start at 1."""

    severity: str
    path: str
    line: int
    column: int
    message: Sentence
    remedy: Sentence

    @property
    def is_error(self) -> bool:
        """Tell whether it stops a publication (a warning does not)."""
        return self.severity == "error"

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}"
        return f"{place}: {self.severity}: {self.message} — {self.remedy}"

    def order(self) -> tuple[str, int, int, str, str]:
        """Return the key that sorts problems by place, errors before warnings."""
        return (self.path, self.line, self.column, self.severity, self.message.text)

    def to_json(self) -> list[Any]:
        """Return it as JSON; see `problem_from_json`."""
        place = (self.severity, self.path, self.line, self.column)
        return [*place, sentence_to_json(self.message), sentence_to_json(self.remedy)]


def sentence_to_json(sentence: Sentence) -> dict[str, Any]:
    """Return a sentence as JSON, to be kept and shown in the language of whoever reads it."""
    values = {
        name: sentence_to_json(value)
        if isinstance(value, Sentence)
        else value
        if isinstance(value, (int, float))
        else str(value)
        for name, value in sentence.values.items()
    }
    return {"text": sentence.text, "values": values, "many": sentence.many}


def sentence_from_json(kept: Mapping[str, Any]) -> Sentence:
    """Return the sentence that `sentence_to_json` was given."""
    values = {
        name: sentence_from_json(value) if isinstance(value, dict) else value
        for name, value in kept["values"].items()
    }
    return Sentence(kept["text"], values, kept["many"])


def problem_from_json(kept: Sequence[Any]) -> Problem:
    """Return the problem that `Problem.to_json` was made of."""
    severity, path, line, column, message, remedy = kept
    return Problem(
        severity, path, line, column, sentence_from_json(message), sentence_from_json(remedy)
    )


def error(path: str, line: int, column: int, message: Sentence, remedy: Sentence) -> Problem:
    """Return a problem that stops a publication."""
    return Problem("error", path, line, column, message, remedy)


def warning(path: str, line: int, column: int, message: Sentence, remedy: Sentence) -> Problem:
    """Return a problem that does not stop a publication."""
    return Problem("warning", path, line, column, message, remedy)


@dataclass(frozen=True, slots=True)
class GlossaryTerm:
    """A word of the course in each language, with what it means."""

    names: Mapping[str, str]
    definitions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Planned:
    """A module that is announced and not written yet."""

    title: Mapping[str, str]
    lessons: int = 0


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill of a public framework that the course works on."""

    framework: str
    version: str
    code: str


@dataclass(frozen=True, slots=True)
class ExamRules:
    """How an exam is drawn, sat and counted, as the front matter of its lesson says it.

    `draw` is (tag, how many) in order; an empty tag takes any question of the bank.
    """

    draw: tuple[tuple[str, int], ...]
    attempts: int = 1
    keep: str = "best"
    cool_down: int = 0
    """Minutes from the end of one attempt to the next."""
    shuffle: bool = True
    pass_mark: int = 0
    """Percent of the points; 0: nobody passes or fails."""
    offline_minutes: int = 0
    """How long after the end an answer still counts that was kept on a device without network."""
    solution: str = "last"
    """When questions are explained: `marked`, `last` (no attempt is left) or `never`."""

    @property
    def count(self) -> int:
        """Return how many questions are drawn."""
        return sum(many for _, many in self.draw)


@dataclass(frozen=True, slots=True)
class ProjectRules:
    """What is handed in for a project and how it is marked, as its front matter says it.

    `rubric` is (criterion, points) in order; what a criterion means stands in each language's text.
    """

    rubric: tuple[tuple[str, int], ...]
    files: int = 5
    """How many files at most; 0: only a link."""
    kinds: tuple[str, ...] = PROJECT_KINDS
    link: bool = False
    """Whether a link may be handed in."""

    @property
    def most(self) -> int:
        """Return all points of the rubric."""
        return sum(points for _, points in self.rubric)


@dataclass(frozen=True, slots=True)
class LessonText:
    """One lesson in one language: where its Markdown stands and what its front matter says."""

    language: str
    path: str
    title: str
    objectives: tuple[str, ...] = ()
    translates: tuple[str, ...] = ()
    rubric: tuple[tuple[str, str], ...] = ()
    """What each criterion of a project's rubric means."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson, whatever the language. `id` is for ever; `slug` and `position` may change."""

    id: str
    slug: str
    module: str
    position: int
    kind: str
    minutes: int
    preview: bool
    texts: Mapping[str, LessonText]
    blocks: tuple[tuple[str, str], ...] = ()
    exam: ExamRules | None = None
    project: ProjectRules | None = None

    def text(self, language: str, source: str) -> LessonText:
        """Return the text in `language`, or in the source language while it is not translated."""
        return self.texts.get(language) or self.texts[source]

    def anchor(self, fragment: str) -> str:
        """Return the HTML id for `lesson:ID#fragment`: a block's, a paragraph's or a heading's."""
        return anchor_of(fragment, {id_ for _, id_ in self.blocks})


@dataclass(frozen=True, slots=True)
class Module:
    """A group of lessons under one title."""

    id: str
    slug: str
    position: int
    title: Mapping[str, str]
    lessons: tuple[Lesson, ...] = ()


@dataclass(frozen=True, slots=True)
class Course:
    """A course as its files say it; `slug` is the folder's name, given by whoever read it."""

    id: str
    slug: str
    source: str
    languages: tuple[str, ...]
    level: str
    hours: float
    license: str
    title: Mapping[str, str]
    summary: Mapping[str, str]
    data_license: str = ""
    authors: tuple[str, ...] = ()
    prerequisites: tuple[str, ...] = ()
    reviewed: tuple[str, ...] = ()
    completion_share: int = 100
    skills: tuple[Skill, ...] = ()
    glossary: tuple[GlossaryTerm, ...] = ()
    planned: tuple[Planned, ...] = ()
    modules: tuple[Module, ...] = ()
    files: Mapping[str, int] = field(default_factory=dict)

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        """Return every lesson in the order of the course."""
        return tuple(lesson for module in self.modules for lesson in module.lessons)

    def lesson(self, lesson_id: str) -> Lesson | None:
        """Return the lesson of that id, or None."""
        return next((lesson for lesson in self.lessons if lesson.id == lesson_id), None)

    def words(self, language: str) -> tuple[tuple[str, str], ...]:
        """Return (term, definition) pairs of the glossary in one language."""
        return tuple(
            (term.names[language], term.definitions.get(language, ""))
            for term in self.glossary
            if term.names.get(language)
        )


@dataclass(frozen=True, slots=True)
class BlockNode:
    """A block of a lesson, unread: plugins know what its body means. Lines are the file's.

    `carried` is what its kind kept of the revision before (`BlockType.carry`), so that parts which
    are the same keep their keys.
    """

    name: str
    id: str
    attrs: Mapping[str, str]
    body: str
    line: int
    carried: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A line of a lesson's outline."""

    level: int
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """Where a lesson points: kind is lesson, file, image, anchor or web."""

    kind: str
    target: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A lesson as sanitized HTML between block nodes; without anything personal."""

    segments: tuple[str | BlockNode, ...]
    headings: tuple[Heading, ...] = ()
    anchors: tuple[str, ...] = ()
    text: str = ""
    links: tuple[Link, ...] = ()
    weight: int = 0
    problems: tuple[Problem, ...] = ()

    @property
    def blocks(self) -> tuple[BlockNode, ...]:
        """Return the block nodes in their order."""
        return tuple(part for part in self.segments if isinstance(part, BlockNode))

    @property
    def html(self) -> str:
        """Return the HTML segments joined, without the blocks."""
        return "".join(part for part in self.segments if isinstance(part, str))


def anchor_of(fragment: str, blocks: set[str] | frozenset[str]) -> str:
    """Return the HTML id that an author's `#fragment` means; ids never meet those of the page."""
    if fragment in blocks:
        return f"b-{fragment}"
    if fragment.startswith(("p-", "fn:", "fnref:", "t-")):
        return fragment
    return f"h-{fragment}"


def to_dict(value: Any) -> dict[str, Any]:
    """Return a value of this module as plain JSON data."""
    data: dict[str, Any] = asdict(value)
    return data


def course_from_dict(data: Mapping[str, Any]) -> Course:
    """Return the `Course` that `to_dict` was given; the inverse for manifests."""
    values = dict(data)
    for name in ("languages", "authors", "prerequisites", "reviewed"):
        values[name] = tuple(values.get(name, ()))
    values["skills"] = tuple(Skill(**skill) for skill in values.get("skills", ()))
    values["glossary"] = tuple(GlossaryTerm(**term) for term in values.get("glossary", ()))
    values["planned"] = tuple(Planned(**planned) for planned in values.get("planned", ()))
    values["modules"] = tuple(_module(module) for module in values.get("modules", ()))
    return Course(**values)


def _module(data: Mapping[str, Any]) -> Module:
    lessons = tuple(_lesson(lesson) for lesson in data["lessons"])
    return Module(**{**data, "lessons": lessons})


def _lesson(data: Mapping[str, Any]) -> Lesson:
    texts = {
        language: LessonText(
            **{
                **text,
                "objectives": tuple(text["objectives"]),
                "translates": tuple(text["translates"]),
                "rubric": tuple((key, said) for key, said in text.get("rubric", ())),
            }
        )
        for language, text in data["texts"].items()
    }
    blocks = tuple((name, id_) for name, id_ in data["blocks"])
    exam = _exam(data["exam"]) if data.get("exam") else None
    project = _project(data["project"]) if data.get("project") else None
    known = {"texts": texts, "blocks": blocks, "exam": exam, "project": project}
    return Lesson(**{**data, **known})


def _exam(data: Mapping[str, Any]) -> ExamRules:
    return ExamRules(**{**data, "draw": tuple((tag, many) for tag, many in data["draw"])})


def _project(data: Mapping[str, Any]) -> ProjectRules:
    rubric = tuple((key, points) for key, points in data["rubric"])
    return ProjectRules(**{**data, "rubric": rubric, "kinds": tuple(data["kinds"])})
