"""Secrets that were sent or handed to somebody and work once: links in mails, codes on paper.

It knows what a secret was issued for only as a word; what using it does is others' business.
"""

from flask import Flask

from app.tokens import jobs


def init_app(_app: Flask) -> None:
    """Register the clean-up."""
    jobs.register()
