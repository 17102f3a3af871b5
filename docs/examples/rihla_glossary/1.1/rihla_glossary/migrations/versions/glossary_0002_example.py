"""example"""

import sqlalchemy as sa
from alembic import op

revision = "glossary_0002"
down_revision = "glossary_0001"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("glossary_term") as batch:
        batch.add_column(sa.Column("example", sa.String(), nullable=False, server_default=""))


def downgrade():
    with op.batch_alter_table("glossary_term") as batch:
        batch.drop_column("example")
