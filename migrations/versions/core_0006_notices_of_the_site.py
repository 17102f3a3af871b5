"""notices of the site"""

import sqlalchemy as sa
from alembic import op

revision = "core_0006"
down_revision = "core_0005"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.add_column(sa.Column('kind', sa.String(), server_default='', nullable=False))
    op.create_index('uq_notice_kind', 'notice', ['kind', 'form_key'], unique=True,
        sqlite_where=sa.text("kind != ''"), postgresql_where=sa.text("kind != ''"))


def downgrade():
    op.drop_index('uq_notice_kind', 'notice', sqlite_where=sa.text("kind != ''"), postgresql_where=sa.text("kind != ''"))
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.drop_column('kind')
