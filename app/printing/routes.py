"""Where a certificate can be had as PDF: its owner's page, and that of the center's staff."""

from flask import Blueprint, Response, g

from app.centers.queries import get_cohort
from app.credentials import policies
from app.credentials.models import Credential
from app.credentials.queries import get_of_cohort
from app.kernel import clock
from app.kernel.db import write
from app.kernel.errors import NotFound
from app.printing import queries, typesetting
from app.throttling import services as throttling
from app.throttling.rules import Limit
from app.throttling.services import Counter
from app.web.access import access

bp = Blueprint("printing", __name__, template_folder="templates")
EACH = Limit(free=200, window=3600)


@bp.get("/<lang>/account/certificates/<number>.pdf")
@access("signed-in")
def own(number: str) -> Response:
    """Give somebody their own certificate."""
    _count()
    return _pdf(queries.get_own(g.actor.id, number))


@bp.get("/<lang>/c/<center>/cohorts/<public_id>/certificates/<number>.pdf")
@access("credentials.award", scope="own")
def staff(public_id: str, number: str) -> Response:
    """Give the staff of a cohort a member's certificate, to print and sign it."""
    _count()
    cohort = get_cohort(g.actor, public_id, g.center.id)
    if not policies.can_award(g.actor, cohort):
        raise NotFound
    return _pdf(get_of_cohort(cohort, number))


def _count() -> None:
    with write():
        key = throttling.keyed("print", str(g.actor.id))
        throttling.take([Counter(key, EACH)], now=clock.now())


def _pdf(found: Credential) -> Response:
    sheet = queries.get_sheet(found, now=clock.now())
    response = Response(
        typesetting.set_pdf(sheet, made_at=found.issued_at), mimetype="application/pdf"
    )
    response.headers.set(
        "Content-Disposition", "attachment", filename=f"certificat-{found.public_id}.pdf"
    )
    return response
