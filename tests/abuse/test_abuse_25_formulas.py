"""A name that is a formula goes out as text, in every file that holds names."""

import csv
import io

from app.kernel import jobs
from tests.centers.making import belong, make_center
from tests.rosters.making import HEAD, upload

HOSTILE = ('=HYPERLINK("http://evil.example","x")', "+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1")


def cells_of(text):
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    return [cell for row in rows for cell in row]


def is_formula(cell):
    return cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n")


def test_abuse_25_names_go_out_as_text(client, sign_in, make_person):
    center_id = make_center("kenitra")
    belong(center_id, *[make_person(name) for name in HOSTILE])
    manager = make_person(role="manager", scope="center", scope_id=center_id)
    sign_in(manager)
    text = client.post("/fr/c/kenitra/people/export").text
    assert len(cells_of(text)) > 8 * len(HOSTILE)
    assert not any(is_formula(cell) for cell in cells_of(text))


def test_abuse_25_a_report_gives_back_no_formula(client, sign_in, make_person):
    center_id = make_center("kenitra")
    manager = make_person(role="manager", scope="center", scope_id=center_id)
    out = io.StringIO()
    csv.writer(out).writerows([name, "", "nonsense", "", name, ""] for name in HOSTILE)
    roster = upload(manager, center_id, HEAD + out.getvalue())
    jobs.drain()
    sign_in(manager)
    text = client.get(f"/fr/c/kenitra/rosters/{roster.public_id}/report.csv").text
    assert not any(is_formula(cell) for cell in cells_of(text))
