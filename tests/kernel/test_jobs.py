import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import func, select, text

from app.kernel import jobs, outbox
from app.kernel.db import db, write
from app.kernel.hooks import hooks
from app.kernel.jobs import Job, JobType


@pytest.fixture
def done(app):
    """Register a job that notes what it was asked; forget it afterwards."""
    seen = []

    def note(what):
        if what == "bad":
            raise ValueError("no")
        seen.append(what)

    hooks.register(JobType, "test.note", JobType(note))
    yield seen
    hooks._found[JobType].pop("test.note")


def add(what, **options):
    with write():
        return jobs.enqueue("test.note", {"what": what}, **options)


def job(job_id):
    db.session.expire_all()
    return db.session.get_one(Job, job_id)


def test_a_job_runs_once(database, done):
    add("a")
    assert jobs.drain() == 1
    assert jobs.drain() == 0
    assert done == ["a"]


def test_a_write_that_is_undone_leaves_no_job(database, done):
    with pytest.raises(ZeroDivisionError), write():
        jobs.enqueue("test.note", {"what": "a"})
        raise ZeroDivisionError
    assert jobs.drain() == 0


def test_the_same_key_is_one_job(database, done):
    assert add("a", key="k") is not None
    assert add("a", key="k") is None
    assert jobs.drain() == 1


def test_a_delayed_job_waits(database, done, travel):
    add("later", delay=60)
    assert jobs.drain() == 0
    travel(seconds=61)
    assert jobs.drain() == 1


def test_urgent_jobs_go_first(database, done):
    add("slow")
    add("urgent", priority=5)
    jobs.drain()
    assert done == ["urgent", "slow"]


def test_a_failing_job_is_tried_later_and_later_and_then_kept_as_dead(database, done, travel):
    job_id = add("bad")
    for _ in range(jobs.MAX_TRIES):
        jobs.drain()
        travel(hours=2)
    assert job(job_id).state == "dead"
    assert job(job_id).error == "ValueError: no"
    assert jobs.counts()["dead"] == 1


def test_a_dead_job_can_be_revived(database, done, travel):
    job_id = add("bad")
    for _ in range(jobs.MAX_TRIES):
        jobs.drain()
        travel(hours=2)
    with write():
        jobs.retry(job_id)
    assert job(job_id).state == "ready"


def test_a_job_whose_worker_died_is_done_by_another(database, done, travel):
    add("a")
    assert len(jobs.claim("dying", 1)) == 1
    assert jobs.drain() == 0
    travel(seconds=jobs.LEASE_SECONDS + 1)
    assert jobs.drain() == 1
    assert done == ["a"]


def test_a_worker_that_lost_its_lease_cannot_end_the_job(database, done, travel):
    job_id = add("a")
    slow = jobs.claim("slow", 1)[0]
    travel(seconds=jobs.LEASE_SECONDS + 1)
    other = jobs.claim("other", 1)[0]
    jobs._finish(slow, "too late")
    assert job(job_id).owner == "other"
    jobs.run(other)
    assert job(job_id).state == "done"


def test_a_job_that_kills_its_workers_ends_as_dead(database, done, travel):
    job_id = add("a")
    for _ in range(jobs.MAX_TRIES):
        jobs.claim("dying", 1)
        travel(seconds=jobs.LEASE_SECONDS + 1)
    jobs.drain()
    assert job(job_id).state == "dead"


@pytest.mark.only_postgresql
def test_no_more_is_leased_than_was_asked_for_whatever_the_planner_takes_the_table_for(database):
    """Planned for one row, the update asks what is due once for each of those that came since."""
    with write() as session:
        for number in range(8):
            jobs.enqueue("test.effect", {})
            if number == 0:
                session.execute(text("ANALYZE job"))
    assert len(jobs.claim("me", 1)) == 1


def test_a_released_job_costs_no_try(database, done):
    job_id = add("a")
    leased = jobs.claim("me", 1)
    jobs.release("me", [leased[0].id])
    assert (job(job_id).state, job(job_id).tries) == ("ready", 0)


def test_progress_is_kept_for_whoever_watches(database, app):
    hooks.register(JobType, "test.long", JobType(lambda: jobs.report(3, 10)))
    try:
        with write():
            job_id = jobs.enqueue("test.long", {})
        jobs.drain()
    finally:
        hooks._found[JobType].pop("test.long")
    assert job(job_id).progress == [3, 10]


def waiting(name):
    """Count the jobs of a kind; other kinds are due at night too, and stay undone here."""
    return db.session.scalar(select(func.count()).select_from(Job).where(Job.name == name))


def test_a_schedule_fires_once_for_all_nodes(database, done, travel):
    hooks.register(JobType, "test.nightly", JobType(lambda: done.append("night"), "0 2 * * *"))
    try:
        jobs.fire_schedules()
        assert waiting("test.nightly") == 0
        travel(hours=25)
        jobs.fire_schedules()
        jobs.fire_schedules()
    finally:
        hooks._found[JobType].pop("test.nightly")
    assert waiting("test.nightly") == 1


def test_an_event_reaches_its_subscribers_after_the_commit(database, app):
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class Happened(outbox.Event):
        name = "test.happened.v1"
        what: str

    heard = []
    hooks.register(outbox.Subscriber, "test.ear", outbox.Subscriber(Happened, heard.append))
    try:
        with write():
            outbox.record(Happened("x"))
            assert heard == []
        jobs.drain()
    finally:
        hooks._found[outbox.Subscriber].pop("test.ear")
    assert heard == [Happened("x")]


@pytest.mark.slow
def test_of_300_jobs_none_is_lost_with_six_kills(committed_app, tmp_path):
    effects = tmp_path / "effects"
    effects.touch()
    with committed_app.app_context():
        url = str(committed_app.config["SQLALCHEMY_DATABASE_URI"])
        with write():
            for number in range(300):
                jobs.enqueue("test.effect", {"number": number}, key=f"n{number}")

    def worker():
        return subprocess.Popen(
            [sys.executable, "-m", "tests.kernel.killed_worker", url, str(tmp_path), str(effects)]
        )

    workers = [worker() for _ in range(3)]
    try:
        until = time.monotonic() + 120
        kills = 0
        while time.monotonic() < until:
            time.sleep(0.4)
            done = set(effects.read_text().split())
            if kills < 6 and len(done) > 30 * (kills + 1):
                victim = workers[kills % 3]
                victim.send_signal(signal.SIGKILL)
                victim.wait()
                workers[kills % 3] = worker()
                kills += 1
            with committed_app.app_context():
                left = db.session.scalar(
                    select(func.count()).select_from(Job).where(Job.state != "done")
                )
            if not left and kills == 6:
                break
    finally:
        for process in workers:
            process.terminate()
        for process in workers:
            process.wait(20)
    assert kills == 6
    assert set(effects.read_text().split()) == {str(n) for n in range(300)}
