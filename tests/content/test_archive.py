"""ZIP files and folders: hostile ones cost nothing, honest ones come back byte for byte."""

import io
import os
import stat
import struct
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.content.archive import read_zip, revision_hash, write_folder, write_zip
from app.content.files import Limits, read_folder
from app.kernel.errors import Invalid
from tests.content.samples import good_course


def zipped(entries: dict[str, bytes], **changes: object) -> io.BytesIO:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for key, value in changes.items():
                setattr(info, key, value)
            archive.writestr(info, data)
    return buffer


def refusal(file: io.BytesIO, limits: Limits | None = None) -> str:
    with pytest.raises(Invalid) as caught:
        read_zip(file, limits or Limits())
    assert caught.value.todo is not None
    return str(caught.value.sentence)


@contextmanager
def little_memory(most: int = 1_000_000) -> Iterator[None]:
    """Fail when the block held more bytes at once: what a bomb holds was not unpacked."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


def test_a_course_comes_back_byte_for_byte():
    buffer = io.BytesIO()
    write_zip(good_course(), buffer, folder="tiny")
    assert read_zip(buffer) == good_course()


def test_the_same_course_gives_the_same_archive():
    first, second = io.BytesIO(), io.BytesIO()
    write_zip(good_course(), first)
    write_zip(dict(reversed(good_course().items())), second)
    assert first.getvalue() == second.getvalue()


def test_what_desktops_and_git_leave_behind_is_skipped():
    files = {f"tiny/{path}": data for path, data in good_course().items()}
    junk = {
        "__MACOSX/tiny/._x": b"",
        "tiny/.DS_Store": b"",
        "tiny/.git/config": b"",
        "tiny/a/": b"",
    }
    assert read_zip(zipped({**junk, **files})) == good_course()


@pytest.mark.parametrize(
    "name",
    [
        "../evil.md",
        "a/../../evil.md",
        "/etc/passwd.md",
        "C:/x.md",
        "a//b.md",
        "./a.md",
        "a/./b.md",
        "a\\..\\b.md",
        "a\u202egpj.md",
        "a:b.md",
        "a .md",
        "-rf.md",
        ".hidden.md",
        "a/b/c/d/e/f/g.md",
        "é.md",
        "a\n.md",
        "con?.md",
        "a.",
        "x" * 120 + ".md",
        "a/ /b.md",
    ],
)
def test_odd_names_are_refused(name):
    assert "not allowed" in refusal(zipped({"course.toml": b"", "x/y.md": b"", name: b"x"}))


def test_a_name_with_a_nul_is_refused():
    data = zipped({"course.toml": b"", "x/y.md": b"", "evilX.md": b"x"}).getvalue()
    assert "not" in refusal(io.BytesIO(data.replace(b"evilX.md", b"evil\x00.md")))


@pytest.mark.parametrize("name", ["a.exe", "a.html", "a.sh", "a", "a.pth", "a.so", "a.svg.js"])
def test_unknown_suffixes_are_refused(name):
    assert "not taken" in refusal(zipped({"course.toml": b"", name: b"x"}))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_links_and_devices_are_refused(kind):
    file = zipped({"a.md": b"/etc/passwd", "b.md": b""}, external_attr=(kind | 0o777) << 16)
    assert "link or a device" in refusal(file)


def test_names_that_collide_are_refused():
    assert "twice" in refusal(zipped({"Data/a.md": b"", "data/a.md": b""}))


def test_the_same_name_twice_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("course.toml", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("course.toml", b"2")
    assert "twice" in refusal(buffer)


def test_an_encrypted_archive_is_refused():
    data = bytearray(zipped({"a.md": b"x", "b.md": b""}).getvalue())
    place = data.rfind(b"PK\x01\x02")
    data[place + 8] |= 1
    assert "encrypted" in refusal(io.BytesIO(bytes(data)))


def test_a_bomb_is_refused_by_its_ratio():
    assert "too tightly" in refusal(zipped({"a.md": b"0" * 4_000_000, "b.md": b""}))


def test_a_bomb_that_lies_about_its_size_is_stopped_while_reading():
    data = bytearray(zipped({"a.md": b"0" * 4_900_000, "b.md": b"1"}).getvalue())
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = data.find(mark)
        data[place + offset : place + offset + 4] = struct.pack("<I", 5_000)
    with little_memory():
        assert refusal(io.BytesIO(bytes(data)))


def test_a_file_of_four_gigabytes_costs_nothing():
    data = bytearray(zipped({"a.md": b"0" * 100, "b.md": b"1"}).getvalue())
    place = data.find(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 4_000_000_000)
    with little_memory(10_000_000):  # most of it words and numbers of the sentence
        assert "larger than 5 MB" in refusal(io.BytesIO(bytes(data)))


def test_too_many_files_or_bytes_are_refused():
    files = {f"data/{number}.csv": os.urandom(2_000) for number in range(20)}
    assert "more than" in refusal(zipped(files), Limits(files=10))
    assert "more than" in refusal(zipped(files), Limits(total_bytes=10_000))
    assert "larger than" in refusal(zipped(files), Limits(file_bytes=1_000))
    assert "archive is larger" in refusal(zipped(files), Limits(archive_bytes=1_000))


def test_a_list_of_a_million_files_is_refused_unread():
    data = bytearray(zipped({"a.md": b""}).getvalue())
    place = data.rfind(b"PK\x05\x06")
    data[place + 8 : place + 12] = struct.pack("<HH", 65_535, 65_535)
    assert "too many files" in refusal(io.BytesIO(bytes(data)))


@pytest.mark.parametrize("data", [b"", b"PK", b"not a zip" * 100, b"PK\x05\x06"])
def test_what_is_no_archive_is_refused(data):
    assert "ZIP" in refusal(io.BytesIO(data))


def test_damaged_data_is_refused():
    data = bytearray(zipped({"a.md": os.urandom(3_000), "b.md": b""}).getvalue())
    data[200] ^= 0xFF
    assert "ZIP" in refusal(io.BytesIO(bytes(data)))


def test_the_hash_depends_on_every_path_and_byte():
    files = good_course()
    name = revision_hash(files)
    assert len(name) == 64
    assert revision_hash(dict(reversed(files.items()))) == name
    assert revision_hash({**files, "data/new.csv": b""}) != name
    assert revision_hash({**files, "course.toml": b"x"}) != name
    assert revision_hash({"ab": b"c"}) != revision_hash({"a": b"bc"})


def test_the_hash_is_the_one_of_its_definition():
    wanted = "a\0" + "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb" + "\n"
    import hashlib

    assert revision_hash({"a": b"a"}) == hashlib.sha256(wanted.encode()).hexdigest()


def test_a_folder_is_written_and_read_byte_for_byte(tmp_path):
    write_folder(good_course(), tmp_path / "tiny")
    (tmp_path / "tiny" / ".DS_Store").write_bytes(b"x")
    assert read_folder(tmp_path / "tiny") == good_course()


def test_a_folder_with_something_in_it_is_not_written_over(tmp_path):
    (tmp_path / "a").write_text("x")
    with pytest.raises(Invalid, match="not empty"):
        write_folder(good_course(), tmp_path)


def test_nothing_is_written_outside(tmp_path):
    with pytest.raises(Invalid, match="not allowed"):
        write_folder({"../x.md": b""}, tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_links_in_a_folder_are_refused(tmp_path):
    (tmp_path / "a.md").symlink_to("/etc/passwd")
    with pytest.raises(Invalid, match="link or a device"):
        read_folder(tmp_path)


def test_a_linked_folder_and_a_pipe_are_refused(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(Invalid, match="not a folder"):
        read_folder(tmp_path / "link")
    with pytest.raises(Invalid, match="link or a device"):
        read_folder(tmp_path)
    os.mkfifo(tmp_path / "real" / "pipe.md")
    with pytest.raises(Invalid, match="link or a device"):
        read_folder(tmp_path / "real")


def test_large_and_odd_files_of_a_folder_are_refused(tmp_path):
    (tmp_path / "a.md").write_bytes(b"x" * 2_000)
    with pytest.raises(Invalid, match="larger"):
        read_folder(tmp_path, Limits(file_bytes=1_000))
    (tmp_path / "b.exe").write_bytes(b"x")
    with pytest.raises(Invalid, match="not taken"):
        read_folder(tmp_path)


def test_folders_without_end_are_refused(tmp_path):
    (tmp_path / "a/b/c/d/e/f/g/h").mkdir(parents=True)
    with pytest.raises(Invalid, match="nested"):
        read_folder(tmp_path)
