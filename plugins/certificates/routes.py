"""The pages of the plugin: a cohort's rule and dry run, and what a learner can earn."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from app.sdk import (
    CohortCourse,
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
    list_award_conditions,
    list_cohort_courses,
    list_sponsors,
    load_actor,
    say,
    translate,
    write,
)
from plugins.certificates import queries, rules, services
from plugins.certificates.forms import ChoiceForm, RuleForm, rule_form

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
    return _page(_cohort(public_id), None, request.args.get("course", ""))


def _cohort(public_id: str) -> CohortRow:
    here = current_center()
    if here is None:
        raise NotFound
    return queries.get_cohort(load_actor(), here.id, public_id)


def _form(cohort: CohortRow, courses: list[CohortCourse], slug: str, **options: Any) -> RuleForm:
    actor, at = load_actor(), cohort.center_id
    return rule_form(
        list_award_conditions(actor, at),
        {one.id: one for one in courses if one.slug != slug},
        list_sponsors(actor, at),
        **options,
    )


def _page(cohort: CohortRow, form: RuleForm | None, slug: str) -> Any:
    run = queries.get_dry_run(load_actor(), cohort.center_id, cohort, slug)
    form = form or _form(cohort, run.courses, run.course.slug if run.course else "", formdata=None)
    rows = [row for row in (run.standing, run.proposed) if row]
    read = {row.id: rules.read_rule(row.rule) for row in rows}
    page = render_template(
        "certificates/cohort.html",
        cohort=cohort,
        run=run,
        read=read,
        said={number: rules.sentence(rule) for number, rule in read.items()},
        sponsors=list_sponsors(load_actor(), cohort.center_id),
        form=form,
        **center_tabs(),
    )
    return page, 422 if form.errors else 200, {"Refresh": "3"} if run.progress else {}


@center.post("/<public_id>/<slug>/propose")
@access(AWARD, scope="center")
def propose(public_id: str, slug: str) -> Any:
    """Propose a rule."""
    found, actor = _cohort(public_id), load_actor()
    form = _form(found, list_cohort_courses(actor, found.center_id, public_id), slug)
    if form.validate():
        course_id = queries.get_course_id(actor, found, slug)
        try:
            with write():
                services.propose_rule(
                    actor=actor,
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
    return _done(say("The certificates are being made."), found, slug)


def _chosen() -> int:
    form = ChoiceForm()
    if not form.validate():
        raise Invalid(say("Nothing was changed: open the page again."))
    return form.rule.data or 0


def _done(said: Sentence, cohort: CohortRow, slug: str) -> Any:
    flash(said)
    where = url_for("certificates_center.cohort", public_id=cohort.public_id, course=slug)
    return redirect(where, 303)
