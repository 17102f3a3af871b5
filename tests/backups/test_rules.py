import io
from datetime import UTC, datetime

import pytest

from app.backups import rules
from app.backups.encryption import CHUNK, Damaged, Decrypter, Encrypter
from app.backups.rules import Manifest, TableState

EMPTY = Manifest("2026-08-01T00:00:00+00:00", "0.1", "sqlite", "", "", {}, {})


def locked(data):
    target = io.BytesIO()
    encrypter = Encrypter(target, "correct horse")
    for start in range(0, len(data), 70_001):
        encrypter.write(data[start : start + 70_001])
    encrypter.finish()
    return target.getvalue()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 17])
def test_what_was_encrypted_comes_out_again(size):
    data = bytes(range(256)) * (size // 256 + 1)
    data = data[:size]
    stream = Decrypter(io.BytesIO(locked(data)), "correct horse")
    assert b"".join(iter(lambda: stream.read(10_000), b"")) == data


def test_another_passphrase_opens_nothing():
    with pytest.raises(Damaged):
        Decrypter(io.BytesIO(locked(b"secret")), "wrong").read()


@pytest.mark.parametrize("cut", [1, 16, CHUNK // 2, CHUNK + 16])
def test_a_cut_off_stream_is_noticed(cut):
    whole = locked(b"x" * (2 * CHUNK + 5))
    with pytest.raises(Damaged):
        Decrypter(io.BytesIO(whole[:-cut]), "correct horse").read()


def test_chunks_cannot_change_places():
    whole = locked(b"a" * CHUNK + b"b" * CHUNK + b"c")
    head, step = len(whole) - 2 * (CHUNK + 16) - 17, CHUNK + 16
    swapped = whole[:head] + whole[head + step : head + 2 * step] + whole[head : head + step]
    with pytest.raises(Damaged, match="bytes"):
        Decrypter(io.BytesIO(swapped + whole[head + 2 * step :]), "correct horse").read()


def test_only_the_newest_backups_are_kept_and_other_files_left_alone():
    names = [
        rules.name_for(datetime(2026, 8, day, 2, 15, tzinfo=UTC), "abcdef", locked=day % 2 == 0)
        for day in range(1, 6)
    ]
    assert rules.to_prune([*names, "notes.txt", "rihla-2026.tar"], 3) == names[1::-1]
    assert rules.to_prune(names, 0) == names[3::-1], "the newest always stays"


@pytest.mark.parametrize(
    "name",
    ["files/../secret", "/files/x", "files//x", "other/x", "files/a\\b", "files/./x", "files/"],
)
def test_names_that_lead_out_of_the_folder_are_not_safe(name):
    assert not rules.is_safe_member(name)
    assert rules.is_safe_member("files/uploads/2026/photo d'été.png")


def test_differences_name_the_table_and_how_it_differs():
    old = Manifest(
        **{
            **vars(EMPTY),
            "tables": {
                "a": TableState(1, "x"),
                "b": TableState(2, "y"),
                "c": TableState(1, "z"),
            },
        }
    )
    new = {"a": TableState(1, "other"), "b": TableState(3, "y"), "d": TableState(0, "")}
    assert rules.differences(old, new) == [
        "table a: same number of rows, other content",
        "table b: 3 rows instead of 2",
        "table c: missing",
        "table d: not in the backup",
    ]


def test_a_manifest_comes_back_as_it_was_written():
    manifest = Manifest(**{**vars(EMPTY), "tables": {"a": TableState(1, "x")}})
    assert rules.read_manifest(manifest.dump()) == manifest
    for content in (b"", b"[]", b"{}", b'{"format": 2}', b'{"format": 1, "tables": []}'):
        with pytest.raises(ValueError):  # noqa: PT011  (the caller says what is wrong)
            rules.read_manifest(content)
