from pathlib import Path

import pytest

from app.kernel import audit
from app.kernel.actors import SYSTEM
from app.kernel.db import write
from app.settings import Secret, get_settings
from tests.conftest import add_person


@pytest.fixture
def site(committed_app):
    """A site with some people, an audit trail, uploads and keys."""
    instance = get_settings().instance
    (instance / "uploads" / "2026").mkdir(parents=True)
    (instance / "uploads" / "2026" / "photo d'été.bin").write_bytes(bytes(range(256)) * 50)
    (instance / "secret.key").write_text("the key")
    (instance / "secret.key").chmod(0o600)
    (instance / "mail").mkdir()
    (instance / "mail" / "reset.eml").write_text("a one-time link")
    with committed_app.app_context():
        for number in range(5):
            person = add_person(f"Personne {number}")
            with write():
                audit.record(SYSTEM, "test.add", obj=f"person:{person.id}", center_id=number % 2)
        yield committed_app


@pytest.fixture
def passphrase(monkeypatch):
    def choose(text: str) -> None:
        object.__setattr__(get_settings(), "backup_passphrase", Secret(text))

    return choose


def left_in(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir() if p.name != ".lock")
