"""Answers and the supervisor"s page: decisions that can be taken back, waivers, periodic reports, accounts, standings.

No downgrade: see dondoc/store/migrations/__init__.py.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = TIMESTAMP(timezone=True)
WAITING = "outcome IS NULL AND kind IN ('done', 'extension', 'not_applicable', 'not_mine')"
FACTS = (
    "plan_id",
    "task_id",
    "agency",
    "reviewer",
    "kind",
    "position",
    "opens_on",
    "due_on",
    "late_after",
    "withdrawn_at",
)


def upgrade() -> None:
    _waivers()
    _reassignments()
    _standings()
    _undone_reviews()
    _report_lines()
    _drafts()
    _contact_changes()
    _accounts()
    _account_sessions()
    _answers()
    _notices()
    _waivers_that_stood()
    _mark_stale()


def _waivers() -> None:
    op.create_table(
        "waivers",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("obligation_id", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("lifted_at", MOMENT, nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("lifted_why", sa.Text(), nullable=True),
        sa.CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name=op.f("ck_waivers_lifted_by_somebody")),
        sa.ForeignKeyConstraint(["obligation_id"], ["obligations.id"], name=op.f("fk_waivers_obligation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waivers")),
    )
    op.create_index(op.f("ix_waivers_obligation_id"), "waivers", ["obligation_id"], unique=False)
    op.create_index(
        "ix_waivers_standing", "waivers", ["obligation_id"], unique=True, postgresql_where=sa.text("lifted_at IS NULL")
    )


def _reassignments() -> None:
    op.create_table(
        "reassignments",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("obligation_id", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("undone_why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["obligation_id"], ["obligations.id"], name=op.f("fk_reassignments_obligation_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_reassignments_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reassignments")),
    )
    op.create_index(op.f("ix_reassignments_plan_id"), "reassignments", ["plan_id"], unique=False)
    op.create_index(
        "ix_reassignments_standing",
        "reassignments",
        ["obligation_id"],
        unique=True,
        postgresql_where=sa.text("undone_at IS NULL"),
    )


def _standings() -> None:
    op.create_table(
        "standings",
        sa.Column("obligation_id", sa.Text(), nullable=False),
        sa.Column("stale", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=True),
        sa.Column("task_id", sa.Text(), nullable=True),
        sa.Column("section", sa.Text(), nullable=True),
        sa.Column("agency", sa.Text(), nullable=True),
        sa.Column("reviewer", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("work", sa.Text(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=True),
        sa.Column("is_dated", sa.Boolean(), nullable=True),
        sa.Column("is_withdrawn", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("opens_on", sa.Date(), nullable=True),
        sa.Column("soon_from", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("late_after", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["obligation_id"], ["obligations.id"], name=op.f("fk_standings_obligation_id")),
        sa.PrimaryKeyConstraint("obligation_id", name=op.f("pk_standings")),
    )
    op.create_index("ix_standings_agency", "standings", ["agency", "plan_id"], unique=False)
    op.create_index("ix_standings_list", "standings", ["plan_id", "position"], unique=False)
    op.create_index("ix_standings_task", "standings", ["plan_id", "task_id", "position"], unique=False)
    op.create_index("ix_standings_withdrawn", "standings", ["obligation_id"], postgresql_where=sa.text("is_withdrawn"))
    op.create_index(
        "ix_standings_stale", "standings", ["obligation_id"], unique=False, postgresql_where=sa.text("stale")
    )


def _undone_reviews() -> None:
    op.create_table(
        "undone_reviews",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("answer_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reviewed_at", MOMENT, nullable=False),
        sa.Column("reviewed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("correct_by", sa.Date(), nullable=True),
        sa.Column("granted_until", sa.Date(), nullable=True),
        sa.Column("document_date_counts", sa.Boolean(), nullable=False),
        sa.Column("undone_at", MOMENT, nullable=False),
        sa.Column("undone_by", sa.Text(), nullable=False),
        sa.Column("undone_why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"], name=op.f("fk_undone_reviews_answer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_undone_reviews")),
    )
    op.create_index(op.f("ix_undone_reviews_answer_id"), "undone_reviews", ["answer_id"], unique=False)


def _report_lines() -> None:
    op.create_table(
        "report_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("answer_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("happened", sa.Boolean(), nullable=True),
        sa.Column("document_number", sa.Text(), nullable=True),
        sa.Column("document_date", sa.Date(), nullable=True),
        sa.Column("value", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('ongoing', 'progress', 'question', 'target')", name=op.f("ck_report_lines_kind_is_known")
        ),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"], name=op.f("fk_report_lines_answer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_lines")),
        sa.UniqueConstraint("answer_id", "line", name=op.f("uq_report_lines_answer_id_line")),
    )


def _drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("obligation_ids", JSONB(), nullable=False),
        sa.Column("fields", JSONB(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("recipient", "form", name=op.f("pk_drafts")),
    )


def _contact_changes() -> None:
    op.create_table(
        "contact_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("directory", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("old", JSONB(), nullable=False),
        sa.Column("new", JSONB(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "decision IN ('confirmed', 'refused', 'withdrawn')", name=op.f("ck_contact_changes_decision_is_known")
        ),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_at IS NULL)", name=op.f("ck_contact_changes_decided_with_decision")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_changes")),
    )
    op.create_index("ix_contact_changes_agency", "contact_changes", ["agency", "role"], unique=False)


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("password_at", MOMENT, nullable=False),
        sa.Column("must_change", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("disabled_at", MOMENT, nullable=True),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("locked_until", MOMENT, nullable=True),
        sa.CheckConstraint("role IN ('supervisor', 'reviewer', 'read')", name=op.f("ck_accounts_role_is_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("login", name=op.f("uq_accounts_login")),
    )


def _account_sessions() -> None:
    op.create_table(
        "account_sessions",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_account_sessions_account_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_account_sessions")),
    )
    op.create_index(op.f("ix_account_sessions_account_id"), "account_sessions", ["account_id"], unique=False)


def _answers() -> None:
    op.add_column("answers", sa.Column("whose", sa.Text(), nullable=True))
    op.create_index("ix_answers_submission", "answers", ["submission"])
    op.create_index("ix_answers_waiting", "answers", ["obligation_id", "id"], postgresql_where=sa.text(WAITING))


def _notices() -> None:
    op.create_index(
        "ix_notices_no_contact", "notices", ["obligation_id"], postgresql_where=sa.text("status = 'no_contact'")
    )


def _waivers_that_stood() -> None:
    op.execute(
        "INSERT INTO waivers (obligation_id, at, by, why) "
        "SELECT id, waived_at, 'dondoc', 'Đã miễn trước phiên bản này.' FROM obligations WHERE waived_at IS NOT NULL"
    )
    op.drop_column("obligations", "waived_at")


def _mark_stale() -> None:
    """Whatever changes a fact marks the cached standing stale, in the same transaction; a row is added for new ones.

    The trigger that sees the change cannot be forgotten by a writer. `next_on` and the like change no standing.
    """
    op.execute(
        """
        CREATE FUNCTION mark_standing_stale() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO standings (obligation_id, stale) VALUES (
                CASE TG_TABLE_NAME WHEN 'obligations' THEN (to_jsonb(NEW) ->> 'id')
                ELSE (to_jsonb(NEW) ->> 'obligation_id') END, true
            ) ON CONFLICT (obligation_id) DO UPDATE SET stale = true WHERE NOT standings.stale;
            RETURN NULL;
        END
        $$
        """
    )
    changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in FACTS)
    for table, event, when in (
        ("obligations", "INSERT", ""),
        ("obligations", "UPDATE", f"WHEN ({changed})"),
        ("answers", "INSERT OR UPDATE", ""),
        ("waivers", "INSERT OR UPDATE", ""),
    ):
        name = f"{table}_{event.split()[0].lower()}_marks_standing"
        op.execute(
            f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW {when} EXECUTE FUNCTION mark_standing_stale()"
        )
    op.execute("INSERT INTO standings (obligation_id) SELECT id FROM obligations")
