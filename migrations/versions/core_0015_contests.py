"""contested marks"""

import sqlalchemy as sa
from alembic import op

revision = "core_0015"
down_revision = "core_0014"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('contest',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('lesson_id', sa.String(), nullable=False),
    sa.Column('block_id', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('reader_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('decided_at', sa.DateTime(), nullable=True),
    sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f('ck_contest_decided')),
    sa.CheckConstraint("state IN ('open', 'stays', 'changed')", name=op.f('ck_contest_state')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_contest_course_id_course')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_contest_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['reader_id'], ['person.id'], name=op.f('fk_contest_reader_id_person'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contest')),
    sa.UniqueConstraint('person_id', 'course_id', 'lesson_id', 'block_id', name=op.f('uq_contest_person_id_course_id_lesson_id_block_id'))
    )
    op.create_index('ix_contest_reader_id', 'contest', ['reader_id'], unique=False)
    with op.batch_alter_table('gradebook_plan') as batch:
        batch.add_column(sa.Column('contest_days', sa.Integer(), server_default='7', nullable=False))


def downgrade():
    with op.batch_alter_table('gradebook_plan') as batch:
        batch.drop_column('contest_days')
    op.drop_table('contest')
