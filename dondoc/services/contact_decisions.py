"""The supervisor decides on corrected contacts; the old mailbox keeps no access, and what waits goes to the new one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dondoc.domain.directory import Contact, Directory
from dondoc.domain.moments import local_day
from dondoc.errors import Refused
from dondoc.intake.texts import clean_text
from dondoc.services import links, routing
from dondoc.services.app import App
from dondoc.services.books import Book, applied_files, books
from dondoc.services.contacts import Change, to_change, write
from dondoc.store import contact_changes, messages, suppressions
from dondoc.store.models import ContactChangeRow, PlanRow

LONGEST_WHY = 1_000
_FREE = ("gmail.com", "yahoo.com", "yahoo.com.vn", "outlook.com", "hotmail.com", "icloud.com")
NO_WAY = "Đầu mối mới chưa có kênh nào dùng được."


@dataclass(frozen=True, slots=True)
class Followed:
    """What a decision moved: waiting messages that go elsewhere now, and links that were ended."""

    messages: int = 0
    links: int = 0


def waiting(session: Session) -> tuple[Change, ...]:
    """What agencies asked for and nobody has decided on, the oldest first."""
    return tuple(to_change(row) for row in contact_changes.waiting(session))


def find(session: Session, change_id: int) -> Change | None:
    """One change, or None."""
    row = contact_changes.get(session, change_id)
    return None if row is None else to_change(row)


def warnings(app: App, session: Session, change: Change, known: Mapping[str, Book] | None = None) -> tuple[str, ...]:
    """What the supervisor should look at before confirming, in sentences; nothing when it is plain. `known` are the
    followed plans, where the caller has read them."""
    found = [book.directory for book in (books(app, session, live=True) if known is None else known).values()]
    own = [directory for directory in found if directory.id == change.directory]
    return tuple(dict.fromkeys([*_stale(own, change), *_elsewhere(found, change), *_doubtful(app, session, change)]))


def _stale(own: list[Directory], change: Change) -> Iterator[str]:
    if not any(change.old in _contacts(directory, change.agency) for directory in own):
        yield "Danh bạ đã đổi từ khi đơn vị đề nghị: không xác nhận được nữa."


def _elsewhere(found: list[Directory], change: Change) -> Iterator[str]:
    """The address is known already: of another agency, or of the same one's other contact."""
    email = (change.new.email or "").casefold()
    if not email or email == (change.old.email or "").casefold():
        return
    for directory in found:
        for agency in directory.agencies:
            for contact in agency.contacts:
                if (contact.email or "").casefold() != email:
                    continue
                if agency.id != change.agency:
                    yield f"Địa chỉ mới đang là của {agency.name}: thư của đơn vị sẽ đến cơ quan khác."
                elif contact.role != change.old.role:
                    yield "Địa chỉ mới đang là của đầu mối khác cùng đơn vị (cán bộ phụ trách và lãnh đạo)."


def _doubtful(app: App, session: Session, change: Change) -> Iterator[str]:
    old, new = _domain(change.old.email), _domain(change.new.email)
    if new and new in _FREE:
        yield f"Địa chỉ mới là hộp thư miễn phí ({new}), không phải hộp thư công vụ."
    elif old and new and old != new:
        yield f"Tên miền đổi từ {old} sang {new}: hỏi lại đơn vị bằng số điện thoại đã biết từ trước."
    addresses = [address for address in (change.new.email,) if address]
    closed = suppressions.closed_addresses(session, local_day(app.now()), addresses)
    for why in closed.values():
        yield f"Địa chỉ mới đang bị ngừng gửi: {why}"


def _domain(email: str | None) -> str:
    return (email or "").rpartition("@")[2].casefold()


def confirm(app: App, change_id: int, by: str, now: datetime) -> Followed:
    """From now on the contact is the new one: messages that wait go to it, links and sessions of the old one end.

    In force until the directory file says otherwise. Journaled, with masked addresses. Raises Refused when it does not
    wait any more, or the directory has changed since.
    """
    with app.sessions.begin() as session:
        row = _locked(session, change_id)
        if row.decision is not None:
            raise Refused(f"Đề nghị số {change_id} không còn chờ quyết định.")
        change = to_change(row)
        if all(change.old not in _contacts(d, change.agency) for d in _live(app, session, change).values()):
            raise Refused("Danh bạ đã đổi từ khi đơn vị đề nghị: đơn vị cần đề nghị lại.")
        contact_changes.decide(session, row, "confirmed", now, by, None)
        write(session, change, "contact-confirmed", by, now, "Xác nhận.")
        return _follow(app, session, change, change.new, by, now)


def refuse(app: App, change_id: int, by: str, now: datetime, why: str) -> None:
    """The contact stays as it is; the agency reads why. Journaled. Raises Refused without a reason or when decided."""
    words = _required(why)
    with app.sessions.begin() as session:
        row = _locked(session, change_id)
        if row.decision is not None:
            raise Refused(f"Đề nghị số {change_id} không còn chờ quyết định.")
        contact_changes.decide(session, row, "refused", now, by, words)
        write(session, to_change(row), "contact-refused", by, now, f"Không xác nhận: {words}")


