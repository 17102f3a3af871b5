"""Events: what happened, told to whoever subscribed, after the commit and at least once.

`record()` stands in the transaction of what happened; if that is undone, nothing is told. Each
subscriber gets the event in a job of its own, so that one that fails is tried again alone.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import clock, jobs
from app.kernel.db import Base, JSONDocument, UTCDateTime, db
from app.kernel.hooks import hooks


@dataclass(frozen=True)
class Event:
    """Something that happened. Subclasses are frozen, hold plain JSON values and have a name."""

    name: ClassVar[str]


@dataclass(frozen=True)
class Subscriber:
    """Who wants to hear of an event. `handle(event)` must bear being called twice."""

    event: type[Event]
    handle: Callable[[Any], None]


class RecordedEvent(Base):
    """An event as it was recorded, kept as the history of the site."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    data: Mapped[dict[str, Any]] = mapped_column(JSONDocument)


def record(event: Event) -> None:
    """Keep the event with the present transaction and have it told afterwards."""
    row = RecordedEvent(name=event.name, at=clock.now(), data=asdict(event))
    db.session.add(row)
    db.session.flush()  # the jobs need its id
    for name, subscriber in hooks.collect(Subscriber):
        if subscriber.event is type(event):
            jobs.enqueue(
                "outbox.deliver",
                {"event_id": row.id, "subscriber": name},
                key=f"event:{row.id}:{name}",
            )


def deliver(event_id: int, subscriber: str) -> None:
    """Hand one recorded event to one subscriber; a subscriber that has gone is passed over."""
    found = hooks.get(Subscriber, subscriber)
    row = db.session.get(RecordedEvent, event_id)
    if found is None or row is None:
        return
    event = found.event(**row.data)
    db.session.rollback()
    found.handle(event)


def init_app(_app: object) -> None:
    """Register the delivery."""
    hooks.register(jobs.JobType, "outbox.deliver", jobs.JobType(deliver))
