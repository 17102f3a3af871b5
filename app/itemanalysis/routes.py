"""The page about the questions of a course."""

from typing import Any

from flask import Blueprint, g, render_template, request, url_for

from app.itemanalysis import queries, rules
from app.web.access import access

bp = Blueprint("itemanalysis", __name__, template_folder="templates")
PAGE = 20


@bp.get("/<lang>/courses/<slug>/answers")
@access("activities.view", scope="own")
def course(slug: str) -> Any:
    """Show what answers tell about each question of a course, doubtful keys first."""
    cohort = request.args.get("cohort", "")
    scope = queries.get_scope(g.actor, slug, cohort)
    page = queries.get_page(scope, g.lang)
    start = max(0, request.args.get("from", 0, type=int)) // PAGE * PAGE
    chosen: dict[str, Any] = {"cohort": cohort} if cohort else {}

    def at(place: int) -> str | None:
        where: dict[str, Any] = {"from": place, **chosen}
        inside = 0 <= place < len(page.rows)
        return url_for("itemanalysis.course", slug=slug, **where) if inside else None

    return render_template(
        "itemanalysis/course.html",
        scope=scope,
        page=page,
        rows=page.rows[start : start + PAGE],
        doubtful=sum(row.found.likely is not None for row in page.rows),
        previous_url=at(start - PAGE),
        next_url=at(start + PAGE),
        fewest=rules.FEWEST,
        together=rules.FEWEST_TOGETHER,
        most_learners=queries.MOST_LEARNERS,
    )
