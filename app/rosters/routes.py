"""Pages of a center's people, and of the files with which they are brought in."""

from typing import Any

from flask import Blueprint, Response, g, render_template, request, url_for

from app.accounts import policies as account_policies
from app.accounts import services as accounts
from app.centers import queries as centers
from app.centers import services as center_services
from app.centers.routes import attempt, done, find_place, links_for, page, place_frame
from app.centers.rules import clean_line, write_csv
from app.kernel import clock
from app.kernel.db import write
from app.kernel.errors import Invalid, NotFound
from app.kernel.i18n import say, translate
from app.rosters import forms, queries, rules, services
from app.rosters.models import Roster
from app.secondfactor import services as second_factors
from app.secondfactor.queries import is_on
from app.settings import get_settings
from app.signin import services as signin
from app.signup import services as signup
from app.web.access import access
from app.web.hooks import Place

bp = Blueprint("rosters", __name__, url_prefix="/<lang>", template_folder="templates")
bp.context_processor(place_frame)
MAX_BODY = rules.MAX_BYTES + 50_000
REPORT = ("line", "name", "name_ar", "email", "phone", "cohort", "outcome", "remedy")
EXPORT = ("name", "name_ar", "email", "phone", "cohort", "language", "since", "last_seen")


@bp.get("/c/<center>/people")
@access("accounts.view", scope="center")
def people() -> Any:
    """List the people of the center, fifty at a time, and find some by name or address."""
    search = clean_line(request.args.get("q", ""))[:100]
    found = centers.list_people(
        g.actor, g.center.id, search=search, after=clean_line(request.args.get("after", ""))[:200]
    )
    following = (
        url_for("rosters.people", q=search or None, after=found.following)
        if found.following
        else None
    )
    return page(
        "rosters/people",
        rows=found.rows,
        search=search,
        following=following,
        is_first="after" not in request.args,
        may_import=g.actor.can("people.import", center=g.center.id),
        may_export=g.actor.can("people.export", center=g.center.id),
        links=links_for("people", center=g.center.id),
    )


@bp.get("/c/<center>/people/<public_id>")
@access("accounts.view", scope="center")
def person(public_id: str) -> Any:
    """Show somebody to the staff of their center; addresses are hidden in part."""
    return _person_page(public_id, forms.SuspendForm(formdata=None))


def _person_page(public_id: str, form: forms.SuspendForm, code: str = "") -> Any:
    found = centers.get_person_of(g.actor, g.center.id, public_id)
    may_manage = account_policies.can_manage(g.actor, found.id)
    return page(
        "rosters/person",
        form,
        person=found,
        code=code,
        may_suspend=account_policies.can_suspend(g.actor, found.id),
        may_print=may_manage,
        may_reset=may_manage and is_on(found.id),
        links=links_for("person", public_id=public_id, center=g.center.id),
    )


@bp.post("/c/<center>/people/<public_id>/code")
@access("accounts.manage", scope="center")
def print_code(public_id: str) -> Any:
    """Make a code for paper, shown this once."""
    found = centers.get_person_of(g.actor, g.center.id, public_id)
    form = forms.ButtonForm()
    made: list[str] = []
    attempt(
        form,
        lambda: made.append(signup.issue_code(actor=g.actor, person_id=found.id, now=clock.now())),
    )
    if not made:
        shown = forms.SuspendForm(formdata=None)
        shown.form_errors.extend(form.form_errors)
        return _person_page(public_id, shown)
    return _person_page(public_id, forms.SuspendForm(formdata=None), made[0])


@bp.post("/c/<center>/people/<public_id>/send-link")
@access("accounts.manage", scope="center")
def send_link(public_id: str) -> Any:
    """Send somebody the way to a new password, which only they see."""
    found = centers.get_person_of(g.actor, g.center.id, public_id)
    form = forms.ButtonForm()
    if attempt(
        form,
        lambda: signin.send_link(actor=g.actor, person_id=found.id, now=clock.now()),
    ):
        return done(
            "rosters.person",
            say("The link is on its way to this person. You do not see it."),
            public_id=public_id,
        )
    shown = forms.SuspendForm(formdata=None)
    shown.form_errors.extend(form.form_errors)
    return _person_page(public_id, shown)


@bp.post("/c/<center>/people/<public_id>/suspend")
@access("accounts.suspend", scope="center")
def suspend(public_id: str) -> Any:
    """Keep somebody from signing in."""
    found = centers.get_person_of(g.actor, g.center.id, public_id)
    form = forms.SuspendForm()
    if attempt(
        form,
        lambda: accounts.suspend(
            actor=g.actor, person_id=found.id, reason=form.reason.data, now=clock.now()
        ),
    ):
        return done("rosters.person", say("The account is suspended."), public_id=public_id)
    return _person_page(public_id, form)


@bp.post("/c/<center>/people/<public_id>/unsuspend")
@access("accounts.suspend", scope="center", takes="button")
def unsuspend(public_id: str) -> Any:
    """Let somebody sign in again."""
    found = centers.get_person_of(g.actor, g.center.id, public_id)
    with write():
        accounts.unsuspend(actor=g.actor, person_id=found.id)
    return done("rosters.person", say("The account is open again."), public_id=public_id)


@bp.post("/c/<center>/people/<public_id>/reset-second-factor")
@access("accounts.manage", scope="center")
def reset_second_factor(public_id: str) -> Any:
    """Take the second step at sign-in back for somebody who lost phone and paper."""
    found = centers.get_person_of(g.actor, g.center.id, public_id)
    form = forms.ButtonForm()
    if attempt(form, lambda: second_factors.reset(actor=g.actor, person_id=found.id)):
        return done(
            "rosters.person",
            say("Two-step sign-in is off for this person, and they were told."),
            public_id=public_id,
        )
    shown = forms.SuspendForm(formdata=None)
    shown.form_errors.extend(form.form_errors)
    return _person_page(public_id, shown)


