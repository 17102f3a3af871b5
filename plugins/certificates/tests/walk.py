"""How tests of the site open the pages of this plugin that take arguments (tests/routes.py)."""

from sqlalchemy import text

from app.sdk import Actor, session

ARGUMENTS = {
    "certificates_center.agree": {"public_id": "cohort", "slug": "course"},
    "certificates_center.award": {"public_id": "cohort", "slug": "course"},
    "certificates_center.cohort": {"public_id": "cohort"},
    "certificates_center.propose": {"public_id": "cohort", "slug": "course"},
}

QUIET = {"certificates_center.agree": 422, "certificates_center.award": 422}


def make(center_id: int, author: Actor) -> dict[str, str]:
    """Name a cohort of the center, and a course; inside `write()`."""
    found = session.execute(
        text("SELECT public_id FROM cohort WHERE center_id = :center ORDER BY id"),
        {"center": center_id},
    )
    return {"cohort": found.scalars().first() or "", "course": "python-donnees"}
