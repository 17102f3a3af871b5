"""What can be asked about credentials."""

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import func, or_, select
from sqlalchemy.orm import undefer

from app.centers.models import Cohort
from app.courses.models import Course
from app.courses.queries import newest_revisions, outlines_of
from app.credentials import keys, statements
from app.credentials.documents import Award, Issuer
from app.credentials.models import AwardProposal, Credential, SigningKey, StatusList
from app.credentials.proofs import read_multikey
from app.kernel.db import db
from app.kernel.errors import NotFound
from app.learning.models import Enrollment
from app.partners.models import Partner
from app.settings import get_settings

MOST = 1000


@dataclass(frozen=True)
class Key:
    """A key of the site; `private` is None when it cannot be opened."""

    number: int
    private: Ed25519PrivateKey | None


@dataclass(frozen=True)
class CohortCourse:
    """A course as a cohort takes it; `titles` by language."""

    cohort_id: int
    id: int
    slug: str
    title: str
    titles: Mapping[str, str]


def issuer() -> Issuer:
    """Return the site as one that signs."""
    settings = get_settings()
    return Issuer(settings.public_url.rstrip("/"), settings.site_name)


def list_keys() -> list[tuple[int, str]]:
    """Return number and public half of every key, the oldest first."""
    rows = db.session.execute(
        select(SigningKey.number, SigningKey.public).order_by(SigningKey.number)
    )
    return [(number, public) for number, public in rows]


def find_newest_key() -> Key | None:
    """Return the key that signs now; None before the first."""
    found = db.session.scalars(
        select(SigningKey).order_by(SigningKey.number.desc()).limit(1)
    ).first()
    return Key(found.number, keys.unseal(found.sealed, found.number)) if found else None


def find_public_key(method: str) -> Ed25519PublicKey | None:
    """Return a key of the site by the name that proofs give it, old ones too."""
    known = {issuer().method(number): public for number, public in list_keys()}
    return read_multikey(known[method]) if method in known else None


def find_credential(public_id: str) -> Credential | None:
    """Return a credential by its number, with the signed document, or None."""
    return db.session.scalar(
        select(Credential)
        .where(Credential.public_id == public_id)
        .options(undefer(Credential.document))
    )


def award_of(row: Credential) -> Award:
    """Return what a credential says, as it is signed."""
    return Award(
        row.public_id,
        [name for name in (row.name, row.name_ar) if name],
        row.identity,
        row.facts,
        row.issued_at,
        row.expires_at,
        row.status_list,
        row.status_index,
    )


def find_statement(row: Credential) -> str | None:
    """Return the address that holds a credential's signed statement, for `draw_qr`.

    It is made anew each time, with the newest key. None where there is nobody it could name, or
    no key that could sign.
    """
    key = find_newest_key()
    if key is None or key.private is None or not (row.name or row.name_ar):
        return None
    made = statements.compose(award_of(row), issuer(), key.number)
    return issuer().statement(statements.sign(made, key.private))


def find_standing(person_id: int, key: str) -> Credential | None:
    """Return the credential of that key that a person holds, locked while a transaction lasts."""
    return db.session.scalar(
        select(Credential)
        .where(Credential.person_id == person_id, Credential.key == key)
        .where(Credential.revoked_at.is_(None), Credential.replaced_at.is_(None))
        .with_for_update()
    )


def find_newest(person_id: int, key: str) -> Credential | None:
    """Return the last credential of that key that a person was awarded, revoked or not."""
    return db.session.scalar(
        select(Credential)
        .where(Credential.person_id == person_id, Credential.key == key)
        .where(Credential.replaced_at.is_(None))
        .order_by(Credential.id.desc())
        .limit(1)
    )


def get_of_cohort(cohort: Cohort, public_id: str) -> Credential:
    """Return a credential of a cohort. Raises NotFound."""
    found = find_credential(public_id)
    if found is None or found.cohort_id != cohort.id:
        raise NotFound
    return found


def find_successor(found: Credential) -> Credential | None:
    """Return the newest of those by which a credential was replaced."""
    seen = set()
    while found.replaced_by and found.id not in seen:
        seen.add(found.id)
        found = db.session.get_one(Credential, found.replaced_by)
    return found if seen else None