@bp.post("/c/<center>/people/export")
@access("people.export", scope="center", takes="button")
def export() -> Any:
    """Give the people of the center as a file."""
    with write():
        rows = services.export_people(actor=g.actor, center_id=g.center.id)
    cells = [
        (*row[1:7], row[7].date().isoformat(), row[8].date().isoformat() if row[8] else "")
        for row in rows
    ]
    return _csv([EXPORT, *cells], f"{g.center.slug}-people.csv")


def _csv(rows: list[Any], name: str) -> Response:
    return Response(
        write_csv(rows),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@bp.route("/c/<center>/rosters", methods=["GET", "POST"])
@access("people.import", scope="center", max_body=MAX_BODY)
def rosters() -> Any:
    """Take a file of people, and list the ones before."""
    form = forms.UploadForm()
    kept: list[Roster] = []
    if request.method == "POST" and attempt(form, lambda: kept.append(_upload(form))):
        return done(
            "rosters.roster", say("The file is being checked."), public_id=kept[0].public_id
        )
    join = url_for("rosters.join", slug=g.center.slug)
    return page(
        "rosters/rosters",
        form,
        rows=queries.list_rosters(g.center.id),
        join_url=get_settings().public_url.rstrip("/") + join,
    )


def _upload(form: forms.UploadForm) -> Roster:
    # One byte more than is allowed tells that there is more, however much.
    content = form.file.data.stream.read(rules.MAX_BYTES + 1)
    try:
        return services.upload_roster(
            actor=g.actor,
            center_id=g.center.id,
            file_name=form.file.data.filename or "",
            content=content,
            now=clock.now(),
        )
    except rules.UnreadableFile as unreadable:
        raise Invalid(rules.explain(unreadable.problem)) from None


@bp.get("/c/<center>/rosters/<public_id>")
@access("people.import", scope="center")
def roster(public_id: str) -> Any:
    """Show how far a file has come, and what becomes or became of its lines."""
    found = queries.get_roster(g.actor, g.center.id, public_id)
    return _roster_page(found, forms.ConfirmForm(formdata=None))


def _roster_page(found: Roster, form: forms.ConfirmForm) -> Any:
    working = found.state in ("checking", "creating")
    counts = queries.count_outcomes(found.id)
    pending = queries.count_pending(found.id) if found.state == "creating" else 0
    total = sum(counts.values())
    progress = (
        (total - pending, total)
        if found.state == "creating"
        else queries.find_progress(found)
        if found.state == "checking"
        else None
    )
    body, status = page(
        "rosters/roster",
        form,
        roster=found,
        counts=counts,
        total=total,
        progress=progress,
        problem=rules.explain(found.problem) if found.problem else None,
        remarkable=[] if working else queries.list_remarkable(found.id),
        explain=rules.explain,
        join_url=get_settings().public_url.rstrip("/")
        + url_for("rosters.join", slug=g.center.slug),
    )
    return body, status, {"Refresh": "3"} if working else {}


@bp.post("/c/<center>/rosters/<public_id>/confirm")
@access("people.import", scope="center")
def confirm(public_id: str) -> Any:
    """Have the accounts made."""
    found = queries.get_roster(g.actor, g.center.id, public_id)
    form = forms.ConfirmForm()
    if attempt(
        form,
        lambda: services.confirm_roster(
            actor=g.actor, roster=found, delivery=form.delivery.data, now=clock.now()
        ),
    ):
        return done("rosters.roster", say("The accounts are being made."), public_id=public_id)
    return _roster_page(found, form)


@bp.post("/c/<center>/rosters/<public_id>/sheet")
@access("people.import", scope="center", takes="button")
def sheet(public_id: str) -> Any:
    """Make codes for who never signed in, and show them this once, to be printed and cut."""
    found = queries.get_roster(g.actor, g.center.id, public_id)
    with write():
        strips = services.issue_codes(actor=g.actor, roster=found, now=clock.now())
    where = get_settings().public_url.rstrip("/") + url_for("signup.code")
    return render_template("rosters/sheet.html", roster=found, strips=strips, where=where)


@bp.get("/c/<center>/rosters/<public_id>/report.csv")
@access("people.import", scope="center")
def report(public_id: str) -> Any:
    """Give what became of each line as a file."""
    found = queries.get_roster(g.actor, g.center.id, public_id)
    cells = [
        (
            line.number,
            line.name,
            line.name_ar,
            line.email,
            line.phone,
            line.cohort,
            translate(rules.OUTCOMES[line.outcome]),
            translate(rules.explain(line.problem)) if line.problem else "",
        )
        for line in queries.list_lines(found.id)
    ]
    return _csv([REPORT, *cells], f"{g.center.slug}-report.csv")


@bp.route("/centers/<slug>/join", methods=["GET", "POST"])
@access("signed-in")
def join(slug: str) -> Any:
    """Let somebody with an account become one of a center's people, of their own will."""
    place: Place | None = find_place(slug)
    if place is None:
        raise NotFound
    form = forms.ButtonForm()
    if request.method == "POST" and attempt(
        form,
        lambda: center_services.join_center(
            actor=g.actor, center_id=place.id, person_id=g.actor.id, now=clock.now()
        ),
    ):
        return done(
            "rosters.join", say("You belong to %(center)s now.", center=place.name), slug=slug
        )
    return page("rosters/join", form, joining=place, is_in=_is_in(place))


def _is_in(place: Place) -> bool:
    return g.actor.id in centers.find_members(place.id, [g.actor.id])
