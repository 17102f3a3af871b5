"""The tables of the plugin."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.sdk import JSONDocument, PluginBase, UTCDateTime


class AwardRule(PluginBase):
    """What a cohort's learners must reach in a course. Rows are added; they count once agreed to.

    Of those that were agreed to the newest counts.
    """

    __tablename__ = "certificates_rule"
    __table_args__ = (
        Index("ix_certificates_rule_cohort_id", "cohort_id", "course_id"),
        Index("ix_certificates_rule_made_by", "made_by"),
        Index("ix_certificates_rule_course_id", "course_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    rule: Mapped[dict[str, Any]] = mapped_column(JSONDocument)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Agreement(PluginBase):
    """That a second person agreed to a rule: from then on it counts."""

    __tablename__ = "certificates_agreement"
    __table_args__ = (Index("ix_certificates_agreement_agreed_by", "agreed_by"),)

    rule_id: Mapped[int] = mapped_column(
        ForeignKey("certificates_rule.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    agreed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    agreed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Award(PluginBase):
    """By which rule somebody was awarded: it is held against that one, not against a later one."""

    __tablename__ = "certificates_award"
    __table_args__ = (Index("ix_certificates_award_person_id", "person_id"),)

    rule_id: Mapped[int] = mapped_column(
        ForeignKey("certificates_rule.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
