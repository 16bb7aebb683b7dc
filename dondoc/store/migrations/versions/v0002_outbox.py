"""The outbox complete: releases the database insists on, suppressions, guards, alarms, fates, Zalo's token pair.

No downgrade: see dondoc/store/migrations/__init__.py.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = TIMESTAMP(timezone=True)
NAMED_LATE = """
    UPDATE messages SET names_late = true FROM notices
    WHERE notices.message_id = messages.id AND notices.audience IN ('head', 'leader')
    AND notices.kind IN ('overdue', 'urge_1', 'urge_2', 'escalation_supervisor', 'escalation_leaders')
    AND (messages.released_at IS NOT NULL OR messages.status IN ('held', 'dropped'))
"""


def upgrade() -> None:
    _messages()
    _attempts()
    op.add_column("notices", sa.Column("carried", sa.Integer(), server_default=sa.text("0"), nullable=False))
    _suppressions()
    _guards()
    _alarms()
    _zalo_grants()


def _messages() -> None:
    op.add_column("messages", sa.Column("confirmed_at", MOMENT, nullable=True))
    op.add_column("messages", sa.Column("names_late", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.execute(NAMED_LATE)
    op.create_check_constraint(
        op.f("ck_messages_late_names_are_released"),
        "messages",
        "NOT names_late OR released_at IS NOT NULL OR status IN ('held', 'dropped')",
    )
    open_ones = sa.text("status IN ('ready', 'retry')")
    op.drop_index("ix_messages_open", "messages")
    op.create_index("ix_messages_open", "messages", ["next_try_at", "id"], postgresql_where=open_ones)
    unsettled = sa.text("status NOT IN ('sent', 'dropped')")
    op.create_index("ix_messages_status", "messages", ["status"], postgresql_where=unsettled)
    unconfirmed = sa.text("status = 'sent' AND confirmed_at IS NULL")
    op.create_index("ix_messages_unconfirmed", "messages", ["sent_at"], postgresql_where=unconfirmed)


def _attempts() -> None:
    op.add_column("attempts", sa.Column("worker", sa.BigInteger(), nullable=True))
    op.add_column("attempts", sa.Column("remote_id", sa.Text(), nullable=True))
    op.add_column("attempts", sa.Column("settled", sa.Text(), nullable=True))
    op.create_index("ix_attempts_started", "attempts", ["channel", "started_at"])
    unfinished = sa.text("outcome IS NULL")
    op.create_index("ix_attempts_unfinished", "attempts", ["started_at"], postgresql_where=unfinished)


def _suppressions() -> None:
    op.create_table(
        "suppressions",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("lifted_at", MOMENT, nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(recipient IS NULL) <> (channel IS NULL OR address IS NULL)", name=op.f("ck_suppressions_one_target")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppressions")),
    )
    active = sa.text("lifted_at IS NULL")
    op.create_index("ix_suppressions_recipient", "suppressions", ["recipient"], postgresql_where=active)
    op.create_index("ix_suppressions_address", "suppressions", ["address", "channel"], postgresql_where=active)


def _guards() -> None:
    op.create_table(
        "guards",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.CheckConstraint("decision IN ('allowed', 'refused')", name=op.f("ck_guards_decision_is_known")),
        sa.CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name=op.f("ck_guards_decided_with_decision")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_guards_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guards")),
    )
    waiting = sa.text("decision IS NULL")
    op.create_index("ix_guards_waiting", "guards", ["name", "plan_id", "day"], unique=True, postgresql_where=waiting)


def _alarms() -> None:
    op.create_table(
        "alarms",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("heard", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("key", "day", name=op.f("pk_alarms")),
    )


def _zalo_grants() -> None:
    op.create_table(
        "zalo_grants",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("access_token", sa.LargeBinary(), nullable=False),
        sa.Column("refresh_token", sa.LargeBinary(), nullable=False),
        sa.Column("access_expires_at", MOMENT, nullable=False),
        sa.Column("refreshed_at", MOMENT, nullable=False),
        sa.Column("consented_at", MOMENT, nullable=False),
        sa.Column("pending_since", MOMENT, nullable=True),
        sa.Column("consent_needed", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zalo_grants")),
    )
