"""What a learner has done, while the course changes under them: nothing is lost or over 100."""

import itertools
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.courses.services import check_files, import_course, publish_course, withdraw_publication
from app.kernel import clock, jobs
from app.kernel.actors import SYSTEM
from app.kernel.db import write
from app.learning import services
from app.learning.queries import get_study
from tests.courses import samples
from tests.learning.test_learning import enroll, events, finish, publish

ONE, TWO, THREE = ({name: (name, "Texte.") for name in names} for names in ("a", "ab", "abc"))
IDS = "abcdef"
numbers = itertools.count()
acts = st.one_of(
    st.tuples(st.just("finish"), st.sampled_from(IDS)),
    st.tuples(
        st.just("publish"),
        st.tuples(
            st.lists(st.sampled_from(IDS), min_size=1, unique=True),
            st.sampled_from((50, 80, 100)),
            st.sampled_from(("Titre", "Autre titre")),
        ),
    ),
)


def put_out(key, lessons, share, title):
    files = samples.course(key=key, lessons={one: (f"{title} {one}", "Texte.") for one in lessons})
    files["course.toml"] += f"\n[completion]\nshare = {share}\n".encode()
    with write():
        kept = import_course(actor=SYSTEM, checked=check_files(files), now=clock.now())
        publish_course(actor=SYSTEM, revision_id=kept.revision_id, now=clock.now())
    jobs.drain()
    return kept.slug


@given(st.lists(acts, max_size=8))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_nothing_done_is_lost_whatever_is_added_renamed_moved_or_taken_out(
    database, make_person, happened
):
    key = f"cours-{next(numbers)}"
    slug, person = put_out(key, "abc", 100, "Titre"), make_person()
    enroll(person, slug)
    ever, was_completed = set(), False
    for act, what in happened:
        study = get_study(slug, person.id, now=clock.now())
        if act == "publish":
            put_out(key, *what)
        elif what in study.lessons:
            finish(person, slug, what)
            ever.add(what)
        study = get_study(slug, person.id, now=clock.now())
        counted = ever & set(study.lessons)
        assert study.done == ever
        assert (study.progress.done, study.progress.total) == (len(counted), len(study.lessons))
        assert 0 <= study.progress.percent <= 100
        is_completed = study.progress.completed_at is not None
        assert is_completed >= was_completed, "what was completed stays completed"
        assert is_completed >= study.progress.is_enough, "nobody is left with nothing to do"
        was_completed = is_completed


def test_a_course_that_gets_shorter_is_completed_for_who_has_done_the_rest(database, make_person):
    slug, person, other = publish(THREE), make_person(), make_person()
    for one in (person, other):
        enroll(one, slug)
        finish(one, slug, "a")
    finish(person, slug, "b")
    publish(TWO)
    jobs.drain()
    assert get_study(slug, person.id, now=clock.now()).progress.completed_at is not None
    assert get_study(slug, other.id, now=clock.now()).progress.completed_at is None
    assert events("learning.course_finished.v1") == 1
    publish(ONE)
    publish(TWO)
    jobs.drain()
    assert events("learning.course_finished.v1") == 1, "what counts when the job runs, counts"


def test_a_shorter_course_that_is_planned_completes_when_it_begins(database, make_person, travel):
    slug, person = publish(TWO), make_person()
    enroll(person, slug)
    finish(person, slug, "a")
    with write():
        kept = import_course(
            actor=SYSTEM, checked=check_files(samples.course(lessons=ONE)), now=clock.now()
        )
        publish_course(
            actor=SYSTEM,
            revision_id=kept.revision_id,
            starts_at=clock.now() + timedelta(days=2),
            now=clock.now(),
        )
    jobs.drain()
    assert get_study(slug, person.id, now=clock.now()).progress.completed_at is None
    travel(days=2, seconds=60)
    jobs.drain()
    assert get_study(slug, person.id, now=clock.now()).progress.completed_at is not None


def test_taking_a_longer_version_back_completes_too(database, make_person):
    slug, person = publish(ONE, preview=""), make_person()
    with write():
        kept = import_course(
            actor=SYSTEM, checked=check_files(samples.course(lessons=TWO)), now=clock.now()
        )
        made = publish_course(actor=SYSTEM, revision_id=kept.revision_id, now=clock.now())
    enroll(person, slug)
    finish(person, slug, "a")
    with write():
        withdraw_publication(actor=SYSTEM, publication_id=made.publication_id, now=clock.now())
    jobs.drain()
    assert get_study(slug, person.id, now=clock.now()).progress.completed_at is not None


def test_who_left_is_not_completed_behind_their_back(database, make_person):
    slug, person = publish(TWO), make_person()
    enroll(person, slug)
    finish(person, slug, "a")
    with write():
        services.leave_course(actor=person.actor, slug=slug, now=clock.now())
    publish(ONE)
    jobs.drain()
    assert events("learning.course_finished.v1") == 0
    assert enroll(person, slug).progress.completed_at is not None, "when they come back, it is"


def test_a_completed_course_says_what_is_left_without_claiming_that_it_is_new(
    client, database, make_person, sign_in
):
    files = samples.course(lessons=TWO)
    files["course.toml"] += b"\n[completion]\nshare = 50\n"
    with write():
        kept = import_course(actor=SYSTEM, checked=check_files(files), now=clock.now())
        publish_course(actor=SYSTEM, revision_id=kept.revision_id, now=clock.now())
    person = make_person()
    sign_in(person)
    enroll(person, kept.slug)
    finish(person, kept.slug, "a")
    page = client.get(f"/en/courses/{kept.slug}/progress").text
    assert "You have completed this course" in page
    assert "There is 1 lesson that you have not done" in page
