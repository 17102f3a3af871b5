"""Pages of credentials: checking one, one's own, a cohort's; and what machines ask for."""

import json
from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from wtforms.fields.choices import SelectChoice

from app.accounts.queries import display_name, names_of
from app.centers.models import Cohort
from app.centers.queries import get_cohort, list_members
from app.centers.routes import attempt, done, page, place_frame
from app.credentials import baking, documents, forms, policies, queries, rules, services
from app.credentials.checking import MOST_BYTES, UNKNOWN, Verdict, check_file, check_number
from app.credentials.showing import (
    FACTS,
    described,
    linkedin_of,
    links_of,
    pictures_of,
    show,
)
from app.kernel import clock
from app.kernel.db import write
from app.kernel.errors import Invalid, NotFound
from app.kernel.i18n import say
from app.throttling import services as throttling
from app.throttling.rules import Limit, network
from app.throttling.services import Counter
from app.web.access import access, load_actor
from app.web.locale import preferred_language

bp = Blueprint("credentials", __name__, template_folder="templates")
bp.context_processor(place_frame)
AT = "/<lang>/c/<center>/cohorts/<public_id>/certificates"
MISSES = Limit(free=30, window=3600)
FILES = Limit(free=120, window=3600)


def _count(kind: str, limit: Limit) -> None:
    """Slow down who tries too much: by network, so that nothing says who looked at whom."""
    key = throttling.keyed(kind, network(request.remote_addr or ""))
    with write():
        throttling.take([Counter(key, limit)], now=clock.now())


@bp.route("/<lang>/check", methods=["GET", "POST"])
@access("public", max_body=baking.MOST_BYTES + 2 * MOST_BYTES)
def check() -> Any:
    """Ask for a number or a file, and give the verdict on a file."""
    form = forms.CheckForm()
    if request.method == "POST" and form.validate():
        _count("check-file", FILES)
        sent = form.file.data
        content = sent.read(baking.MOST_BYTES + 1) if sent else (form.text.data or "").encode()
        if content.strip():
            return _shown(check_file(content, now=clock.now()))
    typed = request.args.get("number", "")
    if number := rules.read_number(typed):
        return redirect(url_for("credentials.verdict", number=number), 303)
    return page("credentials/check", form, typed=typed)


@bp.get("/<lang>/check/<number>")
@access("public")
def verdict(number: str) -> Any:
    """Give the verdict on a number."""
    found = check_number(number, viewer_id=load_actor().id, now=clock.now())
    if found is UNKNOWN:
        _count("check-miss", MISSES)
        return _shown(found), 404
    return _shown(found)


def _shown(found: Verdict) -> Any:
    record, now, here = found.found, clock.now(), queries.issuer()
    row = show(record, now, is_signed=bool(record.document)) if record else None
    told = described(row, record.facts, here) if record and row and found.tone == "ok" else None
    return render_template(
        "credentials/verdict.html",
        verdict=found,
        row=row,
        pictures=pictures_of(row) if row and told else None,
        described=told,
        here=here,
        labels=FACTS,
        form=forms.CheckForm(formdata=None),
        checked_at=now,
    )


def _json(content: str, seconds: int) -> Response:
    """Answer what other people's programs ask for, from wherever they run."""
    return Response(
        content,
        mimetype="application/json",
        headers={
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Cache-Control": f"public, max-age={seconds}" if seconds else "no-store",
            "X-Robots-Tag": "noindex",
        },
    )


@bp.get("/credentials/<number>")
@access("public")
def credential(number: str) -> Any:
    """Lead from a credential's own address to its page, in the language of the browser."""
    return redirect(url_for("credentials.verdict", lang=preferred_language(), number=number), 302)


@bp.get("/credentials/<number>.json")
@access("public")
def document(number: str) -> Response:
    """Give the signed credential."""
    found = queries.find_credential(number)
    if found is None or not found.document or not policies.can_see(load_actor(), found):
        raise NotFound
    return _json(found.document, 0 if found.is_private else 300)


@bp.get("/credentials/status/<int:number>")
@access("public")
def status_list(number: int) -> Response:
    """Give a signed list of credentials that count no more."""
    found = queries.find_list(number)
    if found is None:
        raise NotFound
    return _json(found, 300)


@bp.get("/.well-known/did.json")
@access("public")
def did() -> Response:
    """Give the site's public keys."""
    found = documents.keys_document(queries.issuer(), queries.list_keys())
    return _json(json.dumps(found, ensure_ascii=False, indent=1), 3600)


@bp.get("/<lang>/account/certificates")
@access("signed-in")
def own() -> Any:
    """Show one's own certificates."""
    now, here = clock.now(), queries.issuer()
    held = queries.list_own(g.actor.id)
    rows = [show(row, now, is_signed=bool(row.document)) for row in held]
    return render_template(
        "credentials/own.html",
        rows=rows,
        links=links_of("own"),
        pictures={row.number: pictures_of(row) for row in rows},
        linkedin={
            row.number: linkedin_of(row, here.credential(row.number), here.name) for row in rows
        },
    )


