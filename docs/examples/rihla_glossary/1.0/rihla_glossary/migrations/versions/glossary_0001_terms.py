"""terms"""

import sqlalchemy as sa
from alembic import op

revision = "glossary_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "glossary_term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("center_id", sa.Integer(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("meaning", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["center_id"],
            ["center.id"],
            name="fk_glossary_term_center_id_center",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_glossary_term"),
        sa.UniqueConstraint("center_id", "folded", name="uq_glossary_term_center_id_folded"),
    )


def downgrade():
    op.drop_table("glossary_term")
