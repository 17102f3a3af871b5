"""Which plugin is on where: from the next request on, in every process, and nowhere else."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update

from app.accounts.models import Person
from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from app.kernel.errors import Conflict, Forbidden, NotFound
from app.plugins import services
from app.plugins.gate import Gate, get_gate
from app.plugins.models import Plugin, PluginCenter
from app.plugins.services import bump
from tests import routes
from tests.conftest import Made, add_session, back_to, build, close
from tests.plugins.process import ONCE
from tests.world import World, opened

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def built(schema_url: str, tmp_path_factory: Any) -> Iterator[tuple[Flask, World]]:
    with opened(schema_url, tmp_path_factory.mktemp("gate")) as found:
        yield found


@pytest.fixture
def place(built: tuple[Flask, World], app: Flask) -> Iterator[tuple[Flask, World]]:
    """A site with somebody in every role, where the sample is on everywhere and open to centers."""
    site, world = built
    back_to(site)
    with site.app_context():
        with write() as session:
            session.execute(delete(PluginCenter))
            session.execute(
                update(Plugin).values(
                    enabled=None, everywhere=True, open_to_centers=True, state="installed"
                )
            )
            bump(get_gate().folder)
        db.session.remove()
    yield site, world
    back_to(app)


def switch(
    app: Flask,
    on: bool,
    center_id: int | None = None,
    actor: Any = SYSTEM,
    name: str = "sample",
) -> None:
    """Switch a plugin, the sample, for the site or a center, as the pages do."""
    with app.app_context():
        get_gate().refresh()
        now, snapshot = clock.now(), get_gate().current()
        with write():
            if center_id is None:
                services.switch_plugin(actor=actor, snapshot=snapshot, name=name, on=on, now=now)
            else:
                services.switch_at_center(
                    actor=actor,
                    snapshot=snapshot,
                    name=name,
                    center_id=center_id,
                    on=on,
                    now=now,
                )


def status(app: Flask, world: World, path: str, role: str = "manager") -> int:
    client = app.test_client()
    client.set_cookie("sid", world.cookies[role])
    code: int = client.get(path).status_code
    return code


def pages_of(app: Flask, world: World, cookie: str, side: Any) -> dict[str, bytes]:
    """Return every page of one side that somebody can open, but those about plugins."""
    client = app.test_client()
    client.set_cookie("sid", cookie)
    found = {}
    for rule in routes.pages(app):
        if rule.endpoint.startswith(("plugins.", "sample", "admin.")):
            continue
        path = routes.address(app, rule, world, side)
        page = client.get(path)
        found[path] = str(page.status_code).encode() + ONCE.sub(b"", page.data)
    return found


def of_the_other_center(app: Flask, world: World) -> list[str]:
    """Sign in a learner and a trainer of the other center; return their cookies."""
    with app.app_context():
        trainer = db.session.scalars(
            select(Person.id).where(Person.public_id == world.other.trainer)
        ).one()
        people = [Made(id_, "", "", "") for id_ in (world.other.member_id, trainer)]
        cookies = [add_session(made) for made in people]
        db.session.remove()
    return cookies


def test_a_switch_counts_at_the_next_request(place: tuple[Flask, World]) -> None:
    app, world = place
    assert status(app, world, "/fr/x/sample/", "learner") == 200
    switch(app, on=False)
    assert status(app, world, "/fr/x/sample/", "learner") == 404
    assert status(app, world, "/fr/c/kenitra/x/sample/") == 404
    switch(app, on=True)
    assert status(app, world, "/fr/x/sample/", "learner") == 200
    assert status(app, world, "/fr/c/kenitra/x/sample/") == 200


def test_a_switch_at_a_center_counts_there_only(place: tuple[Flask, World]) -> None:
    app, world = place
    switch(app, on=False, center_id=world.own.center_id)
    assert status(app, world, "/fr/c/kenitra/x/sample/", "admin") == 404
    assert status(app, world, "/fr/c/rabat/x/sample/", "admin") == 200
    assert status(app, world, "/fr/x/sample/", "admin") == 200


def test_the_pages_of_another_center_stay_byte_for_byte(place: tuple[Flask, World]) -> None:
    app, world = place
    for cookie in of_the_other_center(app, world):
        before = pages_of(app, world, cookie, world.other)
        assert len(before) > 20
        switch(app, on=False, center_id=world.own.center_id)
        assert pages_of(app, world, cookie, world.other) == before
        switch(app, on=True, center_id=world.own.center_id)
        assert pages_of(app, world, cookie, world.other) == before


def test_a_plugin_that_is_off_leaves_no_trace(place: tuple[Flask, World]) -> None:
    """Its pages are those of a site that has no plugins at all."""
    app, world = place
    settings = app.extensions["settings"]
    for name in app.extensions["plugins"].records:
        switch(app, on=False, name=name)
    roles = ("learner", "manager")
    off = {role: pages_of(app, world, world.cookies[role], world.own) for role in roles}
    without = build(settings.database_url, settings.instance, plugins_safe_mode=True)
    for role in roles:
        found = pages_of(without, world, world.cookies[role], world.own)
        found.pop("/fr/personal-data")  # what the tables of a plugin hold is said while they stand
        assert found == {path: off[role][path] for path in found}, role
    close(without)
    back_to(app)
    switch(app, on=True)
    on = pages_of(app, world, world.cookies["learner"], world.own)
    assert b"/x/sample/" in on["/fr/"]
    assert on != off["learner"]


def test_a_link_of_a_plugin_comes_and_goes_with_the_switch(place: tuple[Flask, World]) -> None:
    app, world = place
    client = app.test_client()
    for on in (False, True, False):
        switch(app, on=on)
        assert ("/fr/x/sample/" in client.get("/fr/").text) is on


def test_two_gates_of_one_machine_see_the_same(place: tuple[Flask, World]) -> None:
    app, world = place
    own: Gate = app.extensions["plugins"]
    other = Gate(own.records, own.folder)
    other.heads = own.heads
    with app.app_context():
        other.refresh()
        assert "sample" in other.current().for_center(world.own.center_id)
        switch(app, on=False, center_id=world.own.center_id)
        db.session.rollback()
        assert "sample" in other.current().for_center(world.own.center_id), "it was not told yet"
        other.refresh()
        assert "sample" not in other.current().for_center(world.own.center_id)
        assert "sample" in other.current().for_center(world.other.center_id)


def test_another_process_knows_at_its_next_request(place: tuple[Flask, World]) -> None:
    app, _ = place
    settings = app.extensions["settings"]
    environment = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "RIHLA_INSTANCE": str(settings.instance),
        "RIHLA_DATABASE_URL": settings.database_url,
        "RIHLA_PUBLIC_URL": "http://localhost",
        "RIHLA_PLUGIN_FOLDERS": ",".join(settings.plugin_folders),
    }
    command = [sys.executable, "-m", "tests.plugins.process"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdin
        assert process.stdout

        def ask() -> str:
            assert process.stdin
            assert process.stdout
            process.stdin.write("/fr/x/sample/\n")
            process.stdin.flush()
            return process.stdout.readline().split()[0]

        assert process.stdout.readline() == "ready\n"
        for on in (False, True, False, True):
            switch(app, on=on)
            assert ask() == ("200" if on else "404")
        process.stdin.close()
        assert process.wait(30) == 0


def test_what_is_not_committed_is_not_told(place: tuple[Flask, World]) -> None:
    app, world = place
    gate = app.extensions["plugins"]
    with app.app_context(), pytest.raises(RuntimeError), write():
        services.switch_plugin(
            actor=SYSTEM, snapshot=gate.current(), name="sample", on=False, now=clock.now()
        )
        raise RuntimeError("the disk is full")
    assert status(app, world, "/fr/x/sample/") == 200


def test_the_end_of_a_savepoint_is_not_the_commit(place: tuple[Flask, World]) -> None:
    app, _ = place
    gate = app.extensions["plugins"]
    with app.app_context():
        before = gate.file.read_text()
        with write() as session:
            bump(gate.folder)
            with session.begin_nested():
                session.execute(text("SELECT 1"))
            assert gate.file.read_text() == before, "others would read what is not there yet"
        assert gate.file.read_text() != before


def test_while_it_gets_new_code_its_pages_ask_to_wait(place: tuple[Flask, World]) -> None:
    app, world = place
    gate = app.extensions["plugins"]
    for state, code in (("upgrading", 503), ("installed", 200)):
        with app.app_context(), write():
            services.mark("sample", state, folder=gate.folder, now=clock.now())
        answer = app.test_client().get("/fr/x/sample/")
        assert answer.status_code == code
        assert ("Retry-After" in answer.headers) is (code == 503)
        assert ("/fr/x/sample/" in app.test_client().get("/fr/").text) is (code == 200)


def test_without_decisions_that_can_be_read_nothing_is_on(place: tuple[Flask, World]) -> None:
    app, _ = place
    gate = app.extensions["plugins"]
    with app.app_context():
        gate.forget()
        with db.engine.begin() as connection:
            connection.execute(text("ALTER TABLE plugin_center RENAME TO away"))
        assert gate.current().for_center(None) == frozenset()
        with db.engine.begin() as connection:
            connection.execute(text("ALTER TABLE away RENAME TO plugin_center"))
        db.session.rollback()
        assert "sample" in gate.current().for_center(None)


def test_who_may_switch(place: tuple[Flask, World]) -> None:
    app, world = place
    manager, instructor = (world.people[role].actor for role in ("manager", "instructor"))
    switch(app, on=False, center_id=world.own.center_id, actor=manager)
    for actor, center in ((manager, world.other.center_id), (instructor, world.own.center_id)):
        with pytest.raises(Forbidden):
            switch(app, on=True, center_id=center, actor=actor)
    with pytest.raises(Forbidden):
        switch(app, on=False, actor=manager)
    with app.app_context(), write():
        services.set_rules(
            actor=SYSTEM,
            snapshot=get_gate().current(),
            name="sample",
            everywhere=True,
            open_to_centers=False,
            now=clock.now(),
        )
    with pytest.raises(Forbidden):
        switch(app, on=True, center_id=world.own.center_id, actor=manager)
    with pytest.raises(NotFound), app.app_context(), write():
        services.switch_plugin(
            actor=SYSTEM,
            snapshot=get_gate().current(),
            name="nothing",
            on=True,
            now=clock.now(),
        )


def test_what_others_need_stays_on(open_site: Any, shelf: Path) -> None:
    from tests.plugins.making import make

    make(shelf, "base")
    make(shelf, "upper", more='[requires.plugins]\nbase = ">=1"')
    app = open_site(shelf)
    with app.app_context():
        gate = get_gate()

        def turn(name: str, on: bool) -> None:
            with write():
                services.switch_plugin(
                    actor=SYSTEM, snapshot=gate.current(), name=name, on=on, now=clock.now()
                )
            gate.refresh()

        with pytest.raises(Conflict, match="upper needs it: switch that off first"):
            turn("base", False)
        turn("upper", False)
        turn("base", False)
        with pytest.raises(Conflict, match="It needs base: switch that on first"):
            turn("upper", True)
        turn("base", True)
        turn("upper", True)
        assert {"base", "upper"} <= gate.current().for_center(None)


def test_a_switch_costs_requests_no_statement(place: tuple[Flask, World], statements: Any) -> None:
    app, world = place
    client = app.test_client()
    client.get("/fr/")
    with statements() as warm:
        client.get("/fr/")
    assert [line for line in warm if "plugin" in line] == []
    switch(app, on=False)
    with statements() as fresh:
        client.get("/fr/")
    assert [line for line in fresh if "plugin" in line] != [], "read once, anew"
    with statements() as again:
        client.get("/fr/")
    assert [line for line in again if "plugin" in line] == []
