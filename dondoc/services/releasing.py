"""What the supervisor decides about messages that wait for a person: let them go, or not; every move is journaled."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dondoc.domain.moments import local_day
from dondoc.errors import Refused
from dondoc.services import routing
from dondoc.services.app import App
from dondoc.services.composing import OVERTAKEN
from dondoc.services.outbox_views import STATUS_NAMES, without_token
from dondoc.services.rejudging import DONDOC, GONE_ON, Desk
from dondoc.services.suppressing import how_long
from dondoc.store import journal, message_counts, messages, notices, suppressions, switches
from dondoc.store.arrays import is_one_of_ids
from dondoc.store.messages import MessageStatus
from dondoc.store.models import MessageRow

RELEASED: tuple[MessageStatus, ...] = ("held", "administrator", "refused")
"""What a person may let go; a refused one goes by a channel of its contact that is open now."""
STILL_NO_WAY = (
    "đầu mối vẫn không có kênh nào dùng được: sửa địa chỉ trong danh bạ rồi áp dụng lại kế hoạch, "
    "hoặc thôi ngừng gửi địa chỉ ấy (dondoc notice suppressed)."
)


@dataclass(frozen=True)
class Moved:
    """What became of the messages that a person named: the ids that moved, of each other one why it stayed where it
    is, and what the person should know of one that moved. The words are whole sentences."""

    moved: tuple[int, ...] = ()
    stayed: Mapping[int, str] = field(default_factory=dict)
    notes: Mapping[int, str] = field(default_factory=dict)


def release(app: App, ids: Collection[int], by: str, now: datetime) -> list[int]:
    """As `release_each`, for who need not know why others stayed: the ids released."""
    return list(release_each(app, ids, by, now).moved)


def release_each(app: App, ids: Collection[int], by: str, now: datetime) -> Moved:
    """Let messages go that wait for a person, each judged again first; all of it in one transaction.

    What was reported, waived, promised or re-dated since a message was composed is taken out of it: nobody is named
    late who no longer is. A message with nothing left is dropped, with that reason.
    """
    with app.sessions.begin() as session:
        return _let_go(app, session, ids, by, now)[0]


@dataclass(frozen=True, slots=True)
class Leaving:
    """A message as it would leave if it were released now: by which way, and its words without the personal link."""

    id: int
    subject: str
    text: str
    channel: str
    address: str
    names_late: bool


def foresee(app: App, ids: Collection[int], by: str, now: datetime) -> tuple[Moved, tuple[Leaving, ...]]:
    """What `release_each` would do, and each message that would go as it would read. Nothing is changed."""
    with app.sessions() as session:
        moved, rows = _let_go(app, session, ids, by, now)
        seen = tuple(_leaving(row) for row in rows if row.id in moved.moved)
        session.rollback()
    return moved, seen


def _leaving(row: MessageRow) -> Leaving:
    text = row.body_zalo if row.channel == "zalo" else row.body_text
    return Leaving(row.id, row.subject, without_token(text), row.channel, row.address, row.names_late)


def _let_go(
    app: App, session: Session, ids: Collection[int], by: str, now: datetime
) -> tuple[Moved, Sequence[MessageRow]]:
    rows = _locked(session, ids)
    silent = suppressions.of_recipients(session, local_day(now))
    release = _Release(Desk(app, session, now), by)
    answers = {row.id: release.let_go(row) for row in rows}
    moved = [row for row in rows if not answers[row.id]]
    notes = {row.id: _waits(row, silent[row.recipient].until) for row in moved if row.recipient in silent}
    stayed = {message_id: why for message_id, why in answers.items() if why}
    return Moved(tuple(row.id for row in moved), _missing(ids, rows) | stayed, notes), rows


def _locked(session: Session, ids: Collection[int]) -> Sequence[MessageRow]:
    """In one order for everybody, so that two people who name the same messages never wait for each other in a ring."""
    chosen = select(MessageRow).where(is_one_of_ids(MessageRow.id, ids)).order_by(MessageRow.id)
    return session.scalars(chosen.with_for_update()).all()


def _missing(ids: Collection[int], rows: Sequence[MessageRow]) -> dict[int, str]:
    return {number: f"Không có thư số {number}." for number in sorted(set(ids) - {row.id for row in rows})}


def _unfit(message_id: int, status: str, verb: str) -> str:
    return f"Thư {message_id} {STATUS_NAMES[status]}, không {verb} được."


def _waits(row: MessageRow, until: date | None) -> str:
    return f"Thư {row.id} chưa đi: {row.recipient} đang được ngừng gửi {how_long(until)}; sau đó nội dung được xét lại."


@dataclass(frozen=True)
class _Release:
    """Lets messages go one by one inside one transaction."""

    desk: Desk
    by: str

    def let_go(self, row: MessageRow) -> str:
        """Bring one message up to date and let it go; "", or why it does not go."""
        before = row.status
        if before not in RELEASED:
            return _unfit(row.id, before, "cho gửi")
        if why := self.desk.brought_up_to_date(row):
            return f"Thư {row.id} không đi: {why}"
        if not self._addressed_anew(row):
            return f"Thư {row.id} {STATUS_NAMES[before]}, {STILL_NO_WAY}"
        messages.give_reason(self.desk.session, row.id, "")
        self.desk.write(row, self.by, "released", before, "ready", "Cho gửi.")
        return ""

    def _addressed_anew(self, row: MessageRow) -> bool:
        """It goes as the directory has its contact now; False when no channel of it is open."""
        contact = routing.contact_of(row, self.desk.books)
        options = routing.ways(self.desk.app, contact) if contact else ()
        shut = routing.closed(self.desk.app, self.desk.session, options, self.desk.now)
        way = next((way for way in options if (way.channel, way.address) not in shut), None)
        if way is None:
            return False
        row.released_at, row.released_by = self.desk.now, self.by
        self.desk.session.flush()
        messages.readdress(self.desk.session, row.id, way.channel, way.address, self.desk.now)
        return True


def drop(app: App, ids: Collection[int], by: str, reason: str, now: datetime) -> list[int]:
    """As `drop_each`, for who need not know why others stayed: the ids dropped."""
    return list(drop_each(app, ids, by, reason, now).moved)


def drop_each(app: App, ids: Collection[int], by: str, reason: str, now: datetime) -> Moved:
    """Do not send what has not left yet, with a reason. Raises Refused without one."""
    why = _required(reason)
    with app.sessions.begin() as session:
        rows = _locked(session, ids)
        before = {row.id: row.status for row in rows}
        moved = messages.drop(session, [row.id for row in rows], why)
        for message_id in moved:
            journal.write(session, now, by, "dropped", f"message/{message_id}", before[message_id], "dropped", why)
    stayed = {number: _unfit(number, status, "bỏ") for number, status in before.items() if number not in moved}
    return Moved(tuple(moved), _missing(ids, rows) | stayed)


def undrop(app: App, ids: Collection[int], by: str, reason: str, now: datetime) -> Moved:
    """Bring back what a person dropped today: held again, to be released. Raises Refused without a reason.

    Not what dondoc itself dropped, what went on in a later message, or what nothing holds of any more.
    """
    why = _required(reason)
    with app.sessions.begin() as session:
        rows = _locked(session, ids)
        desk = Desk(app, session, now)
        stayed = _missing(ids, rows) | {row.id: no for row in rows if (no := _why_gone_for_good(desk, row))}
        moved = messages.undrop(session, [row.id for row in rows if row.id not in stayed], f"Lấy lại: {why}")
        for message_id in moved:
            journal.write(session, now, by, "undropped", f"message/{message_id}", "dropped", "held", why)
    return Moved(tuple(moved), stayed)


def _why_gone_for_good(desk: Desk, row: MessageRow) -> str:
    if row.status != "dropped":
        return _unfit(row.id, row.status, "lấy lại")
    history = journal.history(desk.session, f"message/{row.id}")
    last = next((entry for entry in reversed(history) if entry.new == "dropped"), None)
    if last is None or last.who == DONDOC:
        return f"Thư {row.id} do hệ thống bỏ, không lấy lại được: {row.reason}"
    if local_day(last.at) != local_day(desk.now):
        return f"Thư {row.id} bỏ từ ngày {local_day(last.at):%d/%m/%Y}, chỉ lấy lại được trong ngày."
    if message_counts.is_receipt(row):
        return ""
    lines = notices.of_message(desk.session, row.id)
    if not lines or any(entry.action == "carried-on" for entry in history):
        return f"Thư {row.id} không lấy lại được: {GONE_ON}"
    return "" if desk.judged(lines)[1] else f"Thư {row.id} không lấy lại được: {OVERTAKEN}"


def hold_all(app: App, by: str, reason: str, now: datetime) -> list[int]:
    """Hold everything that waits to be sent; each must be released by hand. Raises Refused without a reason."""
    why = _required(reason)
    with app.sessions.begin() as session:
        found = messages.hold_all(session, why)
        for message_id in found:
            journal.write(session, now, by, "held", f"message/{message_id}", None, "held", why)
    return found


def stop_all(app: App, on: bool, by: str, reason: str, now: datetime) -> None:
    """Turn the stop-all switch: while it is on nothing leaves, everything else goes on.

    Raises Refused without a reason.
    """
    why, value = _required(reason), switches.ON if on else switches.OFF
    with app.sessions.begin() as session:
        before = switches.get(session, switches.STOP_ALL)
        switches.put(session, switches.STOP_ALL, value, now, by, why)
        old = before.value if before else None
        journal.write(session, now, by, "switched", f"switch/{switches.STOP_ALL}", old, value, why)


def _required(reason: str) -> str:
    if not reason.strip():
        raise Refused("Cần ghi lý do.")
    return reason.strip()
