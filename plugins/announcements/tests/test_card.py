"""Learners read on their first page what their center says today, and nothing of others."""

from datetime import timedelta

import pytest

from app.sdk import clock, session, write
from plugins.announcements import jobs, services
from plugins.announcements.models import Announcement
from plugins.announcements.rules import LANGUAGES, Draft, Said


@pytest.fixture
def announce(as_user):
    """Announce something at a center, as its manager; days count from today."""

    def announce(place, title, *, first=0, last=None, pinned=False, by="Hind", **words):
        today = clock.now().date()
        given = {"title_en": title} | words
        said = {
            one: Said(one, given.get(f"title_{one}", ""), given.get(f"text_{one}", ""))
            for one in LANGUAGES
        }
        # what is over is kept as if it had been written in time
        draft = Draft(said, today + timedelta(first), None, pinned)
        manager = as_user("manager", place, name=by).person.actor
        with write():
            services.write_announcement(
                actor=manager, center_id=place.id, form_key=title, draft=draft, now=clock.now()
            )
        row = session.query(Announcement).filter_by(form_key=title, center_id=place.id).one()
        if last is not None:
            session.rollback()
            with write():
                kept = session.get(Announcement, row.id)
                kept.shown_until = today + timedelta(last)
        return row

    return announce


@pytest.fixture
def home(as_user):
    """Return the first page of a learner of a center."""

    def home(place, lang="en"):
        return as_user("learner", place, enrolled=True).get(f"/{lang}/").text

    return home


def test_a_learner_reads_what_the_center_says(center, announce, home):
    here = center()
    announce(here, "Open day", text_en="Come **all**.")
    page = home(here)
    assert "From your center" in page
    assert "Open day" in page
    assert "Come <strong>all</strong>." in page
    assert "Hind" in page


def test_a_learner_reads_nothing_of_another_center(center, announce, home):
    here, there = center("here"), center("there")
    announce(there, "Open day")
    assert "Open day" not in home(here)
    assert "From your center" not in home(here)


def test_who_belongs_to_no_center_reads_nothing(center, announce, as_user):
    announce(center(), "Open day")
    assert "Open day" not in as_user("learner", enrolled=True).get("/en/").text


def test_a_member_who_is_in_no_course_yet_reads_it_too(center, announce, as_user):
    here = center()
    announce(here, "Open day")
    assert "Open day" in as_user("learner", here).get("/en/").text


def test_where_the_plugin_is_off_nobody_reads_anything(center, announce, home):
    here = center(on=False)
    announce(here, "Open day")
    assert "Open day" not in home(here)


def test_it_is_read_from_its_first_day_to_its_last(center, announce, home, travel):
    here = center()
    announce(here, "Tomorrow only", first=1, last=1)
    assert "Tomorrow only" not in home(here)
    travel(days=1)
    assert "Tomorrow only" in home(here)
    travel(days=1)
    assert "Tomorrow only" not in home(here)


def test_pinned_ones_come_first_then_the_newest(center, announce, home):
    here = center()
    for title, first, pinned in (("Old", -9, True), ("New", 0, False), ("Mid", -3, False)):
        announce(here, title, first=first, pinned=pinned)
    page = home(here)
    assert page.index(">Old<") < page.index(">New<") < page.index(">Mid<")


def test_each_center_says_how_many_are_shown_and_whether_authors_are_named(
    center, announce, home, keep_settings
):
    here, there = center("here"), center("there")
    for place in (here, there):
        for number in range(4):
            announce(place, f"Number {number}")
    keep_settings(here, most=1, names_author=False)
    assert home(here).count("Number ") == 1
    assert "Hind" not in home(here)
    assert home(there).count("Number ") == 3
    assert "Hind" in home(there)


def test_one_reads_in_ones_own_language_or_in_the_first_that_was_written(center, announce, home):
    here = center()
    announce(here, "", title_fr="Bonjour", title_ar="مرحبا")
    assert '<h3 lang="ar" dir="rtl">مرحبا</h3>' in home(here, "ar")
    assert '<h3 lang="fr" dir="ltr">Bonjour</h3>' in home(here, "en")


def test_what_is_written_is_never_more_than_text(center, announce, home):
    here = center()
    announce(here, "<script>a()</script>", text_en="<script>b()</script><b onclick=c()>x</b>")
    page = home(here)
    assert "<script>a" not in page
    assert "<script>b" not in page
    assert "onclick=c" not in page.replace("&lt;b onclick=c", "")


def test_the_card_costs_one_statement(center, announce, plugin_app, as_user):
    from sqlalchemy import event

    here = center()
    for number in range(5):
        announce(here, f"Number {number}")
    learner = as_user("learner", here, enrolled=True)
    seen = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *a: seen.append(a[2]))
    learner.get("/en/")
    assert len([one for one in seen if "announcements_announcement" in one]) == 1


def test_the_job_ends_what_had_its_last_day_and_nothing_else(center, announce):
    here = center()
    over, last = announce(here, "Over", first=-5, last=-1), announce(here, "Last day", last=0)
    forever = announce(here, "For ever")
    ids = [over.id, last.id, forever.id]
    session.rollback()
    jobs.end_those_over()
    jobs.end_those_over()
    rows = [session.get(Announcement, one) for one in ids]
    assert [row.ended_at is not None for row in rows] == [True, False, False]


def test_the_job_passes_over_centers_where_the_plugin_is_off(center, announce):
    there = center("there", on=False)
    over = announce(there, "Over", first=-5, last=-1).id
    session.rollback()
    jobs.end_those_over()
    assert session.get(Announcement, over).ended_at is None
