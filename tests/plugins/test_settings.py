"""Settings of plugins: default, site, center; what is locked; what another version had kept."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, update

from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from app.kernel.errors import Forbidden
from app.plugins import services
from app.plugins.gate import get_gate
from app.plugins.models import Plugin, PluginCenter
from app.plugins.rules import Setting, fits, resolve_settings
from tests.conftest import back_to
from tests.plugins.conftest import forgetting, opening
from tests.plugins.making import make
from tests.world import World, build

MORE = """\
[settings.greeting]
type = "str"
default = "Hello"
[settings.key]
type = "secret"
[center_settings.limit]
type = "int"
default = 3
min = 1
max = 20
[center_settings.tone]
type = "choice"
choices = ["calm", "loud"]
default = "calm"
[center_settings.proud]
type = "bool"
default = true
[center_settings.link]
type = "url"
"""


@pytest.fixture(scope="module")
def built(
    schema_url: str, site_folder: Path, tmp_path_factory: Any
) -> Iterator[tuple[Any, Path, Flask, World]]:
    root = tmp_path_factory.mktemp("settings")
    make(root / "shelf", "made", more=MORE)
    with forgetting(), opening(schema_url, site_folder, root) as open_site:
        site = open_site(root / "shelf")
        with site.app_context():
            world = build()
            db.session.remove()
        yield open_site, root / "shelf", site, world


@pytest.fixture
def site(built: Any, app: Flask) -> Iterator[tuple[Flask, World]]:
    """A site with the plugin `made`, open to centers, about which nothing else was decided."""
    _, _, found, world = built
    back_to(found)
    with found.app_context():
        with write() as session:
            session.execute(delete(PluginCenter))
            session.execute(update(Plugin).values(settings={}, locked=[], enabled=None))
            services.set_rules(
                actor=SYSTEM,
                snapshot=get_gate().current(),
                name="made",
                everywhere=True,
                open_to_centers=True,
                now=clock.now(),
            )
        get_gate().refresh()
        db.session.remove()
    yield found, world
    back_to(app)


def keep(app: Flask, values: Any, locked: Any = (), center: int | None = None) -> None:
    with app.app_context():
        now, snapshot = clock.now(), get_gate().current()
        with write():
            if center is None:
                services.keep_settings(
                    actor=SYSTEM,
                    snapshot=snapshot,
                    name="made",
                    values=values,
                    locked=locked,
                    now=now,
                )
            else:
                services.keep_center_settings(
                    actor=SYSTEM,
                    snapshot=snapshot,
                    name="made",
                    center_id=center,
                    values=values,
                    now=now,
                )
        get_gate().refresh()


def at(app: Flask, center: int | None) -> Any:
    with app.app_context():
        get_gate().refresh()
        return get_gate().current().settings("made", center)


def test_the_ladder_is_default_then_site_then_center(site: tuple[Flask, World]) -> None:
    app, world = site
    own, other = world.own.center_id, world.other.center_id
    assert at(app, own) == {
        "greeting": "Hello",
        "key": None,
        "limit": 3,
        "tone": "calm",
        "proud": True,
        "link": None,
    }
    keep(app, {"limit": 5, "greeting": "Bonjour"})
    assert (at(app, own)["limit"], at(app, own)["greeting"]) == (5, "Bonjour")
    keep(app, {"limit": 7}, center=own)
    assert [at(app, place)["limit"] for place in (own, other, None)] == [7, 5, 5]
    keep(app, {"limit": 9})
    assert [at(app, place)["limit"] for place in (own, other)] == [7, 9]


def test_what_is_locked_is_the_sites_everywhere_and_waits(site: tuple[Flask, World]) -> None:
    app, world = site
    own = world.own.center_id
    keep(app, {"limit": 7}, center=own)
    keep(app, {"limit": 5}, locked=("limit",))
    assert at(app, own)["limit"] == 5
    keep(app, {"limit": 8}, center=own)
    assert at(app, own)["limit"] == 5
    keep(app, {"limit": 5})
    assert at(app, own)["limit"] == 7, "what the center had chosen was kept while it was locked"


def test_what_another_version_kept_stays_and_is_not_used(site: tuple[Flask, World]) -> None:
    app, world = site
    own = world.own.center_id
    with app.app_context():
        with write() as session:
            row = session.get_one(Plugin, "made")
            row.settings = {"gone": 1, "limit": "many", "greeting": "Salam"}
            session.add(
                PluginCenter(
                    plugin="made", center_id=own, enabled=None, settings={"old": 2, "tone": "shy"}
                )
            )
        get_gate().forget()
    found = at(app, own)
    assert (found["limit"], found["tone"], found["greeting"]) == (3, "calm", "Salam")
    assert not {"gone", "old"} & set(found)
    keep(app, {"greeting": "Azul"})
    keep(app, {"tone": "loud"}, center=own)
    with app.app_context():
        kept = db.session.get_one(Plugin, "made").settings
        of_center = db.session.get_one(PluginCenter, ("made", own)).settings
    assert kept == {"gone": 1, "limit": "many", "greeting": "Azul"}
    assert of_center == {"old": 2, "tone": "loud"}


def test_a_center_decides_only_what_is_open_and_its_own(site: tuple[Flask, World]) -> None:
    app, world = site
    manager = world.people["manager"].actor
    with app.app_context():
        snapshot = get_gate().current()
        with pytest.raises(Forbidden), write():
            services.keep_center_settings(
                actor=manager,
                snapshot=snapshot,
                name="made",
                center_id=world.other.center_id,
                values={"limit": 4},
                now=clock.now(),
            )
        with pytest.raises(Forbidden), write():
            services.keep_settings(
                actor=manager, snapshot=snapshot, name="made", values={}, locked=(), now=clock.now()
            )


def test_an_upgrade_neither_switches_nor_chooses(built: Any, site: tuple[Flask, World]) -> None:
    app, _ = site
    open_site, shelf = built[:2]
    keep(app, {"limit": 5, "greeting": "Salam"})
    with app.app_context(), write():
        services.switch_plugin(
            actor=SYSTEM, snapshot=get_gate().current(), name="made", on=False, now=clock.now()
        )
    file = shelf / "made" / "plugin.toml"
    file.write_text(file.read_text().replace('version = "1.0"', 'version = "2.0"'))
    newer = open_site(shelf, again=app)
    with newer.app_context():
        now = get_gate().current()
        assert now.decision("made").version == "2.0"
        assert not now.is_enabled("made")
        assert now.settings("made", None)["limit"] == 5


def sent(client: Any, path: str, data: Any) -> Any:
    return client.post(path, data=data)


@pytest.fixture
def as_role(site: tuple[Flask, World]) -> Callable[[str], Any]:
    def sign(role: str) -> Any:
        client = site[0].test_client()
        client.set_cookie("sid", site[1].cookies[role])
        return client

    return sign


def test_the_admins_form_has_a_field_for_each_and_keeps_a_secret(
    site: tuple[Flask, World], as_role: Any
) -> None:
    app, _ = site
    admin = as_role("admin")
    page = admin.get("/en/admin/plugins/made").text
    for key in ("greeting", "key", "limit", "tone", "proud", "link"):
        assert f'name="set_{key}"' in page
    whole = {
        "set_greeting": "Salam",
        "set_key": "s3cret",
        "set_limit": "6",
        "set_tone": "loud",
        "lock_limit": "y",
    }
    assert sent(admin, "/en/admin/plugins/made/settings", whole).status_code == 303
    found = at(app, None)
    assert (found["key"], found["limit"], found["tone"], found["proud"]) == (
        "s3cret",
        6,
        "loud",
        False,
    )
    page = admin.get("/en/admin/plugins/made").text
    assert "s3cret" not in page
    assert 'value="Salam"' in page
    sent(admin, "/en/admin/plugins/made/settings", whole | {"set_key": ""})
    assert at(app, None)["key"] == "s3cret", "an empty secret stays as it is"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("set_limit", "0"),
        ("set_limit", "21"),
        ("set_limit", "many"),
        ("set_tone", "shy"),
        ("set_link", "javascript:alert(1)"),
        ("set_greeting", "x" * 5000),
    ],
)
def test_what_does_not_fit_is_refused_beside_its_field(
    site: tuple[Flask, World], as_role: Any, field: str, value: str
) -> None:
    app, _ = site
    before = at(app, None)
    data = {"set_greeting": "x", "set_limit": "6", "set_tone": "calm"} | {field: value}
    answer = sent(as_role("admin"), "/en/admin/plugins/made/settings", data)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert at(app, None) == before


def test_a_manager_chooses_for_the_center_and_sees_what_is_locked(
    site: tuple[Flask, World], as_role: Any
) -> None:
    app, world = site
    keep(app, {"limit": 5}, locked=("limit",))
    manager = as_role("manager")
    path = "/en/c/kenitra/plugins/made"
    page = manager.get(path).text
    assert 'name="set_tone"' in page
    assert 'name="set_limit"' not in page
    assert 'name="set_greeting"' not in page
    assert sent(manager, path, {"set_tone": "loud", "set_proud": "y"}).status_code == 303
    assert at(app, world.own.center_id)["tone"] == "loud"
    assert at(app, world.other.center_id)["tone"] == "calm"
    assert manager.get("/en/c/rabat/plugins/made").status_code == 404
    assert as_role("learner").get(path).status_code in (403, 404)


@pytest.mark.parametrize(
    ("setting", "good", "bad"),
    [
        (("k", "int"), [1, None], ["1", 1.5, True]),
        (("k", "float"), [1, 1.5], ["1", True]),
        (("k", "bool"), [True, False], [1, "yes"]),
        (("k", "str"), ["", "x"], [1, True]),
    ],
)
def test_values_fit_their_types(setting: Any, good: Any, bad: Any) -> None:
    one = Setting(*setting, label="", help="", default="default")
    assert all(fits(one, value) for value in good)
    assert not any(fits(one, value) for value in bad)
    for value in bad:
        assert resolve_settings((one,), {"k": value}) == {"k": "default"}
