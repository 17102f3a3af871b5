"""Reads course.toml and module.toml: every key has its kind, and an unknown key is a mistake."""

import re
from collections.abc import Mapping

from app.content.positions import read_toml
from app.content.rules import LEVELS, Course, GlossaryTerm, Planned, Problem, Skill, error
from app.content.schema import Table
from app.kernel.i18n import LANGUAGES, say

COURSE_FILE = "course.toml"
MAX_TOML = 200_000

_ID = re.compile(r"^[a-z0-9][a-z0-9-]{1,62}$")
_KEYS = (
    *("id", "source", "languages", "level", "hours", "license", "data_license", "authors"),
    *("prerequisites", "reviewed", "title", "summary", "completion", "skills", "glossary"),
    "planned",
)


def _toml(files: Mapping[str, bytes], path: str, problems: list[Problem]) -> Table | None:
    """Return the top table of a TOML file, or None after keeping what is wrong with it."""
    if path not in files:
        problems.append(
            error(
                path,
                1,
                1,
                say("The file %(path)s is missing.", path=path),
                say("Add it; docs/course-format.md shows the smallest one."),
            )
        )
        return None
    data = files[path]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as mistake:
        problems.append(
            error(
                path,
                data[: mistake.start].count(b"\n") + 1,
                1,
                say("This file is not encoded in UTF-8."),
                say("Save it again with the encoding UTF-8."),
            )
        )
        return None
    if len(data) > MAX_TOML:
        problems.append(
            error(path, 1, 1, say("This file is too long."), say("Keep it under 200 kB."))
        )
        return None
    found, places, mistakes = read_toml(path, text)
    problems += mistakes
    return None if found is None else Table(path, found, places, problems)


def read_course_file(
    files: Mapping[str, bytes], slug: str, problems: list[Problem]
) -> Course | None:
    """Return the course without its modules; None when no course can be made of it."""
    table = _toml(files, COURSE_FILE, problems)
    if table is None:
        return None
    table.only(_KEYS)
    languages = table.languages("languages")
    source = table.choice("source", LANGUAGES)
    if languages and source not in languages:
        table.not_among("source", source, languages)
    if not languages:
        table.not_among("languages", ", ".join(table.texts("languages")), LANGUAGES)
        return None
    id_ = table.match("id", _ID, "python-data")
    return Course(
        id=id_ or slug,
        slug=slug or id_,
        source=source if source in languages else languages[0],
        languages=languages,
        level=table.choice("level", LEVELS),
        hours=table.number("hours", 0.5, 1000, required=True, whole=False),
        license=table.text("license", required=True, limit=60),
        title=table.words("title", languages, limit=120),
        summary=table.words("summary", languages, limit=200),
        data_license=table.text("data_license", limit=60),
        authors=table.texts("authors", required=True),
        prerequisites=table.texts("prerequisites"),
        reviewed=table.languages("reviewed", required=False),
        completion_share=_completion(table),
        skills=_skills(table),
        glossary=_glossary(table, languages),
        planned=_planned(table, languages),
    )


def _completion(table: Table) -> int:
    completion = table.table("completion")
    if completion is None:
        return 100
    completion.only(("share",))
    return int(completion.number("share", 1, 100, default=100))


def _skills(table: Table) -> tuple[Skill, ...]:
    found = []
    for skill in table.tables("skills"):
        skill.only(("framework", "version", "code"))
        framework = skill.text("framework", required=True, limit=60)
        version = skill.text("version", required=True, limit=20)
        found.append(Skill(framework, version, skill.text("code", required=True, limit=20)))
    return tuple(found)


def _glossary(table: Table, languages: tuple[str, ...]) -> tuple[GlossaryTerm, ...]:
    found = []
    for term in table.tables("glossary"):
        term.only((*LANGUAGES, "definition"))
        names = term.each(languages, limit=80)
        definition = term.words("definition", languages, required=False)
        found.append(GlossaryTerm(names, definition))
    return tuple(found)


def _planned(table: Table, languages: tuple[str, ...]) -> tuple[Planned, ...]:
    found = []
    for planned in table.tables("planned"):
        planned.only(("title", "lessons"))
        lessons = int(planned.number("lessons", 0, 100))
        found.append(Planned(planned.words("title", languages, limit=120), lessons))
    return tuple(found)


def read_module_file(
    files: Mapping[str, bytes], folder: str, languages: tuple[str, ...], problems: list[Problem]
) -> tuple[str, dict[str, str]]:
    """Return the id and the titles of a module."""
    table = _toml(files, f"{folder}/module.toml", problems)
    if table is None:
        return "", {}
    table.only(("id", "title"))
    return table.match("id", _ID, "first-steps"), table.words("title", languages, limit=120)
