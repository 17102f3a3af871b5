"""Another process of a site, built as a server builds it: answers the lines of its input.

`starting` forks it off the process of the tests, as `rihla serve` does, where the core is imported.

`/path` or `/path cookie`: the status and the hash of the page, which is kept under that name in the
folder RIHLA_TEST_PAGES where there is one. `states`: how each plugin stands.
"""

import faulthandler
import hashlib
import io
import json
import os
import re
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from functools import partial
from pathlib import Path

from flask import Flask

from app.kernel.db import db
from app.kernel.i18n import language
from app.plugins import loading
from app.plugins.gate import get_gate
from app.plugins.loading import upgrade_schemas
from app.plugins.queries import list_failures
from app.plugins.sentinel import Sentinel
from app.plugins.status import list_status
from app.wsgi import create_wsgi

ONCE = re.compile(
    rb'(?:name="(?:key|form_key|csrf_token|writer|cap)"[^>]*value|data-(?:csrf|cap|writer|now))="[^"]*"'
    rb'|"csrf":"[^"]*"|class="bar time" value="[^"]*"|role="timer">.*?</p>'
    + '|(?:Checked on|Vérifié le) [^<]*|data-label="(?:Last seen|Dernière visite)">[^<]*'.encode()
)
"""What is new in every page: signatures of the moment that forms carry, and time that runs.

When somebody was seen is written down again a minute after their session began.
"""


DEADLINE = 2.0
"""Seconds after which a plugin hangs, in these processes; a site has more patience."""


@dataclass(frozen=True)
class Started:
    """What came of a process: what it answered, and what it said when it died."""

    stdout: str
    stderr: str


def starting(environment: Mapping[str, str], lines: Sequence[str] = ("/fr/",)) -> Started:
    """Start a process of the site, let it answer, and wait until it ends, in whichever way."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        child = os.fork()
        if child == 0:
            _become(environment, lines, out.fileno(), err.fileno())
        os.waitpid(child, 0)
        out.seek(0)
        err.seek(0)
        return Started(out.read(), err.read())


def _become(environment: Mapping[str, str], lines: Sequence[str], out: int, err: int) -> None:
    """Be that process; never come back."""
    try:
        os.dup2(out, 1)
        os.dup2(err, 2)
        sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
        sys.stdin = io.StringIO("".join(f"{line}\n" for line in lines))
        faulthandler.disable()  # its death is meant
        os.environ.clear()
        os.environ.update(environment)
        loading.Sentinel = partial(Sentinel, deadline=DEADLINE)
        main()
        sys.stdout.flush()
    except BaseException:  # noqa: BLE001  (whatever ended it, the test reads it)
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(0)


def told(app: Flask) -> str:
    """Return each plugin's state, sentences and failures as JSON."""
    language.set("en")
    with app.app_context():
        get_gate().forget()
        found = {
            status.name: [
                status.standing,
                str(status.sentence or ""),
                *(str(sentence) for sentence in (*status.record.problems, *status.record.notes)),
                *(row.error for row in list_failures(status.name)),
            ]
            for status in list_status()
        }
        db.session.remove()
    return json.dumps(found)


def answered(app: Flask, path: str, cookie: str) -> str:
    """Return the status and the hash of a page."""
    client = app.test_client()
    if cookie:
        client.set_cookie("sid", cookie)
    answer = client.get(path)
    page = ONCE.sub(b"", answer.data)
    name = hashlib.sha256(page).hexdigest()
    if folder := os.environ.get("RIHLA_TEST_PAGES"):
        (Path(folder) / name).write_bytes(page)
    return f"{answer.status_code} {name}"


def difference(folder: Path, wanted: str, found: str) -> str:
    """Return what differs between two answers whose pages were kept, line by line."""
    sides = []
    for answer in (wanted, found):
        status, name = answer.split()
        page = (folder / name).read_text("utf-8", "replace")
        sides.append([status, *page.replace("><", ">\n<").splitlines()])
    return "\n".join(unified_diff(*sides, "without them", "with them", lineterm="", n=1))


def main() -> None:
    """Answer until the input ends."""
    app = create_wsgi()
    with app.app_context():
        upgrade_schemas()
        db.session.remove()
    print("ready", flush=True)
    for line in sys.stdin:
        path, _, cookie = line.strip().partition(" ")
        print(told(app) if path == "states" else answered(app, path, cookie), flush=True)


if __name__ == "__main__":
    main()
