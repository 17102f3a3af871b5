"""How often something was tried lately: sign-ins, codes, messages asked for. Knows no person.

Nothing is ever locked: what is tried too often has to wait, longer each time.
"""

from flask import Flask

from app.throttling import jobs


def init_app(_app: Flask) -> None:
    """Register the clean-up."""
    jobs.register()
