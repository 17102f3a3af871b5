"""The page of a center's terms: everybody with an account reads it, its staff writes."""

from typing import Any

from flask import Blueprint, redirect, render_template

from app.sdk import (
    NotFound,
    Place,
    Plugin,
    Refusal,
    access,
    center_tabs,
    current_center,
    flash,
    load_actor,
    say,
    write,
)
from rihla_glossary import forms, queries, services

bp = Blueprint("glossary_center", __name__)
me = Plugin(__name__)


def _here() -> Place:
    place = current_center()
    if place is None:
        raise NotFound
    return place


@bp.get("/")
@access("signed-in")
def index() -> Any:
    """Show the terms, and to who may write them the form."""
    return _index(forms.TermForm(formdata=None))


def _index(form: forms.TermForm) -> Any:
    here = _here()
    can_edit = load_actor().can("glossary.edit", center=here.id)
    page = render_template(
        "glossary/staff.html" if can_edit else "glossary/index.html",
        **(center_tabs() if can_edit else {"place": here}),
        can_edit=can_edit,
        welcome=me.settings["welcome"],
        terms=queries.list_terms(here.id),
        form=form,
    )
    return page, 422 if form.errors else 200


@bp.post("/")
@access("glossary.edit", scope="center")
def keep() -> Any:
    """Keep a term."""
    form = forms.TermForm()
    if not form.validate():
        return _index(form)
    try:
        with write():
            services.write_term(
                actor=load_actor(),
                center_id=_here().id,
                term=form.term.data or "",
                meaning=form.meaning.data or "",
                example=form.example.data or "",
            )
    except Refusal as refusal:
        flash(refusal.sentence, "bad")
        return _index(form)
    flash(say("Saved. Learners see it from now on."))
    return redirect(me.url("center:index"), 303)


@bp.post("/<int:term_id>/delete")
@access("glossary.edit", scope="center", takes="button")
def delete(term_id: int) -> Any:
    """Delete a term."""
    if not forms.ActForm().validate():
        raise NotFound
    with write():
        services.delete_term(actor=load_actor(), center_id=_here().id, term_id=term_id)
    flash(say("The term is deleted."))
    return redirect(me.url("center:index"), 303)
