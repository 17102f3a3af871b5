"""Terms among what people find."""

from app.sdk import Actor, Plugin, SearchHit
from rihla_glossary import queries

me = Plugin(__name__)


def find(actor: Actor, query: str, language: str) -> list[SearchHit]:
    """Return the terms of the person's center that match."""
    if me.center_id is None or not actor.is_signed_in:
        return []
    page = me.url("center:index", language=language)
    found = queries.find_terms(me.center_id, query)
    return [SearchHit(row.term, f"{page}#term-{row.id}", row.meaning) for row in found]


def can_see(actor: Actor, hit: SearchHit) -> bool:
    """Terms are for everybody with an account, as their page is."""
    return actor.is_signed_in
