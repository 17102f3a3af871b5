"""Another process of a site, built as a server builds it: answers the lines of its input.

`/path` or `/path cookie`: the status and the hash of the page. `states`: how each plugin stands.
"""

import hashlib
import json
import re
import sys

from flask import Flask

from app.kernel.db import db
from app.kernel.i18n import language
from app.plugins.gate import get_gate
from app.plugins.loading import upgrade_schemas
from app.plugins.queries import list_failures
from app.plugins.status import list_status
from app.wsgi import create_wsgi

ONCE = re.compile(
    rb'(?:name="(?:key|form_key|csrf_token|writer|cap)"[^>]*value|data-(?:csrf|cap|writer|now))="[^"]*"'
    rb'|"csrf":"[^"]*"|class="bar time" value="[^"]*"|role="timer">.*?</p>'
)
"""What is new in every page: signatures of the moment that forms carry, and time that runs."""


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
    return f"{answer.status_code} {hashlib.sha256(ONCE.sub(b'', answer.data)).hexdigest()}"


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
