"""Abuse 16: learning what is right from the size of the reply to a save, or from its work."""

import pytest

from tests.exams.conftest import amina, sheet, slug  # noqa: F401

pytestmark = pytest.mark.shipped

RIGHT, WRONG = {"one": "b", "two": "3"}, {"one": "a", "two": "4"}


def test_right_and_wrong_have_replies_of_one_size_and_cost_the_same(sheet, statements):  # noqa: F811
    """The first sends warm up; then each way twice, with as many signs in the answer."""
    seen = {}
    for seq, answers in enumerate((RIGHT, WRONG, RIGHT, WRONG), 1):
        item = next(one for one in sheet.items if one in answers)
        with statements() as asked:
            reply = sheet.send((seq, item, answers[item]))
        assert reply.status_code == 200
        head = {name: value for name, value in reply.headers if name != "X-Request-Id"}
        seen[seq] = (len(reply.data), sorted(reply.json), len(asked), sorted(head))
    assert len({str(one) for one in seen.values()}) == 1, seen


def test_the_plain_form_leads_to_the_same_address_for_right_and_wrong(sheet):  # noqa: F811
    item = sheet.load(1).item
    replies = [sheet.fill(answer, go=2) for answer in ("b", "a")]
    assert item == sheet.load(1).item
    assert len({(one.status_code, one.location, len(one.data)) for one in replies}) == 1
