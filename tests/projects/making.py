"""A course with a project, and learners of a cohort who hand it in."""

import re
from io import BytesIO

from sqlalchemy import func, select

from app.courses import services as courses
from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from tests.courses.samples import course

SLUG = "petit-cours"
PROJECT = """\
kind: project
project:
  rubric:
    prix: 8
    clarte: 2
  files: 3
  kinds: [py, md, csv, svg, html, pdf, zip, ipynb]
  link: true
rubric:
  prix: "Les prix sont justes"
  clarte: "Le code se lit bien"
"""
PAGE = f"/fr/courses/{SLUG}/taxi/project"
TAXI = "def tarif(metres):\n    return 2 + metres // 80\n"


def files(project=PROJECT):
    """Return the course as files."""
    made = course(lessons={"taxi": ("Le taxi", "Calculez le tarif.\n")})
    path = next(path for path in made if path.endswith("taxi.fr.md"))
    made[path] = made[path].replace(b"minutes: 10\n", f"minutes: 10\n{project}".encode())
    return made


def publish(**changes):
    """Publish the course to everybody."""
    checked = courses.check_files(files(**changes))
    assert not checked.errors, [str(problem) for problem in checked.errors]
    with write():
        made = courses.import_course(actor=SYSTEM, checked=checked, now=clock.now())
        courses.publish_course(actor=SYSTEM, revision_id=made.revision_id, now=clock.now())
    assert made.slug == SLUG


def hand_in(client, *sent, keep=(), link="", note="", **more):
    """Send files as (name, content) the way a browser does."""
    parts = [
        (BytesIO(content.encode() if isinstance(content, str) else content), name)
        for name, content in sent
    ]
    data = {"files": parts or (BytesIO(b""), ""), "keep": list(keep), "link": link, "note": note}
    answer = client.post(PAGE, data=data | more, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()  # the test client's own, on the disk
    return answer


def fields_of(html):
    return {
        name: re.search(rf'name="{name}" value="(\d+)"', html)[1]
        for name in ("answer", "newest", "number")
    }


def give(client, work, html=None, levels=(5, 3), comment="", **more):
    fields = fields_of(html or client.get(work).text)
    lines = {f"line-{at}": level for at, level in enumerate(levels)}
    return client.post(work, data=fields | lines | {"comment": comment} | more)


def ask(*columns, **where):
    """Return rows, and keep no savepoint that is older than those of later requests."""
    rows = db.session.execute(select(*columns).filter_by(**where)).all()
    db.session.remove()
    return rows


def count(model):
    found = db.session.scalar(select(func.count()).select_from(model))
    db.session.remove()
    return found
