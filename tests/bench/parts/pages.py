"""What pages cost: CPU of the application for one request, without a network; SQL statements."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.demo.rules import MAIN_COURSE
from tests.bench.site import (
    LESSON,
    Site,
    ask,
    bare,
    beside,
    count_calls,
    count_statements,
    request,
)
from tests.bench.table import Line

DATABASES = ("sqlite", "postgresql")
GOAL, ON_SQLITE, ON_POSTGRESQL = 1.0, 1.6, 2.2


@dataclass(frozen=True)
class Page:
    """A page to measure; `hot` ones have a budget of CPU, `fresh` ones are made anew each time."""

    name: str
    path: str
    role: str = ""
    statements: int = 0
    hot: bool = False
    fresh: bool = False


PAGES = (
    Page("lesson, visitor, fr", f"/fr/courses/{MAIN_COURSE}/{LESSON}", "", 4, True),
    Page("lesson, learner, fr", f"/fr/courses/{MAIN_COURSE}/{LESSON}", "learner", 4, True),
    Page("lesson, learner, ar", f"/ar/courses/{MAIN_COURSE}/{LESSON}", "learner", 4, True),
    Page("lesson, first of its kind", f"/fr/courses/{MAIN_COURSE}/{LESSON}", "learner", fresh=True),
    Page("course, learner", f"/fr/courses/{MAIN_COURSE}", "learner", 6),
    Page("catalog, visitor", "/fr/courses", "", 6),
    Page("home, visitor", "/fr/", "", 8),
    Page("home, learner", "/fr/", "learner", 8),
    Page("home, instructor", "/fr/", "instructor", 8),
    Page("home, admin", "/fr/", "admin", 12),  # one for each thing whose health is told
    Page("sign-in form", "/fr/sign-in"),
    Page("healthz", "/healthz"),
)


def measure(site: Site) -> Iterator[Line]:
    """Measure each page in turns with a bare Flask answer."""
    simple, word = bare(), request("/")
    floor = 0.0
    for page in PAGES:
        environ = request(page.path, cookie=site.cookie(page.path, page.role))

        def open_page(environ: dict[str, object] = environ, fresh: bool = page.fresh) -> object:
            if fresh:
                site.app.extensions["shared_pages"].clear()
            return ask(site.app, environ)

        answer = ask(site.app, environ)
        assert answer.status == 200, (page.path, answer.status)
        cost, floor = beside(open_page, lambda: ask(simple, word))
        limit = site.pick(ON_SQLITE, ON_POSTGRESQL) if page.hot else 0
        more = f"{cost / floor:.1f} × a bare Flask answer, {count_calls(open_page)} calls"
        yield Line(page.name, cost, "ms CPU", limit, GOAL if limit else 0, more=more)
        if page.statements:
            asked = count_statements(open_page)
            yield Line(f"{page.name}: statements", asked, "SQL", page.statements)
    yield Line("a bare Flask answer", floor, "ms CPU")
