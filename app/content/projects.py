"""Reads what the front matter of a project says: its rubric, and what may be handed in."""

from collections.abc import Mapping

from app.content.blocks import ID
from app.content.frontmatter import Bare, Fields
from app.content.rules import PROJECT_KINDS, ProjectRules
from app.content.schema import Front, Section
from app.kernel.i18n import say

MOST_CRITERIA = 12
MOST_POINTS = 100
MOST_FILES = 10
MOST_WORDS = 200
_KEYS = ("rubric", "files", "kinds", "link")


def read_project(front: Front) -> ProjectRules | None:
    """Return the rules of a project; None for other lessons, and for one that takes no work."""
    if "project" not in front.data:
        return None
    if front.data.get("kind") != "project":
        front.refuse(
            "project",
            say("“project” belongs to lessons that are projects."),
            say("Add kind: project, or delete it."),
        )
        return None
    section = front.below("project")
    if section is None:
        return None
    section.only(_KEYS)
    return ProjectRules(
        rubric=_points(section),
        files=int(section.number("files", 0, MOST_FILES, default=5)),
        kinds=_kinds(section),
        link=section.flag("link"),
    )


def read_rubric(front: Front) -> tuple[tuple[str, str], ...]:
    """Return the words of each criterion in the language of this file."""
    section = front.below("rubric") if "rubric" in front.data else None
    if section is None:
        return ()
    return tuple((key, section.text(key, limit=MOST_WORDS)) for key in section.data)


def check_rubric(front: Front, rules: ProjectRules | None, *, is_source: bool) -> None:
    """Refuse words for criteria that do not exist; the source says something of each."""
    if "rubric" not in front.data and not (rules and is_source):
        return
    known = [key for key, _ in rules.rubric] if rules else []
    section = front.below("rubric") if front.has("rubric", required=True) else None
    if section is None:
        return
    section.only(known)
    for key in known:
        section.has(key, required=is_source)


def _points(section: Section) -> tuple[tuple[str, int], ...]:
    if not section.has("rubric", required=True):
        return ()
    found = section.data["rubric"]
    drawn = _read_points(found) if isinstance(found, Fields) else []
    fits = all(ID.match(key) and 0 < points <= MOST_POINTS for key, points in drawn)
    if not drawn or not fits or len(drawn) > MOST_CRITERIA:
        section.refuse(
            "rubric",
            say("The rubric cannot be read."),
            say(
                "Write a line for each criterion with its points, as clarity: 4; at most"
                " %(limit)s criteria.",
                limit=MOST_CRITERIA,
            ),
        )
        return ()
    return tuple(drawn)


def _read_points(found: Mapping[str, object]) -> list[tuple[str, int]]:
    meanings = {key: one.meaning if isinstance(one, Bare) else 0 for key, one in found.items()}
    return [(key, one if type(one) is int else 0) for key, one in meanings.items()]


def _kinds(section: Section) -> tuple[str, ...]:
    found = section.texts("kinds") or PROJECT_KINDS
    for kind in found:
        if kind not in PROJECT_KINDS:
            section.not_among("kinds", kind, PROJECT_KINDS)
    return tuple(dict.fromkeys(kind for kind in found if kind in PROJECT_KINDS))
