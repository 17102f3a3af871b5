"""plugins"""

import sqlalchemy as sa
from alembic import op

revision = "core_0002"
down_revision = "core_0001"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('plugin',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('version', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('enabled', sa.Boolean(), nullable=True),
    sa.Column('everywhere', sa.Boolean(), nullable=True),
    sa.Column('open_to_centers', sa.Boolean(), nullable=False),
    sa.Column('settings', sa.JSON(), nullable=False),
    sa.Column('locked', sa.JSON(), nullable=False),
    sa.Column('capabilities', sa.JSON(), nullable=False),
    sa.Column('manifest', sa.String(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('signer', sa.String(), nullable=False),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("state IN ('installed', 'upgrading', 'uninstalled')", name=op.f('ck_plugin_state')),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_plugin'))
    )
    op.create_table('plugin_failure',
    sa.Column('plugin', sa.String(), nullable=False),
    sa.Column('hook', sa.String(), nullable=False),
    sa.Column('first_at', sa.DateTime(), nullable=False),
    sa.Column('last_at', sa.DateTime(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('error', sa.String(), nullable=False),
    sa.Column('trace', sa.String(), nullable=False),
    sa.Column('paused_at', sa.DateTime(), nullable=True),
    sa.PrimaryKeyConstraint('plugin', 'hook', name=op.f('pk_plugin_failure'))
    )
    op.create_table('plugin_generation',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('state', sa.Integer(), nullable=False),
    sa.Column('code', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plugin_generation'))
    )
    op.create_table('plugin_worker',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('host', sa.String(), nullable=False),
    sa.Column('pid', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('code', sa.Integer(), nullable=False),
    sa.Column('loaded', sa.JSON(), nullable=False),
    sa.Column('seen_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plugin_worker'))
    )
    op.create_table('plugin_center',
    sa.Column('plugin', sa.String(), nullable=False),
    sa.Column('center_id', sa.Integer(), nullable=False),
    sa.Column('enabled', sa.Boolean(), nullable=True),
    sa.Column('settings', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['center_id'], ['center.id'], name=op.f('fk_plugin_center_center_id_center'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['plugin'], ['plugin.name'], name=op.f('fk_plugin_center_plugin_plugin'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('plugin', 'center_id', name=op.f('pk_plugin_center'))
    )
    with op.batch_alter_table('plugin_center', schema=None) as batch_op:
        batch_op.create_index('ix_plugin_center_center_id', ['center_id'], unique=False)


def downgrade():
    with op.batch_alter_table('plugin_center', schema=None) as batch_op:
        batch_op.drop_index('ix_plugin_center_center_id')

    op.drop_table('plugin_center')
    op.drop_table('plugin_worker')
    op.drop_table('plugin_generation')
    op.drop_table('plugin_failure')
    op.drop_table('plugin')
