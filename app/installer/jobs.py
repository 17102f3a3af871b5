"""Working on changes in the background, and picking up what was left when a process was killed."""

from app.installer import queries, running, services
from app.installer.services import WORK
from app.kernel import jobs
from app.kernel.db import db, write
from app.kernel.i18n import say
from app.plugins.status import list_status


def work(operation_id: int) -> None:
    """Go on with a change; while it waits for processes, look again in a moment."""
    operation = running.work(operation_id)
    if operation.is_open:
        with write():
            delay = 30.0 if operation.state == "undoing" else 1.5
            jobs.enqueue(WORK, {"operation_id": operation_id}, delay=delay)


def resume() -> None:
    """Go on with the change that is open, in case its job was lost with its process."""
    operation = queries.find_open_operation()
    db.session.rollback()
    if operation is not None:
        running.work(operation.id)


def tell_of_revoked() -> None:
    """Tell all admins of a version in use that the catalog took back; once while it stands so."""
    found = [status for status in list_status() if status.standing == "revoked"]
    with write():
        for status in found:
            subject = say("The plugin %(name)s should not be used any more", name=status.name)
            services.tell_admins(
                subject,
                status.sentence or subject,
                services.MORE,
                key=f"plugin-revoked:{status.name}:{status.record.version}",
            )
