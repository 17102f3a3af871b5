import sqlalchemy as sa
from alembic import op

revision = "bad_step_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.drop_table('person')


def downgrade():
    pass
