"""By which rule somebody was awarded; rules are also looked for by their course."""

import sqlalchemy as sa
from alembic import op

revision = "certificates_0002"
down_revision = "certificates_0001"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index('ix_certificates_rule_course_id', 'certificates_rule', ['course_id'], unique=False)
    op.create_table('certificates_award',
    sa.Column('rule_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('person_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_certificates_award_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['rule_id'], ['certificates_rule.id'], name=op.f('fk_certificates_award_rule_id_certificates_rule'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('rule_id', 'person_id', name=op.f('pk_certificates_award'))
    )
    op.create_index('ix_certificates_award_person_id', 'certificates_award', ['person_id'], unique=False)


def downgrade():
    op.drop_table('certificates_award')
    op.drop_index('ix_certificates_rule_course_id', table_name='certificates_rule')
