import sqlalchemy as sa
from alembic import op

revision = "fails_on_rows_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "fails_on_rows_row",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("text", sa.String(), nullable=False),
    )
    op.execute("INSERT INTO fails_on_rows_row (id, text) VALUES (1, 'twice'), (2, 'twice')")


def downgrade():
    pass
