"""Abuse 55 and 56: by accident no plugin reads a secret, or writes or locks what others have."""

from pathlib import Path
from typing import Any

import pytest

import app.sdk as sdk
from app.kernel.db import db
from app.plugins import schema
from app.plugins.gate import get_gate
from app.plugins.schema import TableTheft
from app.settings import Secret, Settings
from tests.plugins.conftest import forgotten, open_site, shelf
from tests.plugins.making import make, step

__all__ = ["forgotten", "open_site", "shelf"]
ABOUT = 'migrations = "migrations"'


def test_nothing_that_a_plugin_may_import_is_a_secret(open_site: Any) -> None:
    site = open_site()
    offered = {name: getattr(sdk, name) for name in sdk.__all__}
    assert [name for name, thing in offered.items() if isinstance(thing, Secret | Settings)] == []
    assert "settings" not in {name.lower() for name in offered}
    assert "for tests only" not in repr(site.extensions["settings"])


@pytest.mark.parametrize(
    "act",
    [
        'op.execute("UPDATE attempt SET id = id")',
        "op.drop_table('answer_event')",
        "op.execute(\"UPDATE sample_note SET text = 'x'\")",
        "op.execute('LOCK TABLE attempt')",
    ],
)
def test_a_step_of_a_plugin_leaves_answers_and_others_alone(
    open_site: Any, shelf: Path, act: str
) -> None:
    make(shelf, "made", files=step("made_0001", act), about=ABOUT)
    site = open_site(shelf)
    with site.app_context():
        record = get_gate().records["made"]
        assert str(record.notes[-1]).startswith("Its tables could not be renewed: TableTheft")
        with pytest.raises(TableTheft):
            schema.upgrade(record)
        db.session.remove()
    assert site.test_client().get("/fr/").status_code == 200
