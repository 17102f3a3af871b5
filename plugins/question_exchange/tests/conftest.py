"""Fixtures written by others, where they are: beside the checkout, or where a variable says."""

import os
from pathlib import Path

import pytest

from app.sdk.testing import *  # noqa: F403  (fixtures)


def folder_of(name):
    places = (
        [Path(os.environ["RIHLA_TEST_FIXTURES"])] if "RIHLA_TEST_FIXTURES" in os.environ else []
    )
    places += [parent / "shared" / "fixtures" for parent in Path(__file__).resolve().parents]
    return next((place / name for place in places if (place / name).is_dir()), None)


def pytest_generate_tests(metafunc):
    """Give each file of a folder of fixtures to a test that asks for it."""
    for argument, name, pattern in (
        ("gift_file", "gift", "tests/questions/*.gift"),
        ("qti_item", "canvas-qti", "spec/fixtures/items_1.2/*.xml"),
    ):
        if argument in metafunc.fixturenames:
            folder = folder_of(name)
            files = sorted(folder.glob(pattern)) if folder else []
            metafunc.parametrize(argument, files, ids=lambda path: path.name)


@pytest.fixture(scope="session")
def fixtures():
    """Return a folder of fixtures, or leave the test out."""

    def folder(name):
        found = folder_of(name)
        if found is None:
            pytest.skip("the fixtures of others are not here")
        return found

    return folder
