"""Where a certificate can be had as PDF, and where a center chooses how it looks."""

from typing import Any

from flask import Blueprint, Response, g, redirect, request, url_for

from app.centers.queries import get_cohort
from app.centers.routes import done, page, place_frame
from app.courses.queries import list_choices
from app.credentials import policies
from app.credentials.models import Credential
from app.credentials.queries import get_of_cohort
from app.kernel import clock
from app.kernel.db import write
from app.kernel.errors import Conflict, Invalid, NotFound
from app.kernel.i18n import say, translate
from app.printing import forms, queries, services
from app.printing.models import CertificateTemplate
from app.printing.rules import MOST_PICTURE_BYTES, refuse_picture
from app.throttling import services as throttling
from app.throttling.rules import Limit
from app.throttling.services import Counter
from app.web.access import access

bp = Blueprint("printing", __name__, template_folder="templates")
bp.context_processor(place_frame)
EACH = Limit(free=200, window=3600)
AT = "/<lang>/c/<center>/certificate-templates"


@bp.get("/<lang>/account/certificates/<number>.pdf")
@access("signed-in")
def own(number: str) -> Response:
    """Give somebody their own certificate."""
    _count()
    return _pdf(queries.get_own(g.actor.id, number))


@bp.get("/<lang>/c/<center>/cohorts/<public_id>/certificates/<number>.pdf")
@access("credentials.award", scope="own")
def staff(public_id: str, number: str) -> Response:
    """Give the staff of a cohort a member's certificate, to print and sign it."""
    _count()
    cohort = get_cohort(g.actor, public_id, g.center.id)
    if not policies.can_award(g.actor, cohort):
        raise NotFound
    return _pdf(get_of_cohort(cohort, number))


def _count() -> None:
    with write():
        key = throttling.keyed("print", str(g.actor.id))
        throttling.take([Counter(key, EACH)], now=clock.now())


def _pdf(found: Credential) -> Response:
    from app.printing.typesetting import set_pdf  # 7 MB, only where one is printed

    sheet = queries.get_sheet(found, now=clock.now())
    response = Response(set_pdf(sheet, made_at=found.issued_at), mimetype="application/pdf")
    response.headers.set(
        "Content-Disposition", "attachment", filename=f"certificat-{found.public_id}.pdf"
    )
    return response


@bp.get(AT)
@access("printing.design", scope="center")
def templates() -> Any:
    """List how a center's certificates look, and lead to what can be changed."""
    courses = list_choices(g.lang)
    return page(
        "printing/templates",
        rows=queries.list_templates(g.center.id),
        courses=courses,
        titles={one.id: one.title for one in courses},
    )


@bp.route(f"{AT}/edit", methods=["GET", "POST"])
@access("printing.design", scope="center", max_body=4 * MOST_PICTURE_BYTES)
def edit() -> Any:
    """Choose how certificates look, for one course or for all; what is sent becomes a draft."""
    course_id = request.args.get("course", 0, int) or None
    title = _title(course_id)
    newest = queries.find_newest(g.center.id, course_id)
    content = newest.content if newest else {}
    base = str(newest.id if newest else 0)
    form = forms.TemplateForm(data={"base": base, **forms.filled(content)})
    if request.method == "POST" and form.validate():
        try:
            return redirect(
                url_for("printing.template", template_id=_save(form, course_id, content, base)), 303
            )
        except (Conflict, Invalid) as refusal:
            form.form_errors.append(translate(refusal.sentence))
    return page(
        "printing/edit",
        form,
        title=title,
        course_id=course_id,
        logos=[*content.get("logos", []), None, None, None][:3],
    )


def _title(course_id: int | None) -> str:
    """Return the title of a course of the site, "" for all courses. Raises NotFound."""
    if course_id is None:
        return ""
    titles = {one.id: one.title for one in list_choices(g.lang)}
    if course_id not in titles:
        raise NotFound
    return titles[course_id]


def _save(
    form: forms.TemplateForm, course_id: int | None, content: dict[str, Any], base: str
) -> int:
    """Try whether it can be printed, then keep it: nothing slow is done while others wait."""
    from app.printing.typesetting import check_sample

    if form.base.data != base:
        raise Conflict(say("Somebody else changed this in the meantime: open the page again."))
    now, places, chosen = clock.now(), form.places(content), form.look()
    for one in places:
        if one.content and (reason := refuse_picture(one.content)):
            raise Invalid(reason)
        if (one.content or one.kept) and not one.alt:
            raise Invalid(say("Say whose logo it is: a screen reader says it in its place."))
    look = queries.with_logos(chosen, g.center.id, places)
    check_sample(queries.get_sample(g.center.id, _title(course_id), look, now=now), made_at=now)
    named = [(one, services.name_of(one.content) if one.content else "") for one in places]
    with write():
        return services.save_draft(
            actor=g.actor,
            center_id=g.center.id,
            course_id=course_id,
            look=chosen,
            places=named,
            now=now,
        ).id


@bp.get(f"{AT}/<int:template_id>")
@access("printing.design", scope="center")
def template(template_id: int) -> Any:
    """Show how certificates will look, before it is used."""
    found = queries.get_template(g.center.id, template_id)
    return page("printing/template", row=found, title=_shown_title(found))


def _shown_title(found: CertificateTemplate) -> str:
    titles = {one.id: one.title for one in list_choices(g.lang)}
    return titles.get(found.course_id, "–") if found.course_id else ""


@bp.get(f"{AT}/<int:template_id>.png")
@access("printing.design", scope="center")
def preview(template_id: int) -> Response:
    """Draw an invented certificate with a template."""
    from app.printing.typesetting import set_picture

    found = queries.get_template(g.center.id, template_id)
    sheet = queries.get_sample(
        g.center.id, _shown_title(found), queries.look_of(found), now=found.made_at
    )
    _count()
    return Response(set_picture(sheet, made_at=found.made_at), mimetype="image/png")


@bp.post(f"{AT}/<int:template_id>/use")
@access("printing.design", scope="center", takes="button")
def use(template_id: int) -> Any:
    """Let what is awarded from now on look like this."""
    with write():
        services.use_template(actor=g.actor, center_id=g.center.id, template_id=template_id)
    return done("printing.templates", say("Certificates awarded from now on look like this."))
