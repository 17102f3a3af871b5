"""The catalog: which courses there are, narrowed down by facets, and the search in them.

The cover of one course and its lessons are app.learning's.
"""

from flask import Flask

from app.catalog import jobs
from app.catalog.routes import bp
from app.courses.hooks import CoursePublished, PublicationWithdrawn
from app.kernel.hooks import hooks as registry
from app.kernel.i18n import say
from app.kernel.jobs import JobType
from app.kernel.outbox import Subscriber
from app.web.hooks import NavItem


def init_app(app: Flask) -> None:
    """Register the pages and what keeps the search index in step."""
    app.register_blueprint(bp)
    registry.register(NavItem, "catalog.courses", NavItem(say("Courses"), "catalog.courses", 10))
    registry.register(NavItem, "catalog.search", NavItem(say("Search"), "catalog.search", 90))
    registry.register(Subscriber, "catalog.published", Subscriber(CoursePublished, jobs.follow))
    registry.register(
        Subscriber, "catalog.withdrawn", Subscriber(PublicationWithdrawn, jobs.follow)
    )
    registry.register(JobType, "catalog.refresh", JobType(jobs.refresh, schedule="*/10 * * * *"))
