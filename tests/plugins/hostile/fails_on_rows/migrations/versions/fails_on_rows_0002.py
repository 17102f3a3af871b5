import sqlalchemy as sa
from alembic import op

revision = "fails_on_rows_0002"
down_revision = 'fails_on_rows_0001'
branch_labels = None
depends_on = None


def upgrade():
    op.create_index("ix_fails_on_rows_row_text", "fails_on_rows_row", ["text"], unique=True)


def downgrade():
    pass