@bp.post("/<lang>/account/certificates/<number>/shown")
@access("signed-in")
def shown(number: str) -> Any:
    """Keep one's own certificate to oneself, or show it to who has its address."""
    form = forms.ShownForm()
    if not form.validate():
        raise Invalid(say("Nothing was changed: open the page again."))
    is_private = form.to.data == "nobody"
    with write():
        services.set_private(actor=g.actor, public_id=number, is_private=is_private)
    sentence = (
        say("Nobody but you sees it now. Its signed file still proves what you earned.")
        if is_private
        else say("Whoever has its address sees it now.")
    )
    return done("credentials.own", sentence)


@bp.route(AT, methods=["GET", "POST"])
@access("credentials.award", scope="own")
def cohort(public_id: str) -> Any:
    """Show a cohort's certificates, what waits for a second person, and propose one."""
    found = _cohort(public_id)
    form = _proposal_form(found)
    if request.method == "POST" and attempt(form, lambda: _propose(found, form)):
        return done(
            "credentials.cohort",
            say("It was proposed. Somebody else must agree."),
            public_id=public_id,
        )
    proposals = queries.list_proposals(found.id)
    people = {one.person_id for one in proposals} | {one.proposed_by or 0 for one in proposals}
    return page(
        "credentials/cohort",
        form,
        cohort=found,
        rows=[show(row, clock.now()) for row in queries.list_of_cohort(found.id)],
        proposals=proposals,
        names=names_of(people, g.lang),
        titles={one.id: one.title for one in queries.list_cohort_courses(found.id, g.lang)},
    )


def _cohort(public_id: str) -> Cohort:
    found = get_cohort(g.actor, public_id, g.center.id)
    if not policies.can_award(g.actor, found):
        raise NotFound
    return found


def _proposal_form(found: Cohort) -> forms.ProposalForm:
    form = forms.ProposalForm()
    members = [one for one in list_members(found.id) if one.id != g.actor.id]
    form.person.choices = [
        SelectChoice(one.public_id, display_name(one, g.lang)) for one in members
    ]
    courses = queries.list_cohort_courses(found.id, g.lang)
    form.course.choices = [SelectChoice(one.id, one.title) for one in courses]
    sponsors = queries.list_sponsors()
    form.partner.choices = [
        SelectChoice(0, "–"),
        *(SelectChoice(one.id, display_name(one, g.lang)) for one in sponsors),
    ]
    return form


def _propose(found: Cohort, form: forms.ProposalForm) -> None:
    person = next(one for one in list_members(found.id) if one.public_id == form.person.data)
    reason = form.reason.data or ""
    services.propose_award(
        actor=g.actor,
        given=services.Given(
            person.id,
            found,
            form.course.data,
            {"": reason},
            form.partner.data or None,
            form.expires_on.data,
        ),
        reason=reason,
        now=clock.now(),
    )


@bp.post(f"{AT}/decide")
@access("credentials.award", scope="own")
def decide(public_id: str) -> Any:
    """Agree to what somebody else proposed, or refuse it."""
    found = _cohort(public_id)
    form = forms.DecisionForm()
    if not form.validate():
        raise Invalid(say("Nothing was decided: open the page again."))
    agrees = form.agrees.data == "yes"
    with write():
        services.decide_proposal(
            actor=g.actor,
            cohort=found,
            proposal_id=form.proposal.data or 0,
            agrees=agrees,
            now=clock.now(),
        )
    sentence = say("The certificate is awarded.") if agrees else say("It was refused.")
    return done("credentials.cohort", sentence, public_id=public_id)


@bp.get(f"{AT}/<number>")
@access("credentials.award", scope="own")
def one(public_id: str, number: str) -> Any:
    """Show one certificate of a cohort."""
    return _one(public_id, number, forms.RevocationForm(formdata=None))


def _one(public_id: str, number: str, form: forms.RevocationForm) -> Any:
    cohort = _cohort(public_id)
    found, now = queries.get_of_cohort(cohort, number), clock.now()
    return page(
        "credentials/one",
        form,
        cohort=cohort,
        row=show(found, now),
        is_over=rules.state_of(found, now) in ("expired", "revoked"),
        labels=FACTS,
        links=links_of("staff"),
        may_revoke=policies.can_revoke(g.actor, found),
    )


@bp.post(f"{AT}/<number>/revoke")
@access("credentials.revoke", scope="own")
def revoke(public_id: str, number: str) -> Any:
    """Revoke a certificate, for a reason."""
    queries.get_of_cohort(_cohort(public_id), number)
    form = forms.RevocationForm()
    if attempt(
        form,
        lambda: services.revoke_credential(
            actor=g.actor,
            public_id=number,
            reason=form.reason.data or "",
            appeal_until=form.appeal_until.data,
            now=clock.now(),
        ),
    ):
        return done("credentials.one", say("It was revoked."), public_id=public_id, number=number)
    return _one(public_id, number, form)


@bp.post(f"{AT}/<number>/correct")
@access("credentials.revoke", scope="own", takes="button")
def correct(public_id: str, number: str) -> Any:
    """Make a certificate anew with the name that the account has now."""
    queries.get_of_cohort(_cohort(public_id), number)
    with write():
        new = services.correct_name(actor=g.actor, public_id=number).public_id
    return done(
        "credentials.one",
        say("It was made anew with the corrected name. The old one leads to it."),
        public_id=public_id,
        number=new,
    )
