"""Messages that wait for a person, as the supervisor reads them: why, to whom, and which agencies they speak of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, load_only

from dondoc.services.books import Book
from dondoc.services.outbox_views import FOR_A_PERSON, STATUS_NAMES, without_token
from dondoc.services.status import agency_name
from dondoc.store.arrays import is_one_of_ids
from dondoc.store.messages import MessageStatus
from dondoc.store.models import MessageRow, NoticeRow, ObligationRow

CLASS_NAMES = {
    "digest": "Thư trong ngày", "held": "Thư nêu tên đơn vị chậm", "apply": "Danh mục việc của năm",
    "event": "Việc do sự kiện mở", "urgent": "Nhắc bằng tay", "receipt": "Biên nhận",
}  # fmt: skip
CHANNEL_NAMES = {"email": "thư điện tử", "zalo": "Zalo"}
ROLE_NAMES = {"focal": "đầu mối", "head": "thủ trưởng"}


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """One message. `agencies` are the names of those it speaks of; `names_late`: it names one late to somebody else."""

    id: int
    day: date
    status: MessageStatus
    kind: str
    to: str
    address: str
    subject: str
    reason: str
    names_late: bool
    agencies: tuple[str, ...]

    @property
    def status_words(self) -> str:
        """Its state in words."""
        return STATUS_NAMES[self.status]


def waiting_mail(
    session: Session,
    known: Mapping[str, Book],
    statuses: Collection[MessageStatus] = FOR_A_PERSON,
    *,
    ids: Collection[int] | None = None,
    limit: int | None = None,
) -> tuple[WaitingMail, ...]:
    """The messages in these states (with `ids` only those named), the oldest day first. Two queries."""
    statement = select(MessageRow).where(MessageRow.status.in_(statuses))
    if ids is not None:
        statement = statement.where(is_one_of_ids(MessageRow.id, ids))
    ordered = statement.order_by(MessageRow.day, MessageRow.id).limit(limit).options(load_only(*_SHOWN))
    rows = session.scalars(ordered, execution_options={"populate_existing": True}).all()
    spoken = _agencies(session, [row.id for row in rows])
    return tuple(_mail(row, spoken.get(row.id, ()), known) for row in rows)


def counted(session: Session) -> dict[str, int]:
    """How many messages wait for a person, by state. One query."""
    statement: Select[tuple[str, int]] = select(MessageRow.status, func.count()).where(
        MessageRow.status.in_(FOR_A_PERSON)
    )
    return dict(session.execute(statement.group_by(MessageRow.status)).tuples().all())


_SHOWN = (
    MessageRow.id, MessageRow.day, MessageRow.status, MessageRow.klass, MessageRow.recipient, MessageRow.agency,
    MessageRow.channel, MessageRow.address, MessageRow.address_name, MessageRow.subject, MessageRow.reason,
    MessageRow.names_late,
)  # fmt: skip


def _agencies(session: Session, message_ids: Collection[int]) -> dict[int, tuple[tuple[str, str], ...]]:
    """(plan id, agency id) of each message's lines."""
    statement = (
        select(NoticeRow.message_id, ObligationRow.plan_id, ObligationRow.agency)
        .join(ObligationRow, ObligationRow.id == NoticeRow.obligation_id)
        .where(is_one_of_ids(NoticeRow.message_id, message_ids), NoticeRow.status == "composed")
        .group_by(NoticeRow.message_id, ObligationRow.plan_id, ObligationRow.agency)
        .order_by(ObligationRow.agency)
    )
    found: dict[int, tuple[tuple[str, str], ...]] = {}
    for message_id, plan_id, agency in session.execute(statement):
        found[message_id] = (*found.get(message_id, ()), (plan_id, agency))
    return found


def _mail(row: MessageRow, spoken: Iterable[tuple[str, str]], known: Mapping[str, Book]) -> WaitingMail:
    role = ROLE_NAMES.get(row.recipient.rpartition("/")[2], "")
    owner = next((agency_name(b, row.agency) for b in known.values() if row.agency in b.directory.by_id), row.agency)
    agencies = dict.fromkeys(agency_name(known[plan_id], agency) for plan_id, agency in spoken if plan_id in known)
    return WaitingMail(
        row.id, row.day, cast(MessageStatus, row.status), CLASS_NAMES.get(row.klass.partition(":")[0], "Thư"),
        f"{owner} ({role or row.recipient})", f"{CHANNEL_NAMES.get(row.channel, row.channel)} {row.address}",
        row.subject, without_token(row.reason), row.names_late, tuple(agencies),
    )  # fmt: skip
