"""Abuse 60: a node whose clock is wrong, summer time, a clock that is set back."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.kernel import clock, i18n
from app.kernel.db import UTCDateTime, db, write
from app.tokens import services as tokens

REAL = clock.now


def wrong(monkeypatch: Any, **by: float) -> None:
    """Set this node's own clock wrong; the database's stays right."""
    monkeypatch.setattr(clock, "now", lambda: REAL() + timedelta(**by))


@pytest.mark.parametrize("by", [3, -3, 86_400, -86_400])
def test_a_node_with_a_wrong_clock_is_not_ready(client: Any, monkeypatch: Any, by: float) -> None:
    assert client.get("/readyz").get_json()["faults"] == []
    wrong(monkeypatch, seconds=by)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["faults"] == ["clock"]
    assert client.get("/healthz").status_code == 200, "it lives; it only gets no people"


def test_a_second_is_no_reason(client: Any, monkeypatch: Any) -> None:
    wrong(monkeypatch, seconds=0.8)
    assert client.get("/readyz").get_json()["faults"] == []


def test_an_hour_more_on_a_nodes_clock_does_not_bring_a_link_back(
    database: Any, monkeypatch: Any, travel: Any
) -> None:
    with write():
        secret = tokens.issue("reset", lasts=timedelta(minutes=30), now=clock.now())
    assert tokens.find(("reset",), secret)
    db.session.rollback()
    travel(minutes=31)
    wrong(monkeypatch, hours=-2)
    assert tokens.find(("reset",), secret) is None
    db.session.rollback()
    with write():
        assert tokens.use(("reset",), secret) is None


def test_a_nodes_clock_that_runs_ahead_voids_no_link(database: Any, monkeypatch: Any) -> None:
    with write():
        secret = tokens.issue("reset", lasts=timedelta(minutes=30), now=clock.now())
    wrong(monkeypatch, hours=2)
    assert tokens.find(("reset",), secret)


def test_moments_are_kept_in_utc_whatever_the_zone(database: Any) -> None:
    column = UTCDateTime()
    casablanca = datetime(2026, 3, 1, 12, tzinfo=ZoneInfo("Africa/Casablanca"))
    kept = column.process_bind_param(casablanca, None)
    assert kept == casablanca.astimezone(UTC).replace(tzinfo=None)
    assert column.process_result_value(kept, None) == casablanca


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 3, 1, 12)  # noqa: DTZ001
    with pytest.raises(ValueError, match="zone"):
        UTCDateTime().process_bind_param(naive, None)


def test_the_hour_that_comes_twice_stays_two_moments(database: Any) -> None:
    """Morocco sets its clocks back for Ramadan: 02:30 happens twice, an hour apart."""
    zone = ZoneInfo("Africa/Casablanca")
    first = datetime(2026, 2, 15, 2, 30, tzinfo=zone, fold=0)
    second = datetime(2026, 2, 15, 2, 30, tzinfo=zone, fold=1)
    apart = second.astimezone(UTC) - first.astimezone(UTC)
    column = UTCDateTime()
    kept = [column.process_bind_param(one, None) for one in (first, second)]
    assert kept[1] - kept[0] == apart  # type: ignore[operator]
    assert i18n.format_datetime(first.astimezone(UTC), "fr")


def test_the_databases_and_the_nodes_clock_say_the_same(database: Any) -> None:
    from sqlalchemy import select

    told = db.session.scalar(select(clock.sql_now()))
    assert told is not None
    moment = told if isinstance(told, datetime) else datetime.fromisoformat(str(told))
    assert abs((moment.replace(tzinfo=UTC) - clock.now()).total_seconds()) < 2
