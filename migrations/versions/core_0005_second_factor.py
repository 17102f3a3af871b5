"""second factor"""

import sqlalchemy as sa
from alembic import op

revision = "core_0005"
down_revision = "core_0004"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('second_factor',
    sa.Column('person_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('sealed', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(), nullable=True),
    sa.Column('last_step', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_second_factor_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_second_factor'))
    )
    with op.batch_alter_table('sign_in_session', schema=None) as batch_op:
        batch_op.add_column(sa.Column('mfa_at', sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column('waits', sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade():
    op.execute("DELETE FROM sign_in_session WHERE waits")  # they would open everything without it
    with op.batch_alter_table('sign_in_session', schema=None) as batch_op:
        batch_op.drop_column('waits')
        batch_op.drop_column('mfa_at')

    op.drop_table('second_factor')
