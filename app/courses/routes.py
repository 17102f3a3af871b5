"""The files of courses: pictures, sounds, data. They never change, so browsers keep them."""

from typing import Any

from flask import Blueprint, Response, request

from app.courses import queries
from app.courses.rules import StoredFile, is_shown, kind_of
from app.kernel import clock
from app.kernel.errors import NotFound
from app.web.access import access

bp = Blueprint("courses", __name__)

FOREVER = "public, max-age=31536000, immutable"
POLICY = "default-src 'none'; sandbox"
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
MEDIA_POLICY = "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; sandbox"


@bp.get("/<lang>/courses/<slug>/files/<short>/<path:path>")
@access("public")
def course_file(slug: str, short: str, path: str) -> Any:
    """Send a file of `data/` or `media/` of a published revision."""
    revision = queries.find_open_revision(slug, short, now=clock.now())
    if revision is None:
        raise NotFound
    return send_file(queries.get_file(revision, path), FOREVER)


def send_file(file: StoredFile, cache: str) -> Any:
    """Answer with a file of a course as what it is, and as nothing that could run."""
    kind = kind_of(file.entry.path)
    name = file.entry.path.rsplit("/", 1)[-1]
    response = Response(file.content, content_type=kind)
    disposition = "inline" if is_shown(kind) else "attachment"
    response.headers["Content-Disposition"] = f'{disposition}; filename="{name}"'
    response.headers["Content-Security-Policy"] = _policy(kind)
    response.headers["Cache-Control"] = cache
    response.set_etag(file.entry.sha256[:32])
    return response.make_conditional(request, accept_ranges=True, complete_length=file.entry.size)


def _policy(kind: str) -> str:
    if kind.startswith("image/"):
        return PICTURE_POLICY
    return MEDIA_POLICY if kind.startswith(("audio/", "video/")) else POLICY
