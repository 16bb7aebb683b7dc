"""Deadlines that depend: the register of events, what they open, target days, counted cases.

No downgrade: see dondoc/store/migrations/__init__.py.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = TIMESTAMP(timezone=True)
LINE_KINDS = "kind IN ('ongoing', 'progress', 'question', 'target', 'cases')"


def upgrade() -> None:
    _events()
    _event_files()
    _openings()
    op.add_column("obligations", sa.Column("target_on", sa.Date(), nullable=True))
    op.add_column("obligations", sa.Column("opening", sa.BigInteger(), nullable=True))
    _cases()


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("sources", ARRAY(sa.Text()), nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("retracted_at", MOMENT, nullable=True),
        sa.Column("retracted_by", sa.Text(), nullable=True),
        sa.Column("retracted_why", sa.Text(), nullable=True),
        sa.Column("dismissed_at", MOMENT, nullable=True),
        sa.Column("dismissed_by", sa.Text(), nullable=True),
        sa.Column("dismissed_why", sa.Text(), nullable=True),
        sa.CheckConstraint("source IN ('person', 'folder', 'report')", name=op.f("ck_events_source_is_known")),
        sa.CheckConstraint(
            "(retracted_at IS NULL) = (retracted_by IS NULL)", name=op.f("ck_events_retracted_by_somebody")
        ),
        sa.CheckConstraint(
            "(dismissed_at IS NULL) = (dismissed_by IS NULL)", name=op.f("ck_events_dismissed_by_somebody")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index("ix_events_on", "events", ["on"])


def _event_files() -> None:
    op.create_table(
        "event_files",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_files_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_files")),
    )
    op.create_index(op.f("ix_event_files_event_id"), "event_files", ["event_id"])


def _openings() -> None:
    op.create_table(
        "openings",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("agencies", ARRAY(sa.Text()), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("no_due", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("closed_why", sa.Text(), nullable=True),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name=op.f("ck_openings_closed_by_somebody")),
        sa.CheckConstraint("NOT (no_due AND due_on IS NOT NULL)", name=op.f("ck_openings_due_or_none")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_openings_event_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_openings_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_openings")),
    )
    op.create_index(op.f("ix_openings_event_id"), "openings", ["event_id"])
    standing = sa.text("closed_at IS NULL")
    columns = ["event_id", "plan_id", "task_id", "part"]
    op.create_index("ix_openings_standing", "openings", columns, unique=True, postgresql_where=standing)
    op.create_index("ix_openings_plan", "openings", ["plan_id", "task_id"], postgresql_where=standing)


def _cases() -> None:
    """A line of a periodic report that counts cases: received, answered on time, late."""
    for name in ("received", "on_time", "late"):
        op.add_column("report_lines", sa.Column(name, sa.Integer(), nullable=True))
    op.drop_constraint(op.f("ck_report_lines_kind_is_known"), "report_lines")
    op.create_check_constraint(op.f("ck_report_lines_kind_is_known"), "report_lines", LINE_KINDS)
