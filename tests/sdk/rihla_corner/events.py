"""What is done when somebody finishes a lesson."""

from app.sdk import LessonFinished, Plugin, clock, say, write

me = Plugin(__name__)


def finished(event: LessonFinished) -> None:
    """Praise in the background."""
    with write():
        me.enqueue("note", {"person_id": event.person_id}, key=str(event.person_id))


def note(person_id: int) -> None:
    """Praise at each center where the person is."""
    for center_id in me.centers():
        with me.acting_at(center_id), write():
            me.notify(
                "praise",
                [person_id],
                say("Well done."),
                center_id=center_id,
                key=f"first:{person_id}",
                now=clock.now(),
            )
