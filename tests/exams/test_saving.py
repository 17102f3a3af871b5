"""Saving answers: once, whole, in one statement, by whoever holds the capability."""

import json

import pytest
from sqlalchemy import func, select, update

from app.accounts.models import Person
from app.activities.models import AnswerEvent
from app.exams.models import ExamAttempt, LateAnswer
from app.exams.services import close_overdue
from app.kernel.db import db, write


def kept():
    rows = db.session.execute(
        select(AnswerEvent.writer, AnswerEvent.seq, AnswerEvent.item, AnswerEvent.value).order_by(
            AnswerEvent.seq
        )
    )
    return [tuple(row) for row in rows]


def late():
    rows = db.session.execute(select(LateAnswer.seq, LateAnswer.value, LateAnswer.reason))
    return sorted(tuple(row) for row in rows)


def test_a_batch_is_kept_in_one_statement_however_many_answers(sheet, statements):
    sheet.send((1, "one", "b"))
    with statements() as seen:
        answer = sheet.send(*((seq, "one", f"k{seq}") for seq in range(2, 42)))
    assert answer.status_code == 200
    assert answer.json["kept"] == list(range(2, 42))
    assert len(seen) == 1, seen
    assert seen[0].startswith("INSERT INTO answer_event")
    assert len(kept()) == 41


def test_sent_again_it_is_kept_once_and_acknowledged_again(sheet):
    for _ in range(3):
        answer = sheet.send((1, "one", "b"), (2, "two", "3"))
        assert answer.status_code == 200
        assert answer.json["kept"] == [1, 2]
    assert [row[1:] for row in kept()] == [
        (1, "one", '{"given":["b"]}'),
        (2, "two", '{"given":["3"]}'),
    ]


def test_a_batch_of_which_half_was_kept_before_is_kept_whole(sheet):
    sheet.send((1, "one", "b"))
    answer = sheet.send((1, "one", "b"), (2, "two", "3"))
    assert answer.status_code == 200
    assert answer.json["kept"] == [1, 2]


def test_the_same_count_with_another_value_is_refused_and_kept_for_staff(sheet):
    sheet.send((1, "one", "a"))
    for _ in range(2):
        answer = sheet.send((1, "one", "b"), (2, "two", "3"))
        assert answer.status_code == 409
        assert answer.json["refused"] == [1]
        assert answer.json["kept"] == [2]
        assert "first one is kept" in answer.json["said"]
    assert [row[3] for row in kept()] == ['{"given":["a"]}', '{"given":["3"]}']
    assert late() == [(1, '{"given":["b"]}', "conflict")]


def test_after_the_end_an_answer_is_kept_apart_and_never_counts(sheet, travel):
    sheet.send((1, "one", "b"))
    travel(minutes=30, seconds=3)
    assert sheet.send((2, "two", "3")).status_code == 200, "what was under way arrives"
    travel(seconds=5)
    for _ in range(2):
        answer = sheet.send((2, "two", "3"), (3, "three", "trop tard"))
        assert answer.status_code == 409
        assert answer.json["kept"] == [2]
        assert answer.json["refused"] == [3]
        assert "time was up" in answer.json["said"]
    assert len(kept()) == 2
    assert late() == [(3, '{"given":["trop tard"]}', "late")]


def test_the_end_closes_an_attempt_whether_or_not_a_job_ran(sheet, travel):
    travel(minutes=31)
    assert sheet.send((1, "one", "b")).status_code == 409
    with write():
        assert close_overdue() == 1
        assert close_overdue() == 0
    assert sheet.send((1, "one", "b")).status_code == 409
    assert kept() == []


def test_a_session_that_ended_does_not_void_what_the_page_may_save(client, sheet):
    client.delete_cookie("sid")
    assert sheet.send((1, "one", "b")).status_code == 200
    assert sheet.fill("b").status_code == 303
    assert len(kept()) == 3


def test_a_suspended_person_saves_nothing(sheet, amina, travel):
    with write() as session:
        session.execute(update(Person).values(suspended_at=func.current_timestamp()))
    assert sheet.send((1, "one", "b")).status_code == 404
    assert kept() == []
    assert late() == []


def test_a_capability_of_an_older_epoch_is_void(sheet):
    with write() as session:
        session.execute(update(ExamAttempt).values(epoch=1))
    assert sheet.send((1, "one", "b")).status_code == 404
    assert sheet.load().send((1, "one", "b")).status_code == 200


@pytest.mark.parametrize("part", range(4))
def test_a_capability_that_was_touched_opens_nothing(sheet, part):
    parts = sheet.cap.split(".")
    parts[part] = parts[part][:-1] + ("1" if parts[part][-1] != "1" else "2")
    assert sheet.send((1, "one", "b"), cap=".".join(parts)).status_code == 404
    assert kept() == []


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "{}",
        "[]",
        "[1]",
        "[" * 50_000,
        '[{"seq": 0, "item": "one", "value": {}}]',
        '[{"seq": true, "item": "one", "value": {}}]',
        '[{"seq": 1, "item": "", "value": {}}]',
        '[{"seq": 1, "item": "one", "value": "b"}]',
        '[{"seq": 1, "item": "one", "value": {"given": [1]}}]',
        '[{"seq": 1, "item": "one", "value": {}, "score": 100}]',
        '[{"seq": 1, "item": "one", "value": {}}, {"seq": 1, "item": "two", "value": {}}]',
        '[{"seq": 1, "item": "one", "value": {}, "at": 1e99}]',
    ],
)
def test_what_is_no_batch_is_refused_whole(sheet, client, sent):
    answer = client.post(sheet.save, data={"cap": sheet.cap, "answers": sent})
    assert answer.status_code == 422
    assert kept() == []


def test_strange_characters_are_kept_as_far_as_a_database_takes_them(sheet):
    sent = json.dumps(
        [{"seq": 1, "item": "three", "value": {"given": ["a\0b\ud800 ١٢ é 🚕"], "other": ["x"]}}]
    )
    answer = sheet.client.post(sheet.save, data={"cap": sheet.cap, "answers": sent})
    assert answer.status_code == 200
    assert kept()[0][3] == '{"given":["ab? ١٢ é 🚕"]}'
