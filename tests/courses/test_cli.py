"""The commands: their exit codes and what they say."""

from pathlib import Path
from typing import Any

import pytest

from app.content.files import read_folder
from app.content.hooks import BlockType
from app.content.rules import error
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from tests.courses import samples


@pytest.fixture
def run(app: Any, database: Any) -> Any:
    runner = app.test_cli_runner()

    def invoke(*arguments: object) -> Any:
        return runner.invoke(args=["courses", *map(str, arguments)])

    return invoke


def folder(root: Path, files: dict[str, bytes]) -> Path:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root


def test_checking_a_good_course_exits_with_nothing(run: Any, tmp_path: Path) -> None:
    result = run("check", folder(tmp_path / "petit-cours", samples.course()))
    assert result.exit_code == 0, result.output
    assert "0 errors" in result.output


def test_checking_names_every_mistake_with_its_place_and_exits_with_one(
    run: Any, tmp_path: Path
) -> None:
    result = run("check", folder(tmp_path / "petit-cours", samples.broken()))
    assert result.exit_code == 1
    assert "petit-cours/course.toml:" in result.output
    assert "petit-cours/01-debut/02-suite.fr.md:" in result.output
    french = run("check", tmp_path / "petit-cours", "--language", "fr")
    assert french.exit_code == 1


def test_checking_asks_every_plugin_that_is_installed_also_one_that_is_off_here(
    run: Any, tmp_path: Path
) -> None:
    mistake = say("No option is right.")
    hooks.register(
        BlockType,
        "vote",
        BlockType("vote", lambda node: [error("", node.line, 3, mistake, mistake)], lambda node: ""),
        owner="votes",
    )
    files = samples.course(lessons={"un": ("Un", "````vote {#a}\nOui ?\n````")})
    try:
        result = run("check", folder(tmp_path / "petit-cours", files))
    finally:
        hooks.remove("votes")
    assert result.exit_code == 1
    assert "01-un.fr.md:9:3: error: No option is right." in result.output


def test_checking_asks_no_database(run: Any, tmp_path: Path, statements: Any) -> None:
    place = folder(tmp_path / "petit-cours", samples.course())
    with statements() as seen:
        run("check", place)
    assert seen == []


def test_a_course_goes_in_is_published_listed_and_comes_out_the_same(
    run: Any, tmp_path: Path
) -> None:
    place = folder(tmp_path / "petit-cours", samples.with_files())
    assert run("import", place).exit_code == 0
    assert "published -" in run("list").output
    assert run("publish", "petit-cours").exit_code == 0
    assert "was published" in run("publish", "petit-cours").output
    assert "published -" not in run("list").output
    result = run("export", "petit-cours", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert read_folder(tmp_path / "out") == read_folder(place) == samples.with_files()


def test_a_broken_course_is_not_imported(run: Any, tmp_path: Path) -> None:
    result = run("import", folder(tmp_path / "petit-cours", samples.broken()))
    assert result.exit_code == 1
    assert "Nothing was kept" in result.output
    assert run("list").output == ""


def test_an_export_never_writes_over_files(run: Any, tmp_path: Path) -> None:
    place = folder(tmp_path / "petit-cours", samples.course())
    run("import", place)
    result = run("export", "petit-cours", place)
    assert result.exit_code == 1
    assert "not empty" in result.output


def test_unknown_courses_and_links_are_refused_in_words(run: Any, tmp_path: Path) -> None:
    assert run("publish", "absent").exit_code == 1
    assert run("export", "absent", tmp_path / "out").exit_code == 1
    assert run("check", tmp_path / "absent").exit_code == 2
    place = folder(tmp_path / "petit-cours", samples.course())
    (place / "data").symlink_to("/etc")
    result = run("import", place)
    assert result.exit_code == 1
    assert "link" in result.output


def test_stamping_touches_translations_only(run: Any, tmp_path: Path) -> None:
    files = samples.course(languages=("fr", "ar"))
    place = folder(tmp_path / "petit-cours", files)
    result = run("stamp", place)
    assert result.exit_code == 0, result.output
    after = read_folder(place)
    changed = {path for path in files if files[path] != after[path]}
    assert changed == {path for path in files if path.endswith(".ar.md")}
