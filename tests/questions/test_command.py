"""`rihla questions read`: what it prints, and that it needs nothing but the file."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LESSON = """---
id: x
---

````quiz {#q}
### Une ? {#one}
- [x] a
- [ ] b
  > non

### Plusieurs ? {#many}
- [x] a
- [x] b
- [ ] c

### Vrai ? {#truth type=truefalse}
= true

### Combien ? {#number type=number}
= 19.5 ± 0.1

### Capitale ? {#text type=text}
= Rabat

### Reliez {#match type=match}
- a -> 1
- b -> 2

### Expliquez {#essay type=essay points=4 rubric=clarity:2,example:2}
````
"""


@pytest.fixture
def read(app, tmp_path):
    """Run the command on some bytes, in this process."""

    def run(data, *options, name="file"):
        path = tmp_path / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return app.test_cli_runner().invoke(args=["questions", "read", str(path), *options])

    return run


def test_it_prints_what_was_read_by_type_and_what_was_not(read):
    done = read("::A::Une ?{=a ~b}\n\nVrai ?{T}\n\n::C::Cassé {=a")
    said = json.loads(done.stdout)
    assert said["format"] == "gift"
    assert said["by_type"] == {"choice": 1, "truefalse": 1}
    assert said["left_out"] == 1
    (unread,) = said["unread"]
    assert (unread["severity"], unread["line"]) == ("error", 5)
    assert unread["message"]
    assert unread["remedy"]
    assert done.exit_code == 0


@pytest.mark.parametrize("name", ["gift", "moodle-xml"])
def test_all_kinds_go_out_of_a_lesson_and_come_back_as_they_were(read, name):
    there = read(LESSON, "--to", name, name="lesson.md")
    assert json.loads(there.stderr)["written"]["format"] == name
    back = json.loads(read(there.stdout_bytes).stdout)
    assert back["format"] == name
    assert (back["questions"], back["unread"]) == (7, [])
    again = read(there.stdout_bytes, "--to", "markdown")
    assert again.stdout.split("\n", 1)[1].strip() == LESSON.split("````quiz {#q}\n")[1].strip()


def test_what_a_format_has_no_room_for_is_named(read):
    done = read(LESSON, "--to", "aiken", name="lesson.md")
    left = json.loads(done.stderr)["written"]["unwritten"]
    assert len(left) == 6
    assert done.stdout.count("ANSWER:") == 1


def zipped(path, *names):
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "<questestinterop/>")
    return path.read_bytes()


def test_a_zip_that_leads_out_of_itself_is_refused(read, tmp_path):
    done = read(zipped(tmp_path / "a.zip", "../../etc/x.xml"))
    assert done.exit_code == 1
    assert "lead out of it" in json.loads(done.stdout)["unread"][0]["message"]


def test_a_file_of_fifty_megabytes_is_refused_with_a_sentence(read):
    done = read(b"x" * 50_000_000)
    assert done.exit_code == 1
    assert "larger than 20 MB" in done.stderr


def test_a_format_that_nobody_writes_is_refused(read):
    done = read("Vrai ?{T}", "--to", "word")
    assert done.exit_code == 1
    assert "gift, aiken, moodle-xml, markdown" in done.stderr


@pytest.mark.slow
def test_it_needs_no_database(tmp_path):
    file = tmp_path / "a.gift"
    file.write_text("Vrai ?{T}")
    env = os.environ | {
        "PYTHONPATH": str(ROOT),
        "RIHLA_INSTANCE": str(tmp_path / "instance"),
        "RIHLA_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/none",
    }
    command = [sys.executable, "-m", "app.cli", "questions", "read", str(file)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["by_type"] == {"truefalse": 1}
