"""what was awarded, and the keys that sign it"""

import sqlalchemy as sa
from alembic import op

revision = "core_0013"
down_revision = "core_0012"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('credential_status_list',
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('marked', sa.Integer(), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('signed_at', sa.DateTime(), nullable=True),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_credential_status_list'))
    )
    op.create_table('signing_key',
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('public', sa.String(), nullable=False),
    sa.Column('sealed', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_signing_key'))
    )
    op.create_table('credential',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=22), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('revision_id', sa.Integer(), nullable=False),
    sa.Column('cohort_id', sa.Integer(), nullable=True),
    sa.Column('center_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('name_ar', sa.String(), nullable=False),
    sa.Column('identity', sa.JSON(), nullable=True),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('issued_at', sa.DateTime(), nullable=False),
    sa.Column('expires_at', sa.DateTime(), nullable=True),
    sa.Column('status_list', sa.Integer(), nullable=False),
    sa.Column('status_index', sa.Integer(), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('revoked_at', sa.DateTime(), nullable=True),
    sa.Column('revoked_reason', sa.String(), nullable=False),
    sa.Column('appeal_until', sa.Date(), nullable=True),
    sa.Column('replaced_by', sa.Integer(), nullable=True),
    sa.Column('replaced_at', sa.DateTime(), nullable=True),
    sa.CheckConstraint("revoked_at IS NULL OR revoked_reason <> ''", name=op.f('ck_credential_revoked_for_a_reason')),
    sa.ForeignKeyConstraint(['center_id'], ['center.id'], name=op.f('fk_credential_center_id_center')),
    sa.ForeignKeyConstraint(['cohort_id'], ['cohort.id'], name=op.f('fk_credential_cohort_id_cohort')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_credential_course_id_course')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_credential_person_id_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['replaced_by'], ['credential.id'], name=op.f('fk_credential_replaced_by_credential')),
    sa.ForeignKeyConstraint(['revision_id'], ['revision.id'], name=op.f('fk_credential_revision_id_revision')),
    sa.ForeignKeyConstraint(['status_list'], ['credential_status_list.number'], name=op.f('fk_credential_status_list_credential_status_list')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_credential')),
    sa.UniqueConstraint('public_id', name=op.f('uq_credential_public_id')),
    sa.UniqueConstraint('status_list', 'status_index', name=op.f('uq_credential_status_list_status_index'))
    )
    op.create_index('ix_credential_cohort_id', 'credential', ['cohort_id'], unique=False)
    op.create_index('uq_credential_standing', 'credential', ['person_id', 'key'], unique=True, sqlite_where=sa.text('revoked_at IS NULL AND replaced_at IS NULL'), postgresql_where=sa.text('revoked_at IS NULL AND replaced_at IS NULL'))
    op.create_table('award_proposal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('cohort_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('proposed_by', sa.Integer(), nullable=True),
    sa.Column('proposed_at', sa.DateTime(), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(), nullable=True),
    sa.Column('credential_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("state IN ('open', 'issued', 'refused')", name=op.f('ck_award_proposal_state')),
    sa.CheckConstraint('decided_by IS NULL OR decided_by != proposed_by', name=op.f('ck_award_proposal_another_person_decides')),
    sa.ForeignKeyConstraint(['cohort_id'], ['cohort.id'], name=op.f('fk_award_proposal_cohort_id_cohort')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_award_proposal_course_id_course')),
    sa.ForeignKeyConstraint(['credential_id'], ['credential.id'], name=op.f('fk_award_proposal_credential_id_credential')),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_award_proposal_decided_by_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_award_proposal_partner_id_partner')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_award_proposal_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['proposed_by'], ['person.id'], name=op.f('fk_award_proposal_proposed_by_person'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_award_proposal'))
    )
    op.create_index('ix_award_proposal_cohort_id', 'award_proposal', ['cohort_id'], unique=False)
    op.create_index('ix_award_proposal_decided_by', 'award_proposal', ['decided_by'], unique=False)
    op.create_index('ix_award_proposal_person_id', 'award_proposal', ['person_id'], unique=False)
    op.create_index('ix_award_proposal_proposed_by', 'award_proposal', ['proposed_by'], unique=False)


def downgrade():
    op.drop_table('award_proposal')
    op.drop_table('credential')
    op.drop_table('signing_key')
    op.drop_table('credential_status_list')
