"""Ten different mistakes in a real course: each is named, in the terminal and in the browser."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from app.content.archive import write_folder, write_zip
from app.content.files import read_folder
from app.kernel import jobs

COURSE = Path(__file__).resolve().parents[2] / "courses" / "python-donnees"
ONE, TWO = "01-premiers-pas", "02-decider-repeter"


@dataclass(frozen=True)
class Mistake:
    """What is done to a file, and what must be said of it."""

    path: str
    place: str
    """Line and column; "end" is the line that was added."""
    said: str
    remedy: str
    change: Callable[[bytes], bytes]


def replaced(old: str, new: str) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        assert old.encode() in content, old
        return content.replace(old.encode(), new.encode(), 1)

    return change


def added(line: str) -> Callable[[bytes], bytes]:
    return lambda content: content.rstrip(b"\n") + b"\n\n" + line.encode() + b"\n"


MISTAKES = (
    Mistake(
        "course.toml", "4:1", "“levle” is unknown", "“level”", replaced("level = ", "levle = ")
    ),
    Mistake(
        f"{ONE}/02-variables.fr.md",
        "2:1",
        "“afficher” is used twice",
        "01-afficher.fr.md has it too",
        replaced("id: variables", "id: afficher"),
    ),
    Mistake(
        f"{ONE}/03-texte.fr.md",
        "4:1",
        "“minutes” has the wrong kind of value",
        "from 1 to 600",
        lambda content: re.sub(rb"minutes: \d+", b"minutes: vingt", content, count=1),
    ),
    Mistake(
        f"{ONE}/04-lire-une-erreur.fr.md",
        "end:1",
        "no alternative text",
        "cannot see",
        added("![](../media/lire-trace.svg)"),
    ),
    Mistake(
        f"{ONE}/04-lire-une-erreur.en.md",
        "end:1",
        "“media/lire-trase.svg” is not in the course",
        "“media/lire-trace.svg”",
        added("![A trace](../media/lire-trase.svg)"),
    ),
    Mistake(
        f"{TWO}/01-si.fr.md", "end:6", "no lesson “bouclez”", "lesson:boucles",
        added("Voir [plus loin](lesson:bouclez)."),
    ),
    Mistake(f"{TWO}/02-boucles.fr.md", "end:1", "skips a level", "###", added("#### Trop bas")),
    Mistake(
        f"{TWO}/03-tracer.fr.md", "end:5", "Raw HTML is not taken: <b>", "Markdown",
        added("Une <b> balise."),
    ),
    Mistake(
        f"{TWO}/04-fonctions.fr.md", "end:6", "cannot be shown: \\foo", "plain LaTeX",
        added("Soit $\\foo{x}$."),
    ),
    Mistake(
        f"{TWO}/05-tarif-du-taxi.ar.md",
        "1:1",
        "not encoded in UTF-8",
        "Save it again",
        lambda content: b"\xff\xfe" + content,
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def planted() -> tuple[dict[str, bytes], list[tuple[str, str, str, str]]]:
    """Return the files, and path, line:column, sentence and remedy of each mistake."""
    files = read_folder(COURSE)
    wanted = []
    for one in MISTAKES:
        files[one.path] = one.change(files[one.path])
        last = str(files[one.path].count(b"\n"))
        wanted.append((one.path, one.place.replace("end", last), one.said, one.remedy))
    return files, wanted


def test_the_command_names_all_ten(app: Any, database: Any, planted: Any, tmp_path: Path) -> None:
    files, wanted = planted
    write_folder(files, tmp_path / "python-donnees")
    said = app.test_cli_runner().invoke(args=["courses", "check", str(tmp_path / "python-donnees")])
    assert said.exit_code == 1
    lines = said.output.splitlines()
    for path, place, message, remedy in wanted:
        start = f"python-donnees/{path}:{place}: error: "
        found = [line for line in lines if line.startswith(start) and message in line]
        assert found, f"{start}{message}\n{said.output}"
        assert remedy in found[0].split(" — ")[1]


def test_the_browser_names_all_ten(
    client: Any, make_person: Any, sign_in: Any, planted: Any
) -> None:
    files, wanted = planted
    sign_in(make_person(role="instructor", scope="center", scope_id=1))
    packed = io.BytesIO()
    write_zip(files, packed, folder="python-donnees")
    packed.seek(0)
    form = {"archive": (packed, "python-donnees.zip")}
    answer = client.post("/en/studio/upload", data=form, content_type="multipart/form-data")
    jobs.drain()
    page = unescape(client.get(answer.headers["Location"]).text)
    groups = {
        re.sub("<.*?>", "", group.split("</h2>")[0]).split(">")[-1].strip(): group
        for group in page.split('<h2 class="h3"')[1:]
    }
    for path, place, message, remedy in wanted:
        line, column = place.split(":")
        start = f"Error, line {line}, column {column}."
        found = [part for part in groups[path].split("<li")[1:] if start in part]
        assert any(message in part and remedy in part for part in found), (path, start, message)
