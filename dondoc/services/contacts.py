"""An agency corrects its own contact: asked on its page, in force once the supervisor confirms it.

A contact is personal data: the journal, which is never changed, holds masked addresses and the names of what changed;
the values themselves stand in `contact_changes` alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import get_args

from sqlalchemy.orm import Session

from dondoc.domain import codec
from dondoc.domain.directory import ChannelName, Contact
from dondoc.domain.moments import local_day
from dondoc.errors import Refused
from dondoc.intake.texts import clean_line
from dondoc.loading.directories import is_mailbox
from dondoc.services.answering import NotYours
from dondoc.services.app import App
from dondoc.services.owed import live_books
from dondoc.services.replies import NotAllowed, Objection
from dondoc.store import contact_changes, journal
from dondoc.store.models import ContactChangeRow

LONGEST_NAME, LONGEST_EMAIL, LONGEST_PHONE = 100, 254, 30
MOST_A_DAY = 10
"""Of one contact: more is no correction."""
CHANNEL_NAMES: dict[ChannelName, str] = {"email": "thư điện tử", "zalo": "Zalo"}
FIELD_NAMES = {"name": "họ tên", "email": "địa chỉ thư", "phone": "điện thoại", "prefers": "kênh nhận"}
_PHONE = re.compile(r"[0-9 +().-]*")


@dataclass(frozen=True, slots=True)
class Wish:
    """What an agency typed, as it came; empty where it has none."""

    name: str = ""
    email: str = ""
    phone: str = ""
    prefers: str = "email"


@dataclass(frozen=True, slots=True)
class Change:
    """One change that was asked for. `decision` None: it waits. `recipient` is the directory's id of the contact."""

    id: int
    directory: str
    agency: str
    old: Contact
    new: Contact
    asked_at: datetime
    asked_by: str
    decision: str | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    why: str | None = None

    @property
    def recipient(self) -> str:
        """`<agency>/<role>`."""
        return f"{self.agency}/{self.old.role}"

    @property
    def differences(self) -> tuple[tuple[str, str, str], ...]:
        """What changes: its name, the old and the new value, in words; "" where there is none."""
        values = ((name, _shown(self.old, key), _shown(self.new, key)) for key, name in FIELD_NAMES.items())
        return tuple(found for found in values if found[1] != found[2])

    @property
    def moves_mail(self) -> bool:
        """Whether messages go elsewhere with it."""
        return _address(self.old) != _address(self.new)


@dataclass(frozen=True, slots=True)
class OwnContact:
    """A recipient's contact as it is in force, what waits to change it, and the last decision on one."""

    directory: str
    agency: str
    agency_name: str
    contact: Contact
    waiting: Change | None
    last: Change | None


def _shown(contact: Contact, key: str) -> str:
    if key == "prefers":
        return CHANNEL_NAMES[contact.prefers]
    value: str | None = getattr(contact, key)
    return value or ""


def _address(contact: Contact) -> tuple[str | None, ...]:
    return contact.email, contact.zalo_user_id, contact.prefers


def to_change(row: ContactChangeRow) -> Change:
    """The value of a row."""
    return Change(
        row.id, row.directory, row.agency, codec.contact_from_json(row.old), codec.contact_from_json(row.new),
        row.asked_at, row.asked_by, row.decision, row.decided_at, row.decided_by, row.why,
    )  # fmt: skip


def masked(address: str | None) -> str | None:
    """The address as the journal may hold it: c***@sotuphap.gov.vn, ***789."""
    if not address:
        return None
    name, at, domain = address.rpartition("@")
    return f"{name[:1]}***@{domain}" if at else f"***{address[-3:]}"


def of_recipient(app: App, session: Session, recipient: str) -> tuple[OwnContact, ...]:
    """The contacts that a recipient is: one for each directory of the followed plans, mostly one."""
    agency_id, _, role = recipient.rpartition("/")
    found: dict[str, OwnContact] = {}
    for book in live_books(app, session).values():  # by year: the newest plan's directory is the one that counts
        agency = book.directory.by_id.get(agency_id)
        contact = next((c for c in agency.contacts if c.role == role), None) if agency else None
        if agency is not None and contact is not None:
            found[book.directory.id] = OwnContact(book.directory.id, agency.id, agency.name, contact, None, None)
    return tuple(_with_changes(session, own) for own in found.values())


def _with_changes(session: Session, own: OwnContact) -> OwnContact:
    rows = contact_changes.of_contact(session, own.directory, own.agency, own.contact.role)
    waiting = next((to_change(row) for row in rows if row.decision is None), None)
    last = next((to_change(row) for row in rows if row.decision in ("confirmed", "refused")), None)
    return replace(own, waiting=waiting, last=last)


def ask(app: App, recipient: str, directory: str, wish: Wish, now: datetime) -> int:
    """Ask for another contact; the change's number. In force only once the supervisor confirms it.

    What waited before is replaced; the same wish again while it waits changes nothing. Journaled.
    Raises NotAllowed with every objection at once, NotYours (journaled) for a directory that has no such contact.
    """
    try:
        with app.sessions.begin() as session:
            own = _own(app, session, recipient, directory)
            contact_changes.one_at_a_time(session, directory, own.agency, own.contact.role)
            return _ask(session, _with_changes(session, own), recipient, wish, now)
    except NotYours:
        with app.sessions.begin() as session:
            what, why = f"contact:{clean_line(directory)[:100]}", "Đầu mối không thuộc người gửi."
            journal.write(session, now, recipient, "refused", what, None, None, why)
        raise


