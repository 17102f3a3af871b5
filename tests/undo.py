"""Undoing what a single request did to a database that others use as well."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from app.kernel.db import db
from tests.conftest import back_to


@contextmanager
def undone(app: Flask) -> Iterator[None]:
    """Let the code inside commit as it likes, and take everything back afterwards."""
    back_to(app)
    with app.app_context():
        engine = db.engines[None]
        connection = engine.connect().execution_options(writing=True)
        outer = connection.begin()
        db.session.remove()
        db.engines[None] = connection  # type: ignore[assignment]
        db.session.configure(join_transaction_mode="create_savepoint")
        try:
            yield
        finally:
            db.session.remove()
            db.engines[None] = engine
            db.session.configure(join_transaction_mode="conditional_savepoint")
            outer.rollback()
            connection.close()
