"""A document that arrived becomes a row of the register of events. It opens nothing: a person links it to tasks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from dondoc.domain.events import Event
from dondoc.domain.incoming import Incoming
from dondoc.domain.moments import local_day
from dondoc.intake.files import Checked
from dondoc.services import books, events
from dondoc.services.app import App
from dondoc.store import journal
from dondoc.store.events import NewFile, add_files
from dondoc.store.models import EventFileRow, EventRow

BY = "thư mục công văn đến"


def names_of_bodies(app: App) -> tuple[str, ...]:
    """The agencies of all applied plans, as the directories write them."""
    with app.sessions() as session:
        found = books.books(app, session).values()
        return tuple(dict.fromkeys(agency.name for book in found for agency in book.directory.agencies))


def record_arrival(app: App, said: Incoming, file: Checked, now: datetime) -> Literal["taken", "added", "known"]:
    """Enter a document whose bytes are kept: a new event, or one more file of the event that it is. One transaction.

    The digest is the key: bytes that the register has already change nothing. An event that was retracted comes back to
    the worklist; one that a person dismissed stays so. Raises Refused for what the register does not take.
    """
    said = _already_there(said, now)
    new = NewFile(file.name, file.media_type, file.size, file.sha256)
    with app.sessions.begin() as session:
        if session.scalar(select(EventFileRow.id).where(EventFileRow.sha256 == file.sha256).limit(1)) is not None:
            return "known"
        event = _identified(session, said, _event(said, file, now))
        row = session.get(EventRow, event.id)
        if row is not None and row.retracted_at is None:
            add_files(session, row.id, [new])
            journal.write(session, now, BY, "event-file", row.id, None, file.sha256, f"Nhận tệp “{file.name}”.")
            return "added"
    events.record(app, event, by=BY, now=now, note=note(said, file, now), files=[new], source="folder")
    return "taken"


def _already_there(said: Incoming, now: datetime) -> Incoming:
    """A document cannot be of a day to come: such a day is no certain one."""
    if said.on is None or said.on <= local_day(now):
        return said
    remark = f"Ngày ghi trên văn bản ({said.on:%d/%m/%Y}) chưa đến."
    return replace(said, on=None, remarks=(*said.remarks, remark))


def note(said: Incoming, file: Checked, now: datetime) -> str:
    """What a person has to complete and look at before linking the document to tasks."""
    lines = [f"Nhận từ thư mục công văn đến, tệp “{file.name}”."]
    if said.missing:
        lines.append(f"Văn bản chưa cho biết chắc chắn: {'; '.join(said.missing)}. Đề nghị bổ sung.")
    if said.on is None:
        lines.append(f"Ngày ban hành tạm ghi theo ngày nhận {local_day(now):%d/%m/%Y}.")
    if said.subject is None:
        lines.append("Trích yếu tạm ghi theo tên tệp.")
    return "\n".join((*lines, *said.remarks))


def _event(said: Incoming, file: Checked, now: datetime) -> Event:
    subject = said.subject or file.name.rpartition(".")[0]
    return Event(said.kind or "other", said.on or local_day(now), subject, said.number, said.issuer)


def _identified(session: Session, said: Incoming, event: Event) -> Event:
    """Number, issuer and day together say that two files are one document; else each file is an event of its own."""
    if said.number and said.issuer and said.on:
        return event
    while session.get(EventRow, event.id) is not None:
        event = replace(event, again=event.again + 1)
    return event
