"""Abuse 23: scripts in every text that a person can set, then every page as everybody sees it."""

from html.parser import HTMLParser
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import String, Table, update

from app.kernel.db import write
from tests import routes, shipped
from tests.undo import undone
from tests.world import ROLES

MARKUP = (
    '" onmouseover="alert(1)" autofocus onfocus=\'alert(1)\' x="',  # out of an attribute
    "' onclick='alert(1)' style='x:expression(1)",
    "--><iframe srcdoc='<script>alert(1)</script>'></iframe><!--",
    "</title></textarea><script>alert(1)</script><img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)><math href=javascript:alert(1)>x</math>",
    "{{ 7 * 7 }}${7*7}{% raw %}<%= 7*7 %>",  # a template
    "\u202e\u2066<script>alert(1)</script>\u2069",
)
PAYLOADS = {"markup": " ".join(MARKUP), "an address": "javascript:alert(document.domain)//"}
"""An address is dangerous as the whole of a text only; all markup stands in one."""
NOT_TYPED = {
    "audit_entry",
    "audit_chain",
    "blob",
    "event",
    "job_schedule",
    "throttle",
    "token",
    "revision",
    "role_grant",
    "course",
    "address",
    "setting",
}
"""Tables whose texts nobody types; what a lesson may hold is abuse 34's."""
MEANINGFUL = {
    "choice",
    "closed_by",
    "state",
    "language",
    "slug",
    "outcome",
    "delivery",
    "queue",
    "owner",
    "channel",
    "form_key",
    "lesson_id",
    "last_lesson",
    "last_place",
    "password_hash",
    "salt",
    "object",
}
"""Columns that hold one of a few words, or a key."""


def texts(table: Table) -> list[str]:
    return [
        c.name
        for c in table.columns
        if isinstance(c.type, String)
        and not (c.primary_key or c.unique or c.foreign_keys)
        and c.name not in MEANINGFUL
    ]


class Reader(HTMLParser):
    """Notes whatever in a page could run."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        runs = given.get("type") != "application/ld+json"  # data, until the first </script>
        if tag == "script" and runs and not (given.get("src") or "").startswith("/static/"):
            self.faults.append("script")
        if tag in ("iframe", "object", "embed", "base", "foreignobject"):
            self.faults.append(tag)
        for name, value in attrs:
            address = (value or "").strip().lower()
            if name.startswith("on") or name in ("style", "srcdoc"):
                self.faults.append(f"{tag} {name}")
            if name in ("href", "src", "action", "formaction") and address.startswith(
                ("javascript:", "vbscript:", "data:text", "x")
            ):
                self.faults.append(f"{tag} {name}={value}")


def poison(payload: str) -> list[str]:
    """Put the payload into every text; return where."""
    done = []
    with write() as session:
        for table in shipped.tables():
            columns = [] if table.name in NOT_TYPED else texts(table)
            if table.name == "job":
                columns = ["error"]
            if columns:
                session.execute(update(table).values(dict.fromkeys(columns, payload)))
                done += [f"{table.name}.{name}" for name in columns]
    return done


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_no_page_runs_what_somebody_typed(place: Any, payload: str) -> None:
    app, world = place
    shown = 0
    with undone(app):
        found = {"person.name", "center.name", "notice.text", "roster_line.name"}
        found.add("sample_note.text")  # tables of plugins too
        assert found <= set(poison(payload))
        for rule in routes.pages(app):
            for role in ROLES:
                client = FlaskClient(app, app.response_class)  # ours refuses any braces
                if role in world.cookies:
                    client.set_cookie("sid", world.cookies[role])
                path = routes.address(app, rule, world, world.own, "ar" if shown % 2 else "fr")
                answer = client.get(path, buffered=True)
                assert answer.status_code < 500, (path, role)
                page = answer.get_data(as_text=True)
                reader = Reader()
                reader.feed(page)
                assert reader.faults == [], (path, role)
                assert "49" not in page or "7 * 7" not in payload or "}}49" not in page
                shown += answer.status_code == 200
    assert shown > 100


def test_what_a_browser_calls_itself_is_text(client: Any, make_person: Any, database: Any) -> None:
    from app.signin import rules

    words = rules.device_words("<script>alert(1)</script>\x1b[31m\nMozilla")
    reader = Reader()
    reader.feed(words)
    assert "<" not in words or reader.faults == []
    assert "\n" not in words
    assert "\x1b" not in words
