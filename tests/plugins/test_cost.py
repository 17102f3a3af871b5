"""Twenty plugins cost a request no statement; only after a decision everything is read once."""

from pathlib import Path
from typing import Any

from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import write
from app.plugins import services
from app.plugins.gate import get_gate
from tests.plugins.making import make

CODE = """
from app.sdk import Hooks, NavItem, say


def register(hooks: Hooks) -> None:
    hooks.register(NavItem, "link", NavItem(say("Home"), "home.home"))
"""
SETTING = '[center_settings.limit]\ntype = "int"\ndefault = 3\n'


def test_a_request_asks_the_database_nothing_about_plugins(
    open_site: Any, shelf: Path, statements: Any
) -> None:
    for number in range(20):
        make(shelf, f"made{number}", CODE, more=SETTING)
    many = open_site(shelf)
    client = many.test_client()
    client.get("/fr/")
    with statements() as seen:
        assert client.get("/fr/").status_code == 200
    with many.app_context(), write():
        services.switch_plugin(
            actor=SYSTEM, snapshot=get_gate().current(), name="made3", on=False, now=clock.now()
        )
    with statements() as once:
        client.get("/fr/")
    with statements() as again:
        client.get("/fr/")
    bare = open_site()
    client = bare.test_client()
    client.get("/fr/")
    with statements() as without:
        client.get("/fr/")
    assert len(seen) == len(again) == len(without)
    assert len(once) - len(again) < 60, "one look at each version table, and a few more"
