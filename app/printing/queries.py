"""What of a certificate is printed."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from app.credentials.models import Credential
from app.credentials.queries import find_credential, issuer
from app.credentials.rules import state_of
from app.kernel.errors import Conflict, NotFound
from app.kernel.i18n import ZONE, say
from app.printing.rules import Sheet, both_names, in_both


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
        code=coded(found),
    )


def coded(found: Credential) -> str:
    """Return what the QR on paper holds."""
    return issuer().credential(found.public_id)
