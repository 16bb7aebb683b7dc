"""The words of what a decision will do: an obligation as the core sees it before and after, and the difference told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from dondoc.domain.cases import Case, Fired, Standing, standing
from dondoc.domain.counts import column
from dondoc.domain.decide import Notice, Snapshot, decide_case
from dondoc.domain.explain import KIND_NAMES, WORK_NAMES, day_name
from dondoc.domain.moments import at, local_day
from dondoc.domain.policy import NoticeKind
from dondoc.services.app import App
from dondoc.services.books import Book, book
from dondoc.services.composing import still_open
from dondoc.services.outbox_views import STATUS_NAMES
from dondoc.services.status import COUNT_NAMES, agency_name
from dondoc.store import notices, obligations
from dondoc.store.arrays import is_one_of_ids
from dondoc.store.models import MessageRow, NoticeRow

MOST_LOOKS = 80
UNDELIVERED = ("held", "ready", "retry")
MOST_WORDS = 300


@dataclass(frozen=True)
class View:
    """One obligation as it stands in this transaction: its case, its notices, the messages that name it and have not
    left. `lines` are copies: what is done later in the transaction does not change them."""

    case: Case
    book: Book
    snapshot: Snapshot
    now: datetime
    lines: tuple[tuple[int, str, str, str, str], ...]
    """Notices: id, status, kind, recipient, reason."""
    fair: frozenset[int]
    """Ids of those that may still be said: queued, or in a message that has not left."""
    letters: tuple[tuple[int, str, frozenset[int]], ...]
    """Messages that have not left: number, status, ids of its lines about this."""

    @classmethod
    def of(cls, app: App, session: Session, obligation_id: str, now: datetime) -> Self | None:
        """None when there is no such obligation."""
        session.flush()
        case = obligations.load_case(session, obligation_id)
        if case is None:
            return None
        found = book(app, session, case.obligation.plan_id)
        rows = notices.of_obligation(session, obligation_id)
        letters = _letters(session, rows)
        waiting = {row_id for _, _, ids in letters for row_id in ids}
        waits = [row for row in rows if row.status == "queued" or row.id in waiting]
        keep, _ = still_open(session, waits, {obligation_id: case}, {found.plan.id: found}, now)
        return cls(
            case, found, found.snapshot(obligations.load_ladders(session)), now,
            tuple((row.id, row.status, row.kind, row.recipient, row.reason) for row in rows),
            frozenset(row.id for row in keep if row.status in ("queued", "composed")), letters,
        )  # fmt: skip

    @property
    def where(self) -> Standing:
        """Where it stands."""
        return standing(self.case, self.now, self.book.rules)

    def name_of(self, agency: str) -> str:
        """What people call an agency."""
        return agency_name(self.book, agency)


def _letters(session: Session, rows: Sequence[NoticeRow]) -> tuple[tuple[int, str, frozenset[int]], ...]:
    by_message: dict[int, set[int]] = {}
    for row in rows:
        if row.status == "composed" and row.message_id is not None:
            by_message.setdefault(row.message_id, set()).add(row.id)
    waiting = is_one_of_ids(MessageRow.id, by_message) & MessageRow.status.in_(UNDELIVERED)
    found = session.execute(select(MessageRow.id, MessageRow.status).where(waiting).order_by(MessageRow.id))
    return tuple((number, status, frozenset(by_message[number])) for number, status in found)


def state_words(before: View, after: View) -> Iterator[str]:
    """The state, and how it will be counted."""
    old, new = before.where, after.where
    if old.work != new.work:
        yield f"Trạng thái: từ “{WORK_NAMES[old.work]}” sang “{WORK_NAMES[new.work]}”."
    if new.work == "done" and new.submitted_on is not None:
        yield f"Tính theo ngày gửi {day_name(new.submitted_on)}, không theo ngày duyệt."
    was, counts = COUNT_NAMES[column(old)], COUNT_NAMES[column(new)]
    yield f"Được đếm là “{counts}”, trước đó là “{was}”." if was != counts else f"Vẫn được đếm là “{counts}”."


def due_words(before: View, after: View) -> Iterator[str]:
    """The new due day, where it moves."""
    old, new = before.case.obligation, after.case.obligation
    if old.due_on == new.due_on or new.due_on is None:
        return
    was = f" (đang là {day_name(old.due_on)})" if old.due_on else ""
    rolled = ""
    if new.late_after is not None and new.late_after != new.due_on:
        rolled = f"; là ngày nghỉ nên chỉ tính quá hạn sau {day_name(new.late_after)}"
    yield f"Hạn mới: {day_name(new.due_on)}{was}{rolled}."


def passed_on_words(after: View, to: str, due_on: date | None) -> Iterator[str]:
    """Who owes it then."""
    due = f", hạn {day_name(due_on)}" if due_on else ""
    yield f"{after.name_of(to)} phải thực hiện việc này{due}, và được báo trong thư tiếp theo."


def queue_words(before: View, after: View) -> Iterator[str]:
    """What waits to be said about it and will not be."""
    queued = {number for number, status, *_ in before.lines if status == "queued"} & before.fair
    dropped = queued - after.fair
    if dropped:
        yield f"{len(dropped)} nội dung đang chờ gửi về việc này sẽ bị bỏ."
    for number, status, ids in before.letters:
        if ids & before.fair and not ids & after.fair:
            yield f"Thư số {number} ({STATUS_NAMES[status]}) có nêu việc này: nội dung đó được rút ra trước khi thư đi."
        elif ids & before.fair:
            yield f"Thư số {number} ({STATUS_NAMES[status]}) có nêu việc này và vẫn giữ nguyên."


def ladder_words(after: View) -> Iterator[str]:
    """Whether the ladder ends, stands still, or what it says next, and when."""
    where = after.where
    if where.work in ("done", "waived"):
        yield "Không còn nhắc, đôn đốc việc này."
        return
    if where.pause is not None:
        until = f"đến hết {day_name(where.pause.end)}" if where.pause.end else "cho đến khi có quyết định"
        yield f"Tạm dừng nhắc {until} ({where.pause.reason}); sau đó đi tiếp từ chỗ đã dừng."
    ahead = _ahead(after.case, after.snapshot, after.now)
    if ahead is not None:
        day, kinds = ahead
        names = ", ".join(dict.fromkeys(KIND_NAMES[kind] for kind in kinds))
        when = "hôm nay" if day == local_day(after.now) else day_name(day)
        yield f"Nội dung tiếp theo nếu không có gì thay đổi: {names}, {when}."


def hearing_words(before: View, after: View) -> Iterator[str]:
    """Who is told of the decision."""
    known = {number for number, *_ in before.lines}
    told = [(recipient, reason) for number, _, kind, recipient, reason in after.lines
            if kind == "decided" and number not in known]  # fmt: skip
    name = after.name_of(after.case.obligation.agency)
    for recipient, reason in told:
        if recipient == notices.NO_RECIPIENT:
            yield f"Danh bạ không có đầu mối của {name}: đơn vị chưa được báo."
        else:
            yield f"{name} được báo trong thư tiếp theo: “{_shortened(reason)}”"
    if not told:
        yield f"Không gửi thư riêng về quyết định này; {name} thấy trên trang của mình."


def _shortened(words: str) -> str:
    return words if len(words) <= MOST_WORDS else f"{words[: MOST_WORDS - 1].rstrip()}…"


def _ahead(case: Case, snapshot: Snapshot, now: datetime) -> tuple[date, tuple[NoticeKind, ...]] | None:
    """The next day on which something is said of the case, as the core decides it, and the kinds; None when nothing is
    foreseen."""
    day = local_day(now)
    for _ in range(MOST_LOOKS):
        decision = decide_case(case, snapshot, max(now, at(day)))
        said = tuple(n.kind for n in decision.notices if not n.superseded and n.to != "reviewer")
        if said:
            return day, said
        case = replace(case, fired=(*case.fired, *(_fired(n, day) for n in decision.notices)))
        if decision.next_on is None:
            return None
        day = decision.next_on
    return None


def _fired(notice: Notice, day: date) -> Fired:
    return Fired(notice.rule, notice.firing, day, notice.superseded)
