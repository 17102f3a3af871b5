"""Abuse 56: a plugin that would break or lock the tables of exams while they are sat."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from app.centers.models import Center
from app.cli import main
from app.courses.models import Course
from app.exams.models import ExamWindow
from app.installer import queries, services
from app.kernel import clock
from app.kernel.audit import AuditContent
from app.kernel.db import allow_writing, db, write
from app.kernel.errors import Conflict
from app.plugins import schema
from app.plugins.gate import get_gate
from tests.exams.conftest import amina, sheet, slug
from tests.installer.conftest import Shop, empty_shop, full_shop, newer_shop, shop, upgraded
from tests.installer.making import NAME
from tests.installer.test_routes import PASSWORD, TRIED, admin, archive, keep_artifact, manifest
from tests.plugins.conftest import forgotten, open_site, shelf
from tests.plugins.making import make, step
from tests.plugins.test_tables import ABOUT, FIRST, add_step, tables

__all__ = [
    "admin",
    "amina",
    "archive",
    "empty_shop",
    "forgotten",
    "full_shop",
    "manifest",
    "newer_shop",
    "open_site",
    "sheet",
    "shelf",
    "shop",
    "slug",
    "upgraded",
]
SENTENCE = "plugins are not installed, upgraded or uninstalled before they end"


@pytest.fixture
def window() -> Callable[..., None]:
    """Let an exam be open, or open soon; in hours from now."""

    def put(opens: float | None, closes: float | None) -> None:
        now = clock.now()
        with write() as session:
            course = Course(key="bilan", slug="bilan", source="fr", created_at=now)
            center = Center(slug="taza", name="Taza", state="open", created_at=now)
            session.add_all([course, center])
            session.flush()
            session.add(
                ExamWindow(
                    course_id=course.id,
                    lesson_id="exam",
                    center_id=center.id,
                    opens_at=opens if opens is None else now + timedelta(hours=opens),
                    closes_at=closes if closes is None else now + timedelta(hours=closes),
                )
            )

    return put


@pytest.mark.slow
def test_nothing_is_begun_while_an_exam_is_open_and_all_is_as_it_was(
    shop: Shop, window: Any
) -> None:
    window(-1, 2)
    before = (shop.version, shop.schema(), shop.hashes())
    for begin in (
        lambda: shop.begin(shop.archives["1.1.0"]),
        lambda: shop.begin_uninstall(),
        lambda: shop.begin_uninstall("drop"),
    ):
        with pytest.raises(Conflict, match=SENTENCE) as refusal:
            begin()
        assert "Going back to the version before and switching off work" in str(refusal.value.todo)
    assert queries.find_open_operation() is None
    assert (shop.version, shop.schema(), shop.hashes()) == before
    clock.shift(3 * 3600)
    assert queries.get_operation(shop.begin(shop.archives["1.1.0"])).kind == "upgrade"


@pytest.mark.slow
def test_going_back_works_during_an_exam(upgraded: Shop, window: Any) -> None:
    window(-1, 2)
    assert upgraded.rollback().state == "done"
    assert upgraded.version == "1.0.0"


@pytest.mark.slow
def test_the_command_line_refuses_too_unless_it_is_meant(
    shop: Shop, window: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    window(None, 2)
    monkeypatch.setenv("RIHLA_INSTANCE", str(shop.settings.instance))
    monkeypatch.setenv("RIHLA_DATABASE_URL", shop.settings.database_url)
    monkeypatch.setenv("RIHLA_PUBLIC_URL", "http://localhost")
    file = shop.folder / "any.whl"
    file.write_bytes(b"not looked at")

    def run(*words: str) -> Any:
        return CliRunner().invoke(main, ["plugin", *words])

    for words in (("install", str(file)), ("upgrade", str(file)), ("uninstall", NAME)):
        refused = run(*words)
        assert refused.exit_code == 1, words
        assert SENTENCE in refused.output
    assert run("disable", NAME).exit_code == 0
    assert run("safe-mode", "on").exit_code == 0
    assert run("safe-mode", "off").exit_code == 0

    done = run("uninstall", NAME, "--during-exams")
    assert done.exit_code == 0, done.output
    assert shop.version == ""
    assert "diary_entry" in shop.hashes(), "its data is kept"
    audited = list(db.session.scalars(select(AuditContent.details)))
    assert {"during_exams": True, "data": "keep"}.items() <= next(
        details for details in audited if "during_exams" in details
    ).items()


@pytest.mark.parametrize(
    ("opens", "closes", "counts"),
    [
        (None, 1, True),
        (0.25, 1, True),  # so soon that what fails could not be undone before
        (1, 2, False),
        (-2, -1, False),
        (-2, None, False),  # open for good is no exam day: only who sits it counts
    ],
)
def test_a_window_counts_from_shortly_before_it_opens_until_it_closes(
    database: Any, window: Any, opens: float | None, closes: float | None, counts: bool
) -> None:
    window(opens, closes)
    assert (services.find_exams(clock.now()) is not None) is counts


@pytest.mark.shipped
def test_somebody_who_sits_an_exam_counts_until_it_is_handed_in(client: Any, sheet: Any) -> None:
    refusal = services.find_exams(clock.now())
    assert refusal is not None
    client.post(f"{sheet.address}/hand-in")
    assert services.find_exams(clock.now()) is None


@pytest.mark.shipped
def test_time_that_ran_out_counts_no_more(sheet: Any, travel: Any) -> None:
    travel(minutes=45)
    assert services.find_exams(clock.now()) is None


def test_the_page_says_it_in_place_of_the_form_and_refuses_what_is_sent(
    client: Any, admin: Any, manifest: str, window: Any
) -> None:
    found = keep_artifact(manifest, **TRIED)
    address = f"/en/admin/plugins/store/{found}"
    assert SENTENCE not in client.get(address).text
    window(-1, 2)
    page = client.get(address).text
    assert SENTENCE in page
    assert f'action="{address}/install"' not in page
    form = {"agreed": "y", "seen": "db,routes", "password": PASSWORD}
    answer = client.post(f"{address}/install", data=form, follow_redirects=True)
    assert SENTENCE in answer.text
    assert queries.find_latest(NAME, found) is None


THEFTS = {
    "drops": "op.drop_table('exam_attempt')",
    "adds": "op.add_column('exam_attempt', sa.Column('mine', sa.Integer()))",
    "empties": "op.execute('DELETE FROM answer_event')",
}


@pytest.mark.parametrize("theft", THEFTS)
def test_a_step_that_touches_the_tables_of_exams_is_undone(
    open_site: Any, shelf: Path, theft: str
) -> None:
    make(shelf, "made", files=FIRST, about=ABOUT)
    site: Flask = open_site(shelf)
    with site.app_context():
        before = tables()
        add_step(shelf, step("made_0002", THEFTS[theft], after="made_0001"))
        with pytest.raises(schema.TableTheft):
            schema.upgrade(get_gate().records["made"])
        assert tables() == before


@pytest.mark.only_postgresql
def test_a_step_that_waits_for_a_table_in_use_gives_up_and_lets_the_saves_through(
    open_site: Any, shelf: Path
) -> None:
    """A reference locks the table it points at: whoever saves next would wait behind it."""
    make(shelf, "made", files=FIRST, about=ABOUT)
    site: Flask = open_site(shelf)
    reference = (
        'op.create_table("made_more", sa.Column("id", sa.Integer(), primary_key=True), '
        'sa.Column("attempt_id", sa.Integer(), sa.ForeignKey("attempt.id")))'
    )
    with site.app_context():
        before = tables()
        add_step(shelf, step("made_0002", reference, after="made_0001"))
        with db.engine.connect() as saving, allow_writing():
            saving.execute(text("LOCK TABLE attempt IN ROW EXCLUSIVE MODE"))
            with pytest.raises(OperationalError, match="lock timeout"):
                schema.upgrade(get_gate().records["made"])
            saving.rollback()
        assert tables() == before
