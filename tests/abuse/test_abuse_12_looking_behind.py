"""Abuse 12: asking for metrics, debuggers, traces, the repository, backups."""

from typing import Any

import pytest

from app.settings import Secret, Settings, SettingsError
from app.web.access import access
from tests.conftest import build

HIDDEN = (
    "/metrics",
    "/debug",
    "/console",
    "/?__debugger__=yes&cmd=resource&f=debugger.js",
    "/.git/config",
    "/.git/HEAD",
    "/.env",
    "/settings.toml",
    "/secret.key",
    "/instance/secret.key",
    "/instance/data.sqlite",
    "/data.sqlite",
    "/backups/",
    "/backup.zip",
    "/server-status",
    "/actuator/env",
    "/wp-login.php",
    "/static/",
    "/static/../settings.py",
    "/static/css/../../pages.py",
    "/static/%2e%2e/%2e%2e/settings.py",
    "/app/settings.py",
    "/fr/.git/config",
    "/fr/backups",
)
SIGNS = ("traceback", "sqlalchemy", "/work", ".py", "select ", "secret", "werkzeug")


@pytest.mark.parametrize("path", HIDDEN)
def test_nothing_is_there(client: Any, path: str) -> None:
    answer = client.get(path, follow_redirects=True)
    assert answer.status_code == (200 if path.startswith("/?") else 404)
    assert "Server" not in answer.headers
    assert not [s for s in SIGNS if s in answer.get_data(as_text=True).lower()]


def test_health_says_nothing_about_the_machine(client: Any) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}
    assert set(client.get("/readyz").get_json()) == {"status", "faults"}


def test_a_bug_shows_a_reference_and_no_trace(schema_url: str, tmp_path: Any) -> None:
    app = build("sqlite://", tmp_path, testing=False)
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @access("public")
    def broken() -> str:
        hidden = "swordfish"
        raise RuntimeError(f"cannot open the vault with {hidden}")

    app.add_url_rule("/fr/broken", "broken", broken)
    answer = app.test_client().get("/fr/broken")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert answer.headers["X-Request-Id"] in page
    for sign in (*SIGNS, "swordfish", "vault", "runtimeerror"):
        assert sign not in page.lower(), sign


def test_a_public_site_does_not_start_with_the_debugger() -> None:
    with pytest.raises(SettingsError):
        Settings(debug=True, public_url="https://example.org", secret_key=Secret("x"))
