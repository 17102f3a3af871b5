"""Pages of notices: one's own list, and writing to a person or a cohort."""

from typing import Any

from flask import Blueprint, g, request, url_for

from app.accounts.queries import display_name
from app.centers.routes import attempt, done, page
from app.kernel import clock
from app.kernel.db import write
from app.kernel.errors import Invalid
from app.kernel.i18n import say, say_n
from app.notices import forms, queries, services
from app.web.access import access

bp = Blueprint("notices", __name__, url_prefix="/<lang>", template_folder="templates")


@bp.get("/notices")
@access("signed-in")
def notices() -> Any:
    """Show one's notices, the latest first."""
    text = request.args.get("before", "")
    before = int(text) if text.isdecimal() and len(text) < 18 else 0
    found = queries.list_notices(g.actor.id, before=before)
    rows = found[: queries.PAGE]
    following = url_for("notices.notices", before=rows[-1].id) if len(found) > len(rows) else None
    unread = [row.public_id for row in rows if row.read_at is None]
    return page("notices/notices", rows=rows, following=following, unread=unread, before=before)


@bp.post("/notices/read")
@access("signed-in")
def read() -> Any:
    """Keep that one has read what was shown."""
    if not forms.ReadForm().validate():
        raise Invalid(say("The form holds a field that it should not: nothing was kept."))
    with write():
        services.mark_read(
            actor=g.actor, public_ids=request.form.getlist("notice")[:100], now=clock.now()
        )
    return done("notices.notices")


@bp.route("/notices/to-cohort/<public_id>", methods=["GET", "POST"])
@access("messages.send", scope="own")
def to_cohort(public_id: str) -> Any:
    """Write to a cohort."""
    cohort = queries.get_cohort(g.actor, public_id)
    form = forms.NoticeForm()
    sent: list[int] = []
    if request.method == "POST" and attempt(
        form,
        lambda: sent.append(
            services.write_to_cohort(
                actor=g.actor,
                cohort=cohort,
                text=form.text.data,
                form_key=form.key.data,
                now=clock.now(),
            )
        ),
    ):
        return _sent(sent[0], "notices.to_cohort", public_id)
    return page("notices/write", form, receiver=cohort.name)


@bp.route("/notices/to-person/<public_id>", methods=["GET", "POST"])
@access("messages.send", scope="own")
def to_person(public_id: str) -> Any:
    """Write to one person."""
    person, _center = queries.get_receiver(g.actor, public_id)
    form = forms.NoticeForm()
    if request.method == "POST" and attempt(
        form,
        lambda: services.write_to_person(
            actor=g.actor,
            public_id=public_id,
            text=form.text.data,
            form_key=form.key.data,
            now=clock.now(),
        ),
    ):
        return _sent(1, "notices.to_person", public_id)
    return page("notices/write", form, receiver=display_name(person))


def _sent(people: int, endpoint: str, public_id: str) -> Any:
    return done(
        endpoint,
        say_n("Sent to %(n)s person.", "Sent to %(n)s people.", people),
        public_id=public_id,
    )
