"""The cast of the store's tests: one plan, owed by Sở Tư pháp, watched by Sở Nội vụ, on 20 March 2024 at 08:00."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from dondoc.domain.decide import Notice
from dondoc.domain.moments import ZONE
from dondoc.domain.obligations import Obligation
from dondoc.store import messages, plans

NOW = datetime(2024, 3, 20, 8, 0, tzinfo=ZONE)
TODAY = NOW.date()
PLAN = plans.NewPlan("ke-hoach-2024", 2024, "Kế hoạch cải cách hành chính năm 2024", "d1", {"plan": {"id": "x"}})
RECIPIENT = "so-tu-phap/focal"


def obligation(task_id: str = "I.2.5", **values: Any) -> Obligation:
    """Sở Tư pháp owes the task by 29/3/2024, unless said otherwise."""
    agency, period = values.pop("agency", "so-tu-phap"), values.pop("period", "2024-Q1")
    given: dict[str, Any] = {
        "id": f"{PLAN.id}/{task_id}/-/{period}/{agency}", "plan_id": PLAN.id, "task_id": task_id, "part": "-",
        "period": period, "agency": agency, "kind": "task", "name": "Quý I/2024", "opens_on": date(2024, 1, 1),
        "due_on": date(2024, 3, 29), "late_after": date(2024, 3, 29), "reviewer": "so-noi-vu", "ladder": "mac-dinh",
    }  # fmt: skip
    return Obligation(**given | values)


def notice(owed: Obligation, rule: str = "remind_7", firing: str = "1", **values: Any) -> Notice:
    """A reminder to the lead, unless said otherwise."""
    given: dict[str, Any] = {"kind": "reminder", "to": "lead", "held": False, "reason": "Còn 7 ngày làm việc."}
    return Notice(owed.id, rule, firing, **given | values)


def message(**values: Any) -> messages.NewMessage:
    """Today's digest to Sở Tư pháp, ready to leave at once, unless said otherwise."""
    given: dict[str, Any] = {
        "recipient": RECIPIENT, "day": TODAY, "klass": "digest", "plan_id": PLAN.id, "agency": "so-tu-phap",
        "channel": "email", "address": "dau-moi@so-tu-phap.example", "address_name": "Sở Tư pháp",
        "subject": "Nhắc việc", "body_text": "Kính gửi …", "body_html": "<p>Kính gửi …</p>", "body_zalo": "Kính gửi …",
        "status": "ready", "reason": "Bản tin trong ngày.", "next_try_at": NOW,
    } | values  # fmt: skip
    given.setdefault("header_id", f"<{given['recipient']}.{given['day']}.{given['klass']}@dondoc.example>")
    return messages.NewMessage(**given)


def let_go(session: Session, message_id: int, by: str, now: datetime) -> bool:
    """A person releases it to where it was addressed: who did is on record before it may leave, as in the services."""
    row = messages.get(session, message_id)
    assert row is not None
    row.released_at, row.released_by = now, by
    session.flush()
    return messages.readdress(session, message_id, row.channel, row.address, now)
