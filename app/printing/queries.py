"""What of a certificate is printed, and with which template."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import or_, select

from app.centers.models import Center
from app.credentials.models import Credential
from app.credentials.queries import find_credential, find_statement, issuer
from app.credentials.rules import state_of
from app.kernel.db import db
from app.kernel.errors import Conflict, NotFound
from app.kernel.i18n import ZONE, say
from app.printing.models import CertificatePicture, CertificateTemplate
from app.printing.rules import (
    Logo,
    Look,
    Place,
    Sheet,
    both_names,
    in_both,
    restored,
)

SAMPLE = "A1b2C3d4E5f6G7h8I9j0Kl"


def get_own(person_id: int, number: str) -> Credential:
    """Return a credential that somebody holds. Raises NotFound."""
    found = find_credential(number)
    if found is None or found.person_id != person_id:
        raise NotFound
    return found


def get_sheet(found: Credential, *, now: datetime) -> Sheet:
    """Return what is printed of a credential. Raises Conflict for one that counts no more."""
    if state_of(found, now) not in ("valid", "expired"):
        raise Conflict(say("This certificate counts no more, so there is no paper of it."))
    facts, site = found.facts, issuer()
    until = found.expires_at - timedelta(seconds=1) if found.expires_at else None
    address = site.credential(found.public_id)
    return Sheet(
        name=found.name,
        name_ar=found.name_ar,
        title=in_both(facts["title"], facts["source"]),
        level=facts["level"],
        hours=facts["hours"],
        cohort=facts["cohort"],
        center=both_names(facts["center"]),
        sponsor=both_names(facts["sponsor"]),
        earned_on=datetime.fromisoformat(facts["earned_at"]).astimezone(ZONE).date(),
        until=until.astimezone(ZONE).date() if until else None,
        issuer=site.name,
        number=found.public_id,
        address=address,
        check_page=f"{urlsplit(site.url).netloc}/fr/check",
        code=find_statement(found) or address,
        look=find_look(facts.get("template")),
    )


def find_template_id(center_id: int, course_id: int) -> int | None:
    """Return the template for what is awarded now: the course's own, the center's, or None."""
    made = CertificateTemplate
    return db.session.scalars(
        select(made.id)
        .where(made.center_id == center_id, made.used_at.is_not(None))
        .where(or_(made.course_id == course_id, made.course_id.is_(None)))
        .order_by(made.course_id.is_(None), made.used_at.desc(), made.id.desc())
        .limit(1)
    ).first()


def find_look(template_id: int | None) -> Look:
    """Return how certificates with a template look; without one, as the house does."""
    found = db.session.get(CertificateTemplate, template_id) if template_id else None
    return look_of(found) if found else Look()


def look_of(found: CertificateTemplate) -> Look:
    """Return a template as it is printed."""
    ids = {one["picture"] for one in found.content["logos"] if one}
    return restored(found.content, _pictures(found.center_id, ids))


def _pictures(center_id: int, ids: Iterable[int]) -> dict[int, bytes]:
    rows = db.session.execute(
        select(CertificatePicture.id, CertificatePicture.content).where(
            CertificatePicture.center_id == center_id, CertificatePicture.id.in_(ids)
        )
    )
    return {row.id: row.content for row in rows}


def get_template(center_id: int, template_id: int) -> CertificateTemplate:
    """Return a template of a center. Raises NotFound."""
    found = db.session.get(CertificateTemplate, template_id)
    if found is None or found.center_id != center_id:
        raise NotFound
    return found


def list_templates(center_id: int) -> list[CertificateTemplate]:
    """Return the newest template of each course of a center, and of all the others."""
    rows = db.session.scalars(
        select(CertificateTemplate)
        .where(CertificateTemplate.center_id == center_id)
        .order_by(CertificateTemplate.id)
    )
    return sorted({row.course_id: row for row in rows}.values(), key=lambda row: row.course_id or 0)


def find_newest(center_id: int, course_id: int | None) -> CertificateTemplate | None:
    """Return the newest template of a course of a center, drafts too; None before the first."""
    rows = [row for row in list_templates(center_id) if row.course_id == course_id]
    return rows[0] if rows else None


def with_logos(look: Look, center_id: int, places: Sequence[Place]) -> Look:
    """Return a look with the pictures that are given and those of the center that are kept."""
    kept = _pictures(center_id, {one.kept for one in places if one.kept})
    logos = []
    for one in places:
        if one.content:
            logos.append(Logo(one.content, one.alt))
        elif one.kept in kept:
            logos.append(Logo(kept[one.kept], one.alt))
    return replace(look, logos=tuple(logos))


def get_sample(center_id: int, title: str, look: Look, *, now: datetime) -> Sheet:
    """Return an invented certificate of a center that is as full as real ones may be."""
    center, site = db.session.get_one(Center, center_id), issuer()
    day = now.astimezone(ZONE).date()
    return Sheet(
        name="Fatima-Zohra El Mansouri",
        name_ar="فاطمة الزهراء المنصوري",
        title=(title or "Python et données", title or "بايثون والبيانات"),
        level="beginner",
        hours=120,
        cohort="DA-7",
        center=both_names([center.name, center.name_ar]),
        sponsor=("Atlas Retail", "أطلس للتوزيع"),
        earned_on=day,
        until=day + timedelta(days=1095),
        issuer=site.name,
        number=SAMPLE,
        address=site.credential(SAMPLE),
        check_page=f"{urlsplit(site.url).netloc}/fr/check",
        code=site.statement("SPECIMEN" * 64),
        look=look,
    )
