"""What can be done. Everything stands inside `with write():`."""

from sqlalchemy import func, select

from app.sdk import Actor, Conflict, Forbidden, Invalid, NotFound, Plugin, say, session
from rihla_glossary.models import Term
from rihla_glossary.rules import MOST, fold

me = Plugin(__name__)
LONGEST_TERM, LONGEST_MEANING = 80, 600


def write_term(*, actor: Actor, center_id: int, term: str, meaning: str) -> None:
    """Keep a term of a center; one that is there already gets the new meaning.

    Raises Invalid for texts that are empty or too long, Conflict when the glossary is full.
    """
    _check(actor, center_id)
    term, meaning = " ".join(term.split()), meaning.strip()
    if not 0 < len(term) <= LONGEST_TERM or not 0 < len(meaning) <= LONGEST_MEANING:
        raise Invalid(
            say(
                "Write a term of up to %(term)s characters and a meaning of up to %(meaning)s.",
                term=LONGEST_TERM,
                meaning=LONGEST_MEANING,
            )
        )
    here = Term.center_id == center_id
    row = session.scalar(select(Term).where(here, Term.folded == fold(term)))
    if row is None:
        if (session.scalar(select(func.count(Term.id)).where(here)) or 0) >= MOST:
            raise Conflict(say("The glossary is full. Delete a term first."))
        row = Term(center_id=center_id, folded=fold(term))
        session.add(row)
    row.term, row.meaning = term, meaning
    session.flush()
    me.audit(actor, "write_term", obj=f"glossary_term:{row.id}", center_id=center_id)


def delete_term(*, actor: Actor, center_id: int, term_id: int) -> None:
    """Delete a term of a center. Raises NotFound for one of another center."""
    _check(actor, center_id)
    row = session.get(Term, term_id)
    if row is None or row.center_id != center_id:
        raise NotFound
    session.delete(row)
    me.audit(actor, "delete_term", obj=f"glossary_term:{term_id}", center_id=center_id)


def _check(actor: Actor, center_id: int) -> None:
    if not actor.can("glossary.edit", center=center_id):
        raise Forbidden(say("You may not change the glossary of this center."))
