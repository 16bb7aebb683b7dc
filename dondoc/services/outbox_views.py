"""The outbox as people and machines read it: what waits for a person, one message whole, alarms, when things leave."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, get_args

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, defer

from dondoc.domain.calendar import ONE_DAY, WorkCalendar
from dondoc.domain.moments import WORKING_HOURS, ZONE, at, local_day
from dondoc.errors import Refused
from dondoc.services.app import App
from dondoc.services.wording import LINK_PLACEHOLDER
from dondoc.store import alarms, attempts, journal, messages, notices, switches
from dondoc.store.messages import MessageStatus
from dondoc.store.models import AttemptRow, MessageRow, NoticeRow

STATUSES: tuple[MessageStatus, ...] = get_args(MessageStatus)
FOR_A_PERSON: tuple[MessageStatus, ...] = ("held", "refused", "unknown", "administrator")
"""These go no further by themselves, or stand still until somebody has looked."""
STATUS_NAMES: dict[str, str] = {
    "held": "đang giữ", "ready": "chờ gửi", "sending": "đang gửi", "sent": "đã gửi", "retry": "chờ gửi lại",
    "refused": "bị từ chối", "unknown": "chưa rõ đã đến hay chưa", "dropped": "đã bỏ",
    "administrator": "chờ quản trị viên",
}  # fmt: skip
PERSONAL_LINK = "[liên kết cá nhân]"
_TOKEN = re.compile(r"(?<=/l/)[^/?#\s\"'<>()]+")


@dataclass(frozen=True, slots=True)
class Departure:
    """When what may leave now leaves: the aware moment, None where no calendar says; `stopped`: stop-all is on."""

    at: datetime | None
    stopped: bool


def status_of(text: str) -> MessageStatus:
    """The state of that name. Raises Refused for one that does not exist."""
    found = next((known for known in STATUSES if known == text), None)
    if found is None:
        raise Refused(f"Không có tình trạng “{text}” (có: {', '.join(STATUSES)}).")
    return found


def listed(
    app: App,
    statuses: Collection[MessageStatus] = FOR_A_PERSON,
    *,
    day: date | None = None,
    recipient: str | None = None,
) -> list[dict[str, Any]]:
    """The messages in these states, newest day first, of one day or recipient (`<agency>/<role>`, or its agency)."""
    with app.sessions() as session:
        return [_row(row, count) for row, count in _found(session, statuses, day, recipient)]


def _found(
    session: Session, statuses: Collection[MessageStatus], day: date | None, recipient: str | None
) -> list[tuple[MessageRow, int]]:
    tries = select(func.count()).where(AttemptRow.message_id == MessageRow.id).scalar_subquery()
    statement = select(MessageRow, tries).where(MessageRow.status.in_(statuses))
    if day is not None:
        statement = statement.where(MessageRow.day == day)
    if recipient is not None:
        statement = statement.where(or_(MessageRow.recipient == recipient, MessageRow.agency == recipient))
    bodies = (MessageRow.body_text, MessageRow.body_html, MessageRow.body_zalo)
    without = statement.options(*(defer(body, raiseload=True) for body in bodies))
    return list(session.execute(without.order_by(MessageRow.day.desc(), MessageRow.id)).tuples())


def _row(row: MessageRow, tries: int) -> dict[str, Any]:
    return {
        "id": row.id, "day": row.day.isoformat(), "recipient": row.recipient, "class": row.klass,
        "channel": row.channel, "address": row.address, "subject": row.subject, "status": row.status,
        "reason": without_token(row.reason), "attempts": tries, "next_try_at": _moment(row.next_try_at),
    }  # fmt: skip


def shown(app: App, message_id: int) -> dict[str, Any]:
    """One message whole: lines, words, every attempt, release, journal; the personal link without its token.

    Raises Refused when there is no such message.
    """
    with app.sessions() as session:
        row = messages.get(session, message_id)
        if row is None:
            raise Refused(f"Không có thư số {message_id}.")
        tries = attempts.of_message(session, message_id)
        return {
            **_row(row, len(tries)),
            **_fate(row),
            "lines": [_line(line) for line in notices.of_message(session, message_id)],
            "text": without_token(row.body_zalo if row.channel == "zalo" else row.body_text),
            "attempts": [_attempt(one) for one in tries],
            "journal": [_entry(entry) for entry in journal.history(session, f"message/{message_id}")],
        }


def _fate(row: MessageRow) -> dict[str, Any]:
    release = {"at": _moment(row.released_at), "by": row.released_by} if row.released_at else None
    return {
        "plan": row.plan_id, "agency": row.agency, "address_name": row.address_name, "message_id": row.header_id,
        "names_late": row.names_late, "created_at": _moment(row.created_at), "release": release,
        "sent_at": _moment(row.sent_at), "confirmed_at": _moment(row.confirmed_at),
    }  # fmt: skip


def _line(row: NoticeRow) -> dict[str, Any]:
    return {"obligation": row.obligation_id, "kind": row.kind, "reason": row.reason, "status": row.status}


def _attempt(row: AttemptRow) -> dict[str, Any]:
    return {
        "channel": row.channel, "n": row.n, "started_at": _moment(row.started_at),
        "finished_at": _moment(row.finished_at), "outcome": row.outcome, "code": row.code,
        "text": without_token(row.text or ""), "settled": row.settled,
    }  # fmt: skip


def _entry(entry: journal.Entry) -> dict[str, Any]:
    return {
        "at": _moment(entry.at), "who": entry.who, "action": entry.action, "old": entry.old, "new": entry.new,
        "why": without_token(entry.why),
    }  # fmt: skip


def without_token(text: str) -> str:
    """The words without any personal link's token: it may stand in what a server says, since some quote the links
    they dislike."""
    return _TOKEN.sub(PERSONAL_LINK, text).replace(LINK_PLACEHOLDER, PERSONAL_LINK)


def alarms_of(app: App, day: date) -> list[dict[str, Any]]:
    """The operators' alarms of a day, oldest first; `heard`: somebody outside was told."""
    with app.sessions() as session:
        return [
            {"key": row.key, "at": _moment(row.at), "words": row.words, "heard": row.heard}
            for row in alarms.of_day(session, day)
        ]


def departure(app: App, now: datetime) -> Departure:
    """When what is ready at `now` leaves: with the next delivery in working hours, unless everything is stopped."""
    with app.sessions() as session:
        return departing(app, session, now)


def departing(app: App, session: Session, now: datetime) -> Departure:
    """`departure`, in a session that is open already."""
    return Departure(_office_opens(app.calendar, now), switches.is_stopped(session))


def _office_opens(calendar: WorkCalendar, now: datetime) -> datetime | None:
    today = local_day(now)
    day = calendar.try_roll(today)
    if day == today:
        for start, end in WORKING_HOURS:
            if now <= at(today, end):
                return max(now, at(today, start))
        day = calendar.try_roll(today + ONE_DAY)
    return None if day is None else at(day, WORKING_HOURS[0][0])


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(ZONE).isoformat()