def _own(app: App, session: Session, recipient: str, directory: str) -> OwnContact:
    own = next((one for one in of_recipient(app, session, recipient) if one.directory == directory), None)
    if own is None:
        raise NotYours("Danh bạ không có đầu mối này.")
    return own


def _ask(session: Session, own: OwnContact, recipient: str, wish: Wish, now: datetime) -> int:
    new = wished(own.contact, wish)
    if wrong := tuple(objections(own.contact, wish)):
        raise NotAllowed(wrong)
    if own.waiting is not None and own.waiting.new == new:
        return own.waiting.id
    if new == own.contact:
        raise NotAllowed((Objection("contact", "Không có gì khác với đầu mối đang dùng."),))
    rows = contact_changes.of_contact(session, own.directory, own.agency, own.contact.role)
    if sum(local_day(row.asked_at) == local_day(now) for row in rows) >= MOST_A_DAY:
        raise NotAllowed((Objection("contact", f"Hôm nay đã đề nghị {MOST_A_DAY} lần: liên hệ cơ quan theo dõi."),))
    for row in rows:
        if row.decision is None:
            contact_changes.decide(session, row, "withdrawn", now, recipient, "Thay bằng đề nghị mới.")
    number = contact_changes.add(session, own.directory, own.agency, own.contact, new, now, recipient)
    write(session, to_change(_row(session, number)), "contact-asked", recipient, now, "Đơn vị đề nghị.")
    return number


def wished(old: Contact, wish: Wish) -> Contact:
    """The contact as the agency wants it; role and Zalo account stay."""
    prefers = next((name for name in get_args(ChannelName) if name == wish.prefers), old.prefers)
    return replace(
        old, name=clean_line(wish.name) or None, email=clean_line(wish.email) or None,
        phone=clean_line(wish.phone) or None, prefers=prefers,
    )  # fmt: skip


def objections(old: Contact, wish: Wish) -> Iterator[Objection]:
    """Everything that is wrong with what was typed, by the Wish's field."""
    for key in ("name", "email", "phone"):
        raw = getattr(wish, key)
        if clean_line(raw) != clean_line(" ".join(raw.split())) or not " ".join(raw.split()).isprintable():
            yield Objection(key, "Có ký tự không hiển thị được: gõ lại.")
    new = wished(old, wish)
    yield from _email_objections(new)
    yield from _other_objections(new, wish)


def _email_objections(new: Contact) -> Iterator[Objection]:
    if new.email is None:
        if new.prefers != "zalo" or new.zalo_user_id is None:
            yield Objection("email", "Ghi địa chỉ thư nhận nhắc việc.")
    elif len(new.email) > LONGEST_EMAIL or not new.email.isascii() or not is_mailbox(new.email):
        yield Objection("email", "Không phải một địa chỉ thư. Ví dụ cchc@sotuphap.gov.vn.")


def _other_objections(new: Contact, wish: Wish) -> Iterator[Objection]:
    if len(new.name or "") > LONGEST_NAME:
        yield Objection("name", f"Họ tên dài quá {LONGEST_NAME} ký tự.")
    digits = sum(c.isdigit() for c in new.phone or "")
    if new.phone and (not _PHONE.fullmatch(new.phone) or not 8 <= digits <= 15 or len(new.phone) > LONGEST_PHONE):
        yield Objection("phone", "Số điện thoại có 8 đến 15 chữ số, ví dụ 0221 386 3823.")
    if wish.prefers not in get_args(ChannelName):
        yield Objection("prefers", "Chọn kênh nhận thư.")
    elif wish.prefers == "zalo" and new.zalo_user_id is None:
        yield Objection("prefers", "Đầu mối chưa nối Zalo: chọn thư điện tử.")


def withdraw(app: App, recipient: str, change_id: int, now: datetime) -> None:
    """The agency takes back what it asked for and nobody has decided on. Journaled.

    Raises NotYours (journaled) for another's, Refused when it has been decided.
    """
    try:
        with app.sessions.begin() as session:
            row = contact_changes.get(session, change_id, for_update=True)
            if row is None or f"{row.agency}/{row.role}" != recipient:
                raise NotYours("Không có đề nghị này.")
            if row.decision is not None:
                raise Refused("Đề nghị này đã được quyết định hoặc đã rút.")
            contact_changes.decide(session, row, "withdrawn", now, recipient, "Đơn vị rút.")
            write(session, to_change(row), "contact-withdrawn", recipient, now, "Đơn vị rút đề nghị.")
    except NotYours:
        with app.sessions.begin() as session:
            why = "Đề nghị đổi đầu mối không thuộc người gửi."
            journal.write(session, now, recipient, "refused", f"contact-change:{change_id}", None, None, why)
        raise


def write(session: Session, change: Change, action: str, by: str, now: datetime, why: str) -> None:
    """Journal a move of a change: masked addresses, and what changes by its name."""
    names = ", ".join(name for name, _, _ in change.differences)
    old, new = masked(change.old.email), masked(change.new.email)
    journal.write(session, now, by, action, change.recipient, old, new, f"{why} Số {change.id}: {names}.")


def _row(session: Session, change_id: int) -> ContactChangeRow:
    row = contact_changes.get(session, change_id)
    assert row is not None
    return row
