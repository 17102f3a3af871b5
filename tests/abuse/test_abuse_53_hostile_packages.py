"""Abuse 53: archives that mean harm are refused before any of their code runs.

What can be wrong with an archive is a case of tests/installer/test_archives.py each; here the
whole way in is walked, with an archive that would leave a mark as soon as it is executed.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.installer import queries, receiving, signing, wheels
from app.installer.rules import Rejected
from app.kernel.actors import SYSTEM
from app.kernel.db import db
from tests.installer.conftest import Shop, empty_shop, new_shop
from tests.installer.making import CODE, NAME, pack, rebuilt
from tests.installer.test_archives import REFUSED, TOP, add, replace

__all__ = ["empty_shop", "new_shop"]
pytestmark = pytest.mark.slow
Change = Callable[[dict[str, bytes]], None]
CASES = ("climbs out", "absolute", "pth", "scripts", "second entry point", "second package", "bomb")


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    return tmp_path / "it-ran"


@pytest.fixture
def marking(tmp_path: Path, mark: Path) -> tuple[str, bytes]:
    """A good archive that leaves a mark when it is imported."""
    return pack(tmp_path, code=f"open({str(mark)!r}, 'w').close()\n{CODE}")


def receive(shop: Shop, file: str, data: bytes, signature: bytes | None = None) -> int:
    return receiving.receive(
        actor=SYSTEM,
        data=data,
        file=file,
        signature=signature or signing.sign(data, shop.folder / "atelier.pem"),
        source="upload",
        may_be_unsigned=True,
    ).id


def refused(shop: Shop, mark: Path, file: str, data: bytes, why: str) -> None:
    """Nothing ran, nothing was kept, and no file was written."""
    before = {path for path in shop.folder.rglob("*") if "kept" not in path.parts}
    known = len(queries.list_artifacts())
    db.session.rollback()
    with pytest.raises(Rejected) as refusal:
        receive(shop, file, data)
    assert why in str(refusal.value)
    assert not mark.exists()
    assert len(queries.list_artifacts()) == known
    assert {path for path in shop.folder.rglob("*") if "kept" not in path.parts} == before


@pytest.mark.parametrize("case", CASES)
def test_a_signature_makes_no_archive_better(
    new_shop: Shop, marking: tuple[str, bytes], mark: Path, case: str
) -> None:
    change, why = REFUSED[case]
    refused(new_shop, mark, marking[0], rebuilt(marking[1], change), why)


def test_code_that_installers_would_run_is_never_asked(
    new_shop: Shop, marking: tuple[str, bytes], mark: Path
) -> None:
    """Archives are unpacked, not built: a setup.py beside the package is a second package."""
    line = f"open({str(mark)!r}, 'w').close()\n".encode()
    refused(new_shop, mark, marking[0], rebuilt(marking[1], add("setup.py", line)), "more than one")


@pytest.mark.parametrize("name", ["quizes", "qu1zzes", "diarry"])
def test_a_similar_name_is_not_covered_by_the_key(
    new_shop: Shop, marking: tuple[str, bytes], mark: Path, name: str
) -> None:
    file, data = renamed(*marking, name)
    assert wheels.read_package(data, file).manifest.name == name, "nothing else is wrong with it"
    refused(new_shop, mark, file, data, f"does not count for {name}")


def renamed(file: str, data: bytes, name: str) -> tuple[str, bytes]:
    """Return the archive as that of a plugin with another name."""

    def change(files: dict[str, bytes]) -> None:
        for path, content in list(files.items()):
            del files[path]
            new = path.replace(TOP, f"rihla_{name}")
            keep = path.endswith(".py")
            files[new] = content if keep else content.replace(NAME.encode(), name.encode())

    return file.replace(NAME, name), rebuilt(data, change)


def test_another_makers_signature_does_not_count(
    new_shop: Shop, marking: tuple[str, bytes], mark: Path, tmp_path: Path
) -> None:
    file, data = marking
    signing.make_key(tmp_path / "mallory.pem")
    with pytest.raises(Rejected, match="not by a key that this site trusts"):
        receive(new_shop, file, data, signing.sign(data, tmp_path / "mallory.pem"))
    assert not mark.exists()


def test_one_byte_after_signing_is_seen(
    new_shop: Shop, marking: tuple[str, bytes], mark: Path
) -> None:
    file, data = marking
    signature = signing.sign(data, new_shop.folder / "atelier.pem")
    changed = rebuilt(data, replace(f"{TOP}/plugin.toml", b"Keeps entries", b"Keeps secrets"))
    with pytest.raises(Rejected, match="not by a key that this site trusts"):
        receive(new_shop, file, changed, signature)
    assert not mark.exists()


def test_machine_code_is_told_and_its_trial_refused_before_it_runs(
    new_shop: Shop, marking: tuple[str, bytes], mark: Path
) -> None:
    file, good = marking
    for name in ("fast.so", "fast.pyd", "fast.dll", "fast.dylib", "libfast.so.1"):
        data = rebuilt(good, add(f"{TOP}/{name}", b"\x7fELF"))
        (warning,) = wheels.read_package(data, file).warnings
        assert "machine code that nobody can read" in str(warning)
        operation = new_shop.examine(receive(new_shop, file, data))
        assert operation.state == "refused", name
        assert not mark.exists()


def test_the_same_archive_without_harm_runs_only_when_it_is_tried(
    new_shop: Shop, marking: tuple[str, bytes], mark: Path
) -> None:
    """So the mark of these cases would be seen."""
    found = receive(new_shop, *marking)
    assert not mark.exists()
    assert new_shop.examine(found).state in ("done", "refused")
    assert mark.exists()
