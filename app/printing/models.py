"""Tables of printing: what certificates of a center look like, and the pictures on them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, JSONDocument, UTCDateTime


class CertificateTemplate(Base):
    """How a center's certificates look: for one course, or for all that have none of their own.

    A draft until it is used; from then on it never changes, for certificates name it. The one used
    last counts for those that are awarded from now on.
    """

    __tablename__ = "certificate_template"
    __table_args__ = (Index("ix_certificate_template_center_id", "center_id", "course_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    center_id: Mapped[int] = mapped_column(ForeignKey("center.id"))
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"))
    content: Mapped[dict[str, Any]] = mapped_column(JSONDocument)
    """What `rules.stored` makes of it; logos name their pictures."""
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class CertificatePicture(Base):
    """A logo, once in each center."""

    __tablename__ = "certificate_picture"
    __table_args__ = (UniqueConstraint("center_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    center_id: Mapped[int] = mapped_column(ForeignKey("center.id"))
    sha256: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
