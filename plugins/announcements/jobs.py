"""What is done in the background."""

from app.sdk import Plugin, clock, write
from plugins.announcements import queries, services

me = Plugin(__name__)


def end_those_over() -> None:
    """End what had its last day, at each center where the plugin is on; may be run twice.

    Nobody reads them from the first moment of the next day on, also when this runs late: it
    writes down that they ended, and makes room for others.
    """
    now = clock.now()
    for center_id in me.centers():
        with me.acting_at(center_id) as actor, write():
            for row in queries.list_over(center_id, today=now.date()):
                services.end_announcement(actor=actor, row=row, now=now)
