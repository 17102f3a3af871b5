"""Projects of the demonstration: what a few learners handed in, and what was said of it."""

from datetime import datetime, timedelta

from sqlalchemy import exists, select

from app.accounts.models import Address
from app.centers.models import Cohort, CohortMember
from app.courses.queries import find_publication
from app.demo import rules
from app.kernel.actors import SYSTEM, Actor
from app.kernel.db import db, write
from app.learning.models import Enrollment, LessonDone
from app.learning.queries import get_study
from app.marking.rules import level_points
from app.projects import queries, services
from app.projects.models import (
    ProjectComment,
    ProjectMark,
    ProjectRequest,
    ProjectSignature,
    ProjectWork,
)
from app.projects.queries import Project
from app.projects.rules import VersionRow

LESSON = "tarif-du-taxi"
TAXI_SHORT = """\
def compteur(metres):
    return 2 + 0.2 * (metres / 80)


def tarif(metres, heure):
    prix = compteur(metres)
    if prix < 7.5:
        prix = 7.5
    return prix


print(tarif(4000, 10))
"""
TAXI_COMMENTS = (
    (2, "Avec « / » le compteur avance mètre par mètre. Que dit la règle 2 ?"),
    (9, "La règle 4, la nuit, manque encore."),
)
TAXI_REQUEST = (
    "Bon départ. Corrigez la ligne 2, ajoutez la nuit, et comparez les courses A, B et C"
    " avec vos calculs à la main."
)
TAXI_FULL = """\
PRISE_EN_CHARGE, PAR_TRANCHE, TRANCHE = 2.0, 0.2, 80
MINIMUM, NUIT = 7.5, 1.5


def compteur(metres):
    return PRISE_EN_CHARGE + PAR_TRANCHE * (metres // TRANCHE)


def tarif(metres, heure):
    prix = max(compteur(metres), MINIMUM)
    if heure >= 20 or heure < 6:
        prix = prix * NUIT
    return round(prix, 2)


for metres, heure, attendu in [(4000, 10, 12.0), (1600, 10, 7.5), (4000, 22, 18.0)]:
    print(tarif(metres, heure), "attendu", attendu)
"""
TAXI_LIMITS = """\
# Ce que le programme ne sait pas faire

- Il ne compte ni l'attente ni les bagages.
- Une course qui commence à 19 h 50 est comptée de jour.
"""
TAXI_NOTES = ("J'ai vérifié les courses A à E.", "J’ai encore une question sur la nuit.")
FULL = ((5, 4, 5, 4), "Très clair, et les cas de nuit sont là.")
BY_JURY = ((4, 4, 3, 5), "Bonne défense ; il manque un cas juste avant le saut du compteur.")


def make_projects(now: datetime) -> None:
    """Let learners of two cohorts have handed in their project; twice changes nothing.

    Nor does it where the course was taken back.
    """
    if find_publication(rules.MAIN_COURSE, now=now) is None:
        return
    with write():
        if not db.session.scalar(select(exists().where(ProjectWork.lesson_id == LESSON))):
            _in_rabat(now)
            _in_kenitra(now)


def _in_rabat(now: datetime) -> None:
    """One is asked again with comments by line, one is marked, two wait."""
    cohort, trainer = _cohort(rules.LEARNERS_COHORT.slug), _person("instructor")
    learner = _person("learner")
    people = [learner, *(one for one in _members(cohort) if one != learner)][:4]
    project = _project(learner, now)
    services.set_term(
        actor=SYSTEM,
        cohort=cohort,
        project=project,
        due_at=(now + timedelta(days=6)).replace(minute=0, second=0, microsecond=0),
        is_jury=False,
    )
    first = _hand_in(people[0], cohort, project, [("taxi.py", TAXI_SHORT)], now)
    for line, text in TAXI_COMMENTS:
        db.session.add(
            ProjectComment(
                file_id=first.files[0].id, line=line, text=text, author_id=trainer, made_at=now
            )
        )
    db.session.add(
        ProjectRequest(
            version_id=first.id,
            text=TAXI_REQUEST,
            until=(now + timedelta(days=4)).replace(minute=0, second=0, microsecond=0),
            asked_by=trainer,
            asked_at=now,
        )
    )
    files = [("taxi.py", TAXI_FULL), ("limites.md", TAXI_LIMITS)]
    if len(people) > 1:
        version = _hand_in(people[1], cohort, project, files, now)
        _mark(version, people[1], cohort, project, trainer, FULL, now)
    for person_id, note in zip(people[2:], TAXI_NOTES, strict=False):
        _hand_in(person_id, cohort, project, files[: 1 + person_id % 2], now, note=note)


