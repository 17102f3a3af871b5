"""projects: what is handed in, marks, signatures"""

import sqlalchemy as sa
from alembic import op

revision = "core_0014"
down_revision = "core_0013"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('project_work',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('lesson_id', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_project_work_course_id_course')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_project_work_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_project_work')),
    sa.UniqueConstraint('person_id', 'course_id', 'lesson_id', name=op.f('uq_project_work_person_id_course_id_lesson_id'))
    )
    op.create_index('ix_project_work_course_id', 'project_work', ['course_id', 'lesson_id'], unique=False)
    op.create_table('project_blob',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('work_id', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['work_id'], ['project_work.id'], name=op.f('fk_project_blob_work_id_project_work'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_project_blob')),
    sa.UniqueConstraint('work_id', 'sha256', name=op.f('uq_project_blob_work_id_sha256'))
    )
    op.create_table('project_term',
    sa.Column('cohort_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('course_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('lesson_id', sa.String(), nullable=False),
    sa.Column('due_at', sa.DateTime(), nullable=True),
    sa.Column('is_jury', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['cohort_id'], ['cohort.id'], name=op.f('fk_project_term_cohort_id_cohort'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_project_term_course_id_course')),
    sa.PrimaryKeyConstraint('cohort_id', 'course_id', 'lesson_id', name=op.f('pk_project_term'))
    )
    op.create_table('project_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('work_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('link', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('is_late', sa.Boolean(), nullable=False),
    sa.Column('received_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['work_id'], ['project_work.id'], name=op.f('fk_project_version_work_id_project_work'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_project_version')),
    sa.UniqueConstraint('work_id', 'number', name=op.f('uq_project_version_work_id_number'))
    )
    op.create_table('project_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('blob_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['blob_id'], ['project_blob.id'], name=op.f('fk_project_file_blob_id_project_blob'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['version_id'], ['project_version.id'], name=op.f('fk_project_file_version_id_project_version'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_project_file')),
    sa.UniqueConstraint('version_id', 'name', name=op.f('uq_project_file_version_id_name'))
    )
    op.create_index('ix_project_file_blob_id', 'project_file', ['blob_id'], unique=False)
    op.create_table('project_mark',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('work_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('newest', sa.Integer(), nullable=False),
    sa.Column('marker_id', sa.Integer(), nullable=True),
    sa.Column('lines', sa.JSON(), nullable=False),
    sa.Column('points', sa.Integer(), nullable=False),
    sa.Column('most', sa.Integer(), nullable=False),
    sa.Column('comment', sa.String(), nullable=False),
    sa.Column('is_jury', sa.Boolean(), nullable=False),
    sa.Column('marked_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('points >= 0 AND points <= most', name=op.f('ck_project_mark_points')),
    sa.ForeignKeyConstraint(['marker_id'], ['person.id'], name=op.f('fk_project_mark_marker_id_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['version_id'], ['project_version.id'], name=op.f('fk_project_mark_version_id_project_version'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['work_id'], ['project_work.id'], name=op.f('fk_project_mark_work_id_project_work'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_project_mark')),
    sa.UniqueConstraint('work_id', 'number', name=op.f('uq_project_mark_work_id_number'))
    )
    op.create_index('ix_project_mark_marker_id', 'project_mark', ['marker_id', 'marked_at'], unique=False)
    op.create_index('ix_project_mark_version_id', 'project_mark', ['version_id'], unique=False)
    op.create_table('project_request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('until', sa.DateTime(), nullable=False),
    sa.Column('asked_by', sa.Integer(), nullable=True),
    sa.Column('asked_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['asked_by'], ['person.id'], name=op.f('fk_project_request_asked_by_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['version_id'], ['project_version.id'], name=op.f('fk_project_request_version_id_project_version'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_project_request'))
    )
    op.create_index('ix_project_request_asked_by', 'project_request', ['asked_by'], unique=False)
    op.create_index('ix_project_request_version_id', 'project_request', ['version_id'], unique=False)
    op.create_table('project_comment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_project_comment_author_id_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['file_id'], ['project_file.id'], name=op.f('fk_project_comment_file_id_project_file'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_project_comment'))
    )
    op.create_index('ix_project_comment_author_id', 'project_comment', ['author_id'], unique=False)
    op.create_index('ix_project_comment_file_id', 'project_comment', ['file_id', 'line'], unique=False)
    op.create_table('project_signature',
    sa.Column('mark_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('person_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('signed_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['mark_id'], ['project_mark.id'], name=op.f('fk_project_signature_mark_id_project_mark'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_project_signature_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('mark_id', 'person_id', name=op.f('pk_project_signature'))
    )
    op.create_index('ix_project_signature_person_id', 'project_signature', ['person_id'], unique=False)


def downgrade():
    op.drop_table('project_signature')
    op.drop_table('project_comment')
    op.drop_table('project_request')
    op.drop_table('project_mark')
    op.drop_table('project_file')
    op.drop_table('project_version')
    op.drop_table('project_term')
    op.drop_table('project_blob')
    op.drop_table('project_work')
