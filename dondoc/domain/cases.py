"""A case: one obligation with everything that happened to it, and the standing derived from that (DEADLINES §4).

Nothing here is stored as a state: states are derived from dates and evidence, so a missed run can change none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from dondoc.domain.answers import Answer
from dondoc.domain.calendar import ONE_DAY, WorkCalendar, days
from dondoc.domain.moments import local_day
from dondoc.domain.obligations import Obligation
from dondoc.domain.regime import Regime

WorkState = Literal["not_open", "awaiting", "unassigned", "ongoing", "open", "reported", "returned", "done", "waived"]
TimeState = Literal["no_due", "in_term", "due_soon", "overdue"]


@dataclass(frozen=True, slots=True)
class Fired:
    """One line of the notice ledger: this rule has had its firing, sent or superseded, on that local day."""

    rule: str
    firing: str
    on: date
    superseded: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """An obligation and its facts, answers in the order they came."""

    obligation: Obligation
    answers: tuple[Answer, ...] = ()
    fired: tuple[Fired, ...] = ()
    waived_at: datetime | None = None

    def has_fired(self, rule: str, firing: str = "1") -> bool:
        """Whether the ledger already holds that firing."""
        return any(f.rule == rule and f.firing == firing for f in self.fired)


@dataclass(frozen=True, slots=True)
class Pause:
    """Days on which the ladder stands still, both included; `end` None means until a person acts."""

    start: date
    end: date | None
    reason: str

    def holds(self, day: date) -> bool:
        """Whether the ladder stands still on `day`."""
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands on one day. `submitted_on` is the day that decides timeliness, `late` judges it."""

    work: WorkState
    time: TimeState
    submitted_on: date | None = None
    late: bool = False
    pause: Pause | None = None
    promised_on: date | None = None


@dataclass(frozen=True)
class Rules:
    """The calendar and the regime by which cases are judged."""

    calendar: WorkCalendar
    regime: Regime


def promise_limit(case: Case, rules: Rules) -> date | None:
    """The last day a promise may reach: so many working days past the due day (regime); None without a due day."""
    late_after = case.obligation.late_after
    if late_after is None or not rules.calendar.covers(late_after):
        return None
    return rules.calendar.add(late_after, rules.regime.promise_days_past_due)


def known(case: Case, now: datetime) -> Case:
    """The case as it was known at `now`: later answers, reviews and firings are left out. So any day can be rebuilt."""
    answers = tuple(_reviewed_by(a, now) for a in case.answers if a.at <= now)
    fired = tuple(f for f in case.fired if f.on <= local_day(now))
    waived_at = case.waived_at if case.waived_at and case.waived_at <= now else None
    return Case(case.obligation, answers, fired, waived_at)


def _reviewed_by(answer: Answer, now: datetime) -> Answer:
    if answer.review is None or answer.review.at <= now:
        return answer
    return Answer(
        answer.id, answer.kind, answer.at, answer.until, answer.document_number, answer.document_date, answer.note
    )


def pauses(case: Case, rules: Rules) -> tuple[Pause, ...]:
    """When the ladder stood or stands still: the first promise, a report under review, a correction time."""
    out: list[Pause] = []
    promised = False
    for answer in case.answers:
        start = local_day(answer.at)
        if answer.kind == "ack" and answer.until is not None and not promised:
            promised = True
            out.append(Pause(start, _capped(answer.until, promise_limit(case, rules)), "hẹn ngày"))
        elif answer.kind in ("done", "not_applicable", "not_mine"):
            out.append(_under_review(answer, start))
        elif answer.kind == "extension" and answer.review is None and answer.until is not None:
            out.append(Pause(start, _capped(answer.until, promise_limit(case, rules)), "đang xin gia hạn"))
    return tuple(out)


def _capped(until: date, limit: date | None) -> date:
    return until if limit is None else min(until, limit)


def _under_review(answer: Answer, start: date) -> Pause:
    review = answer.review
    if review is None or review.outcome == "accepted":
        return Pause(start, None, "đã gửi, chờ duyệt")
    return Pause(start, review.correct_by or local_day(review.at), "được trả lại để bổ sung")


def ladder_days(case: Case, today: date, rules: Rules) -> int:
    """Working days since the rolled due day on which the ladder moved: paused days do not count."""
    late_after = case.obligation.late_after
    if late_after is None or today <= late_after:
        return 0
    stops = [p for p in pauses(case, rules) if p.start <= today and (p.end is None or p.end > late_after)]
    moved = rules.calendar.between(late_after, today)
    if not stops:
        return moved
    first = max(min(p.start for p in stops), late_after + ONE_DAY)
    still = sum(1 for d in days(first, today) if any(p.holds(d) for p in stops) and rules.calendar.is_working(d))
    return moved - still


def standing(case: Case, now: datetime, rules: Rules) -> Standing:
    """The derived work and time state at `now`; `case` may hold later facts, they are not looked at."""
    case = known(case, now)
    today = local_day(now)
    time = _time(case.obligation, today, rules)
    work, answer = _work(case, today)
    pause = next((p for p in pauses(case, rules) if p.holds(today)), None)
    promised = next((a.until for a in case.answers if a.kind == "ack" and a.until), None)
    if answer is None:
        return Standing(work, time, pause=pause, promised_on=promised)
    submitted_on = _submitted_on(answer)
    late_after = case.obligation.late_after
    return Standing(work, time, submitted_on, late_after is not None and submitted_on > late_after, pause, promised)


def _submitted_on(answer: Answer) -> date:
    review = answer.review
    if review is not None and review.document_date_counts and answer.document_date is not None:
        return answer.document_date
    return local_day(answer.at)


def _work(case: Case, today: date) -> tuple[WorkState, Answer | None]:
    """The work state and, where a report stands, the answer that decides timeliness."""
    obligation = case.obligation
    if case.waived_at is not None:
        return "waived", None
    accepted = [a for a in case.answers if a.review is not None and a.review.outcome == "accepted"]
    if any(a.kind == "not_applicable" for a in accepted):
        return "waived", None
    done = next((a for a in accepted if a.kind == "done"), None)
    if done is not None:
        return "done", done
    reports = [a for a in case.answers if a.kind == "done"]
    if reports and reports[-1].review is None:
        return "reported", reports[-1]
    if obligation.kind in ("ongoing", "awaiting", "unassigned"):
        return obligation.kind, None
    if reports:
        return "returned", None
    return ("not_open" if today < obligation.opens_on else "open"), None


def _time(obligation: Obligation, today: date, rules: Rules) -> TimeState:
    if obligation.due_on is None or obligation.late_after is None:
        return "no_due"
    if today > obligation.late_after:
        return "overdue"
    covered = rules.calendar.covers(today) and rules.calendar.covers(obligation.due_on)
    if covered and rules.calendar.between(today, obligation.due_on) <= rules.regime.due_soon_days:
        return "due_soon"
    return "in_term"
