"""Abuse 35: Markdown that reaches for files of the machine, and links in folders."""

import os
from pathlib import Path
from typing import Any

import pytest

from app.content.archive import write_folder
from app.content.files import read_folder
from app.courses import queries, services
from app.courses.rules import CourseRefused
from app.kernel.errors import Refusal
from tests.courses import samples
from tests.courses.test_queries import HERE
from tests.courses.test_services import keep

SECRET = "swordfish-of-the-machine"
REACHING = (
    "![x](../../../../../../etc/passwd)",
    "[x](../../../../etc/passwd)",
    "[x](file:///etc/passwd)",
    "![x](file:///etc/passwd)",
    '--8<-- "/etc/passwd"',
    '--8<-- "../../secret.txt"',
    "{% include '/etc/passwd' %}",
    "```{include} ../../secret.txt\n```",
    "```{literalinclude} /etc/passwd\n```",
    "!include ../../secret.txt",
    "[x](ext::sh -c id)",
    "<object data='file:///etc/passwd'></object>",
    "[x](\\\\server\\share)",
    "[x](../bank/secret.fr.md)",
)


@pytest.mark.parametrize("markup", REACHING)
def test_nothing_of_the_machine_stands_in_a_lesson(
    database: Any, tmp_path: Path, markup: str
) -> None:
    (tmp_path / "secret.txt").write_text(SECRET)
    lessons = {"bonjour": ("Bonjour", f"Avant.\n\n{markup}\n\nAprès.")}
    here = Path.cwd()
    os.chdir(tmp_path)
    try:
        kept = keep(samples.course(lessons=lessons))
    except CourseRefused:
        return
    finally:
        os.chdir(here)
    html = queries.get_lesson(kept, "bonjour", "fr", HERE).html
    assert SECRET not in html
    assert "root:" not in html
    for sign in ('="file:', '="ext:', '="..', "/bank/", "<object"):
        assert sign not in html


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_folder(samples.with_files(), tmp_path / "course")
    (tmp_path / "secret.txt").write_text(SECRET)
    return tmp_path / "course"


def test_the_folder_is_good_as_it_is(folder: Path, database: Any) -> None:
    assert services.check_files(read_folder(folder)).errors == ()


@pytest.mark.parametrize("target", ["/etc/passwd", "../secret.txt", "course.toml", "/nowhere"])
def test_a_link_in_the_folder_is_refused(folder: Path, target: str) -> None:
    (folder / "data" / "lien.csv").symlink_to(target)
    with pytest.raises(Refusal):
        read_folder(folder)


def test_a_linked_folder_is_refused(folder: Path) -> None:
    (folder / "data" / "dossier").symlink_to("/etc", target_is_directory=True)
    with pytest.raises(Refusal):
        read_folder(folder)


def test_pipes_and_devices_are_refused_and_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "data" / "tube.csv")
    with pytest.raises(Refusal):
        read_folder(folder)


def test_what_belongs_to_a_repository_is_left_out(folder: Path) -> None:
    (folder / ".git" / "hooks").mkdir(parents=True)
    (folder / ".git" / "hooks" / "post-checkout").write_text("#!/bin/sh\ntouch ran\n")
    assert not [path for path in read_folder(folder) if ".git" in path]
    assert not (folder / "ran").exists()


def test_an_export_writes_nowhere_else(tmp_path: Path) -> None:
    for name in ("../out.md", "/out.md", "a/../../out.md"):
        with pytest.raises(Refusal):
            write_folder({name: b"x"}, tmp_path / "target")
    assert not (tmp_path / "out.md").exists()
