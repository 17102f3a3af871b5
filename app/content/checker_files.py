"""Checks of files as such: drawings that act, files that no lesson uses, names that collide."""

from collections.abc import Mapping

from app.content.files import suffix
from app.content.media import active_svg
from app.content.rules import Problem, error, warning
from app.kernel.i18n import say


def check_files(files: Mapping[str, bytes]) -> list[Problem]:
    """Return what is wrong with the files of a course, lessons aside."""
    return [*_collisions(files), *_drawings(files), *_unused(files)]


def _collisions(files: Mapping[str, bytes]) -> list[Problem]:
    seen: dict[str, str] = {}
    problems = []
    for path in sorted(files):
        other = seen.setdefault(path.casefold(), path)
        if other != path:
            problems.append(
                error(
                    path,
                    1,
                    1,
                    say("The name differs from %(other)s by capital letters only.", other=other),
                    say("Rename one of the two: on some computers they are the same file."),
                )
            )
    return problems


def _drawings(files: Mapping[str, bytes]) -> list[Problem]:
    problems = []
    for path, data in files.items():
        found = active_svg(data) if suffix(path) == ".svg" else None
        if found:
            problems.append(
                error(
                    path,
                    found[0],
                    1,
                    say("This drawing does more than draw: %(what)s.", what=found[1]),
                    say("Export it as plain SVG, without scripts, links or outside files."),
                )
            )
    return problems


def _unused(files: Mapping[str, bytes]) -> list[Problem]:
    texts = b"\n".join(data for path, data in files.items() if path.endswith(".md"))
    return [
        warning(
            path,
            1,
            1,
            say("No lesson uses this file."),
            say("Link to it, or delete it."),
        )
        for path in sorted(files)
        if path.startswith(("data/", "media/"))
        and suffix(path) != ".md"
        and path.rsplit("/", 1)[1].encode() not in texts
    ]
