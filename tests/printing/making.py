"""Templates of certificates for tests, and pictures for them."""

from io import BytesIO

from PIL import Image

from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import write
from app.printing import services
from app.printing.rules import Look


def draft_template(center_id: int) -> int:
    """Keep a draft for all courses of a center and return its id."""
    with write():
        return services.save_draft(
            actor=SYSTEM,
            center_id=center_id,
            course_id=None,
            look=Look("mint", "Bravo", "أحسنت"),
            places=[],
            now=clock.now(),
        ).id


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 120), color: str = "#336699") -> bytes:
    """Return a picture of one color."""
    found = BytesIO()
    Image.new("RGB", size, color).save(found, kind)
    return found.getvalue()
