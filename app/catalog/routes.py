"""The catalog and the search page; every choice is an address that can be shared."""

from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, g, render_template, request

from app.catalog import queries
from app.catalog.hooks import SearchHit, SearchSource
from app.catalog.rules import HOURS, Filter, is_own_address
from app.centers.queries import center_of_actor
from app.content.rules import LEVELS
from app.kernel import clock, place
from app.kernel.hooks import hooks
from app.kernel.i18n import LANGUAGES, NAMES, Sentence, say, translate
from app.web.access import access, load_actor

MOST_ELSEWHERE = 10
bp = Blueprint("catalog", __name__, template_folder="templates")

LEVEL_NAMES = {
    "beginner": say("Beginner"),
    "intermediate": say("Intermediate"),
    "advanced": say("Advanced"),
}
HOUR_NAMES = {
    "short": say("Under 10 hours"),
    "medium": say("10 to 30 hours"),
    "long": say("Over 30 hours"),
}


@dataclass(frozen=True)
class Choice:
    """A facet as a link."""

    label: str
    url: str
    current: bool


@bp.get("/<lang>/courses")
@access("public")
def courses() -> Any:
    """Show the courses, narrowed down as the address says."""
    offers = queries.list_offers()
    chosen = _chosen(offers)
    offered = {slug: ids for slug, (_, _, ids) in offers.items()}
    entries = queries.list_entries(now=clock.now())
    return render_template(
        "catalog/courses.html",
        entries=[entry for entry in entries if chosen.matches(entry, offered)],
        total=len(entries),
        facets=_facets(chosen, offers),
        is_filtered=chosen != Filter(),
        level_names=LEVEL_NAMES,
    )


def _chosen(offers: dict[str, Any]) -> Filter:
    def known(name: str, values: Any) -> str:
        value = request.args.get(name, "")
        return value if value in values else ""

    return Filter(
        known("language", LANGUAGES),
        known("level", LEVELS),
        known("hours", HOURS),
        known("center", offers),
    )


def _facets(chosen: Filter, offers: dict[str, Any]) -> list[tuple[str, list[Choice]]]:
    place = 1 if g.lang == "ar" else 0
    centers: dict[str, str | Sentence] = {
        slug: offer[place] or offer[0] for slug, offer in offers.items()
    }
    groups: list[tuple[Sentence, str, dict[str, Any]]] = [
        (say("Level"), "level", LEVEL_NAMES),
        (say("Language"), "language", {code: NAMES[code] for code in LANGUAGES}),
        (say("Length"), "hours", HOUR_NAMES),
        (say("Center"), "center", centers),
    ]
    return [
        (
            translate(label),
            [_choice(chosen, name, "", say("All"))]
            + [_choice(chosen, name, value, text) for value, text in values.items()],
        )
        for label, name, values in groups
        if values
    ]


def _choice(chosen: Filter, name: str, value: str, label: str | Sentence) -> Choice:
    wanted = {k: v for k, v in asdict(replace(chosen, **{name: value})).items() if v}
    url = f"/{g.lang}/courses" + (f"?{urlencode(wanted)}" if wanted else "")
    return Choice(translate(label), url, getattr(chosen, name) == value)


@bp.get("/<lang>/search")
@access("public")
def search() -> Any:
    """Search titles and lessons."""
    query = request.args.get("q", "").strip()[:200]
    found = queries.search(query, g.lang) if query else []
    more = _search_elsewhere(query) if query else []
    return render_template("catalog/search.html", query=query, found=found, more=more)


def _search_elsewhere(query: str) -> list[tuple[Sentence, list[SearchHit]]]:
    """Return what others find, by source; at the center for which somebody is here."""
    if not hooks.collect(SearchSource, anywhere=True):
        return []
    actor = load_actor()
    place.center.set(center_of_actor(actor))
    groups = []
    for _, source in sorted(hooks.collect(SearchSource), key=lambda pair: pair[1].order):
        found = source.find(actor, query, g.lang)[:MOST_ELSEWHERE]
        seen = [hit for hit in found if is_own_address(hit.url) and source.can_see(actor, hit)]
        if seen:
            groups.append((source.label, seen))
    return groups
