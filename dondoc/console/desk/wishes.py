"""What somebody wants to decide about one obligation: read from a form, worded, told what it would do, and done."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dondoc.console.desk.bench import NO_REASON, SINCE_CHANGED, Typed
from dondoc.domain.cases import Case
from dondoc.errors import Refused
from dondoc.rendering.wording import full_day
from dondoc.services import foretelling
from dondoc.services.app import App
from dondoc.services.foretelling import Accept, Grant, Lift, Planned, Reassign, Refuse, Return, Undo, Waive
from dondoc.store import obligations

Action = Literal["chap-nhan", "tra-lai", "gia-han", "tu-choi", "chuyen", "mien", "bo-mien", "hoan-tac"]
ACTIONS: tuple[Action, ...] = get_args(Action)
TITLES: dict[Action, str] = {
    "chap-nhan": "Chấp nhận", "tra-lai": "Trả lại", "gia-han": "Gia hạn", "tu-choi": "Từ chối gia hạn",
    "chuyen": "Chuyển cho đơn vị khác", "mien": "Miễn", "bo-mien": "Bỏ quyết định miễn",
    "hoan-tac": "Hoàn tác quyết định gần nhất",
}  # fmt: skip
REASONED: tuple[Action, ...] = ("tra-lai", "tu-choi", "chuyen", "mien", "bo-mien", "hoan-tac")
"""Decisions that need a reason; a grant that nobody asked for needs one too."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One decision as it was typed. `answer_id`: the answer that was read, None without one; `day`: to correct by, or
    extended to; `day_text` as typed; `seen`: the mark of what the page showed."""

    action: Action
    obligation_id: str
    by: str
    answer_id: int | None
    reason: str
    day: date | None
    day_text: str
    to: str
    by_document: bool
    seen: str

    @property
    def title(self) -> str:
        """What it is called."""
        return TITLES[self.action]


class Changed(Refused):
    """What the person saw is no longer so; nothing was done."""


def read(typed: Typed, obligation_id: str, answer_id: int | None, by: str) -> Wish | None:
    """The wish that a form holds; None for a decision that does not exist."""
    action = next((known for known in ACTIONS if known == typed.line("quyet_dinh")), None)
    if action is None:
        return None
    reason, day = typed.text(f"ly_do_{action}"), typed.line(f"ngay_{action}")
    return Wish(
        action, obligation_id, by, answer_id, reason, typed.day(f"ngay_{action}"), day, typed.line("don_vi"),
        typed.line("tinh_theo") == "van-ban", typed.line("dau"),
    )  # fmt: skip


def problems(wish: Wish) -> Iterator[tuple[str, str]]:
    """What is missing or unreadable, by field; the rules themselves are the services'."""
    if not wish.reason and (wish.action in REASONED or (wish.action == "gia-han" and wish.answer_id is None)):
        yield f"ly_do_{wish.action}", NO_REASON
    if wish.action in ("tra-lai", "gia-han") and wish.day is None:
        if wish.day_text:
            yield f"ngay_{wish.action}", f"Không đọc được ngày “{wish.day_text[:40]}”: ghi theo mẫu 29/3/2024."
        elif wish.action == "gia-han":
            yield "ngay_gia-han", "Ghi ngày gia hạn đến."
    if wish.action == "chuyen" and not wish.to:
        yield "don_vi", "Chọn đơn vị nhận việc."


def planned(wish: Wish) -> Planned:
    """The same, as the services take it."""
    key, by, answer, why = wish.obligation_id, wish.by, wish.answer_id, wish.reason
    plans: dict[Action, Planned] = {
        "chap-nhan": Accept(key, by, answer, wish.by_document),
        "tra-lai": Return(key, by, answer, wish.day, why),
        "gia-han": Grant(key, by, wish.day, answer, why),
        "tu-choi": Refuse(key, by, answer, why),
        "chuyen": Reassign(key, by, wish.to, answer, why),
        "mien": Waive(key, by, why),
        "bo-mien": Lift(key, by, why),
        "hoan-tac": Undo(key, by, why),
    }
    return plans[wish.action]


def foretold(app: App, wish: Wish, now: datetime) -> tuple[str, ...]:
    """What it would do, in sentences. Raises Refused when it cannot be done."""
    return foretelling.foretell(app, planned(wish), now)


def carry_out(app: App, wish: Wish, now: datetime) -> None:
    """Do it, unless something has happened since the page was shown: two who decide at once come one after the other.

    Raises Changed then, and Refused when the rules do not allow it.
    """
    with app.sessions.begin() as session:
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"desk:{wish.obligation_id}", 0))))
        case = obligations.load_case(session, wish.obligation_id)
        if case is None or mark(case) != wish.seen:
            raise Changed(SINCE_CHANGED)
        planned(wish).decide(app, session, now)


def mark(case: Case) -> str:
    """Changes with every answer, decision, waiver and day of the obligation, not with what is sent about it."""
    return hashlib.sha256(repr((case.obligation, case.answers, case.waivers)).encode()).hexdigest()[:20]


def mark_of(session: Session, obligation_id: str) -> str:
    """The mark as it is now; "" when there is no such obligation."""
    case = obligations.load_case(session, obligation_id)
    return mark(case) if case is not None else ""


def said(wish: Wish, to_name: str) -> tuple[tuple[str, str], ...]:
    """What was typed, to be read again before it is done."""
    rows = []
    if wish.action == "chap-nhan" and wish.by_document:
        rows.append(("Tính theo", "ngày văn bản"))
    if wish.action == "chuyen":
        rows.append(("Đơn vị nhận", to_name))
    if wish.day is not None and wish.action in ("tra-lai", "gia-han"):
        rows.append(("Bổ sung trước hết" if wish.action == "tra-lai" else "Gia hạn đến", full_day(wish.day)))
    if wish.reason:
        rows.append(("Lý do", wish.reason))
    return tuple(rows)


def fields(wish: Wish) -> tuple[tuple[str, str], ...]:
    """The form's fields, to carry on to the second step."""
    found = {
        "quyet_dinh": wish.action, "dau": wish.seen, f"ly_do_{wish.action}": wish.reason,
        f"ngay_{wish.action}": wish.day_text, "don_vi": wish.to, "tinh_theo": "van-ban" if wish.by_document else "",
    }  # fmt: skip
    return tuple((name, value) for name, value in found.items() if value)
