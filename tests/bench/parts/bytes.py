"""What a lesson weighs on the wire, compressed with brotli."""

import re
from collections.abc import Iterator

from app.demo.rules import MAIN_COURSE
from tests.bench.site import LESSON, Site, ask, request, unpacked
from tests.bench.table import Line

DATABASES = ("sqlite",)
CSS, SCRIPTS, PAGE = 10_000, 12_000, 8_000
SHEET = re.compile(r'rel="stylesheet" href="([^"]+)"')
SCRIPT = re.compile(r'<script[^>]* src="([^"]+)"')


def measure(site: Site) -> Iterator[Line]:
    """Weigh the page in each language, and the styles and scripts that it names."""
    html = ""
    for lang in ("fr", "ar", "en"):
        path = f"/{lang}/courses/{MAIN_COURSE}/{LESSON}"
        answer = ask(site.app, request(path, cookie=site.cookie(path, "learner")))
        html = unpacked(answer).decode()
        more = f"{len(html.encode())} before compression"
        yield Line(f"HTML of a lesson, {lang}", len(answer.body), "bytes", PAGE, more=more)
    for name, found, limit in (
        ("styles", SHEET.findall(html), CSS),
        ("scripts of a learner", SCRIPT.findall(html), SCRIPTS),
    ):
        size = sum(len(ask(site.app, request(url)).body) for url in found)
        yield Line(name, size, "bytes", limit, more=f"{len(found)} file(s)")
