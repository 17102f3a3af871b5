"""A process that is killed at any step leaves a change that the next one ends or undoes.

Each change is killed at one step after another, so that it comes to its end in many processes.
"""

import os
import signal
from collections.abc import Sequence

import pytest

from app.installer import files, queries, running, steps
from app.installer.rules import PLANS
from app.kernel import clock
from app.kernel.db import db
from tests.installer.conftest import Shop
from tests.installer.making import NAME

pytestmark = pytest.mark.slow


def _work_and_die(operation_id: int, step: str, *, after: bool) -> None:
    """Work in a process of its own that is killed before or after doing one step."""
    db.session.remove()
    db.engine.dispose()
    child = os.fork()
    if child == 0:
        do = steps.STEPS[step]

        def die(context: steps.Context) -> None:
            if after:
                do(context)
            os.kill(os.getpid(), signal.SIGKILL)

        steps.STEPS = {**steps.STEPS, step: die}
        running.work(operation_id, wait=True)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"the process went past {step}"
    assert os.WTERMSIG(status) == signal.SIGKILL


def _next_process(operation_id: int) -> None:
    """Let the lease of whoever was killed run out: until then nobody else goes on."""
    assert running.work(operation_id).is_open
    clock.shift(clock.shifted_seconds() + running.LEASE_SECONDS + 1)


def _killed_at_each_step(operation_id: int, plan: Sequence[str], *, after: bool) -> str:
    """Let each process come one step further than the one before, and the last one to the end."""
    for step in plan:
        _work_and_die(operation_id, step, after=after)
        _next_process(operation_id)
    return running.work(operation_id, wait=True).state


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_an_upgrade_and_a_rollback_survive_a_kill_at_each_step(shop: Shop, after: bool) -> None:
    before = shop.hashes()
    upgrade = shop.begin(shop.archives["1.1.0"])
    assert _killed_at_each_step(upgrade, PLANS["upgrade"], after=after) == "done"
    assert (shop.version, shop.schema()) == ("1.1.0", "diary_0002")

    shop.add_entries("since")
    back = shop.begin_rollback()
    assert _killed_at_each_step(back, PLANS["rollback"], after=after) == "done"
    assert (shop.version, shop.schema()) == ("1.0.0", "diary_0001")
    assert shop.hashes() == before
    (kept,) = [
        one for one in queries.list_kept(files.kept_folder(shop.settings, NAME)) if one.rows > 6
    ]
    assert kept.version == "1.1.0"


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_uninstalling_survives_a_kill_at_each_step(shop: Shop, after: bool) -> None:
    operation = shop.begin_uninstall("export")
    assert _killed_at_each_step(operation, PLANS["uninstall"], after=after) == "done"
    assert (shop.version, shop.schema(), shop.hashes()) == ("", None, {})
    (kept,) = queries.list_kept(files.kept_folder(shop.settings, NAME))
    assert kept.rows == 6


def test_undoing_survives_a_kill(shop: Shop) -> None:
    found = shop.count_as_tried(shop.receive("1.2.0", steps=2, unique=True))
    shop.add_entries("un")
    before = shop.hashes()
    upgrade = shop.begin(found)
    db.session.remove()
    db.engine.dispose()
    child = os.fork()
    if child == 0:
        steps.undo = lambda _context: os.kill(os.getpid(), signal.SIGKILL)
        running.work(upgrade, wait=True)
        os._exit(0)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    _next_process(upgrade)
    assert running.work(upgrade, wait=True).state == "refused"
    assert (shop.version, shop.schema(), shop.hashes()) == ("1.0.0", "diary_0001", before)
