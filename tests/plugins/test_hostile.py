"""Plugins that mean harm, all at once in one site: it stays up, and each is told in a sentence.

`pytest tests/plugins/test_hostile.py -s` prints the list.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SHELF
from tests.plugins.process import difference, starting
from tests.plugins.test_gate import of_the_other_center
from tests.plugins.test_sentinel import environment_of
from tests.routes import address, pages
from tests.world import opened

HOSTILE = Path(__file__).resolve().parent / "hostile"
KILLED = "It ended the server twice while it was being loaded, so it is set aside. The site works"
PAUSED = "A part of it failed time and again and is left out; the pages are whole."
WAITS = "Its tables are not those of this version: run `rihla db upgrade`."
CHANGES = "It changes the site itself (%s). Nothing of it was kept."
TABLE = {
    "bad_step": ("waits", WAITS, "TableTheft: bad_step: DROP TABLE person"),
    "crashes": ("quarantined", KILLED, ""),
    "dies": ("quarantined", KILLED, ""),
    "fails_on_rows": ("waits", WAITS, "IntegrityError"),
    "hangs": ("quarantined", KILLED, ""),
    "huge": ("failed", "Its styles, scripts and pictures weigh 1,000 kB; 512 kB is the most.", ""),
    "leaves": ("failed", "It could not be loaded: SystemExit: 3", ""),
    "name_theft": ("failed", CHANGES % "names that every page uses", ""),
    "page_theft": ("failed", CHANGES % "the site's error pages", ""),
    "raises": ("paused", PAUSED, "RuntimeError: no luck"),
    "request_theft": ("failed", CHANGES % "a function before every request", ""),
    "route_theft": ("failed", "It takes the address /<lang>/courses, which is not its own.", ""),
    "slow": ("paused", PAUSED, "too long for a page"),
    "spies": ("paused", PAUSED, "NotFound"),
    "syntax_error": ("failed", "It could not be loaded: SyntaxError: ", ""),
    "table_theft": ("failed", "It declares the table person, which is not its own: names", ""),
    "unknown_hook": ("failed", "It brings MenuItems, which this site does not know.", ""),
    "writes": ("paused", PAUSED, "WriteOutsideTransaction"),
    "wrong_arguments": ("failed", "It could not be loaded: app.plugins.guard.WrongArguments: ", ""),
}
"""By plugin: how it stands, what an admin reads, and what stands beside it. Archives that cannot
be installed are in tests/installer."""


@pytest.fixture(scope="module")
def after(schema_url: str, tmp_path_factory: Any) -> Iterator[dict[str, Any]]:
    """What a process with all of them answered, beside what one without them had answered."""
    root = tmp_path_factory.mktemp("hostile")
    shelf = root / "shelf"
    shutil.copytree(HOSTILE, shelf)
    (root / "pages").mkdir()
    (shelf / "huge" / "static").mkdir()
    (shelf / "huge" / "static" / "huge.css").write_bytes(b"/**/" * 250_000)
    with opened(schema_url, root) as (app, world):
        cookies = of_the_other_center(app, world)
        paths = [
            address(app, rule, world, world.other)
            for rule in pages(app)
            if not rule.endpoint.startswith(("plugins.", "admin."))
        ]
        lines = [f"{path} {cookie}" for cookie in cookies for path in paths]
        own = f"/fr/ {world.cookies['learner']}"
        asked = [*lines, *[own] * 8, *lines, "states"]
        settings = app.extensions["settings"]
        environment = environment_of(settings.instance, str(SHELF)) | {
            "RIHLA_DATABASE_URL": settings.database_url,
            "RIHLA_TEST_PAGES": str(root / "pages"),
        }
        _, *before = starting(environment, lines).stdout.splitlines()
        environment["RIHLA_PLUGIN_FOLDERS"] += f",{shelf}"
        deaths = 0
        while "ready" not in (done := starting(environment, asked)).stdout:
            deaths += 1
            assert deaths <= 6, done.stderr
        _, *answers, states = done.stdout.splitlines()
        yield {
            "deaths": deaths,
            "before": before,
            "lines": lines,
            "answers": answers,
            "states": json.loads(states),
            "pages": root / "pages",
        }


@pytest.mark.slow
@pytest.mark.only_sqlite
@pytest.mark.xdist_group("hostile")
class TestHostile:
    """The same site, asked about each."""

    def test_three_of_them_die_twice_and_the_site_lives(self, after: Any) -> None:
        assert after["deaths"] == 6
        assert [answer for answer in after["answers"] if answer.startswith("5")] == []

    def test_pages_of_another_center_stay_byte_for_byte(self, after: Any) -> None:
        count = len(after["lines"])
        for name, part in (("first", slice(0, count)), ("later", slice(-count, None))):
            found = dict(zip(after["lines"], after["answers"][part], strict=True))
            wanted = dict(zip(after["lines"], after["before"], strict=True))
            differ = {
                line: difference(after["pages"], answer, found[line])
                for line, answer in wanted.items()
                if found[line] != answer
            }
            assert not differ, "\n".join((f"{name}:", *chain.from_iterable(differ.items())))

    @pytest.mark.parametrize("name", TABLE)
    def test_each_is_told_in_a_sentence(self, after: Any, name: str) -> None:
        standing, sentence, beside = TABLE[name]
        found, *sentences = after["states"][name]
        print(f"\n{name}: {found}: {sentences[0]}")
        assert found == standing, sentences
        assert sentences[0].startswith(sentence)
        assert any(beside in text for text in sentences)

    def test_the_list_is_whole_and_the_good_ones_run(self, after: Any) -> None:
        assert {folder.name for folder in HOSTILE.iterdir() if folder.is_dir()} == set(TABLE)
        assert after["states"]["sample"][0] == "on"


def test_all_of_them_are_read_without_being_run(tmp_path: Path) -> None:
    environment = environment_of(tmp_path, str(HOSTILE))
    done = subprocess.run(
        [environment["PYTHON"], "-m", "app.cli", "plugin", "list"],
        env=environment | {"RIHLA_DATABASE_URL": f"sqlite:///{tmp_path}/empty.sqlite"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    listed = {line.split()[0] for line in done.stdout.splitlines() if not line.startswith(" ")}
    assert set(TABLE) <= listed
