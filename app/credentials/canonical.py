"""The one order in which what a JSON-LD document states is signed: RDF canonicalization. Pure.

Apart from what uses it, because PyLD and lxml are loaded only where something is signed or checked.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pyld.canon import URDNA2015
from pyld.jsonld import JsonLdError, JsonLdProcessor

from app.credentials import contexts
from app.credentials.contexts import Unreadable

MOST_STEPS = 3000
"""How long nodes without a name may be compared; ours need none of it."""
MOST_DEPTH = 40


class _Canonizer(URDNA2015):
    """Gives up on graphs that are made to be slow."""

    steps = 0

    def hash_n_degree_quads(self, id_: Any, issuer: Any) -> Any:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise Unreadable("too tangled")
        return super().hash_n_degree_quads(id_, issuer)


def canonize(document: Mapping[str, Any]) -> bytes:
    """Return the statements of a document in their one order. Raises Unreadable."""
    if _depth(document) > MOST_DEPTH:
        raise Unreadable("nested too deeply")
    if _defines_words(document):
        raise Unreadable("words are given a meaning in the document")
    options: dict[str, Any] = {"documentLoader": contexts.load, "base": ""}
    try:
        expanded = JsonLdProcessor(on_property_dropped=_refuse).expand(document, options)
        for name in _names(expanded):
            if ":" not in name:
                raise Unreadable(f"{name} is known to no context")
        dataset = JsonLdProcessor().to_rdf(expanded, {**options, "produceGeneralizedRdf": False})
        found: str = _Canonizer().main(
            dataset, {"algorithm": "URDNA2015", "format": "application/n-quads"}
        )
    except (JsonLdError, contexts.UnknownContext, RecursionError) as error:
        raise Unreadable(str(error)) from error
    return found.encode()


def _refuse(name: Any) -> None:
    if not (isinstance(name, str) and name.startswith("@")):
        raise Unreadable(f"{name} is known to no context")


def _depth(thing: Any) -> int:
    """Return how deep lists and objects lie in each other, without recursion."""
    level, deep = [thing], 0
    while level and deep <= MOST_DEPTH:
        deep += 1
        level = [
            part
            for one in level
            if isinstance(one, dict | list)
            for part in (one.values() if isinstance(one, dict) else one)
        ]
    return deep


def _defines_words(document: Mapping[str, Any]) -> bool:
    """Tell whether a document brings words of its own: then it could read other than it is signed.

    Contexts are named by their addresses only.
    """
    level: list[Any] = [document]
    while level:
        part = level.pop()
        if isinstance(part, dict):
            named = part.get("@context", "")
            if not all(isinstance(one, str) for one in _listed(named)):
                return True
            level += part.values()
        elif isinstance(part, list):
            level += part
    return False


def _listed(thing: Any) -> list[Any]:
    return thing if isinstance(thing, list) else [thing]


def _names(thing: Any) -> Iterator[str]:
    """Go through all names of things and kinds; one without a colon would not be signed."""
    if isinstance(thing, list):
        for each in thing:
            yield from _names(each)
    elif isinstance(thing, dict):
        if isinstance(thing.get("@id"), str):
            yield thing["@id"]
        yield from _listed(thing.get("@type", []))
        for each in thing.values():
            yield from _names(each)
