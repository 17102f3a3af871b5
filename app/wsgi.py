"""What a web server imports: `app.wsgi:create_wsgi` builds the application in each process."""

import gc

from flask import Flask

from app import create_app


def create_wsgi() -> Flask:
    """Return the application; what start-up built is left out of later garbage collections."""
    app = create_app()
    gc.collect()
    gc.freeze()
    return app
