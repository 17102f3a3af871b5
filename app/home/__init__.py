"""Home: everybody's first page, put together from what the features below know.

It keeps nothing and decides nothing; each part links to the feature that does.
"""

from flask import Flask

from app.home import routes


def init_app(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(routes.bp)
