"""The receipt of an answer, to who gave it: a message of its own, written with the answer in one transaction.

It leaves with the next delivery in working hours, like what a person presses; its class `receipt:<number>` makes it
once-only. It has no notices: what was recorded stays true whatever becomes of the work, so it is never judged again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dondoc.channels.envelope import message_id
from dondoc.domain.compose import Draft
from dondoc.domain.directory import Contact, Recipient
from dondoc.domain.moments import ZONE, local_day
from dondoc.domain.obligations import Obligation
from dondoc.errors import ProblemsFound
from dondoc.rendering.receipts import ReceiptContext, ReceiptFile, ReceiptRenderer, ReceiptTask
from dondoc.rendering.wording import full_day, short_day
from dondoc.services.app import App
from dondoc.services.books import Book
from dondoc.services.composing import routed
from dondoc.services.links import address
from dondoc.services.replies import Reply
from dondoc.services.reply_words import consequence, reply_name
from dondoc.services.wording import LINK_PLACEHOLDER
from dondoc.store import alarms, journal, message_counts, messages, suppressions
from dondoc.store.messages import RECEIPT, NewMessage

log = logging.getLogger(__name__)

MOST_A_DAY = 20
"""Receipts by message that one recipient gets a day: who answers more often sees the others on the page. They do not
count among a recipient's messages of the day, so a stolen link must not be able to fill a mailbox, or use up a
channel's day."""
UNTIL_LABELS = {"ack": "Ngày hẹn", "extension": "Đề nghị gia hạn đến"}


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded: the receipt's number, when, by whom (a directory recipient's id), and what it was about."""

    number: int
    at: datetime
    by: str
    reply: Reply
    obligations: tuple[Obligation, ...]


def issue(app: App, session: Session, recorded: Recorded, books: Mapping[str, Book]) -> int | None:
    """Put the receipt into the outbox; its message's id, or None when there is none to send. Does not commit.

    None for an answer that came by command, where the regime has no receipts, and with a journaled reason: the
    recipient gets nothing for now, cannot be reached or has had too many today, or the template is broken. Never
    raises for these: a receipt must not cost the answer.
    """
    book = books[recorded.obligations[0].plan_id]
    recipient = _recipient(book, recorded.by)
    if recipient is None or not any(found.rules.regime.receipts for found in books.values()):
        return None
    stored = _stored(app, session, recorded, book, recipient)
    if isinstance(stored, int):
        return stored
    journal.write(session, recorded.at, "dondoc", "receipt-not-sent", f"answer/{recorded.number}", None, None, stored)
    return None


def is_on_its_way(session: Session, recipient: str, number: int, at: datetime) -> bool:
    """Whether the receipt of that number was put into the outbox for that recipient."""
    own = messages.find(session, day=local_day(at), recipient=recipient)
    return any(row.klass == klass(number) for row in own)


def klass(number: int) -> str:
    """The message's class."""
    return f"{RECEIPT}{number}"


def _recipient(book: Book, by: str) -> Recipient | None:
    agency_id, _, role = by.partition("/")
    agency = book.directory.by_id.get(agency_id)
    contact = next((c for c in agency.contacts if c.role == role), None) if agency else None
    return Recipient(by, agency_id, contact) if contact else None


def _stored(app: App, session: Session, recorded: Recorded, book: Book, recipient: Recipient) -> int | str:
    """The message's id, or why there is none."""
    day = local_day(recorded.at)
    if recipient.id in suppressions.of_recipients(session, day):
        return "Người nhận đang được ngừng gửi."
    if message_counts.count_receipts(session, recipient.id, day) >= MOST_A_DAY:
        return f"Hôm nay đã gửi {MOST_A_DAY} biên nhận cho người nhận này."
    try:
        worded = _worded(app, recorded, book, recipient)
    except ProblemsFound as error:
        return _broken(session, recorded, error)
    draft = Draft(recipient, day, worded.klass, ())
    message = routed(app, session, worded, draft, recorded.at)
    if message.status != "ready":
        return message.reason
    return messages.create(session, message, recorded.at) or "Biên nhận này đã có."


def _broken(session: Session, recorded: Recorded, error: ProblemsFound) -> str:
    """In the log and on the operators' list; told outside by the day's audit, not while rows are locked."""
    words = f"Mẫu biên nhận bị lỗi, đơn vị không nhận được biên nhận: {error.problems[0].message}"
    log.error("receipt template broken", extra={"action": "receipt-broken", "number": recorded.number})
    alarms.enter(session, "receipt", local_day(recorded.at), words, recorded.at)
    return words


def _worded(app: App, recorded: Recorded, book: Book, recipient: Recipient) -> NewMessage:
    link = address(app.settings.require_public_url(), LINK_PLACEHOLDER) if app.settings.public_url else None
    rendered = ReceiptRenderer(app.templates).render(_context(recorded, book, recipient.contact, link))
    draft = Draft(recipient, local_day(recorded.at), klass(recorded.number), ())
    name = recipient.contact.name or book.directory.by_id[recipient.agency_id].name
    return NewMessage(
        recipient=recipient.id, day=draft.day, klass=draft.klass, plan_id=book.plan.id, agency=recipient.agency_id,
        channel="email", address="", address_name=name, header_id=message_id(draft.key, app.mail_domain),
        subject=rendered.subject, body_text=rendered.text, body_html=rendered.html, body_zalo=rendered.zalo,
        status="ready", reason="", next_try_at=recorded.at,
    )  # fmt: skip


def _context(recorded: Recorded, book: Book, contact: Contact, link: str | None) -> ReceiptContext:
    reply, directory, local = recorded.reply, book.directory, recorded.at.astimezone(ZONE)
    agency = directory.by_id[recorded.by.partition("/")[0]]
    whose = directory.by_id.get(reply.whose or "")
    kinds = [obligation.kind for obligation in recorded.obligations]
    return ReceiptContext(
        number=recorded.number,
        at=f"{local:%H:%M} ngày {short_day(local.date())}",
        recipient_name=contact.name or agency.name,
        agency_name=agency.name,
        supervisor_name=directory.by_id[book.plan.supervisor].name,
        answer=reply_name(reply.kind, kinds),
        consequence=consequence(reply.kind, kinds),
        tasks=tuple(_task(obligation, book) for obligation in recorded.obligations),
        files=tuple(ReceiptFile(file.name, file_size(file.size)) for file in reply.files),
        until_label=UNTIL_LABELS.get(reply.kind, ""),
        until=reply.until,
        whose=(whose.name if whose else "chưa rõ") if reply.kind == "not_mine" else "",
        document_number=reply.document_number or "",
        document_date=reply.document_date,
        note=reply.note or "",
        link=link,
        demo=book.plan.demo,
    )


def _task(obligation: Obligation, book: Book) -> ReceiptTask:
    task = book.plan.by_id.get(obligation.task_id)
    deadline = full_day(obligation.due_on) if obligation.due_on else ""
    if task is None:
        return ReceiptTask("", obligation.name, deadline)
    title = task.activity if obligation.period.isdigit() else f"{task.activity} – kỳ {obligation.name}"
    return ReceiptTask(task.id, title, deadline)


def file_size(size: int) -> str:
    """1,2 MB; 34 KB: with the Vietnamese decimal mark."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 1024 / 1024:.1f} MB".replace(".", ",")
