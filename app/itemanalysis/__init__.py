"""What the answers of many tell about the questions of a course, for its instructors and authors.

Not who answered what: no name and no single answer is shown. How answers are marked is
`app.activities`; what mending a question does to marks is `app.regrading`.
"""

from flask import Flask

from app.itemanalysis.routes import bp


def init_app(app: Flask) -> None:
    """Register the page. Who sees what learners earned (activities.view) sees it."""
    app.register_blueprint(bp)
