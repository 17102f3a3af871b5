"""What can be asked. Every answer is of one center."""

from collections.abc import Iterable

from sqlalchemy import or_, select

from app.sdk import session
from rihla_glossary.models import Term
from rihla_glossary.rules import MOST, fold


def list_terms(center_id: int) -> list[Term]:
    """Return the terms of a center, in their order."""
    found = select(Term).where(Term.center_id == center_id).order_by(Term.folded).limit(MOST)
    return list(session.scalars(found))


def find_terms(center_id: int, query: str, most: int = 10) -> list[Term]:
    """Return the terms in which somebody finds what they look for, those that begin so first."""
    wanted = fold(query)
    if not wanted:
        return []
    matches = or_(
        Term.folded.contains(wanted, autoescape=True),
        Term.meaning.icontains(query.strip(), autoescape=True),
    )
    found = select(Term).where(Term.center_id == center_id, matches).order_by(Term.folded)
    rows = list(session.scalars(found.limit(MOST)))
    return sorted(rows, key=lambda row: not row.folded.startswith(wanted))[:most]


def meanings_of(center_id: int, terms: Iterable[str]) -> dict[str, str]:
    """Return the meanings of terms, by their folded form; one statement."""
    wanted = {fold(term) for term in terms}
    found = select(Term.folded, Term.meaning).where(
        Term.center_id == center_id, Term.folded.in_(sorted(wanted)[:MOST])
    )
    return dict(session.execute(found).tuples().all()) if wanted else {}
