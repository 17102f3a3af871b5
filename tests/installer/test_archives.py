"""Archives are read without executing anything, and each thing wrong with one has its sentence."""

import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.installer import wheels
from app.installer.rules import Rejected
from tests.installer.making import NAME, pack, rebuilt, write_plugin

TOP = f"rihla_{NAME}"
INFO = f"{TOP}-1.0.0.dist-info"
Change = Callable[[dict[str, bytes]], None]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, bytes]:
    return pack(tmp_path_factory.mktemp("good"))


def test_a_good_archive_says_what_it_is(good: tuple[str, bytes]) -> None:
    package = wheels.read_package(good[1], good[0])
    assert (package.manifest.name, package.manifest.version) == (NAME, "1.0.0")
    assert package.folder == f"{NAME}/1.0.0-{package.sha256[:8]}"
    assert package.warnings == ()


def test_the_same_folder_gives_the_same_bytes(good: tuple[str, bytes], tmp_path: Path) -> None:
    assert pack(tmp_path) == good


def add(name: str, content: bytes = b"x = 1\n") -> Change:
    return lambda files: files.update({name: content})


def replace(name: str, old: bytes, new: bytes) -> Change:
    def change(files: dict[str, bytes]) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new)

    return change


def many(files: dict[str, bytes]) -> None:
    files.update({f"{TOP}/data/{number}.txt": b"" for number in range(4000)})


