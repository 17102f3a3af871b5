"""Pages of centers: the list, one center, its staff, courses, cohorts and people."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from wtforms.fields.choices import SelectChoice

from app.accounts.queries import display_name
from app.centers import forms, policies, queries, services
from app.centers.hooks import CourseChoice, CourseChoices, PlaceLink
from app.centers.models import Cohort
from app.kernel import clock
from app.kernel.db import write
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from app.kernel.hooks import hooks
from app.kernel.i18n import Sentence, say, translate
from app.web.access import access, load_actor
from app.web.forms import Form
from app.web.hooks import Place
from app.web.pages import flash, tab_links

bp = Blueprint("centers", __name__, url_prefix="/<lang>", template_folder="templates")
KEPT = say("Saved.")


def find_place(slug: str) -> Place | None:
    """Return the center that stands in an address; one that is not open only for its staff.

    It is read at each request, by one indexed look-up, so that every process sees a center at
    once when it is opened or closed.
    """
    center = queries.find_center(slug)
    if center is None:
        return None
    if queries.center_standing(center) != "open" and not policies.can_view_center(
        load_actor(), center.id
    ):
        return None
    return Place(center.id, center.slug, display_name(center))


def attempt(form: Form, act: Callable[[], Any]) -> bool:
    """Do what a valid form asks for, in a transaction; a refusal becomes the form's error."""
    if not form.validate():
        return False
    try:
        with write():
            act()
    except (Conflict, Forbidden, Invalid) as refusal:
        parts = [refusal.sentence, refusal.todo]
        form.form_errors.append(" ".join(translate(part) for part in parts if part))
        return False
    return True


def done(endpoint: str, sentence: Sentence = KEPT, **where: Any) -> Any:
    """Say that it is done and go on to a page."""
    flash(sentence)
    return redirect(url_for(endpoint, **where), 303)


def page(template: str, form: Form | None = None, **values: Any) -> Any:
    """Render a page; with 422 when its form was sent and could not be done."""
    status = 422 if form is not None and form.errors else 200
    return render_template(f"{template}.html", form=form, **values), status


def links_for(kind: str, **where: Any) -> list[dict[str, Any]]:
    """Return the links that features bring to a page, for who may follow them."""
    public_id = where.pop("public_id", None)
    args = {"public_id": public_id} if public_id else {}
    found = [
        link
        for _, link in hooks.collect(PlaceLink)
        if link.page == kind and g.actor.can(link.permission, **where)
    ]
    return [
        {"label": translate(link.label), "url": url_for(link.endpoint, **args)}
        for link in sorted(found, key=lambda link: link.order)
    ]


def place_frame() -> dict[str, Any]:
    """Give the pages of a center their tabs."""
    if not g.get("center") or not g.get("actor"):
        return {}
    can, center_id = g.actor.can, g.center.id
    tabs = [
        (say("Center"), "centers.show", can("centers.view", center=center_id)),
        (say("Cohorts"), "centers.cohorts", True),
        (say("Staff"), "centers.staff", can("centers.view", center=center_id)),
        (say("Courses"), "centers.courses", can("centers.view", center=center_id)),
    ]
    tabs += [
        (link.label, link.endpoint, can(link.permission, center=center_id))
        for _, link in hooks.collect(PlaceLink)
        if link.page == "tab"
    ]
    return {
        "place": g.center,
        "tabs": tab_links([(label, endpoint) for label, endpoint, shown in tabs if shown]),
        "may_manage": can("centers.manage", center=center_id),
    }


bp.context_processor(place_frame)


@bp.route("/centers", methods=["GET", "POST"])
@access("centers.view", scope="own")
def centers() -> Any:
    """List the centers that one sees as staff, and let an admin open another."""
    may_open = policies.can_open_centers(g.actor)
    form = forms.CenterForm() if may_open else None
    if request.method == "POST":
        if form is None:
            raise Forbidden(services.NOT_YOURS)
        values = {k: v for k, v in form.data.items() if k != "csrf_token" and v is not None}
        if attempt(form, lambda: services.open_center(actor=g.actor, now=clock.now(), **values)):
            return done("centers.show", say("The center is there."), center=form.slug.data)
    return page("centers/centers", form, rows=queries.list_centers(g.actor))


