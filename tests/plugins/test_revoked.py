"""A version in use that the catalog takes back: admins are told, the pages say so."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.installer import catalogs
from app.installer.jobs import tell_of_revoked
from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from app.kernel.jobs import Job
from app.plugins import services
from app.plugins.gate import get_gate
from app.plugins.status import check_plugins, find_status
from tests.conftest import add_person
from tests.installer.making import make_key
from tests.plugins.making import make


def revoke(site: Any, key: Path, versions: str) -> None:
    folder = catalogs.folder_of(site.extensions["settings"])
    folder.mkdir(parents=True, exist_ok=True)
    revoked = [{"name": "made", "versions": versions, "reason": "loses entries"}]
    (folder / catalogs.FILE).write_text(json.dumps({"plugins": [], "revoked": revoked}))
    catalogs.make_catalog(folder, key, clock.now())


def letters() -> int:
    tell_of_revoked()
    tell_of_revoked()
    found = db.session.scalars(select(Job.key).where(Job.key.contains("plugin-revoked:made:1.0:")))
    return len(list(found))


def test_admins_are_told_once_and_offered_what_is_safe(
    open_site: Any, shelf: Path, tmp_path: Path
) -> None:
    make(shelf, "made")
    site = open_site(shelf)
    key = make_key(tmp_path, site.extensions["settings"].instance / "plugins", "catalog")
    with site.app_context():
        add_person("Hafsa Berrada", role="admin")
        assert letters() == 0
        revoke(site, key, ">=2")
        assert find_status("made").standing != "revoked"
        revoke(site, key, "<2")
        found = find_status("made")
        assert found.standing == "revoked"
        assert "Switch it off" in str(found.sentence)
        assert "took version 1.0 of made back: loses entries" in str(found.sentence)
        assert not check_plugins().ok
        assert letters() == 1
        with write():
            services.switch_plugin(
                actor=SYSTEM, snapshot=get_gate().current(), name="made", on=False, now=clock.now()
            )
        get_gate().forget()
        assert find_status("made").standing == "off"
        assert check_plugins().ok
        db.session.remove()
