"""Every plugin of the product and of the documents passes the suite, and the core needs none."""

import secrets

import pytest

from app.installer import wheels
from app.kernel.db import db
from app.workshop import trials, world
from app.workshop.conformance import examine
from tests import databases
from tests.conftest import SHELF, build

pytestmark = pytest.mark.slow
ROOT = SHELF.parents[2]
PLUGINS = sorted(
    file.parent
    for pattern in (
        "plugins/*/plugin.toml",
        "docs/examples/**/plugin.toml",
        "tests/sdk/*/plugin.toml",
    )
    for file in ROOT.glob(pattern)
)


def empty_database(folder):
    name = f"suite_{secrets.token_hex(4)}"
    if databases.KIND == "postgresql":
        databases.create(name)
    return databases.address(name, folder)


def as_others_get_it(folder, place):
    """Return what another site installs: a plugin of the product unpacked from its archive."""
    if folder.parent.name != "plugins":
        return folder
    _, data = wheels.pack(folder)
    wheels.unpack(data, place)
    return place / f"rihla_{folder.name}"


@pytest.mark.parametrize("folder", PLUGINS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_a_plugin_passes_the_suite(folder, tmp_path):
    """Those of the product as archives: as folders they run in all other tests."""
    report = examine(as_others_get_it(folder, tmp_path), database_url=empty_database(tmp_path))
    assert [str(finding) for finding in report.errors] == [], report.output


def test_the_core_is_whole_with_no_plugin_at_all(tmp_path):
    app = build(empty_database(tmp_path), tmp_path, plugins_shipped=False, plugin_folders=())
    assert not app.extensions["plugins"].records
    with app.app_context():
        assert world.make_schema() == {}
        here, course = world.add_center("here"), world.add_course()
        people = [world.add_person(role, here) for role in ("learner", "instructor", "manager")]
        world.enroll(people[0], course, here)
        for person in (*people, world.add_person("visitor"), world.add_person("admin")):
            for page in trials.CORE_PAGES:
                status = world.browser(app, person).get(page.format(lang="ar")).status_code
                assert status < 500, (page, person.role)
        db.session.remove()
        db.engine.dispose()
