"""Abuse 52: words of a plugin are text, its name takes no address, page or template of others."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.kernel.db import db
from app.plugins.manifest import parse
from app.plugins.rules import ManifestError
from tests.conftest import add_person, add_session
from tests.plugins.conftest import forgotten, open_site, shelf
from tests.plugins.making import make, manifest

__all__ = ["forgotten", "open_site", "shelf"]
SCRIPT = "<script>alert(1)</script>"
MORE = f"""\
[settings.key]
type = "str"
label = "{SCRIPT}"
help = "{SCRIPT}"
default = "{SCRIPT}"
[permissions]
"made.write" = {{ label = "{SCRIPT}", default = ["admin"] }}
"""


@pytest.fixture
def admin(open_site: Any, shelf: Path) -> Any:
    about = f'description = "{SCRIPT}"\nauthors = ["{SCRIPT}"]\nlicense = "{SCRIPT}"'
    make(shelf, "made", title=SCRIPT, about=about, more=MORE)
    make(shelf, "broken", f'raise ValueError("{SCRIPT}")', title=SCRIPT)
    app: Flask = open_site(shelf)
    with app.app_context():
        client = app.test_client()
        client.set_cookie("sid", add_session(add_person(role="admin")))
        db.session.remove()
    return client


@pytest.mark.parametrize("path", ["", "/made", "/broken"])
def test_words_of_a_plugin_are_shown_as_text(admin: Any, path: str) -> None:
    page = admin.get(f"/en/admin/plugins{path}")
    assert page.status_code == 200
    assert SCRIPT not in page.text
    assert "&lt;script&gt;alert(1)" in page.text


@pytest.mark.parametrize(
    "name", ["../x", "a/b", "A", "a b", "x" * 40, "static", "app", "", "é", "a.b", "-a", "core"]
)
def test_a_name_that_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ManifestError, match="cannot be the name of a plugin"):
        parse(manifest("made").replace('name = "made"', f'name = "{name}"'))


def test_a_template_of_the_site_stays_the_sites(open_site: Any, shelf: Path) -> None:
    for name in ("home", "made"):
        folder = make(shelf, name, files={"templates/base.html": "mine"})
        (folder / "templates" / "home").mkdir()
        (folder / "templates" / "home" / "home.html").write_text("mine")
    app = open_site(shelf)
    page = app.test_client().get("/fr/")
    assert page.status_code == 200
    assert "mine" not in page.text
