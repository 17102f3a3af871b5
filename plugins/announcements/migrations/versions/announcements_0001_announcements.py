"""The table of announcements."""

import sqlalchemy as sa
from alembic import op

revision = "announcements_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "announcements_announcement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("center_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("author_name", sa.String(), nullable=False),
        sa.Column("title_fr", sa.String(), nullable=False),
        sa.Column("text_fr", sa.String(), nullable=False),
        sa.Column("title_ar", sa.String(), nullable=False),
        sa.Column("text_ar", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=False),
        sa.Column("shown_from", sa.Date(), nullable=False),
        sa.Column("shown_until", sa.Date(), nullable=True),
        sa.Column("is_pinned", sa.Boolean(), nullable=False),
        sa.Column("form_key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["person.id"],
            name=op.f("fk_announcements_announcement_author_id_person"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["center_id"],
            ["center.id"],
            name=op.f("fk_announcements_announcement_center_id_center"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements_announcement")),
        sa.UniqueConstraint(
            "center_id", "form_key", name=op.f("uq_announcements_announcement_center_id_form_key")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_announcements_announcement_public_id")),
    )
    with op.batch_alter_table("announcements_announcement", schema=None) as batch_op:
        batch_op.create_index(
            "ix_announcements_announcement_author_id", ["author_id"], unique=False
        )
        batch_op.create_index(
            "ix_announcements_announcement_center_id", ["center_id", "ended_at"], unique=False
        )


def downgrade():
    with op.batch_alter_table("announcements_announcement", schema=None) as batch_op:
        batch_op.drop_index("ix_announcements_announcement_center_id")
        batch_op.drop_index("ix_announcements_announcement_author_id")

    op.drop_table("announcements_announcement")
