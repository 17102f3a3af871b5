"""Signing in the background. Each job may run twice: what is signed stays as it was signed."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import update

from app.credentials import documents, proofs, queries, services
from app.credentials.models import Credential, StatusList
from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from app.kernel.health import Check
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.kernel.jobs import JobType


def _signed(document: dict[str, Any], at: datetime) -> str:
    """Return a document signed with the newest key; the first one is made now."""
    key = queries.find_newest_key()
    if key is None:
        db.session.rollback()
        with write():
            if not queries.list_keys():  # another job may have made it
                services.add_key(actor=SYSTEM)
        key = queries.find_newest_key()
    db.session.rollback()
    if key is None or key.private is None:
        raise RuntimeError("the newest key cannot be opened; see rihla credentials rotate-key")
    made = proofs.sign(document, key.private, queries.issuer().method(key.number), at)
    return json.dumps(made, ensure_ascii=False, separators=(",", ":"))


def sign(credential_id: int) -> None:
    """Sign a credential that is not signed yet."""
    row = db.session.get(Credential, credential_id)
    if row is None or row.document or row.person_id is None:
        return
    document = _signed(documents.document_of(queries.award_of(row), queries.issuer()), clock.now())
    with write() as session:
        session.execute(
            update(Credential)
            .where(Credential.id == credential_id, Credential.document == "")
            .where(Credential.person_id.is_not(None))  # erased meanwhile: nothing is kept
            .values(document=document)
        )


def publish_list(number: int) -> None:
    """Sign a list anew. One that knows less never takes the place of one that knows more."""
    at = clock.now()
    marked = queries.list_marked(number)
    document = _signed(documents.list_document(number, marked, queries.issuer(), at), at)
    with write() as session:
        session.execute(
            update(StatusList)
            .where(StatusList.number == number, StatusList.marked <= len(marked))
            .values(document=document, marked=len(marked), signed_at=at)
        )


def publish_lists() -> None:
    """Sign all lists anew, so that each says how fresh it is."""
    for number in queries.list_list_numbers():
        publish_list(number)


def check_key() -> Check:
    """Tell whether the key that signs can be opened."""
    key = queries.find_newest_key()
    if key is None or key.private is not None:
        return Check(True, say("Certificates can be signed."))
    return Check(
        False,
        say("The key that signs certificates cannot be opened: the site's own key was changed."),
        say("Put the old RIHLA_SECRET_KEY back, or run: rihla credentials rotate-key"),
    )


def register() -> None:
    """Make the jobs known."""
    hooks.register(JobType, "credentials.sign", JobType(sign, timeout=60))
    hooks.register(JobType, "credentials.publish_list", JobType(publish_list, timeout=60))
    hooks.register(
        JobType, "credentials.publish_lists", JobType(publish_lists, schedule="20 * * * *")
    )
