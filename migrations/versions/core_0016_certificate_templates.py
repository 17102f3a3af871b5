"""templates of certificates"""

import sqlalchemy as sa
from alembic import op

revision = "core_0016"
down_revision = "core_0015"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('certificate_picture',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('center_id', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['center_id'], ['center.id'], name=op.f('fk_certificate_picture_center_id_center')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate_picture')),
    sa.UniqueConstraint('center_id', 'sha256', name=op.f('uq_certificate_picture_center_id_sha256'))
    )
    op.create_table('certificate_template',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('center_id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=True),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.Column('used_at', sa.DateTime(), nullable=True),
    sa.ForeignKeyConstraint(['center_id'], ['center.id'], name=op.f('fk_certificate_template_center_id_center')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_certificate_template_course_id_course')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate_template'))
    )
    op.create_index('ix_certificate_template_center_id', 'certificate_template', ['center_id', 'course_id'], unique=False)


def downgrade():
    op.drop_table('certificate_template')
    op.drop_table('certificate_picture')
