"""Rules of award, and who agreed to them."""

import sqlalchemy as sa
from alembic import op

revision = "certificates_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('certificates_rule',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('cohort_id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('rule', sa.JSON(), nullable=False),
    sa.Column('made_by', sa.Integer(), nullable=True),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['cohort_id'], ['cohort.id'], name=op.f('fk_certificates_rule_cohort_id_cohort'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_certificates_rule_course_id_course'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['made_by'], ['person.id'], name=op.f('fk_certificates_rule_made_by_person'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificates_rule'))
    )
    op.create_index('ix_certificates_rule_cohort_id', 'certificates_rule', ['cohort_id', 'course_id'], unique=False)
    op.create_index('ix_certificates_rule_made_by', 'certificates_rule', ['made_by'], unique=False)
    op.create_table('certificates_agreement',
    sa.Column('rule_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('agreed_by', sa.Integer(), nullable=True),
    sa.Column('agreed_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['agreed_by'], ['person.id'], name=op.f('fk_certificates_agreement_agreed_by_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['rule_id'], ['certificates_rule.id'], name=op.f('fk_certificates_agreement_rule_id_certificates_rule'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('rule_id', name=op.f('pk_certificates_agreement'))
    )
    op.create_index('ix_certificates_agreement_agreed_by', 'certificates_agreement', ['agreed_by'], unique=False)


def downgrade():
    op.drop_table('certificates_agreement')
    op.drop_table('certificates_rule')
