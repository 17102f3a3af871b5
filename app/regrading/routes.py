"""What became of marks after a publication; and the signature without which none falls."""

from typing import Any

from flask import Blueprint, g, redirect, render_template, url_for

from app.accounts.queries import names_of
from app.courses import policies
from app.courses.queries import get_course_to_edit
from app.kernel import clock
from app.kernel.db import write
from app.kernel.errors import Refusal
from app.kernel.i18n import say
from app.regrading import queries, services
from app.web.access import access
from app.web.pages import flash

bp = Blueprint("regrading", __name__, url_prefix="/<lang>/studio", template_folder="templates")


@bp.get("/courses/<slug>/marks/<public_id>")
@access("courses.write", scope="own")
def one(slug: str, public_id: str) -> Any:
    """Show what was decided about marks, what came of it, and whether somebody has to sign."""
    course = get_course_to_edit(g.actor, slug)
    found = queries.get_regrading(course.id, public_id)
    names = names_of([one for one in (found.asked_by, found.signed_by) if one], g.lang)
    page = render_template(
        "regrading/one.html",
        course=course,
        found=found,
        names=names,
        may_sign=found.choice == "lower"
        and found.signed_by is None
        and found.state != "replaced"
        and found.asked_by != g.actor.id
        and policies.can_publish(g.actor, course.id),
    )
    return page, 200, {"Refresh": "3"} if found.state == "ready" else {}


@bp.post("/courses/<slug>/marks/<public_id>/sign")
@access("courses.write", scope="own", takes="button")
def sign(slug: str, public_id: str) -> Any:
    """Sign that marks may fall."""
    course = get_course_to_edit(g.actor, slug)
    try:
        with write():
            services.sign_lowering(
                actor=g.actor, course_id=course.id, public_id=public_id, now=clock.now()
            )
    except Refusal as refusal:
        flash(refusal.sentence, "bad")
    else:
        flash(say("Signed. The marks are worked out now."))
    return redirect(url_for("regrading.one", slug=slug, public_id=public_id), 303)
