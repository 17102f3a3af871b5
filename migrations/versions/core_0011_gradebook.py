"""how marks add up, and marks that a person set"""

import sqlalchemy as sa
from alembic import op

revision = "core_0011"
down_revision = "core_0010"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('gradebook_plan',
    sa.Column('cohort_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('course_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('categories', sa.JSON(), nullable=False),
    sa.Column('release_at', sa.DateTime(), nullable=True),
    sa.ForeignKeyConstraint(['cohort_id'], ['cohort.id'], name=op.f('fk_gradebook_plan_cohort_id_cohort'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_gradebook_plan_course_id_course')),
    sa.PrimaryKeyConstraint('cohort_id', 'course_id', name=op.f('pk_gradebook_plan'))
    )
    op.create_table('mark_override',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('lesson_id', sa.String(), nullable=False),
    sa.Column('block_id', sa.String(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('points', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('second_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(), nullable=True),
    sa.CheckConstraint("state IN ('standing', 'proposed', 'refused')", name=op.f('ck_mark_override_state')),
    sa.ForeignKeyConstraint(['actor_id'], ['person.id'], name=op.f('fk_mark_override_actor_id_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_mark_override_course_id_course')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_mark_override_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['second_id'], ['person.id'], name=op.f('fk_mark_override_second_id_person'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mark_override')),
    sa.UniqueConstraint('person_id', 'course_id', 'lesson_id', 'block_id', 'number', name=op.f('uq_mark_override_person_id_course_id_lesson_id_block_id_number'))
    )
    op.create_index('ix_mark_override_actor_id', 'mark_override', ['actor_id'], unique=False)
    op.create_index('ix_mark_override_second_id', 'mark_override', ['second_id'], unique=False)


def downgrade():
    op.drop_table('mark_override')
    op.drop_table('gradebook_plan')