@bp.get("/c/<center>/")
@access("centers.view", scope="center")
def show() -> Any:
    """Show a center: its standing, how many people and cohorts it has."""
    center = queries.get_center(g.center.id)
    people, cohorts = queries.count_center(center.id)
    return page(
        "centers/center",
        center=center,
        standing=queries.center_standing(center),
        people=people,
        cohort_count=cohorts,
        links=links_for("center", center=center.id),
        may_open=policies.can_open_centers(g.actor),
    )


@bp.route("/c/<center>/edit", methods=["GET", "POST"])
@access("centers.manage", scope="center")
def edit() -> Any:
    """Change what the center is called."""
    form = forms.NamedForm(obj=queries.get_center(g.center.id))
    if request.method == "POST" and attempt(
        form,
        lambda: services.edit_center(
            actor=g.actor,
            center_id=g.center.id,
            name=form.name.data,
            name_ar=form.name_ar.data or "",
            city=form.city.data or "",
        ),
    ):
        return done("centers.show")
    return page("centers/edit", form)


@bp.route("/c/<center>/state", methods=["GET", "POST"])
@access("centers.open", scope="center")
def state() -> Any:
    """Plan, open or close the center."""
    form = forms.StateForm(obj=queries.get_center(g.center.id))
    if request.method == "POST" and attempt(
        form,
        lambda: services.set_state(
            actor=g.actor,
            center_id=g.center.id,
            state=form.state.data,
            opens_on=form.opens_on.data,
        ),
    ):
        return done("centers.show")
    return page("centers/state", form)


@bp.route("/c/<center>/staff", methods=["GET", "POST"])
@access("centers.view", scope="center")
def staff() -> Any:
    """Show who works in the center, and let its manager add somebody."""
    form = forms.StaffForm() if policies.can_manage_center(g.actor, g.center.id) else None
    if request.method == "POST":
        if form is None:
            raise Forbidden(services.NOT_YOURS)
        if attempt(
            form,
            lambda: services.add_staff(
                actor=g.actor,
                center_id=g.center.id,
                address=form.address.data,
                role=form.role.data,
                now=clock.now(),
            ),
        ):
            return done("centers.staff")
    return page("centers/staff", form, rows=queries.list_staff("center", g.center.id))


@bp.post("/c/<center>/staff/<public_id>/<role>/remove")
@access("centers.manage", scope="center", takes="button")
def remove_staff(public_id: str, role: str) -> Any:
    """Take a role in the center back."""
    with write():
        services.remove_staff(actor=g.actor, center_id=g.center.id, public_id=public_id, role=role)
    return done("centers.staff")


@bp.route("/c/<center>/courses", methods=["GET", "POST"])
@access("centers.view", scope="center")
def courses() -> Any:
    """Show the courses that the center offers, and let its manager choose them."""
    choices = _course_choices()
    form = forms.CoursesForm()
    form.courses.choices = [SelectChoice(course.id, course.title) for course in choices]
    if request.method == "POST" and attempt(
        form,
        lambda: services.offer_courses(
            actor=g.actor, center_id=g.center.id, course_ids=form.courses.data or ()
        ),
    ):
        return done("centers.courses")
    offered = queries.list_course_ids(g.center.id)
    form.courses.data = sorted(offered)
    return page("centers/courses", form, choices=choices, offered=offered)


def _course_choices() -> list[CourseChoice]:
    finders = [finder for _, finder in hooks.collect(CourseChoices)]
    return [choice for finder in finders for choice in finder.find(g.lang)]


@bp.route("/c/<center>/cohorts", methods=["GET", "POST"])
@access("cohorts.view", scope="own")
def cohorts() -> Any:
    """List the cohorts that one sees, and let the manager begin another."""
    may_manage = g.actor.can("cohorts.manage", center=g.center.id)
    rows = queries.list_cohorts(g.actor, g.center.id)
    if not rows and not g.actor.can("cohorts.view", center=g.center.id):
        raise NotFound
    form = forms.CohortForm() if may_manage else None
    if request.method == "POST":
        if form is None:
            raise Forbidden(services.NOT_YOURS)
        made: list[Cohort] = []
        if attempt(form, lambda: made.append(_create_cohort(form))):
            return done("centers.cohort", public_id=made[0].public_id)
    return page("centers/cohorts", form, rows=rows)


def _create_cohort(form: forms.CohortForm) -> Cohort:
    return services.create_cohort(
        actor=g.actor,
        center_id=g.center.id,
        name=form.name.data,
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        now=clock.now(),
    )


