"""The demonstration: invented people in real courses, only on a site of this machine.

It is not test data: tests make their own.
"""

from flask import Flask

from app.demo.cli import demo


def init_app(app: Flask) -> None:
    """Register `rihla demo`."""
    app.cli.add_command(demo)
