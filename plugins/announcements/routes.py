"""The pages of the plugin, below each center."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, url_for

from app.sdk import (
    Conflict,
    Invalid,
    Sentence,
    access,
    center_tabs,
    clock,
    current_center,
    flash,
    load_actor,
    new_public_id,
    say,
    translate,
    write,
)
from plugins.announcements import queries, services
from plugins.announcements.forms import AnnouncementForm

bp = Blueprint("announcements_center", __name__)
MANAGE = "announcements.manage"


@bp.get("/")
@access(MANAGE, scope="center")
def index() -> Any:
    """Show what the center says, what it will say, and what it said."""
    board = queries.get_board(load_actor(), _here(), today=clock.now().date())
    return render_template("announcements/index.html", board=board, **center_tabs())


@bp.route("/new", methods=["GET", "POST"])
@access(MANAGE, scope="center")
def new() -> Any:
    """Announce something."""
    actor, now, center_id = load_actor(), clock.now(), _here()
    form = AnnouncementForm(form_key=new_public_id(), version=0, shown_from=now.date())

    def act() -> None:
        services.write_announcement(
            actor=actor,
            center_id=center_id,
            form_key=form.form_key.data or "",
            draft=form.draft(),
            now=now,
        )

    return _answer(form, act, say("It is announced."))


@bp.route("/<public_id>/edit", methods=["GET", "POST"])
@access(MANAGE, scope="center")
def edit(public_id: str) -> Any:
    """Change what is said."""
    actor, now, center_id = load_actor(), clock.now(), _here()
    row = queries.get_announcement(actor, center_id, public_id)
    if row.ended_at is not None:
        raise Conflict(
            say("This announcement has ended: nobody reads it any more."),
            todo=say("Write a new one."),
        )
    form = AnnouncementForm(obj=row)

    def act() -> None:
        services.edit_announcement(
            actor=actor,
            row=queries.get_announcement(actor, center_id, public_id),
            version=form.version.data or 0,
            draft=form.draft(),
            now=now,
        )

    return _answer(form, act, say("Your changes were kept."), row=row)


@bp.post("/<public_id>/end")
@access(MANAGE, scope="center", takes="button")
def end(public_id: str) -> Any:
    """Take it off the first page."""
    actor, center_id = load_actor(), _here()
    with write():
        row = queries.get_announcement(actor, center_id, public_id)
        is_new = services.end_announcement(actor=actor, row=row, now=clock.now())
    return _done(
        say("It has ended: learners do not see it any more.")
        if is_new
        else say("It had ended already.")
    )


def _here() -> int:
    center = current_center()
    assert center is not None  # noqa: S101  (every page stands below a center)
    return center.id


def _answer(form: AnnouncementForm, act: Callable[[], None], said: Sentence, **values: Any) -> Any:
    """Do what a form asks for and go back to the list; show the form again with what is wrong."""
    if form.is_submitted() and form.validate():
        try:
            with write():
                act()
            return _done(said)
        except (Conflict, Invalid) as refusal:
            parts = (refusal.sentence, refusal.todo)
            form.form_errors.append(" ".join(translate(part) for part in parts if part))
    page = render_template("announcements/form.html", form=form, **values, **center_tabs())
    return page, 422 if form.errors else 200


def _done(said: Sentence) -> Any:
    flash(said)
    return redirect(url_for("announcements_center.index"), 303)