def list_of_cohort(cohort_id: int) -> list[Credential]:
    """Return the credentials of a cohort, the newest first."""
    return list(
        db.session.scalars(
            select(Credential)
            .where(Credential.cohort_id == cohort_id)
            .order_by(Credential.id.desc())
            .limit(MOST)
        )
    )


def list_own(person_id: int) -> list[Credential]:
    """Return a person's credentials that were not replaced, the newest first."""
    return list(
        db.session.scalars(
            select(Credential)
            .where(Credential.person_id == person_id, Credential.replaced_at.is_(None))
            .options(undefer(Credential.document))
            .order_by(Credential.id.desc())
            .limit(MOST)
        )
    )


def list_proposals(cohort_id: int) -> list[AwardProposal]:
    """Return what waits for a second person in a cohort, the oldest first."""
    return list(
        db.session.scalars(
            select(AwardProposal)
            .where(AwardProposal.cohort_id == cohort_id, AwardProposal.state == "open")
            .order_by(AwardProposal.id)
            .limit(MOST)
        )
    )


def list_cohort_courses(cohort_id: int, language: str) -> list[CohortCourse]:
    """Return the courses that members of a cohort began, by address."""
    began = select(Enrollment.course_id).where(Enrollment.cohort_id == cohort_id)
    found = db.session.execute(
        select(Course.id, Course.slug).where(Course.id.in_(began)).order_by(Course.slug).limit(MOST)
    ).all()
    titles = _titles([course_id for course_id, _ in found], language)
    return [
        CohortCourse(cohort_id, course_id, slug, *titles[course_id])
        for course_id, slug in found
        if course_id in titles
    ]


def list_courses_taken(person_id: int, language: str) -> list[tuple[Cohort, CohortCourse]]:
    """Return the courses that somebody takes in a cohort, each with the cohort."""
    found = db.session.execute(
        select(Cohort, Course.id, Course.slug)
        .join(Enrollment, Enrollment.cohort_id == Cohort.id)
        .join(Course, Course.id == Enrollment.course_id)
        .where(Enrollment.person_id == person_id, Enrollment.left_at.is_(None))
        .order_by(Course.slug)
        .limit(MOST)
    ).all()
    titles = _titles([course_id for _, course_id, _ in found], language)
    return [
        (cohort, CohortCourse(cohort.id, course_id, slug, *titles[course_id]))
        for cohort, course_id, slug in found
        if course_id in titles
    ]


def _titles(course_ids: list[int], language: str) -> dict[int, tuple[str, dict[str, str]]]:
    newest = newest_revisions(course_ids)
    outlines = outlines_of(newest.values())
    found = {course_id: outlines[one.revision_id] for course_id, one in newest.items()}
    return {
        course_id: (outline.title(language), dict(outline.course.title))
        for course_id, outline in found.items()
    }


def list_sponsors() -> list[Partner]:
    """Return whoever may have paid for it: all partners, by name."""
    return list(db.session.scalars(select(Partner).order_by(Partner.name).limit(MOST)))


def find_list(number: int) -> str | None:
    """Return a signed list of credentials that count no more, or None."""
    return db.session.scalar(select(StatusList.document).where(StatusList.number == number)) or None


def list_lists() -> dict[int, str]:
    """Return all such lists that are signed, by number. One statement."""
    rows = db.session.execute(
        select(StatusList.number, StatusList.document)
        .where(StatusList.document != "")
        .order_by(StatusList.number)
    )
    return {row.number: row.document for row in rows}


def list_list_numbers() -> list[int]:
    """Return the numbers of all such lists."""
    return list(db.session.scalars(select(StatusList.number).order_by(StatusList.number)))


def list_marked(number: int) -> list[int]:
    """Return the places on a list of all that were revoked or replaced."""
    return list(
        db.session.scalars(
            select(Credential.status_index).where(
                Credential.status_list == number,
                or_(Credential.revoked_at.is_not(None), Credential.replaced_at.is_not(None)),
            )
        )
    )


def count_on_list(number: int) -> int:
    """Return how many credentials have a place on a list."""
    return (
        db.session.scalar(
            select(func.count()).select_from(Credential).where(Credential.status_list == number)
        )
        or 0
    )
