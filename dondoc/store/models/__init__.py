"""The tables (SQLAlchemy 2.0, PostgreSQL). Instants are timestamptz, days are civil days in Asia/Ho_Chi_Minh.

Once-only is a unique key here, never an `if` elsewhere: notice (obligation, rule, firing, recipient), message
(recipient, day, class), attempt (message, channel, n).
"""

from dondoc.store.models.access import AccountRow, AccountSessionRow, ContactChangeRow, LinkRow, SessionRow
from dondoc.store.models.answers import AnswerRow, DraftRow, FileRow, ReportLineRow, UndoneReviewRow
from dondoc.store.models.base import Base
from dondoc.store.models.events import EventFileRow, EventRow, OpeningRow
from dondoc.store.models.outbox import (
    AlarmRow,
    AttemptRow,
    GuardRow,
    MessageRow,
    NoticeRow,
    SuppressionRow,
    ZaloGrantRow,
)
from dondoc.store.models.plans import ApplicationRow, LadderRow, PlanRow, SelectionRow
from dondoc.store.models.records import JournalRow, SwitchRow
from dondoc.store.models.work import ObligationRow, ReassignmentRow, StandingRow, WaiverRow

__all__ = [
    "AccountRow",
    "AccountSessionRow",
    "AlarmRow",
    "AnswerRow",
    "ApplicationRow",
    "AttemptRow",
    "Base",
    "ContactChangeRow",
    "DraftRow",
    "EventFileRow",
    "EventRow",
    "FileRow",
    "GuardRow",
    "JournalRow",
    "LadderRow",
    "LinkRow",
    "MessageRow",
    "NoticeRow",
    "ObligationRow",
    "OpeningRow",
    "PlanRow",
    "ReassignmentRow",
    "ReportLineRow",
    "SelectionRow",
    "SessionRow",
    "StandingRow",
    "SuppressionRow",
    "SwitchRow",
    "UndoneReviewRow",
    "WaiverRow",
    "ZaloGrantRow",
]
