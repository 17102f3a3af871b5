"""Pages of who looks after the site."""

from typing import Any

from flask import Blueprint, g, render_template, request, url_for

from app.accounts import policies
from app.accounts import queries as people
from app.accounts import services as accounts
from app.accounts.queries import PersonView, display_name
from app.admin import forms, queries, services
from app.admin.hooks import AdminPage
from app.backups.queries import list_files, list_runs
from app.centers.queries import list_centers
from app.kernel import clock, jobs
from app.kernel.errors import Invalid
from app.kernel.hooks import hooks
from app.kernel.i18n import say, translate
from app.secondfactor import services as second_factors
from app.secondfactor.queries import is_on
from app.settings import describe_settings, get_settings
from app.web.access import access
from app.web.hooks import AuditVerb
from app.web.pages import Link, act_then_go, tab_links

bp = Blueprint("admin", __name__, url_prefix="/<lang>/admin", template_folder="templates")
TABS = (
    (say("Health"), "admin.health"),
    (say("Background work"), "admin.jobs_page"),
    (say("Settings"), "admin.settings"),
    (say("Audit trail"), "admin.audit"),
    (say("Roles"), "admin.roles"),
)


@bp.context_processor
def frame() -> dict[str, Any]:
    """Give the pages their tabs."""
    return admin_tabs()


def admin_tabs() -> dict[str, Any]:
    """Return what `admin/_frame.html` needs: the tabs, with those that others bring."""
    more = [page for _, page in hooks.collect(AdminPage) if g.actor.can(page.permission)]
    more.sort(key=lambda page: page.order)
    tabs = (*TABS, *((page.label, page.endpoint) for page in more))
    return {"tabs": tab_links(tabs)}


@bp.get("")
@access("site.manage")
def health() -> Any:
    """Say whether the site is well, and what to do where it is not."""
    return render_template(
        "admin/health.html",
        findings=queries.run_checks(),
        runs=list_runs(),
        files=list_files(),
    )


@bp.get("/jobs")
@access("site.manage")
def jobs_page() -> Any:
    """Show what waits, runs and failed."""
    return render_template(
        "admin/jobs.html",
        counts=jobs.counts(),
        dead=queries.list_jobs("dead"),
        running=queries.list_jobs("running"),
        schedules=queries.list_schedules(),
    )


@bp.post("/jobs/<int:job_id>/retry")
@access("site.manage", takes="button")
def retry_job(job_id: int) -> Any:
    """Try a failed job again."""
    act = lambda: services.retry_job(actor=g.actor, job_id=job_id)  # noqa: E731
    return act_then_go(act, say("The job is tried again."), "admin.jobs_page")


@bp.post("/jobs/<int:job_id>/forget")
@access("site.manage", takes="button")
def forget_job(job_id: int) -> Any:
    """Remove a failed job."""
    act = lambda: services.forget_job(actor=g.actor, job_id=job_id)  # noqa: E731
    return act_then_go(act, say("The job is forgotten."), "admin.jobs_page")


@bp.get("/settings")
@access("site.manage")
def settings() -> Any:
    """Show every setting, its value and where that comes from; secrets stay hidden."""
    return render_template("admin/settings.html", rows=describe_settings(get_settings()))


@bp.get("/audit")
@access("site.manage")
def audit() -> Any:
    """Show the latest entries of the audit trail, of all centers or one."""
    chosen, before = _number("center"), _number("before")
    rows = queries.list_audit(g.lang, center_id=chosen, before=before or 0)
    following = rows[queries.PAGE - 1].id if len(rows) > queries.PAGE else None
    return render_template(
        "admin/audit.html",
        rows=rows[: queries.PAGE],
        following=following,
        chosen=chosen,
        words=dict(hooks.installed(AuditVerb)),
        last=queries.last_audit_check(),
        filters=_filters(chosen),
    )


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else None


def _filters(chosen: int | None) -> list[Link]:
    places = [(None, translate(say("Everything"))), (0, translate(say("The site")))]
    places += [(row.id, display_name(row)) for row in list_centers(g.actor)]
    return [Link(name, url_for("admin.audit", center=id_), id_ == chosen) for id_, name in places]


