"""regrading"""

import sqlalchemy as sa
from alembic import op

revision = "core_0012"
down_revision = "core_0011"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('regrading',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=22), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('revision_id', sa.Integer(), nullable=False),
    sa.Column('publication_id', sa.Integer(), nullable=False),
    sa.Column('choice', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('raised', sa.Integer(), nullable=False),
    sa.Column('lowered', sa.Integer(), nullable=False),
    sa.Column('kept', sa.Integer(), nullable=False),
    sa.Column('looked_at', sa.Integer(), nullable=False),
    sa.Column('asked_by', sa.Integer(), nullable=True),
    sa.Column('asked_at', sa.DateTime(), nullable=False),
    sa.Column('signed_by', sa.Integer(), nullable=True),
    sa.Column('signed_at', sa.DateTime(), nullable=True),
    sa.Column('ended_at', sa.DateTime(), nullable=True),
    sa.CheckConstraint("choice IN ('leave', 'raise', 'lower')", name=op.f('ck_regrading_choice')),
    sa.CheckConstraint("state IN ('ready', 'done', 'replaced')", name=op.f('ck_regrading_state')),
    sa.CheckConstraint("signed_by IS NULL OR signed_by != asked_by", name=op.f('ck_regrading_another_person_signs')),
    sa.ForeignKeyConstraint(['asked_by'], ['person.id'], name=op.f('fk_regrading_asked_by_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_regrading_course_id_course')),
    sa.ForeignKeyConstraint(['publication_id'], ['publication.id'], name=op.f('fk_regrading_publication_id_publication')),
    sa.ForeignKeyConstraint(['revision_id'], ['revision.id'], name=op.f('fk_regrading_revision_id_revision')),
    sa.ForeignKeyConstraint(['signed_by'], ['person.id'], name=op.f('fk_regrading_signed_by_person'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_regrading')),
    sa.UniqueConstraint('public_id', name=op.f('uq_regrading_public_id')),
    sa.UniqueConstraint('publication_id', name=op.f('uq_regrading_publication_id'))
    )
    op.create_index('ix_regrading_course_id', 'regrading', ['course_id', 'id'], unique=False)
    with op.batch_alter_table('mark') as batch:
        batch.add_column(sa.Column('reason', sa.String(), server_default='', nullable=False))


def downgrade():
    with op.batch_alter_table('mark') as batch:
        batch.drop_column('reason')
    op.drop_table('regrading')
