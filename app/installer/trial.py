"""The other side of a trial: a process that runs a plugin for the first time, and reports.

Started by app/installer/trials.py with an empty environment. It limits itself, then builds the
application and does what the request on its standard input says. The report goes to a descriptor of
its own: whatever the plugin prints is no report.
"""

import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

MEGABYTE = 1 << 20


def main(descriptor: int) -> None:
    """Read the request, do the trial, write the report."""
    request = json.load(sys.stdin)
    _limit(request["limits"])
    os.set_inheritable(descriptor, False)
    with tempfile.TemporaryDirectory(dir=request["scratch"]) as folder:
        os.chdir(folder)
        act = {"rehearse": rehearse, "canary": canary}[request["act"]]
        report = act(request, Path(folder))
    os.write(descriptor, json.dumps(report).encode())


def _limit(limits: dict[str, int]) -> None:
    """Bound memory, time and files for this process and what it starts."""
    for name, most in limits.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


def _build(request: dict[str, Any], **changes: Any) -> Any:
    """Return the application with the versions to be tried."""
    from app import create_app
    from app.plugins.discovery import instead_of_active
    from app.settings import Secret, Settings

    given = request["settings"] | changes
    for name in request["secrets"]:
        given[name] = Secret(given.get(name, ""))
    for name in ("plugin_folders", "trusted_hosts"):
        given[name] = tuple(given.get(name, ()))
    given["instance"] = Path(given["instance"])
    with instead_of_active(request["active"]):
        app = create_app(Settings(**given))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


def _stand(app: Any, name: str) -> dict[str, Any]:
    """Say how a plugin stands after the start."""
    from app.installer.rules import pack_sentence

    record = app.extensions["plugins"].records[name]
    return {
        "state": record.state,
        "problems": [pack_sentence(sentence) for sentence in record.problems],
        "load_ms": round(record.load_ms, 1),
    }


def rehearse(request: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Bring a copy of the site's tables to the new version, back, and forward again."""
    from app.kernel.db import db
    from app.plugins import schema

    name = request["name"]
    app = _build(request, instance=str(folder), secret_key=os.urandom(16).hex())
    report = _stand(app, name)
    if report["state"] != "loaded":
        return report
    record = app.extensions["plugins"].records[name]
    with app.app_context():
        before, start = _counts(name), request["schema"]
        began = time.perf_counter()
        try:
            move(record, request["old"])
        except Exception as error:  # noqa: BLE001  (foreign code: whatever it raises, we say so)
            return report | _failed(error)
        report["seconds"] = round(time.perf_counter() - began, 2)
        report["rows"] = {
            table: [before.get(table, 0), count] for table, count in _counts(name).items()
        } | {table: [count, None] for table, count in before.items() if table not in _counts(name)}
        report["reversible"] = True
        if schema.head_of(record) != start and not request["old"]:
            try:
                schema.downgrade(record, start or "base")
                schema.upgrade(record)
            except Exception as error:  # noqa: BLE001  (foreign code: whatever it raises, we say so)
                report["reversible"] = False
                report["why_not"] = f"{type(error).__name__}: {error}".splitlines()[0][:300]
        report["tables"] = sorted(_counts(name))
        db.session.remove()
    report["pages"] = _pages(app, name)
    return report


def _failed(error: Exception) -> dict[str, Any]:
    from app.installer.rules import pack_sentence
    from app.kernel.i18n import say

    why = f"{type(error).__name__}: {error}".splitlines()[0][:300]
    sentence = say("its migrations failed on a copy of this site's data (%(why)s).", why=why)
    return {"state": "failed", "problems": [pack_sentence(sentence)]}


def _pages(app: Any, name: str) -> list[str]:
    from app.plugins.registration import blueprints_of

    own = blueprints_of(name)
    rules = app.url_map.iter_rules()
    return sorted({rule.rule for rule in rules if rule.endpoint.partition(".")[0] in own})


def move(record: Any, old: dict[str, Any] | None = None) -> None:
    """Bring the tables to what a version's files expect; backwards with the files of `old`."""
    from app.kernel.db import db
    from app.plugins import schema
    from app.plugins.discovery import Record
    from app.plugins.manifest import parse

    if old is None:
        schema.upgrade(record, engine=db.engine)
        return
    folder = Path(old["folder"])
    newer = Record(record.name, "site", folder, f"rihla_{record.name}")
    newer.manifest = parse((folder / "plugin.toml").read_text("utf-8"))
    schema.downgrade(newer, schema.head_of(record) or "base")


def _counts(name: str) -> dict[str, int]:
    from app.kernel.db import db
    from app.plugins.queries import count_rows, tables_in_database

    found = count_rows(tables_in_database(name))
    db.session.rollback()
    return found


def canary(request: dict[str, Any], _folder: Path) -> dict[str, Any]:
    """Start the real site in this process, and look whether it answers as before."""
    app = _build(request)
    report = _stand(app, request["name"]) if request["name"] in request["active"] else {}
    records = app.extensions["plugins"].records
    report["others"] = {name: record.state for name, record in records.items()}
    client = app.test_client()
    host = {"base_url": request["settings"]["public_url"]}
    report["pages"] = [[path, client.get(path, **host).status_code] for path in ("/fr/", "/ar/")]
    return report