LARGE = os.urandom(21 << 20).translate(bytes(number & 3 for number in range(256)))
"""Larger than a file may be, and packed to a quarter: no bomb."""
REFUSED: dict[str, tuple[Change, str]] = {
    "climbs out": (add(f"{TOP}/../../evil.py"), "write outside its folder"),
    "absolute": (add("/etc/evil.py"), "write outside its folder"),
    "backslash": (add(f"{TOP}\\..\\evil.py"), "write outside its folder"),
    "drive": (add("C:/evil.py"), "write outside its folder"),
    "control sign": (add(f"{TOP}/a\x1b.py"), "write outside its folder"),
    "bomb": (add(f"{TOP}/zeros.bin", bytes(15_000_000)), "blown up"),
    "huge": (add(f"{TOP}/large.bin", LARGE), "larger than 60 MB"),
    "many files": (many, "3,000 is the most"),
    "case": (add(f"{TOP}/MODELS.py"), "twice"),
    "pth": (add(f"{TOP}/x.pth"), "run by itself"),
    "scripts": (add(f"{TOP}-1.0.0.data/scripts/run"), "run by itself"),
    "second package": (add("app/__init__.py"), "more than one package"),
    "no manifest": (lambda files: files.pop(f"{TOP}/plugin.toml") and None, "no plugin.toml"),
    "other name": (
        replace(f"{TOP}/plugin.toml", b'name = "diary"', b'name = "other"'),
        "must be named rihla_other",
    ),
    "other version": (
        replace(f"{TOP}/plugin.toml", b'version = "1.0.0"', b'version = "2.0.0"'),
        "The file says version 1.0.0, plugin.toml 2.0.0",
    ),
    "unknown key": (
        replace(f"{TOP}/plugin.toml", b"[privacy]", b"[privcy]\nx = 1\n[privacy]"),
        "nobody knows: privcy",
    ),
    "missing package": (
        replace(f"{INFO}/METADATA", b"Version: 1", b"Requires-Dist: no-such-thing>=1\nVersion: 1"),
        "Nothing is fetched from the network",
    ),
    "wrong package": (
        replace(f"{INFO}/METADATA", b"Version: 1", b"Requires-Dist: flask<1\nVersion: 1"),
        "needs the Python package flask<1",
    ),
    "second entry point": (
        replace(f"{INFO}/entry_points.txt", b"[rihla", b"[console_scripts]\nx = y:z\n[rihla"),
        "Its only entry point",
    ),
    "no python": (add(f"{TOP}/broken.py", b"def (:\n"), "is not Python"),
    "nul": (add(f"{TOP}/nul.py", b"x = 1\0\n"), "is not Python"),
    "not utf-8": (lambda files: files.update({f"{TOP}/plugin.toml": b"\xff"}), "not UTF-8"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_is_refused_with_its_sentence(good: tuple[str, bytes], case: str) -> None:
    change, sentence = REFUSED[case]
    with pytest.raises(Rejected) as refused:
        wheels.read_package(rebuilt(good[1], change), good[0])
    assert sentence in str(refused.value)


def test_a_file_that_was_changed_after_packing_is_refused(good: tuple[str, bytes]) -> None:
    change = add(f"{TOP}/models.py", b"import os\n")
    with pytest.raises(Rejected, match="not what its list of files says"):
        wheels.read_package(rebuilt(good[1], change, again=False), good[0])


def test_a_file_that_is_missing_is_refused(good: tuple[str, bytes]) -> None:
    def change(files: dict[str, bytes]) -> None:
        del files[f"{TOP}/models.py"]

    with pytest.raises(Rejected, match="is in its list of files and missing"):
        wheels.read_package(rebuilt(good[1], change, again=False), good[0])


def _link(infos: list[zipfile.ZipInfo]) -> None:
    infos[0].external_attr = (stat.S_IFLNK | 0o777) << 16


def _device(infos: list[zipfile.ZipInfo]) -> None:
    infos[0].external_attr = (stat.S_IFCHR | 0o666) << 16


@pytest.mark.parametrize("shape", [_link, _device])
def test_links_and_devices_are_refused(good: tuple[str, bytes], shape: Any) -> None:
    data = rebuilt(good[1], lambda _files: None, shape=shape)
    with pytest.raises(Rejected, match="is a link or a device"):
        wheels.read_package(data, good[0])


@pytest.mark.parametrize(
    ("data", "sentence"),
    [(b"PK no zip", "not an archive"), (b"", "not an archive"), (bytes(21 << 20), "too large")],
)
def test_what_is_no_archive_is_refused(good: tuple[str, bytes], data: bytes, sentence: str) -> None:
    with pytest.raises(Rejected, match=sentence):
        wheels.read_package(data, good[0])


def test_a_damaged_archive_is_refused(good: tuple[str, bytes]) -> None:
    data = bytearray(good[1])
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(Rejected):
        wheels.read_package(bytes(data), good[0])


@pytest.mark.parametrize("name", ["diary.zip", "diary-1.0.whl", "../rihla_diary.whl", ""])
def test_a_file_with_another_name_is_refused(good: tuple[str, bytes], name: str) -> None:
    with pytest.raises(Rejected, match="must be named"):
        wheels.read_package(good[1], name)


def test_a_package_of_another_name_is_refused(good: tuple[str, bytes]) -> None:
    def change(files: dict[str, bytes]) -> None:
        for name in [name for name in files if name.startswith(f"{TOP}/")]:
            files[name.replace(TOP, "flask")] = files.pop(name)

    with pytest.raises(Rejected, match="must begin with rihla_"):
        wheels.read_package(rebuilt(good[1], change), good[0])


def test_modules_that_are_not_announced_are_a_warning(good: tuple[str, bytes]) -> None:
    package = wheels.read_package(
        rebuilt(good[1], add(f"{TOP}/net.py", b"import socket\nimport subprocess\n")), good[0]
    )
    said = " ".join(str(warning) for warning in package.warnings)
    assert "socket" in said
    assert "subprocess" in said


def test_a_folder_of_the_product_becomes_a_package_that_imports_itself(tmp_path: Path) -> None:
    own = write_plugin(tmp_path)
    folder = own.rename(tmp_path / NAME)
    code = (folder / "__init__.py").read_text()
    (folder / "__init__.py").write_text(code.replace(TOP, f"plugins.{NAME}"))
    (folder / "tests").mkdir()
    (folder / "tests" / "test_diary.py").write_text("")
    file, data = wheels.pack(folder)
    wheels.unpack(data, tmp_path / "out")
    unpacked = (tmp_path / "out" / TOP / "__init__.py").read_text()
    assert f"from {TOP} import models" in unpacked
    assert f"plugins.{NAME}" not in unpacked
    assert not (tmp_path / "out" / TOP / "tests").exists()
    assert file == f"{TOP}-1.0.0-py3-none-any.whl"


def test_files_are_unpacked_for_reading_only(good: tuple[str, bytes], tmp_path: Path) -> None:
    wheels.unpack(good[1], tmp_path)
    modes = {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if path.is_file()}
    assert modes == {0o444}
