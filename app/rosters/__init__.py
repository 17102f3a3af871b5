"""Bringing people into a center from a file, and a center's people out of it as a file.

Not the accounts themselves (app.accounts), nor who is in which cohort (app.centers).
"""

from flask import Flask


def init_app(_app: Flask) -> None:
    """Register nothing yet."""
