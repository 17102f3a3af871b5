"""marks that a person gave"""

import sqlalchemy as sa
from alembic import op

revision = "core_0008"
down_revision = "core_0007"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('hand_mark',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('attempt_id', sa.Integer(), nullable=False),
    sa.Column('writer', sa.String(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('marker_id', sa.Integer(), nullable=True),
    sa.Column('lines', sa.JSON(), nullable=False),
    sa.Column('points', sa.Integer(), nullable=False),
    sa.Column('most', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('comment', sa.String(), nullable=False),
    sa.Column('marked_at', sa.DateTime(), nullable=False),
    sa.Column('mark_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('points >= 0 AND points <= most', name=op.f('ck_hand_mark_points')),
    sa.ForeignKeyConstraint(['attempt_id', 'writer', 'seq'], ['answer_event.attempt_id', 'answer_event.writer', 'answer_event.seq'], name='fk_hand_mark_answer_event', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['mark_id'], ['mark.id'], name=op.f('fk_hand_mark_mark_id_mark'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['marker_id'], ['person.id'], name=op.f('fk_hand_mark_marker_id_person'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hand_mark')),
    sa.UniqueConstraint('attempt_id', 'writer', 'seq', 'number', name=op.f('uq_hand_mark_attempt_id_writer_seq_number'))
    )
    op.create_index('ix_hand_mark_mark_id', 'hand_mark', ['mark_id'], unique=False)
    op.create_index('ix_hand_mark_marker_id', 'hand_mark', ['marker_id', 'marked_at'], unique=False)


def downgrade():
    op.drop_table('hand_mark')
