"""The long part of taking a course in: checking what is too large to be waited for."""

import time
from collections.abc import Callable
from io import BytesIO

from app.accounts.queries import actor_of
from app.content.archive import read_zip
from app.courses.rules import Checked, parts_of
from app.courses.services import check_files, keep_files
from app.kernel import clock, jobs
from app.kernel.db import db, write
from app.kernel.errors import Refusal
from app.kernel.hooks import hooks
from app.kernel.jobs import JobType
from app.studio import services
from app.studio.models import CourseUpload

BETWEEN_REPORTS = 1.0
"""Seconds: each report is a transaction."""


def check(upload_id: int) -> None:
    """Check an upload and keep it, or its report."""
    upload = db.session.get(CourseUpload, upload_id)
    if upload is None or upload.archive is None:
        return
    person_id, slug, archive = upload.person_id, upload.slug, upload.archive
    db.session.rollback()
    try:
        files = read_zip(BytesIO(archive))
        checked = check_files(files, slug, _reporter(2 * sum(p.endswith(".md") for p in files)))
        actor = actor_of(person_id)
        db.session.rollback()
        _keep_files(checked)
        with write():
            services.end_upload(actor=actor, upload_id=upload_id, checked=checked, now=clock.now())
    except Refusal as refusal:
        with write():
            services.stop_upload(upload_id=upload_id, refusal=refusal, now=clock.now())


def _keep_files(checked: Checked) -> None:
    if checked.errors:
        return
    for part in parts_of(checked.entries):
        with write():
            keep_files(checked, part)


def _reporter(total: int) -> Callable[[], None]:
    """Return what counts the steps of a check and says now and then how many were done."""
    done, last = 0, time.monotonic()

    def step() -> None:
        nonlocal done, last
        done += 1
        if time.monotonic() - last >= BETWEEN_REPORTS:
            last = time.monotonic()
            jobs.report(min(done, total), total)

    return step


def forget_old() -> None:
    """Remove uploads that nobody needs any more."""
    with write():
        services.forget_old(now=clock.now())


def register() -> None:
    """Make the jobs known."""
    hooks.register(JobType, "studio.check", JobType(check, timeout=900))
    hooks.register(JobType, "studio.forget_old", JobType(forget_old, schedule="55 3 * * *"))
