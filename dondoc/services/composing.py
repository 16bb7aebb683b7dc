"""Composition: the day's queued notices become one message per recipient and class (DESIGN §2.5)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import cast

from sqlalchemy.orm import Session

from dondoc.channels.envelope import message_id
from dondoc.domain.calendar import WorkCalendar
from dondoc.domain.cases import Case, known, standing
from dondoc.domain.compose import PRESSED, URGENCY, Draft, Line, compose, recipient_of
from dondoc.domain.decide import Notice
from dondoc.domain.moments import COMPOSED_AT, at, in_working_hours, local_day
from dondoc.domain.policy import OPENED, PASSED_ON, NoticeKind, To, is_apart
from dondoc.domain.telling import is_still_true
from dondoc.rendering.notices import NoticeRenderer
from dondoc.services import carrying, flooding, routing, upstream
from dondoc.services.alarms import Alarms
from dondoc.services.app import App
from dondoc.services.books import Book, books
from dondoc.services.links import address
from dondoc.services.mornings import Mornings
from dondoc.services.standings import refresh
from dondoc.services.wording import LINK_PLACEHOLDER, context_of
from dondoc.store import message_counts, messages, notices, obligations, suppressions
from dondoc.store.database import patience
from dondoc.store.messages import NewMessage
from dondoc.store.models import NoticeRow

SETTLED = ("done", "waived", "reported")
OVERTAKEN = "việc đã được báo cáo, miễn, hẹn ngày hoặc đổi hạn."


@dataclass(frozen=True)
class Composed:
    """How many messages were written, how many of them are held, how many notices were no longer needed.

    `flood` says why the day's messages are held, when they are too many.
    """

    messages: int = 0
    held: int = 0
    dropped: int = 0
    flood: str = ""


def may_compose(calendar: WorkCalendar, now: datetime) -> bool:
    """Digests are composed on working days from 08:00 on, while the office works."""
    today = local_day(now)
    return calendar.is_working(today) and now >= at(today, COMPOSED_AT) and in_working_hours(now)


def may_compose_urgent(calendar: WorkCalendar, now: datetime) -> bool:
    """What an event opened or a person pressed is composed whenever the office works."""
    return calendar.is_working(local_day(now)) and in_working_hours(now)


def compose_day(app: App, now: datetime, *, urgent_only: bool = False) -> Composed:
    """Write the messages of today from what is queued, in one transaction; a second call the same day adds nothing
    to a digest that is already composed: what came later waits for the next one."""
    if not urgent_only:
        with app.sessions.begin() as session:
            refresh(app, session, now)
    with app.sessions.begin() as session:
        composed = _compose(app, session, now, urgent_only)
    if composed.flood:  # told outside the transaction: an address that does not answer must not keep the queue locked
        Alarms(app.sessions, lambda: now, app.settings.alarm_url)("flood", composed.flood)
    return composed


def _compose(app: App, session: Session, now: datetime, urgent_only: bool) -> Composed:
    with patience(session):  # a day's messages to a whole province take seconds to write, on a busy machine a minute
        carrying.carry_on(session, local_day(now), now)
        rows = [row for row in notices.queued(session, local_day(now)) if not urgent_only or _is_urgent(row)]
    if not rows:
        return Composed()
    found = books(app, session)
    loaded = obligations.load_cases(session, ids={row.obligation_id for row in rows})
    cases = {case.obligation.id: case for case in loaded}
    withdrawn = [row.id for row in rows if row.obligation_id not in cases]
    keep, overtaken = still_open(session, [row for row in rows if row.obligation_id in cases], cases, found, now)
    keep, looser = _tightest(keep)
    notices.drop(session, withdrawn, "việc không còn trong kế hoạch.")
    notices.drop(session, [row.id for row in overtaken], OVERTAKEN)
    notices.drop(session, [row.id for row in looser], "đã có nội dung sát hơn về cùng việc.")
    drafts, flood = _write(app, session, _not_suppressed(session, keep, now), cases, found, now)
    dropped = len(withdrawn) + len(overtaken) + len(looser)
    return Composed(len(drafts), sum(draft.is_held for draft in drafts), dropped, flood)


def _is_urgent(row: NoticeRow) -> bool:
    return (row.kind == "opened" and row.rule != PASSED_ON) or row.rule == PRESSED


def _not_suppressed(session: Session, rows: list[NoticeRow], now: datetime) -> list[NoticeRow]:
    """What goes to somebody who gets nothing for now waits in the queue, and is judged anew on the day it may go."""
    silent = suppressions.of_recipients(session, local_day(now))
    return [row for row in rows if row.recipient not in silent]


def still_open(
    session: Session, rows: Sequence[NoticeRow], cases: Mapping[str, Case], found: Mapping[str, Book], now: datetime
) -> tuple[list[NoticeRow], list[NoticeRow]]:
    """The notices that are still fair at `now`, and those overtaken: reported, waived, promised, re-dated meanwhile."""
    keep: list[NoticeRow] = []
    overtaken: list[NoticeRow] = []
    free = upstream.free_again(session, rows, found, now)
    for row in rows:
        case = cases[row.obligation_id]
        fair = row.id not in free and _is_fair(row, case, found[case.obligation.plan_id], now)
        (keep if fair else overtaken).append(row)
    return keep, overtaken


def _is_fair(row: NoticeRow, case: Case, book: Book, now: datetime) -> bool:
    case = known(case, now)
    if is_apart(row.rule):
        return is_still_true(case, row.rule, row.firing)
    where = standing(case, now, book.rules)
    paused = where.pause is not None and row.kind != "assignment" and row.rule != PRESSED
    return where.work not in SETTLED and not paused and not is_of_another_due_day(row, case)


def is_of_another_due_day(row: NoticeRow, case: Case) -> bool:
    """A step's firing is the due day it was for (decide): a later extension or plan change overtakes it."""
    day = row.firing.partition(".")[0]
    of_a_step = row.kind not in ("assignment", "outlook", "opened") and row.rule != PRESSED
    of_a_step = of_a_step and not row.rule.startswith("checkpoint_") and not is_apart(row.rule)
    return of_a_step and day != f"{case.obligation.aim}"


