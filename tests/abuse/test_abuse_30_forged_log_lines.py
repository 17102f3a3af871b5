"""Abuse 30: line breaks and control bytes in addresses, names and browsers' words."""

import io
import json
from typing import Any

import pytest

from app.kernel.logs import get_logger

FORGED = '\n{"event": "forged", "level": "info"}\r\n\x1b[31mred\x1b[0m\u2028\u0085\x9b2J'
QUOTED = "%0a%7b%22event%22%3a%22forged%22%7d%0d%0a%1b%5b31m"


def lines(logged: io.StringIO) -> list[dict[str, Any]]:
    """Return what was logged; every line must be one JSON object."""
    text = logged.getvalue()
    assert not set(text) & set("\x1b\x9b\x85\u2028")
    return [json.loads(line) for line in text.split("\n") if line]


def test_a_value_stays_within_its_line(app: Any, logged: Any) -> None:
    get_logger().warning("denied", name=FORGED, path=FORGED)
    (line,) = lines(logged)
    assert line["event"] == "denied"
    assert line["name"] == FORGED


@pytest.mark.parametrize(
    ("path", "data"),
    [
        (f"/fr/admin?x={QUOTED}", None),
        (f"/fr/c/{QUOTED}/people", None),
        (f"/fr/courses/{QUOTED}", None),
        ("/fr/sign-in", {"email": f"a{FORGED}@example.org", "password": FORGED}),
        ("/fr/forgot", {"email": FORGED}),
        ("/fr/account", {"name": FORGED}),
    ],
)
def test_a_request_leaves_whole_lines_only(
    client: Any, make_person: Any, sign_in: Any, logged: Any, path: str, data: Any
) -> None:
    sign_in(make_person(name="Nom \x1b[31mrouge"))
    logged.truncate(logged.seek(0))
    # a server refuses line breaks in headers; control bytes come through
    headers = {"User-Agent": "Mozilla \x1b[31m\x07 forged", "X-Forwarded-For": "1.2.3.4\x1b[31m"}
    if data is None:
        answer = client.get(path, headers=headers)
    else:
        answer = client.post(path, data=data, headers=headers)
    assert answer.status_code < 500
    found = lines(logged)
    assert not [line for line in found if line["event"] == "forged"]
    assert all(line.get("request_id") == answer.headers["X-Request-Id"] for line in found)


def test_a_denial_says_who_what_and_why(
    client: Any, make_person: Any, sign_in: Any, logged: Any
) -> None:
    person = make_person()
    sign_in(person)
    logged.truncate(logged.seek(0))
    assert client.get("/fr/admin").status_code == 403
    denied = [line for line in lines(logged) if line["event"] == "denied"]
    assert [(line["actor"], line["endpoint"], line["permission"]) for line in denied] == [
        (person.id, "admin.health", "site.manage")
    ]


def test_a_bug_is_one_line_with_its_trace(app: Any, logged: Any) -> None:
    try:
        raise ValueError(FORGED)
    except ValueError:
        get_logger().error("bug", exc_info=True)
    (line,) = lines(logged)
    assert "ValueError" in line["exception"]
