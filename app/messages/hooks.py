"""The socket for ways to send."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Letter:
    """A message ready to leave. `id` is the same when it is sent again after a failure."""

    id: str
    address: str
    subject: str
    text: str
    language: str


@dataclass(frozen=True)
class Sender:
    """A way to send, registered under `email` or `sms`.

    `send(letter)` raises when the message did not leave; it is tried again later then. Raising
    Undeliverable says that trying again is no use.
    """

    send: Callable[[Letter], None]


class Undeliverable(Exception):
    """The other side will never take this message."""
