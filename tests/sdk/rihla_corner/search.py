"""What is found."""

from collections.abc import Iterator

from app.sdk import Actor, SearchHit


def find(actor: Actor, query: str, language: str) -> Iterator[SearchHit]:
    """Find the same four things; one of them leads away, one is secret."""
    yield SearchHit("Open word", "/en/x/corner/", f"about {query}")
    yield SearchHit("Secret word", "/en/x/corner/secret")
    yield SearchHit("Foreign word", "https://example.org/")
    if query == "broken":
        raise ValueError("broken")


def can_see(actor: Actor, hit: SearchHit) -> bool:
    """Hide what is secret."""
    return "Secret" not in hit.title