def _tightest(rows: Iterable[NoticeRow]) -> tuple[list[NoticeRow], list[NoticeRow]]:
    """Of several notices about one obligation to one recipient only the most urgent goes out; what was decided about
    it, what waits for its reviewer and what holds it up is said beside that."""
    best: dict[tuple[str, str, str], NoticeRow] = {}
    looser = []
    for row in sorted(rows, key=lambda r: (URGENCY.index(cast(NoticeKind, r.kind)), -r.id)):
        key = (row.obligation_id, row.recipient, _theme(row))
        if key in best:
            looser.append(row)
        else:
            best[key] = row
    return sorted(best.values(), key=lambda r: r.id), looser


def _theme(row: NoticeRow) -> str:
    """Of one theme one line is enough; each decision, and each task before, is a theme of its own."""
    if row.kind in ("decided", "upstream_late"):
        return f"{row.kind} {row.rule}"
    return row.kind if row.kind in ("assignment", "review_waiting", "waiting_silent") else ""


def _write(
    app: App, session: Session, rows: Sequence[NoticeRow], cases: Mapping[str, Case], found: Mapping[str, Book],
    now: datetime,
) -> tuple[list[Draft], str]:  # fmt: skip
    """The drafts that became messages, and why they are held when they are too many.

    Lines for a recipient, day and class that has its message wait for the next one.
    """
    lines = lines_of(rows, cases, found)
    renderer = NoticeRenderer(app.templates)
    mornings = Mornings(session, found, now)
    taken = message_counts.taken(session, local_day(now))
    drafts = [_anew(d, taken) for d in compose(lines, local_day(now))]
    drafts = [d for d in drafts if (d.recipient.id, d.klass) not in taken]
    # What is left from an earlier day was counted on that day; what a person pressed is no machine's flood.
    new = [d for d in drafts if any(lines[line].on == local_day(now) and not _is_pressed(line) for line in d.lines)]
    flood = flooding.reason(session, new, found, now)
    written = []
    for draft in drafts:
        message = routed(app, session, worded(app, draft, renderer, found, cases, now, mornings), draft, now)
        held = flood and not all(_is_pressed(line) for line in draft.lines)
        stored = messages.create(session, held_back(message, flood) if held else message, now)
        if stored is not None:  # else another composer was quicker
            notices.composed(session, stored, [lines[line].id for line in draft.lines])
            written.append(draft)
    return written, flood


