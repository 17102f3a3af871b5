"""Abuse 57: X-Forwarded-For, -Host and -Proto written by whoever asks."""

from pathlib import Path
from typing import Any

import pytest
from flask import request

from app.web.access import access
from tests.conftest import build, close
from tests.databases import clone

LIES = {
    "X-Forwarded-For": "198.51.100.7",
    "X-Real-IP": "198.51.100.7",
    "Forwarded": "for=198.51.100.7;host=evil.example;proto=https",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Port": "4444",
    "True-Client-IP": "198.51.100.7",
    "CF-Connecting-IP": "198.51.100.7",
}


@access("public")
def seen() -> dict[str, Any]:
    return {"from": request.remote_addr, "host": request.host, "root": request.url_root}


def site(schema_url: str, folder: Path, **settings: Any) -> Any:
    app = build(schema_url, folder, **settings)
    app.add_url_rule("/fr/seen", "seen", seen)
    return app


def ask(app: Any, headers: dict[str, str]) -> dict[str, Any]:
    answer = app.test_client().get("/fr/seen", headers=headers)
    assert answer.status_code == 200
    return answer.get_json()  # type: ignore[no-any-return]


def test_without_a_proxy_nothing_of_it_is_believed(tmp_path: Path) -> None:
    app = site("sqlite://", tmp_path)
    assert ask(app, LIES) == ask(app, {})
    assert ask(app, LIES)["from"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("proxies", "sent", "believed"),
    [
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.7, 203.0.113.9", "203.0.113.9"),
        (1, "a, b, c, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.7, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "198.51.100.7", "127.0.0.1"),
    ],
)
def test_only_the_hops_that_are_configured_count(
    tmp_path: Path, proxies: int, sent: str, believed: str
) -> None:
    app = site("sqlite://", tmp_path, proxies=proxies)
    assert ask(app, {"X-Forwarded-For": sent})["from"] == believed


@pytest.mark.parametrize("proxies", [0, 1, 2])
def test_the_host_is_never_taken_from_a_forwarding_header(tmp_path: Path, proxies: int) -> None:
    app = site("sqlite://", tmp_path, proxies=proxies)
    told = ask(app, LIES)
    assert told["host"] == "localhost"
    assert "evil" not in told["root"]


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "evil.example:80", "localhost@evil.example"]
)
def test_another_host_is_refused(client: Any, host: str) -> None:
    assert client.get("/fr/sign-in", headers={"Host": host}).status_code == 400


def test_tries_are_counted_where_they_come_from(
    schema_url: str, tmp_path: Path, site_folder: Path
) -> None:
    """A new false address for each try does not make the tries new."""
    with clone(schema_url, site_folder) as url:
        app = build(url, tmp_path)
        client = app.test_client()
        answers = [
            client.post(
                "/fr/sign-in",
                data={"email": "amina@example.org", "password": "pas la bonne phrase"},
                headers={"X-Forwarded-For": f"198.51.{n}.7", "X-Real-IP": f"198.51.{n}.7"},
            ).status_code
            for n in range(14)
        ]
        close(app)
    assert 429 in answers
