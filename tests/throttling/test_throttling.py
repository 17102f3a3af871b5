from datetime import timedelta

import pytest

from app.kernel import clock
from app.kernel.db import write
from app.kernel.errors import TooMany
from app.throttling import services
from app.throttling.rules import Limit, delay, network
from app.throttling.services import Counter

SLOW = Limit(free=3, window=3600, first=2, most=16)


@pytest.mark.parametrize(
    ("count", "seconds"), [(0, 0), (2, 0), (3, 2), (4, 4), (5, 8), (6, 16), (60, 16)]
)
def test_the_delay_grows_up_to_its_most(count, seconds):
    assert delay(SLOW, count) == seconds


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("196.12.5.77", "196.12.5.0/24"),
        ("::ffff:196.12.5.77", "196.12.5.0/24"),
        ("2001:db8:1:2:3::9", "2001:db8:1:2::/64"),
        ("nonsense", "unknown"),
        ("", "unknown"),
    ],
)
def test_neighbors_count_as_one_network(address, found):
    assert network(address) == found


def test_tries_beyond_the_free_ones_wait_and_are_not_counted_while_they_wait(database):
    counter, now = Counter("k", SLOW), clock.now()
    for _ in range(3):
        with write():
            services.take([counter], now=now)
    for _ in range(5):
        with pytest.raises(TooMany) as refused, write():
            services.take([counter], now=now)
    assert refused.value.wait == 2
    with write():
        services.take([counter], now=now + timedelta(seconds=2))


def test_when_the_window_is_over_all_is_free_again(database):
    counter, now = Counter("k", SLOW), clock.now()
    with write():
        services.count([counter] * 9, now=now)
        assert services.wait_for([counter], now=now) == 16
        assert services.wait_for([counter], now=now + timedelta(hours=1)) == 0
        services.count([counter], now=now + timedelta(hours=1))
        assert services.wait_for([counter], now=now + timedelta(hours=1)) == 0


def test_a_hard_limit_waits_for_the_end_of_the_window(database):
    counter, now = Counter("k", Limit(free=3, window=3600, hard=True)), clock.now()
    with write():
        assert [services.may_take([counter], now=now) for _ in range(4)] == [True] * 3 + [False]
        assert services.wait_for([counter], now=now + timedelta(minutes=10)) == 3000


def test_keys_name_nobody():
    key = services.keyed("account", "amina@example.org")
    assert "amina" not in key
    assert key == services.keyed("account", "amina@example.org")
    assert key != services.keyed("account", "b@example.org")


def test_old_counters_are_forgotten(app, database, travel):
    from app.kernel.hooks import hooks
    from app.kernel.jobs import JobType
    from app.throttling.models import Throttle

    with write():
        services.count([Counter("k", SLOW)])
    travel(hours=2)
    hooks.get(JobType, "throttling.forget_old").handle()
    assert database.get(Throttle, "k") is None


def test_a_free_try_waits_for_nobody_whose_clock_was_a_little_later(database):
    counter, now = Counter("k", SLOW), clock.now()
    with write():
        services.take([counter], now=now + timedelta(milliseconds=30))
        services.take([counter], now=now)
