"""Checker: checks the code on a certificate without network, and from the command line.

The page carries the site's keys and the lists of what counts no more, and checks in the browser:
no server learns which certificate was looked at. Nothing here needs a plugin.
"""

from pathlib import Path

from flask import Flask

from app.checker import cli, routes


def init_app(app: Flask) -> None:
    """Register the page, its scripts and the commands."""
    app.extensions["assets"].add_folder(Path(__file__).parent / "static", "checker/")
    app.register_blueprint(routes.bp)
    app.cli.add_command(cli.certificates)
