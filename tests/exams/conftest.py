"""Somebody who may sit the exam."""

import pytest

from tests.exams.making import Sheet, enroll, publish


@pytest.fixture
def slug(database):
    return publish()


@pytest.fixture
def amina(make_person, sign_in, slug):
    person = make_person()
    enroll(person)
    sign_in(person)
    return person


@pytest.fixture
def sheet(client, amina):
    return Sheet(client)
