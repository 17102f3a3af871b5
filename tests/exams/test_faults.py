"""Exams on the worst of networks."""

import pytest

from app.exams import faults, services
from app.exams.rehearsal import make_learners, make_site
from tests.conftest import close


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faults")
    app = make_site(folder, f"sqlite:///{folder}/exam.sqlite")
    yield app
    close(app)


@pytest.mark.slow
@pytest.mark.only_sqlite
def test_short_runs_on_bad_networks_lose_and_gain_nothing(site):
    found = faults.run_all(site, make_learners(site, 1)[0], 60)
    assert found.is_well, found
    assert all(found.faults.get(fate) for fate in faults.FAULTS), "everything went wrong once"


@pytest.mark.slow
@pytest.mark.only_sqlite
def test_a_server_that_takes_answers_after_the_end_is_found_out(site, monkeypatch):
    monkeypatch.setattr(faults, "_close", lambda _app, _attempt: None)
    assert faults.run_all(site, make_learners(site, 1)[0], 5).gained


@pytest.mark.slow
@pytest.mark.only_sqlite
def test_a_server_that_says_kept_and_keeps_nothing_is_found_out(site, monkeypatch):
    def forget(*, capability, entries):
        del capability
        now = faults.clock.now()
        return services.Saved(tuple(one.seq for one in entries), (), now, now)

    monkeypatch.setattr(services, "save_answers", forget)
    assert faults.run_all(site, make_learners(site, 1)[0], 5).lost
