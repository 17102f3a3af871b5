"""installed plugins"""

import sqlalchemy as sa
from alembic import op

revision = "core_0007"
down_revision = "core_0006"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('plugin_artifact',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('version', sa.String(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('file', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('signer', sa.String(), nullable=False),
    sa.Column('manifest', sa.String(), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.Column('report', sa.JSON(), nullable=False),
    sa.Column('received_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plugin_artifact')),
    sa.UniqueConstraint('sha256', name=op.f('uq_plugin_artifact_sha256'))
    )
    op.create_index('ix_plugin_artifact_name', 'plugin_artifact', ['name'], unique=False)
    op.create_table('plugin_operation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('plugin', sa.String(), nullable=False),
    sa.Column('artifact_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('is_open', sa.Boolean(), nullable=True),
    sa.Column('step', sa.String(), nullable=False),
    sa.Column('done', sa.JSON(), nullable=False),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.Column('options', sa.JSON(), nullable=False),
    sa.Column('reason', sa.JSON(), nullable=True),
    sa.Column('actor_id', sa.Integer(), nullable=False),
    sa.Column('owner', sa.String(), nullable=True),
    sa.Column('lease_until', sa.DateTime(), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('ended_at', sa.DateTime(), nullable=True),
    sa.CheckConstraint("state IN ('running', 'undoing', 'done', 'refused')", name=op.f('ck_plugin_operation_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plugin_operation')),
    sa.UniqueConstraint('is_open', name=op.f('uq_plugin_operation_is_open'))
    )
    op.create_index('ix_plugin_operation_plugin', 'plugin_operation', ['plugin'], unique=False)


def downgrade():
    op.drop_table('plugin_operation')
    op.drop_table('plugin_artifact')
