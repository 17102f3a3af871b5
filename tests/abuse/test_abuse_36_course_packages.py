"""Abuse 35 and 36: a package that reaches out of its folder, or that would be run."""

import sys
from pathlib import Path
from typing import Any

import pytest

from app.content.files import read_folder
from app.courses import services
from app.kernel.errors import Invalid
from tests.courses import samples
from tests.studio.test_hostile import HOSTILE, kept, post


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_no_package_leaves_anything_behind(
    client: Any, make_person: Any, sign_in: Any, name: str
) -> None:
    sign_in(make_person(role="admin"))
    assert post(client, HOSTILE[name]).status_code == 422
    assert kept() == 0


def test_a_link_in_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "passwd.txt").symlink_to("/etc/passwd")
    with pytest.raises(Invalid):
        read_folder(tmp_path)


def test_nothing_in_a_course_is_ever_imported(database: Any) -> None:
    trap = b"import sys\nsys.modules['trapped'] = sys\n"
    files = samples.course() | {"data/__init__.py": trap, "data/conftest.py": trap}
    services.check_files(files)
    assert "trapped" not in sys.modules
