"""A made-up authority of any size: so many tasks, each owed by so many agencies, with answers, messages and a journal.

The plan and its directory are values as the loader would give them and are applied by the product; what happened to the
obligations since is put in bulk, in SQL, as the product would have written it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session
from town import shipped

from dondoc.domain.clauses import By
from dondoc.domain.directory import Agency, Contact, Directory, Group
from dondoc.domain.moments import at
from dondoc.domain.plan import Lead, Part, Task
from dondoc.domain.workspace import Workspace
from dondoc.services import standings
from dondoc.services.app import App
from dondoc.services.applying import apply_workspace

APPLIED, TODAY = date(2024, 1, 2), date(2024, 7, 15)
PLAN = "dong-nguoi-2024"
SUPERVISOR, LEADER, REVIEWER = "so-noi-vu", "ubnd-tinh", "van-phong-ubnd-tinh"


def crowd(tasks: int, agencies: int) -> Workspace:
    """A plan of `tasks`, each owed by all `agencies` once, due on days spread over the year."""
    found = shipped()
    members = tuple(_agency(n) for n in range(agencies))
    kept = tuple(a for a in found.directory.agencies if a.id in (SUPERVISOR, LEADER, REVIEWER))
    directory = Directory(
        "dong-nguoi", "Danh bạ đông người", (*kept, *members), (Group("tat-ca", "Các đơn vị", kinds=("unit",)),)
    )
    stock = found.plan.tasks
    made = tuple(_task(stock[n % len(stock)], n, tasks) for n in range(tasks))
    plan = replace(found.plan, id=PLAN, title="Kế hoạch đông người năm 2024", tasks=made, directory=directory.id)
    return replace(found, plan=plan, directory=directory)


def agency_id(n: int) -> str:
    """The n-th agency."""
    return f"don-vi-{n:03}"


def _agency(n: int) -> Agency:
    contact = Contact("focal", f"{agency_id(n)}@hungyen.example")
    return Agency(agency_id(n), f"Đơn vị số {n:03}", f"ĐV{n:03}", "unit", "province", contacts=(contact,))


def _task(like: Task, n: int, of: int) -> Task:
    day = date(2024, 1, 31) + timedelta(days=330 * n // max(1, of))
    clause = By(day)
    code = f"9.{n + 1}"
    part = Part(None, (Lead("Các đơn vị", "tat-ca", True),), (clause,))
    return replace(
        like, id=f"{like.section}.{code}", no=n + 1, code=code, lead_raw="Các đơn vị", lead_names=("Các đơn vị",),
        deadline=f"{day:%d/%m/%Y}", clauses=(clause,), parts=(part,), after=(), respond_within=None,
        occurrences=None,
    )  # fmt: skip


def settle(app: App, tasks: int, agencies: int) -> int:
    """Apply the crowd and give it half a year of history; how many obligations there are."""
    apply_workspace(app, crowd(tasks, agencies), at(APPLIED), "bench")
    with app.sessions.begin() as session:
        _happened(session)
    with app.sessions.begin() as session:
        standings.refresh(app, session, app.now())
        total = session.execute(text("SELECT count(*) FROM obligations")).scalar_one()
    with app.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE)"))
    return int(total)


def _happened(session: Session) -> None:
    """Of what is due by today a tenth is not answered, a tenth waits for its review, some are late, the rest is done.

    Each has three lines in messages of its agency, one for each day; most are sent, some held or of unknown fate.
    """
    for statement in _HISTORY:
        session.execute(text(statement), {"today": TODAY})
    session.execute(text("ANALYZE"))


_NUMBERED = (
    "SELECT id, agency, due_on, row_number() OVER (ORDER BY position, id) AS n FROM obligations"
    " WHERE due_on IS NOT NULL"
)
_HISTORY = (
    f"""
    INSERT INTO answers (obligation_id, submission, kind, at, by, document_number, note, outcome, reviewed_at,
                         reviewed_by, document_date_counts)
    SELECT id, 'phieu-' || n, 'done', due_on + (n % 12) * interval '1 day' - interval '10 days', agency || '/focal',
           n || '/BC', 'Đã hoàn thành.', CASE WHEN n % 10 <> 1 THEN 'accepted' END,
           CASE WHEN n % 10 <> 1 THEN due_on + interval '3 days' END,
           CASE WHEN n % 10 <> 1 THEN 'so-noi-vu/a' END, false
    FROM ({_NUMBERED}) o WHERE due_on <= :today AND n % 10 <> 0
    """,
    f"""
    INSERT INTO messages (recipient, day, klass, plan_id, agency, channel, address, address_name, header_id, subject,
                          body_text, body_html, body_zalo, status, reason, created_at)
    SELECT agency || '/focal', day, 'digest', 'dong-nguoi-2024', agency, 'email', agency || '@hungyen.example', agency,
           agency || '-' || day, '[Đôn đốc] Việc đến hạn', repeat('Nội dung. ', 200),
           repeat('<p>Nội dung.</p>', 200), '',
           CASE extract(day FROM day) WHEN 3 THEN 'held' WHEN 4 THEN 'unknown' ELSE 'sent' END, '', day
    FROM (SELECT DISTINCT agency, (due_on - (k * 7))::date AS day FROM ({_NUMBERED}) o, generate_series(0, 2) k
          WHERE due_on <= :today) d
    """,
    "INSERT INTO attempts (message_id, channel, n, started_at, finished_at, outcome)"
    " SELECT id, 'email', 1, created_at, created_at, 'sent' FROM messages WHERE status <> 'held'",
    f"""
    INSERT INTO notices (obligation_id, rule, firing, recipient, kind, audience, held, "on", created_at, status, reason,
                         message_id)
    SELECT o.id, 'before_7', '1.' || k, m.recipient, 'reminder', 'lead', false, m.day, m.created_at, 'composed',
           'Sắp đến hạn.', m.id
    FROM ({_NUMBERED}) o, generate_series(0, 2) k, messages m
    WHERE o.due_on <= :today AND m.recipient = o.agency || '/focal' AND m.day = (o.due_on - (k * 7))::date
    """,
    f"""
    INSERT INTO journal (at, who, action, subject, old, new, why)
    SELECT due_on, agency || '/focal', 'answered', id, NULL, 'done', 'Báo cáo hoàn thành.' FROM ({_NUMBERED}) o
    WHERE due_on <= :today AND n % 10 <> 0
    """,
)
