"""A wish for more time, granted or refused; the supervisor may also grant time that nobody asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from dondoc.domain.answers import Outcome, Review
from dondoc.domain.explain import day_name
from dondoc.errors import Refused
from dondoc.rendering.wording import full_day
from dondoc.services.app import App
from dondoc.services.deciding import Matter, extended_to, required, sentence
from dondoc.store import journal
from dondoc.store.models import AnswerRow

GRANTED = "extension-granted"
REFUSED = "extension-refused"


@dataclass(frozen=True, slots=True)
class Extended:
    """What was decided. `due_on` is the nominal due day in force now, `late_after` the rolled one; `answer_id` the
    wish, None where nobody asked."""

    obligation_id: str
    answer_id: int | None
    outcome: Outcome
    due_on: date | None
    late_after: date | None


def grant(
    app: App,
    obligation_id: str,
    *,
    by: str,
    now: datetime,
    until: date | None = None,
    answer_id: int | None = None,
    why: str = "",
) -> Extended:
    """Give more time, to `until` or to the day that was asked for; the new nominal due day is journaled.

    Without a wish that waits, `until` and `why` are needed. Only a dated task: a periodic report's day is the
    regime's, the same for every agency, and the summary to the province waits for all of them.
    Raises Refused when the regime's limits are reached (how often, how far), when the day is not later than the one
    in force or too near to be fair, when a report waits, and when `by` is not the reviewer.
    """
    with app.sessions.begin() as session:
        return grant_in(app, session, obligation_id, by, now, until, answer_id, why)


def grant_in(
    app: App, session: Session, obligation_id: str, by: str, now: datetime, until: date | None = None,
    answer_id: int | None = None, why: str = "",
) -> Extended:  # fmt: skip
    """As `grant`, inside the caller's transaction."""
    matter = Matter.open(app, session, obligation_id, by, now)
    asked = _asked(matter, answer_id)
    words = required(why, "Đơn vị không xin gia hạn: cần ghi lý do gia hạn.") if asked is None else why.strip()
    day = until or (asked.until if asked else None)
    if day is None:
        raise Refused("Cần ghi ngày gia hạn đến.")
    _check(matter, day)
    old = matter.row.due_on
    assert old is not None  # _check
    matter.judge("extension", Review("accepted", now, by, words or None, until=day))
    said = f"Gia hạn từ {full_day(old)} đến {full_day(day)}. {sentence(words) if words else ''}".strip()
    matter.write(GRANTED, old.isoformat(), day.isoformat(), said)
    matter.redate(day, said)
    matter.drop_of_other_days(extended_to(day))
    matter.look_again()
    matter.tell("granted", said)
    return Extended(matter.row.id, asked.id if asked else None, "accepted", day, matter.book.scope.late_after(day))


def refuse(
    app: App, obligation_id: str, *, by: str, now: datetime, reason: str, answer_id: int | None = None
) -> Extended:
    """Refuse the wish for an extension that waits; the ladder goes on where it stood. Journaled.

    Raises Refused without a reason, when no wish waits, and when `by` is not the reviewer.
    """
    with app.sessions.begin() as session:
        return refuse_in(app, session, obligation_id, by, now, reason, answer_id)


def refuse_in(
    app: App, session: Session, obligation_id: str, by: str, now: datetime, reason: str, answer_id: int | None = None
) -> Extended:
    """As `refuse`, inside the caller's transaction."""
    words = required(reason, "Từ chối gia hạn phải nêu lý do, để đơn vị biết vì sao.")
    matter = Matter.open(app, session, obligation_id, by, now)
    asked = _asked(matter, answer_id)
    if asked is None:
        raise Refused(f"Việc “{obligation_id}” không có đề nghị gia hạn nào đang chờ quyết định.")
    matter.judge("extension", Review("returned", now, by, words))
    matter.look_again()
    matter.write(REFUSED, f"extension:{asked.id}", "refused", words)
    due = f"; hạn vẫn là {full_day(matter.row.due_on)}" if matter.row.due_on else ""
    matter.tell("refused", f"Chưa được gia hạn{due}. Lý do: {sentence(words)}")
    return Extended(matter.row.id, asked.id, "returned", matter.row.due_on, matter.row.late_after)


def latest_day(matter: Matter) -> date | None:
    """The last day to which it may be extended now; None where it has no due day."""
    due_on = matter.row.due_on
    return None if due_on is None else due_on + timedelta(days=matter.book.rules.regime.extension_days)


def times_granted(session: Session, obligation_id: str) -> int:
    """How many extensions of it stand: granted, and not taken back."""
    entries = journal.history(session, obligation_id)
    granted = sum(1 for entry in entries if entry.action == GRANTED)
    return granted - sum(1 for entry in entries if entry.action == "undone" and entry.old == GRANTED)


def _asked(matter: Matter, answer_id: int | None) -> AnswerRow | None:
    """The newest wish that waits; it must be the one that was read."""
    waits = matter.waiting("extension")
    asked = waits[-1] if waits else None
    if answer_id is None or (asked is not None and asked.id == answer_id):
        return asked
    if answer_id in [row.id for row in waits] and asked is not None:
        raise Refused(f"Đơn vị đã gửi lại: đề nghị gia hạn đang chờ là số {asked.id}, không phải số {answer_id}.")
    raise Refused(f"Việc “{matter.row.id}” không có đề nghị gia hạn nào số {answer_id} đang chờ quyết định.")


def _check(matter: Matter, day: date) -> None:
    row, regime = matter.row, matter.book.rules.regime
    if row.kind == "periodic_report":
        raise Refused("Báo cáo định kỳ có hạn chung của mọi đơn vị theo chế độ báo cáo: không gia hạn riêng.")
    if row.kind != "task" or row.due_on is None:
        raise Refused(f"Việc “{row.id}” không có ngày đến hạn nên không gia hạn được.")
    work = matter.where.work
    if work in ("done", "waived"):
        state = "đã hoàn thành" if work == "done" else "đang được miễn"
        raise Refused(f"Việc “{row.id}” {state}: không cần gia hạn.")
    if work == "reported":
        raise Refused(f"Việc “{row.id}” đã được báo cáo và chờ duyệt: duyệt báo cáo trước.")
    if times_granted(matter.session, row.id) >= regime.extension_times:
        raise Refused(f"Việc này đã được gia hạn {regime.extension_times} lần, là số lần nhiều nhất.")
    if day <= row.due_on:
        raise Refused(f"Ngày gia hạn {day_name(day)} phải sau hạn đang có, {day_name(row.due_on)}.")
    _check_range(matter, day)


def _check_range(matter: Matter, day: date) -> None:
    earliest, latest = matter.book.scope.earliest(matter.today), latest_day(matter)
    assert latest is not None
    if latest < earliest:
        raise Refused(
            f"Không gia hạn được nữa: ngày muộn nhất {day_name(latest)} đã ở trước ngày sớm nhất, {day_name(earliest)}."
        )
    if day < earliest:
        raise Refused(f"Ngày gia hạn {day_name(day)} quá gần: sớm nhất là {day_name(earliest)}.")
    if day > latest:
        days = matter.book.rules.regime.extension_days
        raise Refused(f"Mỗi lần gia hạn không quá {days} ngày sau hạn đang có: muộn nhất là {day_name(latest)}.")
