import threading

from sqlalchemy import text

from app.kernel import audit
from app.kernel.actors import SYSTEM
from app.kernel.db import write


def note(count=3, center_id=0):
    for number in range(count):
        with write():
            audit.record(
                SYSTEM,
                "test.act",
                obj=f"thing:{number}",
                center_id=center_id,
                details={"n": number, "nom": "é"},
            )


def spoil(statement):
    with write() as session:
        session.execute(text(statement))


def reasons():
    return [fault.reason for fault in audit.verify()]


def test_an_untouched_trail_holds(database):
    note()
    note(2, center_id=4)
    assert audit.verify() == []
    assert {c: n for c, (n, _) in audit.heads().items()} == {0: 3, 4: 2}


def test_a_changed_entry_is_found(database):
    note()
    spoil("UPDATE audit_entry SET verb = 'other' WHERE seq = 2")
    assert reasons() == ["it was changed"]


def test_changed_content_is_found(database):
    note()
    spoil("UPDATE audit_content SET object = 'thing:9' WHERE object = 'thing:1'")
    assert reasons() == ["its content was changed"]


def test_a_removed_entry_is_found(database):
    note()
    spoil("DELETE FROM audit_content WHERE object = 'thing:1'")
    spoil("DELETE FROM audit_entry WHERE seq = 2")
    assert reasons() == ["an entry is missing"]


def test_a_cut_end_is_found(database):
    note()
    spoil("DELETE FROM audit_content WHERE object = 'thing:2'")
    spoil("DELETE FROM audit_entry WHERE seq = 3")
    assert reasons() == ["entries are missing at the end"]


def test_erasing_what_an_entry_says_leaves_the_chain_whole(database):
    note()
    spoil("DELETE FROM audit_content WHERE object = 'thing:1'")
    assert audit.verify() == []


def test_writers_of_one_center_at_once_make_one_chain(committed_app):
    def act():
        with committed_app.app_context():
            note(5, center_id=7)

    threads = [threading.Thread(target=act) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with committed_app.app_context():
        assert audit.verify() == []
        assert audit.heads()[7][0] == 30
