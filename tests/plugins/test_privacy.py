"""What plugins keep about people is said, copied and erased, whatever became of the plugin."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from app.kernel.errors import Conflict
from app.plugins import services
from app.plugins.gate import get_gate
from app.privacy import queries
from app.privacy import services as privacy
from tests.conftest import Made, add_person
from tests.plugins.making import make
from tests.plugins.test_tables import ABOUT, FIRST, fill, rows

PRIVATE = (
    'made_row = { person = "person_id", export = ["text"], erase = "delete", words = "Rows" }\n'
)
EXTRA = """
from app.sdk import PersonalDataExtra


def register(hooks):
    hooks.register(PersonalDataExtra, "files", PersonalDataExtra(export=export, erase=erase))


def export(person_id):
    return {"files": [person_id]}


def erase(person_id):
    pass
"""


@pytest.fixture
def site(open_site: Any, shelf: Path) -> tuple[Flask, Made]:
    make(shelf, "made", EXTRA, FIRST, about=ABOUT, privacy=PRIVATE + "extra = true")
    app = open_site(shelf)
    with app.app_context():
        person = add_person()
        fill(person.id, "mine")
        db.session.remove()
    return app, person


def test_a_plugin_that_runs_answers_wholly(site: tuple[Flask, Made]) -> None:
    app, person = site
    with app.app_context():
        found = queries.export_person(person.id)
        assert found["tables"]["made_row"] == [{"text": "mine"}]
        assert found["more"]["made.files"] == {"files": [person.id]}
        assert "incomplete" not in found
        with write():
            privacy.erase_person(actor=person.actor, now=clock.now())
        assert rows() == 0


def test_a_plugin_that_is_off_answers_as_well(site: tuple[Flask, Made]) -> None:
    app, person = site
    with app.app_context():
        gate = get_gate()
        with write():
            services.switch_plugin(
                actor=SYSTEM, snapshot=gate.current(), name="made", on=False, now=clock.now()
            )
        gate.refresh()
        found = queries.export_person(person.id)
        assert found["tables"]["made_row"] == [{"text": "mine"}]
        assert "incomplete" not in found


def break_it(folder: Path) -> None:
    (folder / "__init__.py").write_text("1 / 0\n")


def newer(folder: Path) -> None:
    file = folder / "plugin.toml"
    file.write_text(file.read_text().replace('["text"]', '["text", "later"]'))
    break_it(folder)


@pytest.mark.parametrize("harm", [break_it, shutil.rmtree, newer])
def test_a_plugin_that_is_broken_or_gone_is_waited_for(
    site: tuple[Flask, Made], open_site: Any, shelf: Path, harm: Any
) -> None:
    app, person = site
    harm(shelf / "made")
    later = open_site(shelf, again=app)
    with later.app_context():
        found = queries.export_person(person.id)
        assert found["tables"]["made_row"] == [{"text": "mine"}]
        assert found["incomplete"] == ["made"]
        assert "Rows" in [str(one.words) for one in queries.list_holdings(person.id)]
        with pytest.raises(Conflict, match="could not be erased wholly: made"), write():
            privacy.erase_person(actor=person.actor, now=clock.now())
        assert rows() == 1
        with write() as session:
            session.execute(text("DELETE FROM made_row"))


def test_what_is_kept_beside_tables_is_declared(open_site: Any, shelf: Path) -> None:
    make(shelf, "made", EXTRA)
    (problem,) = open_site(shelf).extensions["plugins"].records["made"].problems
    assert str(problem) == ("It keeps more about people than plugin.toml says ([privacy] extra).")
