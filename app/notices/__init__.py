"""Short messages from staff to their people: in the page, and as a copy by mail.

Not the sending of mail (app.messages), nor a forum.
"""

from flask import Flask


def init_app(_app: Flask) -> None:
    """Register nothing yet."""
