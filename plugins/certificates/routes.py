"""The pages of the plugin: a cohort's rule and dry run, and what a learner can earn."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from app.sdk import (
    CohortRow,
    Conflict,
    Invalid,
    NotFound,
    Sentence,
    access,
    center_tabs,
    clock,
    current_center,
    flash,
    load_actor,
    say,
    translate,
    write,
)
from plugins.certificates import queries, rules, services
from plugins.certificates.forms import ChoiceForm, RuleForm

center = Blueprint("certificates_center", __name__)
site = Blueprint("certificates", __name__)
AWARD = "certificates.award"


@site.get("/")
@access("signed-in")
def own() -> Any:
    """Show what one can earn, and what is missing."""
    return render_template("certificates/own.html", rows=queries.list_own(load_actor()))


@center.get("/<public_id>")
@access(AWARD, scope="center")
def cohort(public_id: str) -> Any:
    """Show the rule that counts, and who is ready."""
    return _page(_cohort(public_id), RuleForm(formdata=None), request.args.get("course", ""))


def _cohort(public_id: str) -> CohortRow:
    here = current_center()
    if here is None:
        raise NotFound
    return queries.get_cohort(load_actor(), here.id, public_id)


def _page(cohort: CohortRow, form: RuleForm, slug: str) -> Any:
    run = queries.get_dry_run(load_actor(), cohort.center_id, cohort, slug)
    said = {
        row.id: rules.sentence(rules.read_rule(row.rule))
        for row in (run.standing, run.proposed)
        if row
    }
    page = render_template(
        "certificates/cohort.html", cohort=cohort, run=run, said=said, form=form, **center_tabs()
    )
    return page, 422 if form.errors else 200


@center.post("/<public_id>/<slug>/propose")
@access(AWARD, scope="center")
def propose(public_id: str, slug: str) -> Any:
    """Propose a rule."""
    found, form = _cohort(public_id), RuleForm()
    if form.validate():
        course_id = queries.get_course_id(load_actor(), found, slug)
        try:
            with write():
                services.propose_rule(
                    actor=load_actor(),
                    cohort=found,
                    course_id=course_id,
                    rule=form.rule(),
                    now=clock.now(),
                )
            return _done(say("The rule is proposed. Somebody else must agree."), found, slug)
        except (Conflict, Invalid) as refusal:
            form.form_errors.append(translate(refusal.sentence))
    return _page(found, form, slug)


@center.post("/<public_id>/<slug>/agree")
@access(AWARD, scope="center")
def agree(public_id: str, slug: str) -> Any:
    """Agree to what somebody else proposed."""
    found = _cohort(public_id)
    with write():
        services.agree(actor=load_actor(), cohort=found, rule_id=_chosen(), now=clock.now())
    return _done(say("The rule counts from now on."), found, slug)


@center.post("/<public_id>/<slug>/award")
@access(AWARD, scope="center")
def award(public_id: str, slug: str) -> Any:
    """Award it to all who are ready."""
    found = _cohort(public_id)
    with write():
        services.begin_award(actor=load_actor(), cohort=found, rule_id=_chosen())
    return _done(
        say("The certificates are being made: open this page again in a moment."), found, slug
    )


def _chosen() -> int:
    form = ChoiceForm()
    if not form.validate():
        raise Invalid(say("Nothing was changed: open the page again."))
    return form.rule.data or 0


def _done(said: Sentence, cohort: CohortRow, slug: str) -> Any:
    flash(said)
    where = url_for("certificates_center.cohort", public_id=cohort.public_id, course=slug)
    return redirect(where, 303)
