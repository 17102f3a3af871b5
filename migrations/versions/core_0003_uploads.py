"""uploads that are checked in the background; what the check said of a revision"""

import sqlalchemy as sa
from alembic import op

revision = "core_0003"
down_revision = "core_0002"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "course_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("archive", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=True),
        sa.Column("reason", sa.JSON(), nullable=True),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('checking', 'refused', 'stopped', 'kept')",
            name=op.f("ck_course_upload_state"),
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_course_upload_course_id_course")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_course_upload_person_id_person"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_upload")),
        sa.UniqueConstraint("public_id", name=op.f("uq_course_upload_public_id")),
    )
    op.create_index("ix_course_upload_person_id", "course_upload", ["person_id", "id"])
    with op.batch_alter_table("revision") as batch:
        batch.add_column(sa.Column("problems", sa.JSON(), nullable=True))


def downgrade():
    with op.batch_alter_table("revision") as batch:
        batch.drop_column("problems")
    op.drop_index("ix_course_upload_person_id", table_name="course_upload")
    op.drop_table("course_upload")
