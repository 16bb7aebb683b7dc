"""The demo: the shipped plan moved to this year, a history written in bulk, the last days' messages really sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from dondoc.domain.calendar import ONE_DAY
from dondoc.domain.cases import Case, standing
from dondoc.domain.compose import Draft, Line
from dondoc.domain.moments import at, local_day
from dondoc.domain.shift import shift
from dondoc.domain.simulate import Simulation, simulate
from dondoc.domain.workspace import Workspace
from dondoc.errors import DondocError, ProblemsFound
from dondoc.loading import load_workspace
from dondoc.rendering.notices import NoticeRenderer
from dondoc.services import demo_desk, demo_events, demo_zalo, standings
from dondoc.services.app import App
from dondoc.services.applying import apply_workspace
from dondoc.services.books import Book, books
from dondoc.services.casting import cast
from dondoc.services.composing import worded
from dondoc.services.envelopes import envelope_of, issue_link
from dondoc.services.simulating import world_of
from dondoc.store import attempts, claims, notices, obligations
from dondoc.store.attempts import Finished
from dondoc.store.claims import Claimed, Terms
from dondoc.store.models import AnswerRow, JournalRow, MessageRow, NoticeRow, PlanRow

PLAN_FILE = "hung-yen-2024.yaml"
SENT_DAYS = 10
WHO = "bản chạy thử"
Progress = Callable[[str], None]


def seed(app: App, now: datetime, say: Progress) -> bool:
    """Bring the demo's plan and history into an empty store; False when it is there already.

    Raises DondocError when the shipped files cannot be used for this year, for example without its calendar.
    """
    workspace = demo_workspace(app, local_day(now).year)
    with app.sessions() as session:
        if session.get(PlanRow, workspace.plan.id) is not None:
            return False
    say("Diễn tập từ đầu năm đến hôm qua…")
    yesterday = local_day(now) - ONE_DAY
    history = simulate(world_of(workspace), cast(world_of(workspace)), until=yesterday)
    say(f"Ghi {len(history.cases)} việc, {len(history.issued)} nội dung nhắc, {len(history.drafts)} thư…")
    apply_workspace(app, workspace, at(history.starts_on), WHO, assign=False)
    demo_events.write_products(app, workspace.plan.id, history.products)
    with app.sessions.begin() as session:
        _Seeding(app, session, workspace, history, now).write()
    demo_zalo.connect_standin(app, workspace.directory, now)
    demo_desk.fill(app, workspace.plan.id, now)
    demo_events.fill(app, workspace.plan.id, now)
    say(f"Gửi thật các thư của {SENT_DAYS} ngày làm việc gần nhất…")
    _send(app, now)
    with app.sessions.begin() as session:
        standings.refresh(app, session, now)
    return True


def demo_workspace(app: App, year: int) -> Workspace:
    """The shipped plan and directory, moved together to `year`, marked as demo."""
    loaded = load_workspace(app.settings.plans / PLAN_FILE, app.settings.config)
    if loaded.value is None:
        raise ProblemsFound(loaded.problems)
    if not loaded.value.calendar.covers(date(year, 12, 31)):
        raise DondocError(f"Chưa có lịch làm việc năm {year} → thêm tệp config/calendar/{year}.yaml rồi chạy lại.")
    moved = shift(loaded.value, year)
    return replace(moved, directory=demo_zalo.with_accounts(moved.directory))


class _Seeding:
    """Writes one rehearsed history into the tables, in bulk."""

    def __init__(self, app: App, session: Session, workspace: Workspace, history: Simulation, now: datetime) -> None:
        self.app, self.session, self.history, self.now = app, session, history, now
        self.books: dict[str, Book] = books(app, session)
        self.book = self.books[workspace.plan.id]

    def write(self) -> None:
        """Obligations as they stand, answers with their reviews, the ledger of notices, messages and their fate."""
        self._obligations()
        self._answers()
        self._notices()
        self._messages()

    def _obligations(self) -> None:
        today = local_day(self.now)
        looks: dict[str, date | None] = {}
        for case in self.history.cases.values():
            obligation = case.obligation
            work = standing(case, self.now, self.book.rules).work
            dated = obligation.kind in ("task", "periodic_report")
            looks[obligation.id] = max(obligation.opens_on, today) if dated and work not in ("done", "waived") else None
        obligations.set_next(self.session, looks)

    def _answers(self) -> None:
        rows, journal = [], []
        for case in self.history.cases.values():
            for answer in case.answers:
                rows.append(_answer_row(case, answer))
                journal.append(_journal_row(answer.at, case.obligation.agency, "answered", case, answer.kind))
                if answer.review is not None:
                    journal.append(
                        _journal_row(
                            answer.review.at, case.obligation.reviewer, "reviewed", case, answer.review.outcome
                        )
                    )
        self._bulk(AnswerRow, rows)
        self._bulk(JournalRow, sorted(journal, key=lambda row: row["at"]))

    def _notices(self) -> None:
        issued = [
            (i.notice, i.recipient.id if i.recipient else None, i.on)
            for i in (*self.history.issued, *self.history.passed)
        ]
        for day in sorted({on for _, _, on in issued}):
            notices.queue(self.session, [(n, r) for n, r, on in issued if on == day], at(day))

    def _messages(self) -> None:
        """All in three statements: messages, the lines they carry, and which of them have left already."""
        renderer = NoticeRenderer(self.app.templates)
        drafts = {(d.recipient.id, d.day, d.klass): d for d in self.history.drafts}
        rows = [self._message_row(draft, renderer) for draft in drafts.values()]
        columns = (MessageRow.id, MessageRow.recipient, MessageRow.day, MessageRow.klass)
        stored = self.session.execute(insert(MessageRow).returning(*columns), rows).all()
        ledger = {
            (row.obligation_id, row.rule, row.firing, row.recipient): row.id
            for row in self.session.scalars(select(NoticeRow))
        }
        carried = [
            {"id": ledger[(*_key(line), recipient)], "status": "composed", "message_id": message_id}
            for message_id, recipient, day, klass in stored
            for line in drafts[recipient, day, klass].lines
        ]
        self.session.execute(update(NoticeRow), carried)
        self._mark_old_ones_sent()

    def _message_row(self, draft: Draft, renderer: NoticeRenderer) -> dict[str, Any]:
        moment = at(draft.day)
        message = worded(self.app, draft, renderer, self.books, self.history.cases, moment)
        return {**asdict(message), "created_at": moment}

    def _mark_old_ones_sent(self) -> None:
        """Older than what is really sent: written as sent on its day, held ones as released by the supervisor."""
        first_sent = self.app.calendar.add(local_day(self.now), -SENT_DAYS)
        old = update(MessageRow).where(MessageRow.day < first_sent)
        self.session.execute(
            old.where(MessageRow.status == "held").values(released_at=MessageRow.created_at, released_by=WHO)
        )
        self.session.execute(old.values(status="sent", sent_at=MessageRow.created_at, next_try_at=None))

    def _bulk(self, table: type[Any], rows: list[dict[str, Any]]) -> None:
        if rows:
            self.session.execute(insert(table), rows)


def _key(line: Line) -> tuple[str, str, str]:
    return line.notice.obligation_id, line.notice.rule, line.notice.firing


def _answer_row(case: Case, answer: Any) -> dict[str, Any]:
    review = answer.review
    return {
        "obligation_id": case.obligation.id,
        "submission": f"demo-{answer.id}",
        "kind": answer.kind,
        "at": answer.at,
        "by": f"{case.obligation.agency}/focal",
        "until": answer.until,
        "document_number": f"{answer.id}/BC-MAU" if answer.kind == "done" else None,
        "document_date": local_day(answer.at) if answer.kind == "done" else None,
        "note": "Câu trả lời của bản chạy thử.",
        "outcome": review.outcome if review else None,
        "reviewed_at": review.at if review else None,
        "reviewed_by": case.obligation.reviewer if review else None,
        "reason": "Thiếu số liệu, đề nghị bổ sung." if review and review.outcome == "returned" else None,
        "correct_by": review.correct_by if review else None,
    }


def _journal_row(moment: datetime, who: str, action: str, case: Case, new: str) -> dict[str, Any]:
    return {
        "at": moment, "who": who, "action": action, "subject": case.obligation.id,
        "old": None, "new": new, "why": "Bản chạy thử.",
    }  # fmt: skip


def _send(app: App, now: datetime) -> None:
    """Send the seeded messages that are ready, each dated on its own day; no hours or limits are kept in the demo."""
    while True:
        with app.sessions.begin() as session:
            claimed = claims.claim_next(session, now, Terms(tuple(app.channels), past_days=True))
            if not isinstance(claimed, Claimed):
                return
            moment = min(at(claimed.message.day, time(8, 1)), now)
            issue_link(app, session, claimed.message, moment)
        message = claimed.message
        outcome = app.channels[message.channel].send(envelope_of(app, message), moment)
        done = Finished(
            message.id, message.channel, claimed.n, outcome.kind, outcome.code, outcome.text, outcome.remote_id
        )
        with app.sessions.begin() as session:
            attempts.record(session, done, now + timedelta(minutes=5) if outcome.kind == "retry" else None, now)
