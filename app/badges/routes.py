"""Where the pictures of a credential are had: by whoever may see it, for as long as it stands."""

from functools import lru_cache

from flask import Blueprint, Response, g

from app.badges.showing import Badge, Card, draw_badge, draw_card
from app.credentials import policies, queries
from app.credentials.baking import bake_png, bake_svg
from app.credentials.models import Credential
from app.credentials.showing import Shown, show
from app.kernel import clock, i18n
from app.kernel.errors import NotFound
from app.kernel.i18n import say, translate
from app.web.access import access, load_actor

bp = Blueprint("badges", __name__)
AT = "/<lang>/check/<number>"
BADGE_WIDTH, WIDE_WIDTH = 640, 1200


@bp.get(f"{AT}/badge.png")
@access("public")
def png(number: str) -> Response:
    """Give the badge as PNG, with the signed credential in it."""
    found, shown = _get(number)
    picture = _painted(draw_badge(_badge(found, shown)), BADGE_WIDTH)
    return _sent(found, bake_png(picture, found.document), "image/png", f"badge-{number}.png")


@bp.get(f"{AT}/badge.svg")
@access("public")
def svg(number: str) -> Response:
    """Give the badge as SVG, with the signed credential in it."""
    found, shown = _get(number)
    picture = bake_svg(draw_badge(_badge(found, shown)), found.document)
    return _sent(found, picture.encode(), "image/svg+xml", f"badge-{number}.svg")


@bp.get(f"{AT}/wide.png")
@access("public")
def wide(number: str) -> Response:
    """Give the picture that messengers show beside the address of a credential."""
    found, shown = _get(number)
    where = " · ".join(filter(None, [shown.center, i18n.format_date(shown.earned_on)]))
    card = Card(
        _badge(found, shown), queries.issuer().name, translate(say("Certificate")), shown.name,
        shown.course, where,
    )  # fmt: skip
    return _sent(found, _painted(draw_card(card), WIDE_WIDTH), "image/png", "")


def _get(number: str) -> tuple[Credential, Shown]:
    found = queries.find_credential(number)
    if found is None or not found.document or not policies.can_see(load_actor(), found):
        raise NotFound
    shown = show(found, clock.now())
    if not shown.is_standing:
        raise NotFound
    return found, shown


def _badge(found: Credential, shown: Shown) -> Badge:
    below = " · ".join(filter(None, [queries.issuer().name, str(shown.earned_on.year)]))
    return Badge(shown.course, below, found.facts["level"], g.lang)


@lru_cache(maxsize=64)
def _painted(drawing: str, width: int) -> bytes:
    """Paint a drawing once: messengers ask for the same one many times."""
    from app.printing.typesetting import set_drawing  # 7 MB, only where one is painted

    return set_drawing(drawing, width)


def _sent(found: Credential, content: bytes, kind: str, name: str) -> Response:
    """Answer with a picture that other sites may show, unless it is kept private."""
    response = Response(content, mimetype=kind)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = "no-store" if found.is_private else "public, max-age=300"
    response.headers["X-Robots-Tag"] = "noindex"
    if name:
        response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
