"""Keeping how certificates look. Everything assumes a transaction and is audited."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select

from app.centers.models import Center
from app.kernel import audit
from app.kernel.actors import Actor
from app.kernel.db import db, get_now, insert_into
from app.kernel.errors import Conflict
from app.kernel.i18n import say
from app.printing import queries
from app.printing.models import CertificatePicture, CertificateTemplate
from app.printing.rules import Look, Place, stored


def save_draft(
    *,
    actor: Actor,
    center_id: int,
    course_id: int | None,
    look: Look,
    places: Sequence[tuple[Place, str]],
    now: datetime,
) -> CertificateTemplate:
    """Keep a draft in the place of the one before it. Each place comes with its picture's SHA-256.

    Whoever calls has tried that it can be printed.
    """
    _lock(center_id)
    kept = [_keep_picture(center_id, place, name) for place, name in places]
    db.session.execute(
        delete(CertificateTemplate).where(
            CertificateTemplate.center_id == center_id,
            CertificateTemplate.course_id == course_id,
            CertificateTemplate.used_at.is_(None),
        )
    )
    row = CertificateTemplate(
        center_id=center_id, course_id=course_id, content=stored(look, kept), made_at=now
    )
    db.session.add(row)
    db.session.flush()
    _drop_pictures(center_id)
    audit.record(actor, "printing.draft", obj=f"certificate_template:{row.id}", center_id=center_id)
    return row


def _lock(center_id: int) -> None:
    """Let one person at a time change the templates of a center."""
    db.session.execute(select(Center.id).where(Center.id == center_id).with_for_update())


def _keep_picture(center_id: int, place: Place, name: str) -> tuple[int, str] | None:
    if not place.content:
        known = db.session.get(CertificatePicture, place.kept) if place.kept else None
        return (known.id, place.alt) if known and known.center_id == center_id else None
    db.session.execute(
        insert_into(CertificatePicture)
        .values(center_id=center_id, sha256=name, content=place.content)
        .on_conflict_do_nothing()
    )
    found = db.session.scalars(
        select(CertificatePicture.id).where(
            CertificatePicture.center_id == center_id, CertificatePicture.sha256 == name
        )
    ).one()
    return found, place.alt


def name_of(content: bytes) -> str:
    """Return the name under which a picture is kept; asked for before the transaction."""
    return hashlib.sha256(content).hexdigest()


def _drop_pictures(center_id: int) -> None:
    """Forget the pictures of a center that no template names any more."""
    contents = db.session.scalars(
        select(CertificateTemplate.content).where(CertificateTemplate.center_id == center_id)
    )
    named = {one["picture"] for content in contents for one in content["logos"] if one}
    db.session.execute(
        delete(CertificatePicture).where(
            CertificatePicture.center_id == center_id, CertificatePicture.id.not_in(named)
        )
    )


def use_template(*, actor: Actor, center_id: int, template_id: int) -> None:
    """Let what is awarded from now on look like this draft; what was awarded stays as it is."""
    _lock(center_id)
    row = queries.get_template(center_id, template_id)
    db.session.refresh(row)
    if row.used_at:
        raise Conflict(say("This is in use already. Nothing was changed."))
    row.used_at = get_now()
    audit.record(actor, "printing.use", obj=f"certificate_template:{row.id}", center_id=center_id)
