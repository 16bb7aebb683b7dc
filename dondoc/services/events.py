"""The register of events: recorded, tied to the tasks that wait for them, taken back (DEADLINES §3 "upon", "per").

What an event opens is a function of what stands in the register: every change of it re-expands the plans it concerns,
so that the order of recording decides nothing and what is taken back was never there, but for the journal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dondoc.domain.events import EVENT_KINDS, Event
from dondoc.domain.moments import local_day
from dondoc.domain.obligations import Obligation
from dondoc.errors import Refused
from dondoc.intake.texts import clean_line, clean_text
from dondoc.rendering.wording import full_day
from dondoc.services import announcing, event_telling
from dondoc.services.app import App
from dondoc.services.applying import reapply
from dondoc.services.books import Book, books
from dondoc.services.deciding import required, sentence
from dondoc.services.event_choices import Choice, checked
from dondoc.services.event_waived import without_waived
from dondoc.services.status import agency_name
from dondoc.store import events, journal, plans
from dondoc.store.arrays import is_one_of
from dondoc.store.events import EventSource, NewFile, NewOpening
from dondoc.store.models import EventRow, ObligationRow

LONGEST_SUBJECT = 1_000
LONGEST_NUMBER = 100
LONGEST_ISSUER = 200


@dataclass(frozen=True, slots=True)
class Opened:
    """An obligation that an event opened or gave another day: id, task, agency, and the day (None: no due day)."""

    obligation_id: str
    plan_id: str
    task_id: str
    agency: str
    due_on: date | None
    target_on: date | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class Recorded:
    """What recording, tying or taking back an event did. `closed` are obligations (ids) that are there no more.

    `unheard` says why Prefect was not told, "" when it was: the next sweep then does the same.
    """

    event_id: str
    opened: tuple[Opened, ...] = ()
    closed: tuple[str, ...] = ()
    unheard: str = ""


def record(
    app: App, event: Event, choices: Sequence[Choice] = (), *, by: str, now: datetime, note: str | None = None,
    files: Sequence[NewFile] = (), source: EventSource = "person", dry_run: bool = False, announce: bool = True,
) -> Recorded:  # fmt: skip
    """Write an event into the register and open what `choices` say; without any it waits for a person to tie it.

    With `dry_run` it is done and taken back: what it would do. Without `announce` Prefect is not told: the next sweep
    does the same. Journaled.
    Raises Refused with every objection at once, also when the same event stands in the register already.
    """
    event = _cleaned(event)
    with app.sessions() as session:
        _refuse(_event_objections(event, local_day(now)))
        _refuse_recorded(session, event)
        desk = Desk(app, session, by, now)
        row = events.add(session, event, now, by, source, clean_text(note or "") or None)
        events.add_files(session, row.id, files)
        desk.write("event-recorded", row.id, event.name, sentence(event.subject))
        done = desk.open(row, event, choices)
        return _ended(app, session, done, dry_run, announce)


def tie(
    app: App, event_id: str, choices: Sequence[Choice], *, by: str, now: datetime, dry_run: bool = False
) -> Recorded:
    """Say which tasks a recorded event concerns: what a person confirms of the proposals. May be called again for more
    tasks. Raises Refused with every objection at once."""
    with app.sessions() as session:
        desk = Desk(app, session, by, now)
        row = _standing(session, event_id)
        if row.source == "report" or not choices:
            by_report = "Sự kiện này do kết quả được duyệt mở; việc khác mở bằng một sự kiện ghi riêng."
            raise Refused(by_report if row.source == "report" else "Chọn ít nhất một nhiệm vụ mà sự kiện này mở.")
        if row.dismissed_at is not None:
            row.dismissed_at = row.dismissed_by = row.dismissed_why = None
        return _ended(app, session, desk.open(row, events.to_event(row), choices), dry_run)


def retract(app: App, event_id: str, *, by: str, now: datetime, why: str, dry_run: bool = False) -> Recorded:
    """Take an event back: what it opened is closed with its history, its notices are withdrawn, who has heard of it is
    told. Recording the same event again opens the same again. Raises Refused without a reason or for no such event."""
    words = required(why)
    with app.sessions() as session:
        desk = Desk(app, session, by, now)
        row = _standing(session, event_id)
        if row.source == "report":
            raise Refused("Sự kiện này do kết quả được duyệt của nhiệm vụ khác: lấy lại quyết định duyệt đó.")
        return _ended(app, session, desk.take_back(row, words), dry_run)


def correct(app: App, event_id: str, event: Event, *, by: str, now: datetime) -> str:
    """Write down what a document is, where the register has it wrong or only in part (a number stamped on paper); the
    id it has now. Its files go with it; the old entry stays, retracted. Only before it has opened something.

    Raises Refused with every objection at once, and when it has opened something: retract it then and record anew.
    """
    event = _cleaned(event)
    with app.sessions.begin() as session:
        row = _standing(session, event_id)
        if events.standing(session, event_id):
            raise Refused("Sự kiện này đã mở việc: lấy lại (retract) rồi ghi lại cho đúng.")
        _refuse(_event_objections(event, local_day(now)))
        if event.id == event_id:
            row.kind, row.subject, row.number, row.issuer = event.kind, event.subject, event.number, event.issuer
        else:
            _refuse_recorded(session, event)
            new = events.add(session, event, now, by, _source(row), row.note)
            events.move_files(session, event_id, new.id)
            why = f"Ghi lại cho đúng: {new.id}."
            row.retracted_at, row.retracted_by, row.retracted_why = now, by, why
            journal.write(session, now, by, "event-retracted", event_id, None, new.id, why)
        journal.write(session, now, by, "event-recorded", event.id, event_id, event.name, sentence(event.subject))
    return event.id


def _source(row: EventRow) -> EventSource:
    return "folder" if row.source == "folder" else "person"


def dismiss(app: App, event_id: str, *, by: str, now: datetime, why: str) -> None:
    """Say that a document opens nothing: it leaves the worklist, and stays in the register. Raises Refused without a
    reason, and for an event that has opened something (retract it)."""
    words = required(why)
    with app.sessions.begin() as session:
        row = _standing(session, event_id)
        if events.standing(session, event_id):
            raise Refused("Sự kiện này đã mở việc: muốn bỏ thì lấy lại (retract).")
        row.dismissed_at, row.dismissed_by, row.dismissed_why = now, by, words
        journal.write(session, now, by, "event-dismissed", event_id, None, None, words)


def _ended(app: App, session: Session, done: Recorded, dry_run: bool, announce: bool = True) -> Recorded:
    if dry_run:
        session.rollback()
        return done
    session.commit()
    said = announcing.announce(app, done.event_id) if announce and (done.opened or done.closed) else None
    return Recorded(done.event_id, done.opened, done.closed, said or "")


def _cleaned(event: Event) -> Event:
    return Event(
        event.kind, event.on, clean_line(event.subject), clean_line(event.number or "") or None,
        clean_line(event.issuer or "") or None, event.again,
    )  # fmt: skip


def _event_objections(event: Event, today: date) -> list[str]:
    wrong = []
    if event.kind not in EVENT_KINDS:
        wrong.append(f"Không có loại sự kiện “{event.kind}”.")
    if not event.subject:
        wrong.append("Ghi trích yếu hoặc nội dung sự kiện.")
    for name, text, most in (
        ("Trích yếu", event.subject, LONGEST_SUBJECT),
        ("Số, ký hiệu", event.number or "", LONGEST_NUMBER),
        ("Cơ quan ban hành", event.issuer or "", LONGEST_ISSUER),
    ):
        if len(text) > most:
            wrong.append(f"{name} dài quá {most} ký tự.")
    if event.on > today:
        wrong.append(f"Ngày {full_day(event.on)} chưa đến: ghi sự kiện khi đã xảy ra.")
    return wrong


def _refuse(wrong: Sequence[str]) -> None:
    if wrong:
        raise Refused("\n".join(wrong))


def _refuse_recorded(session: Session, event: Event) -> None:
    row = session.get(EventRow, event.id, with_for_update=True)
    if row is None or row.retracted_at is not None:
        return
    what = f"văn bản số {event.number}" if event.number else "sự kiện"
    raise Refused(
        f"Sổ đã có {what} này (mã {row.id}, ghi {full_day(local_day(row.recorded_at))}): gắn thêm nhiệm vụ vào đó."
    )


def _standing(session: Session, event_id: str) -> EventRow:
    row = session.get(EventRow, event_id, with_for_update=True) if event_id.isprintable() else None
    if row is None or row.retracted_at is not None:
        state = "đã được lấy lại" if row is not None else "không có trong sổ"
        raise Refused(f"Sự kiện “{event_id}” {state}.")
    return row


@dataclass(frozen=True)
class Desk:
    """Changes of the register inside one transaction; `by` makes them, at `now`."""

    app: App
    session: Session
    by: str
    now: datetime

    def open(self, row: EventRow, event: Event, choices: Sequence[Choice]) -> Recorded:
        """Write the openings and expand the plans anew."""
        known = books(self.app, self.session, live=True)
        new, wrong = checked(event, choices, known)
        wrong += self._opened_before(row.id, new)
        _refuse(wrong)
        new = [without_waived(self.session, known[one.plan_id], one, self.now) for one in new]
        return self.open_checked(row, new, known)

    def open_checked(self, row: EventRow, new: Sequence[NewOpening], known: Mapping[str, Book]) -> Recorded:
        """As `open`, for what needs no check."""
        self._lock(one.plan_id for one in new)
        events.add_openings(self.session, row.id, new, self.now, self.by)
        for one in new:
            day = f"hạn {one.due_on:%d/%m/%Y}" if one.due_on else "không hạn" if one.no_due else "hạn theo quy tắc"
            names = [agency_name(known[one.plan_id], agency) for agency in one.agencies or ()]
            who = "; ".join(names) or "mọi cơ quan thực hiện"
            self.write("event-opened", f"{one.plan_id}/{one.task_id}", row.id, f"{self._name(row)}: {who}; {day}.")
        return self._expand(row, sorted({one.plan_id for one in new}), known, None)

    def take_back(self, row: EventRow, why: str) -> Recorded:
        """Close what it opened, and the event with it."""
        known = books(self.app, self.session)
        standing = events.standing(self.session, row.id)
        self._lock(one.plan_id for one in standing)
        since = min((one.at for one in standing), default=None)
        touched = sorted({one.plan_id for one in standing})
        heard = event_telling.heard_of(self.session, row.id)
        event_telling.drop_unheard(self.session, row.id, f"sự kiện {self._name(row)} đã được lấy lại.")
        events.close(self.session, [one.id for one in standing], self.now, self.by, why)
        row.retracted_at, row.retracted_by, row.retracted_why = self.now, self.by, why
        self.write("event-retracted", row.id, None, why)
        self.session.flush()
        done = self._expand(row, touched, known, since)
        event_telling.tell_retracted(self.session, known, heard, self._name(row), why, self.now)
        return done

    def write(self, action: str, subject: str, new: str | None, why: str) -> None:
        """One line of the journal."""
        journal.write(self.session, self.now, self.by, action, subject, None, new, why)

    def _expand(
        self, row: EventRow, plan_ids: Iterable[str], known: Mapping[str, Book], since: datetime | None
    ) -> Recorded:
        opened: list[Opened] = []
        closed: list[str] = []
        for plan_id in plan_ids:
            applied = reapply(self.app, self.session, plan_id, self.by, self.now)
            moved = [change for change in applied.diff.changed if change.is_redated]
            event_telling.put_back(self.app, self.session, plan_id, moved, since, self.by, self.now)
            event_telling.tell_redated(self.session, known[plan_id], moved, self._name(row), self.now)
            opened += [_opened(one, True) for one in self._as_stored(applied.diff.new) if one.period == row.id]
            opened += [_opened(one, False) for one in self._as_stored([change.new for change in moved])]
            closed += [one.id for one in applied.diff.gone if one.period == row.id]
        return Recorded(row.id, tuple(opened), tuple(closed))

    def _as_stored(self, found: Sequence[Obligation]) -> Sequence[ObligationRow]:
        ids = [one.id for one in found if one.kind == "task"]
        rows = select(ObligationRow).where(is_one_of(ObligationRow.id, ids)).order_by(ObligationRow.position)
        return self.session.scalars(rows, execution_options={"populate_existing": True}).all()

    def _lock(self, plan_ids: Iterable[str]) -> None:
        """In one order, so that two who record at once never wait for each other in a ring."""
        for plan_id in sorted(set(plan_ids)):
            plans.get_plan(self.session, plan_id, for_update=True)

    def _opened_before(self, event_id: str, new: Sequence[NewOpening]) -> list[str]:
        there = {(one.plan_id, one.task_id, one.part) for one in events.standing(self.session, event_id)}
        return [
            f"Nhiệm vụ {one.task_id} đã được sự kiện này mở."
            for one in new
            if (one.plan_id, one.task_id, one.part) in there
        ]

    @staticmethod
    def _name(row: EventRow) -> str:
        return events.to_event(row).name.removeprefix("Theo ")


def _opened(row: ObligationRow, is_new: bool) -> Opened:
    return Opened(row.id, row.plan_id, row.task_id, row.agency, row.due_on, row.target_on, is_new)
