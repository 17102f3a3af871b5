"""A process that is killed at any step leaves a change that the next one ends or undoes."""

import os
import signal

import pytest

from app.installer import running, steps
from app.installer.rules import PLANS
from app.kernel import clock
from app.kernel.db import db
from tests.installer.conftest import Shop

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


def _next_process(operation_id: int) -> str:
    """Go on as the next process does once the lease has run out."""
    assert running.work(operation_id).is_open
    clock.shift(clock.shifted_seconds() + running.LEASE_SECONDS + 1)
    return running.work(operation_id, wait=True).state


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", range(8))
def test_an_upgrade_and_a_rollback_survive_a_kill(shop: Shop, number: int, after: bool) -> None:
    before = shop.hashes()
    upgrade = shop.begin(shop.archives["1.1.0"])
    _work_and_die(upgrade, PLANS["upgrade"][number], after=after)
    assert _next_process(upgrade) == "done"
    assert (shop.version, shop.schema()) == ("1.1.0", "diary_0002")

    shop.add_entries("since")
    back = shop.begin_rollback()
    _work_and_die(back, PLANS["rollback"][number], after=after)
    assert _next_process(back) == "done"
    assert (shop.version, shop.schema()) == ("1.0.0", "diary_0001")
    assert shop.hashes() == before


@pytest.mark.parametrize("step", PLANS["uninstall"])
def test_uninstalling_survives_a_kill(shop: Shop, step: str) -> None:
    operation = shop.begin_uninstall("export")
    _work_and_die(operation, step, after=True)
    assert _next_process(operation) == "done"
    assert (shop.version, shop.schema(), shop.hashes()) == ("", None, {})


def test_undoing_survives_a_kill(shop: Shop) -> None:
    found = shop.receive("1.2.0", steps=2, unique=True)
    assert shop.examine(found).state == "done"
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
    assert _next_process(upgrade) == "refused"
    assert (shop.version, shop.schema(), shop.hashes()) == ("1.0.0", "diary_0001", before)