def undo(app: App, change_id: int, by: str, now: datetime, why: str) -> Followed:
    """Take a decision back: the change waits again, and after a confirmation the former contact is in force.

    Journaled. Raises Refused without a reason, when there is no decision to take back, when another change was asked
    for or confirmed since, or the directory file says the new contact itself.
    """
    words = _required(why)
    with app.sessions.begin() as session:
        row = _locked(session, change_id)
        change = to_change(row)
        _check_undo(app, session, row, change)
        was = row.decision
        contact_changes.decide(session, row, None, now, by, None)
        write(session, change, "contact-undone", by, now, f"Lấy lại quyết định: {words}")
        return _follow(app, session, change, change.old, by, now) if was == "confirmed" else Followed()


def _check_undo(app: App, session: Session, row: ContactChangeRow, change: Change) -> None:
    if row.decision not in ("confirmed", "refused"):
        raise Refused(f"Đề nghị số {row.id} không có quyết định nào để lấy lại.")
    later = [r for r in contact_changes.of_contact(session, row.directory, row.agency, row.role) if r.id > row.id]
    if any(other.decision in (None, "confirmed") for other in later):
        raise Refused("Sau đó đã có đề nghị khác cho đầu mối này: quyết định về đề nghị ấy trước.")
    if row.decision == "confirmed" and change.new in _in_file(session, change):
        raise Refused("Tệp danh bạ đã ghi đầu mối mới: sửa tệp rồi áp dụng lại kế hoạch.")


def _locked(session: Session, change_id: int) -> ContactChangeRow:
    """Locked together with its contact: two decisions, or a decision and a new wish, come one after the other."""
    row = contact_changes.get(session, change_id)
    if row is None:
        raise Refused(f"Không có đề nghị đổi đầu mối số {change_id}.")
    contact_changes.one_at_a_time(session, row.directory, row.agency, row.role)
    locked = contact_changes.get(session, change_id, for_update=True)
    assert locked is not None  # rows are never deleted
    return locked


def _required(why: str) -> str:
    words = clean_text(why)
    if not words or len(words) > LONGEST_WHY:
        raise Refused("Cần ghi lý do (tối đa 1.000 ký tự).")
    return words


def _follow(app: App, session: Session, change: Change, now_in_force: Contact, by: str, now: datetime) -> Followed:
    """First the messages, then the links: what a worker claims meanwhile either sees the new address, or has issued
    its link already, which is then ended."""
    if not change.moves_mail:
        return Followed()
    options = routing.ways(app, now_in_force)
    shut = routing.closed(app, session, options, now)
    way = next((way for way in options if (way.channel, way.address) not in shut), None)
    moved = _readdress(app, session, change, now_in_force, way)
    why = f"Đầu mối đổi địa chỉ (đề nghị số {change.id})."
    return Followed(moved, links.revoke_recipient(session, change.recipient, by, now, why))


def _readdress(app: App, session: Session, change: Change, contact: Contact, way: routing.Way | None) -> int:
    if way is None:
        stopped = [
            row.id for row in messages.find(session, recipient=change.recipient) if row.status in messages.WAITING
        ]
        return sum(messages.hold(session, number, NO_WAY) for number in stopped)
    directories = _live(app, session, change).values()
    name = contact.name or next((d.by_id[change.agency].name for d in directories), change.agency)
    return len(messages.redirect(session, change.recipient, way.channel, way.address, name))


def _live(app: App, session: Session, change: Change) -> Mapping[str, Directory]:
    """The change's directory as each followed plan has it, corrections in force."""
    found = books(app, session, live=True)
    return {
        plan_id: book.directory
        for plan_id, book in found.items()
        if book.directory.id == change.directory and change.agency in book.directory.by_id
    }


def _contacts(directory: Directory, agency: str) -> tuple[Contact, ...]:
    found = directory.by_id.get(agency)
    return found.contacts if found is not None else ()


def _in_file(session: Session, change: Change) -> tuple[Contact, ...]:
    """The agency's contacts as the newest followed plan was applied with: without corrections."""
    return _in_directory(_filed(session), change)


def _in_directory(filed: Mapping[str, Directory], change: Change) -> tuple[Contact, ...]:
    own = filed.get(change.directory)
    return _contacts(own, change.agency) if own is not None else ()


def _filed(session: Session) -> dict[str, Directory]:
    """Each directory as the newest followed plan was applied with, by its id. One query."""
    rows = session.scalars(select(PlanRow).where(PlanRow.archived.is_(False)).order_by(PlanRow.year, PlanRow.id.desc()))
    return {directory.id: directory for directory in (applied_files(row).directory for row in rows)}


def not_in_file(app: App, session: Session) -> tuple[Change, ...]:
    """Confirmed changes that are in force and that the applied directory file does not say yet, the oldest first."""
    found = [to_change(row) for row in contact_changes.confirmed_rows(session)]
    if not found:
        return ()
    in_force = [book.directory for book in books(app, session, live=True).values()]
    filed = _filed(session)
    return tuple(
        change
        for change in found
        if change.new not in _in_directory(filed, change)
        and any(change.new in _contacts(d, change.agency) for d in in_force if d.id == change.directory)
    )
