"""Searching titles and lessons, in French with and without accents, and in Arabic."""

from collections.abc import Iterator
from urllib.parse import quote

from tests.bench.site import Site, ask, count_statements, cpu_ms, request
from tests.bench.table import Line

DATABASES = ("sqlite", "postgresql")
QUERIES = (("fr", "donnees"), ("fr", "modele lineaire"), ("ar", "البيانات"), ("fr", "d"))


def measure(site: Site) -> Iterator[Line]:
    """Measure the whole page with what was found."""
    for lang, words in QUERIES:
        environ = request(f"/{lang}/search?q={quote(words)}")

        def search(environ: dict[str, object] = environ) -> object:
            return ask(site.app, environ)

        found = ask(site.app, environ)
        assert found.status == 200, found.status
        asked = count_statements(search)
        yield Line(f"“{words}”", cpu_ms(search, 40), "ms CPU", more=f"{asked} statements")