@bp.get("/c/<center>/cohorts/<public_id>")
@access("cohorts.view", scope="own")
def cohort(public_id: str) -> Any:
    """Show a cohort: its members, trainers and dates."""
    return cohort_page(queries.get_cohort(g.actor, public_id, g.center.id))


def cohort_page(cohort: Cohort, member: Form | None = None, trainer: Form | None = None) -> Any:
    """Render a cohort, with the forms that could not be done."""
    may_manage = policies.can_manage_cohort(g.actor, cohort)
    member = member or forms.MemberForm(formdata=None)
    trainer = trainer or forms.TrainerForm(formdata=None)
    return page(
        "centers/cohort",
        member if member.errors else trainer,
        member=member,
        trainer=trainer,
        cohort=cohort,
        may_change=may_manage,
        rows=queries.list_members(cohort.id),
        trainers=queries.list_staff("cohort", cohort.id),
        person_page=_person_page(cohort.center_id),
        links=links_for(
            "cohort", public_id=cohort.public_id, center=cohort.center_id, cohort=cohort.id
        ),
    )


def _person_page(center_id: int) -> str | None:
    pages = [link for _, link in hooks.collect(PlaceLink) if link.page == "member"]
    allowed = (p.endpoint for p in pages if g.actor.can(p.permission, center=center_id))
    return next(allowed, None)


@bp.route("/c/<center>/cohorts/<public_id>/edit", methods=["GET", "POST"])
@access("cohorts.manage", scope="center")
def edit_cohort(public_id: str) -> Any:
    """Change the name and dates of a cohort."""
    cohort = queries.get_cohort(g.actor, public_id, g.center.id)
    form = forms.CohortForm(obj=cohort)
    if request.method == "POST" and attempt(
        form,
        lambda: services.edit_cohort(
            actor=g.actor,
            cohort=cohort,
            name=form.name.data,
            starts_on=form.starts_on.data,
            ends_on=form.ends_on.data,
        ),
    ):
        return done("centers.cohort", public_id=public_id)
    return page("centers/edit", form, cohort=cohort)


@bp.post("/c/<center>/cohorts/<public_id>/members")
@access("cohorts.manage", scope="center")
def add_member(public_id: str) -> Any:
    """Add a person of the center to the cohort."""
    cohort = queries.get_cohort(g.actor, public_id, g.center.id)
    form = forms.MemberForm()
    if attempt(
        form,
        lambda: services.join_cohort_by_address(
            actor=g.actor, cohort=cohort, address=form.member.data, now=clock.now()
        ),
    ):
        return done("centers.cohort", public_id=public_id)
    return cohort_page(cohort, member=form)


@bp.post("/c/<center>/cohorts/<public_id>/members/<person>/leave")
@access("cohorts.manage", scope="center", takes="button")
def remove_member(public_id: str, person: str) -> Any:
    """End a stay in the cohort."""
    cohort = queries.get_cohort(g.actor, public_id, g.center.id)
    found = queries.get_person_of(g.actor, g.center.id, person)
    with write():
        services.leave_cohort(
            actor=g.actor, cohort_id=cohort.id, person_id=found.id, now=clock.now()
        )
    return done("centers.cohort", public_id=public_id)


@bp.post("/c/<center>/cohorts/<public_id>/trainers")
@access("cohorts.manage", scope="center")
def add_trainer(public_id: str) -> Any:
    """Give the cohort a trainer."""
    cohort = queries.get_cohort(g.actor, public_id, g.center.id)
    form = forms.TrainerForm()
    if attempt(
        form,
        lambda: services.add_trainer(
            actor=g.actor, cohort=cohort, address=form.trainer.data, now=clock.now()
        ),
    ):
        return done("centers.cohort", public_id=public_id)
    return cohort_page(cohort, trainer=form)


@bp.post("/c/<center>/cohorts/<public_id>/trainers/<person>/remove")
@access("cohorts.manage", scope="center", takes="button")
def remove_trainer(public_id: str, person: str) -> Any:
    """Take the cohort away from a trainer."""
    cohort = queries.get_cohort(g.actor, public_id, g.center.id)
    with write():
        services.remove_trainer(actor=g.actor, cohort=cohort, public_id=person)
    return done("centers.cohort", public_id=public_id)