def _in_kenitra(now: datetime) -> None:
    """A jury marks here: its sheet has one signature of two."""
    cohort, trainer, manager = _cohort("da-6"), _person("trainer.kenitra"), _person("manager")
    people = _members(cohort)[:2]
    for person_id in people:
        project = _project(person_id, now)
        services.set_term(actor=SYSTEM, cohort=cohort, project=project, due_at=None, is_jury=True)
        files = [("taxi.py", TAXI_FULL), ("limites.md", TAXI_LIMITS)]
        version = _hand_in(person_id, cohort, project, files, now)
        if person_id == people[0]:
            mark = _mark(version, person_id, cohort, project, trainer, BY_JURY, now, is_jury=True)
            db.session.add(ProjectSignature(mark_id=mark.id, person_id=manager, signed_at=now))


def _person(login: str) -> int:
    address = f"{login}@{rules.DOMAIN}"
    return db.session.scalars(select(Address.person_id).where(Address.value == address)).one()


def _cohort(slug: str) -> Cohort:
    return db.session.scalars(select(Cohort).where(Cohort.slug == slug)).one()


def _members(cohort: Cohort) -> list[int]:
    """Return the members who are enrolled and have done the lesson of the project."""
    return list(
        db.session.scalars(
            select(CohortMember.person_id)
            .join(
                Enrollment,
                (Enrollment.person_id == CohortMember.person_id)
                & (Enrollment.cohort_id == cohort.id)
                & Enrollment.left_at.is_(None),
            )
            .join(
                LessonDone,
                (LessonDone.person_id == CohortMember.person_id)
                & (LessonDone.course_id == Enrollment.course_id)
                & (LessonDone.lesson_id == LESSON),
            )
            .where(CohortMember.cohort_id == cohort.id, CohortMember.left_at.is_(None))
            .order_by(CohortMember.person_id)
        )
    )


def _project(person_id: int, now: datetime) -> Project:
    return queries.get_own_project(get_study(rules.MAIN_COURSE, person_id, now=now), LESSON)


def _hand_in(
    person_id: int,
    cohort: Cohort,
    project: Project,
    files: list[tuple[str, str]],
    now: datetime,
    note: str = "",
) -> VersionRow:
    sent = services.Sent([(name, text.encode()) for name, text in files], note=note)
    return services.hand_in(
        actor=Actor(person_id), project=project, cohort_id=cohort.id, sent=sent, now=now
    )


def _mark(
    version: VersionRow,
    person_id: int,
    cohort: Cohort,
    project: Project,
    marker_id: int,
    given: tuple[tuple[int, ...], str],
    now: datetime,
    is_jury: bool = False,
) -> ProjectMark:
    """Keep a mark as rows: nobody gets a message about it."""
    levels = dict(zip([key for key, _ in project.rules.rubric], given[0], strict=True))
    lines = [
        [key, level_points(levels[key], most * 100), most * 100]
        for key, most in project.rules.rubric
    ]
    work = queries.find_work(person_id, project)
    mark = ProjectMark(
        work_id=work.id,
        number=1,
        version_id=version.id,
        newest=version.number,
        marker_id=marker_id,
        lines=lines,
        points=sum(points for _, points, _ in lines),
        most=project.rules.most * 100,
        comment=given[1],
        is_jury=is_jury,
        marked_at=now,
    )
    db.session.add(mark)
    db.session.flush()  # its signature needs its id
    counted = queries.find_work(person_id, project).counted
    if counted:
        services.keep_score(person_id, project, counted, cohort.center_id, now)
    return mark
