"""Messages that leave the site: mail and SMS, sent by a job, in the language of who gets them.

It knows addresses and sentences, no person. How a message leaves is a sender's business: SMTP, a
folder, or what a plugin brings for SMS.
"""

from flask import Flask

from app.messages import cli, jobs


def init_app(app: Flask) -> None:
    """Register the senders that the settings choose, the jobs and the commands."""
    jobs.register()
    app.cli.add_command(cli.messages)