def _anew(draft: Draft, taken: Collection[tuple[str, str]]) -> Draft:
    """The draft of an event's work in a message of its own, where an earlier one of the day told of that event: it was
    tied to more tasks since, or taken back and recorded anew, and that does not wait for tomorrow."""
    if not draft.klass.startswith("event:"):
        return draft
    klasses = (draft.klass if n == 1 else f"{draft.klass}.{n}" for n in count(1))
    return replace(draft, klass=next(klass for klass in klasses if (draft.recipient.id, klass) not in taken))


def _is_pressed(line: Line) -> bool:
    """Whether a person's act made this line, and no machine: an event is recorded, a product accepted by somebody."""
    return line.notice.rule in (PRESSED, PASSED_ON, OPENED) or line.notice.kind == "decided"


def held_back(message: NewMessage, why: str) -> NewMessage:
    """The message, to be released by a person."""
    if message.status != "ready":
        return message
    return replace(message, status="held", reason=why, next_try_at=None)


def routed(app: App, session: Session, message: NewMessage, draft: Draft, now: datetime) -> NewMessage:
    """The message on the first open channel of its contact; when none is open, refused, for a person to see to."""
    options = routing.ways(app, draft.recipient.contact)
    shut = routing.closed(app, session, options, now)
    for way in options:
        if (way.channel, way.address) not in shut:
            return replace(message, channel=way.channel, address=way.address)
    if message.status == "held":
        return message
    why = f"{routing.NO_WAY}: {'; '.join(shut.values())}" if shut else routing.NO_WAY
    return replace(message, status="refused", reason=why, next_try_at=None)


def lines_of(rows: Iterable[NoticeRow], cases: Mapping[str, Case], found: Mapping[str, Book]) -> dict[Line, NoticeRow]:
    """The rows as lines of a draft; one whose contact has gone is left out."""
    lines = {_line(row, cases[row.obligation_id], found): row for row in rows}
    return {line: row for line, row in lines.items() if line is not None}


def _line(row: NoticeRow, case: Case, found: Mapping[str, Book]) -> Line | None:
    book = found[case.obligation.plan_id]
    notice = Notice(
        row.obligation_id, row.rule, row.firing,
        cast(NoticeKind, row.kind), cast(To, row.audience), row.held, row.reason,
    )  # fmt: skip
    recipient = recipient_of(notice, case.obligation, book.plan, book.directory)
    return Line(notice, case.obligation, recipient) if recipient is not None else None


def worded(
    app: App, draft: Draft, renderer: NoticeRenderer, found: Mapping[str, Book], cases: Mapping[str, Case],
    now: datetime, mornings: Mornings | None = None,
) -> NewMessage:  # fmt: skip
    """One draft in words, ready for the outbox; the link in it is a placeholder until it leaves."""
    link = address(app.settings.require_public_url(), LINK_PLACEHOLDER)
    rendered = renderer.render_message(context_of(draft, found, cases, link, mornings.of(draft) if mornings else None))
    contact = draft.recipient.contact
    owner = found[draft.lines[0].obligation.plan_id].directory.by_id[draft.recipient.agency_id]
    held = draft.is_held
    way = next(iter(routing.ways(app, contact)), routing.Way("email", contact.email or ""))
    return NewMessage(
        recipient=draft.recipient.id, day=draft.day, klass=draft.klass, plan_id=draft.lines[0].obligation.plan_id,
        agency=draft.recipient.agency_id, channel=way.channel, address=way.address,
        address_name=contact.name or owner.name, header_id=message_id(draft.key, app.mail_domain),
        subject=rendered.subject, body_text=rendered.text, body_html=rendered.html, body_zalo=rendered.zalo,
        status="held" if held else "ready", reason=held_reason(draft) if held else "",
        next_try_at=None if held else now, names_late=draft.names_late,
    )  # fmt: skip


def held_reason(draft: Draft) -> str:
    """Why a person must release it."""
    if any(line.notice.kind == "assignment" for line in draft.lines):
        return "Danh mục việc của năm: chờ cơ quan theo dõi cho gửi."
    return "Nêu tên đơn vị chậm với người khác, hoặc dựa vào ngày chưa chính thức: chờ cơ quan theo dõi cho gửi."
