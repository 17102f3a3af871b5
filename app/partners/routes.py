"""Pages of partners: the list, and one partner with its people."""

from typing import Any

from flask import Blueprint, g, request

from app.accounts import policies as account_policies
from app.centers import forms
from app.centers.queries import list_staff
from app.centers.routes import attempt, done, page
from app.kernel import clock
from app.kernel.actors import Grant
from app.kernel.db import write
from app.kernel.errors import Forbidden
from app.kernel.i18n import say
from app.partners import policies, queries, services
from app.partners.models import Partner
from app.web.access import access
from app.web.forms import Form

bp = Blueprint("partners", __name__, url_prefix="/<lang>", template_folder="templates")


@bp.route("/partners", methods=["GET", "POST"])
@access("partners.view", scope="own")
def partners() -> Any:
    """List the partners that one sees, and let the office add another."""
    form = forms.NewPlaceForm() if policies.can_manage_partners(g.actor) else None
    if request.method == "POST":
        if form is None:
            raise Forbidden(say("You may see this, but not change it."))
        if attempt(
            form,
            lambda: services.create_partner(
                actor=g.actor,
                slug=form.slug.data,
                name=form.name.data,
                name_ar=form.name_ar.data or "",
                city=form.city.data or "",
                now=clock.now(),
            ),
        ):
            return done("partners.partner", slug=form.slug.data)
    return page("partners/partners", form, rows=queries.list_partners(g.actor))


@bp.get("/partners/<slug>")
@access("partners.view", scope="own")
def partner(slug: str) -> Any:
    """Show a partner and its people."""
    return _page(queries.get_partner(g.actor, slug))


def _page(found: Partner, form: Form | None = None) -> Any:
    grant = Grant("partner", "partner", found.id)
    may_add = policies.can_manage_partners(g.actor) and account_policies.can_grant(g.actor, grant)
    return page(
        "partners/partner",
        form or forms.AddressForm(formdata=None),
        partner=found,
        people=list_staff("partner", found.id),
        may_add=may_add,
        may_edit=policies.can_manage_partners(g.actor),
    )


@bp.route("/partners/<slug>/edit", methods=["GET", "POST"])
@access("partners.manage")
def edit(slug: str) -> Any:
    """Change what a partner is called."""
    found = queries.get_partner(g.actor, slug)
    form = forms.NamedForm(obj=found)
    if request.method == "POST" and attempt(
        form,
        lambda: services.edit_partner(
            actor=g.actor,
            partner=found,
            name=form.name.data,
            name_ar=form.name_ar.data or "",
            city=form.city.data or "",
        ),
    ):
        return done("partners.partner", slug=slug)
    return page("partners/edit", form, partner=found)


@bp.post("/partners/<slug>/people")
@access("partners.manage")
def add_person(slug: str) -> Any:
    """Let somebody see the partner's page."""
    found = queries.get_partner(g.actor, slug)
    form = forms.AddressForm()
    if attempt(
        form,
        lambda: services.add_person(
            actor=g.actor, partner=found, address=form.address.data, now=clock.now()
        ),
    ):
        return done("partners.partner", slug=slug)
    return _page(found, form)


@bp.post("/partners/<slug>/people/<person>/remove")
@access("partners.manage", takes="button")
def remove_person(slug: str, person: str) -> Any:
    """Take the partner's page away from somebody."""
    found = queries.get_partner(g.actor, slug)
    with write():
        services.remove_person(actor=g.actor, partner=found, public_id=person)
    return done("partners.partner", slug=slug)