@bp.post("/audit/verify")
@access("site.manage", takes="button")
def verify_audit() -> Any:
    """Have the audit trail verified in the background."""
    return act_then_go(
        lambda: services.ask_for_audit_check(actor=g.actor),
        say("The audit trail is being checked; the result will stand here."),
        "admin.audit",
    )


@bp.get("/roles")
@access("site.manage")
def roles() -> Any:
    """Find a person by an address, and show the roles they hold."""
    form = forms.FindForm(request.args)
    person = None
    if request.args.get("address"):
        person = people.find_person_by_address(request.args["address"][:200])
    return _roles_page(form, person, asked=bool(request.args.get("address")))


@bp.get("/roles/<public_id>")
@access("site.manage")
def roles_of(public_id: str) -> Any:
    """Show the roles of one person."""
    return _roles_page(forms.FindForm(formdata=None), people.get_person(public_id))


def _roles_page(
    form: forms.FindForm, person: PersonView | None, *, asked: bool = False, sent: Any = None
) -> Any:
    names = {(kind, id_): name for kind, id_, name in queries.list_places()}
    grants = people.list_grants(person.id) if person else []
    page = render_template(
        "admin/roles.html",
        form=form,
        asked=asked,
        person=person,
        grants=[
            (grant, translate(forms.ROLE_NAMES[grant.role]), _place(grant, names))
            for grant in grants
        ],
        may_reset=person is not None
        and is_on(person.id)
        and policies.can_manage(g.actor, person.id),
        grant_form=sent or forms.GrantForm(formdata=None),
    )
    return page, 422 if sent is not None else 200


def _place(grant: Any, names: dict[tuple[str, int], str]) -> str:
    if grant.scope == "site":
        return translate(forms.WHOLE_SITE)
    return names.get((grant.scope, grant.scope_id), f"{grant.scope} {grant.scope_id}")


def _split(place: str) -> tuple[str, int]:
    kind, _, number = place.partition(":")
    if not (number.isascii() and number.isdecimal() and len(number) < 12):
        raise Invalid(say("There is no such place."))
    return kind, int(number)


@bp.post("/roles/<public_id>/reset-second-factor")
@access("site.manage", takes="button")
def reset_second_factor(public_id: str) -> Any:
    """Take the second step at sign-in back for somebody who lost phone and paper."""
    person = people.get_person(public_id)
    return act_then_go(
        lambda: second_factors.reset(actor=g.actor, person_id=person.id),
        say("Two-step sign-in is off for this person, and they were told."),
        "admin.roles_of",
        public_id=public_id,
    )


@bp.post("/roles/<public_id>/grant")
@access("site.manage")
def grant_role(public_id: str) -> Any:
    """Give a person a role."""
    person, form = people.get_person(public_id), forms.GrantForm()
    if not form.validate():
        return _roles_page(forms.FindForm(formdata=None), person, sent=form)
    scope, scope_id = _split(form.place.data)
    return act_then_go(
        lambda: accounts.grant_role(
            actor=g.actor,
            person_id=person.id,
            role=form.role.data,
            scope=scope,
            scope_id=scope_id,
            now=clock.now(),
        ),
        say("The role is given."),
        "admin.roles_of",
        public_id=public_id,
    )


@bp.post("/roles/<public_id>/revoke")
@access("site.manage")
def revoke_role(public_id: str) -> Any:
    """Take a role back."""
    person, form = people.get_person(public_id), forms.RevokeForm()
    if not form.validate():
        raise Invalid(say("There is no such role or place."))
    scope, scope_id = _split(form.place.data)
    return act_then_go(
        lambda: accounts.revoke_role(
            actor=g.actor,
            person_id=person.id,
            role=form.role.data,
            scope=scope,
            scope_id=scope_id,
        ),
        say("The role is taken back."),
        "admin.roles_of",
        public_id=public_id,
    )
