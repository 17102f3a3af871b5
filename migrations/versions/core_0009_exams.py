"""exams"""

import sqlalchemy as sa
from alembic import op

revision = 'core_0009'
down_revision = 'core_0008'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('accommodation',
    sa.Column('person_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('factor', sa.Integer(), nullable=False),
    sa.Column('larger_text', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('set_by', sa.Integer(), nullable=True),
    sa.Column('set_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('factor IN (100, 125, 150, 200)', name=op.f('ck_accommodation_factor')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_accommodation_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['set_by'], ['person.id'], name=op.f('fk_accommodation_set_by_person'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_accommodation'))
    )
    op.create_table('exam_window',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('lesson_id', sa.String(), nullable=False),
    sa.Column('center_id', sa.Integer(), nullable=False),
    sa.Column('cohort_id', sa.Integer(), nullable=True),
    sa.Column('opens_at', sa.DateTime(), nullable=True),
    sa.Column('closes_at', sa.DateTime(), nullable=True),
    sa.ForeignKeyConstraint(['center_id'], ['center.id'], name=op.f('fk_exam_window_center_id_center')),
    sa.ForeignKeyConstraint(['cohort_id'], ['cohort.id'], name=op.f('fk_exam_window_cohort_id_cohort')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_exam_window_course_id_course')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exam_window')),
    sa.UniqueConstraint('course_id', 'lesson_id', 'cohort_id', name=op.f('uq_exam_window_course_id_lesson_id_cohort_id'))
    )
    with op.batch_alter_table('exam_window', schema=None) as batch_op:
        batch_op.create_index('uq_exam_window_center', ['course_id', 'lesson_id', 'center_id'], unique=True, sqlite_where=sa.text('cohort_id IS NULL'), postgresql_where=sa.text('cohort_id IS NULL'))

    op.create_table('exam_attempt',
    sa.Column('attempt_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('public_id', sa.String(length=22), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('deadline', sa.DateTime(), nullable=False),
    sa.Column('accepts_until', sa.DateTime(), nullable=False),
    sa.Column('drawn', sa.JSON(), nullable=False),
    sa.Column('draw_version', sa.Integer(), nullable=False),
    sa.Column('epoch', sa.Integer(), nullable=False),
    sa.Column('closed_at', sa.DateTime(), nullable=True),
    sa.Column('closed_by', sa.String(), nullable=False),
    sa.Column('marked_at', sa.DateTime(), nullable=True),
    sa.CheckConstraint("(closed_at IS NULL) = (closed_by = '')", name=op.f('ck_exam_attempt_closed')),
    sa.CheckConstraint("closed_by IN ('', 'hand-in', 'deadline')", name=op.f('ck_exam_attempt_closed_by')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_exam_attempt_attempt_id_attempt'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_exam_attempt_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('attempt_id', name=op.f('pk_exam_attempt')),
    sa.UniqueConstraint('public_id', name=op.f('uq_exam_attempt_public_id'))
    )
    with op.batch_alter_table('exam_attempt', schema=None) as batch_op:
        batch_op.create_index('ix_exam_attempt_open', ['closed_at', 'accepts_until'], unique=False)
        batch_op.create_index('ix_exam_attempt_person_id', ['person_id'], unique=False)

    op.create_table('exam_late_answer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('attempt_id', sa.Integer(), nullable=False),
    sa.Column('writer', sa.String(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('item', sa.String(), nullable=False),
    sa.Column('value', sa.String(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('claimed_at', sa.BigInteger(), nullable=True),
    sa.Column('received_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("reason IN ('late', 'conflict')", name=op.f('ck_exam_late_answer_reason')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_exam_late_answer_attempt_id_attempt'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exam_late_answer')),
    sa.UniqueConstraint('attempt_id', 'writer', 'seq', 'digest', name=op.f('uq_exam_late_answer_attempt_id_writer_seq_digest'))
    )
    with op.batch_alter_table('answer_event', schema=None) as batch_op:
        batch_op.add_column(sa.Column('claimed_at', sa.BigInteger(), nullable=True))


def downgrade():
    with op.batch_alter_table('answer_event', schema=None) as batch_op:
        batch_op.drop_column('claimed_at')

    op.drop_table('exam_late_answer')
    with op.batch_alter_table('exam_attempt', schema=None) as batch_op:
        batch_op.drop_index('ix_exam_attempt_person_id')
        batch_op.drop_index('ix_exam_attempt_open')

    op.drop_table('exam_attempt')
    with op.batch_alter_table('exam_window', schema=None) as batch_op:
        batch_op.drop_index('uq_exam_window_center', sqlite_where=sa.text('cohort_id IS NULL'), postgresql_where=sa.text('cohort_id IS NULL'))

    op.drop_table('exam_window')
    op.drop_table('accommodation')
