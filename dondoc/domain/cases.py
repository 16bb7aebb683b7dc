"""A case: one obligation with everything that happened to it, and the standing derived from that (DEADLINES §4).

Nothing here is stored as a state: states are derived from dates and evidence, so a missed run can change none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from dondoc.domain.answers import Answer, Review
from dondoc.domain.calendar import ONE_DAY, WorkCalendar
from dondoc.domain.moments import local_day
from dondoc.domain.obligations import Obligation
from dondoc.domain.regime import Regime

WorkState = Literal["not_open", "awaiting", "unassigned", "ongoing", "open", "reported", "returned", "done", "waived"]
TimeState = Literal["no_due", "in_term", "due_soon", "overdue"]


@dataclass(frozen=True, slots=True)
class Fired:
    """One line of the notice ledger: this rule has had its firing, sent or superseded, on that local day.

    `said` is false where nobody ever got it: dropped before it left, or without a contact.
    """

    rule: str
    firing: str
    on: date
    superseded: bool = False
    said: bool = True


@dataclass(frozen=True, slots=True)
class Waiver:
    """A person's decision, at the aware moment `at`, that nothing is owed; `lifted_at` when it was taken back."""

    at: datetime
    lifted_at: datetime | None = None
    why: str = ""
    lifted_why: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """An obligation and its facts, answers and waivers in the order they came."""

    obligation: Obligation
    answers: tuple[Answer, ...] = ()
    fired: tuple[Fired, ...] = ()
    waivers: tuple[Waiver, ...] = ()

    @property
    def is_waived(self) -> bool:
        """Whether a waiver stands."""
        return any(waiver.lifted_at is None for waiver in self.waivers)

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
    """The last day a promise may reach: so many working days past the due day (regime).

    None without a due day, and where the calendar ends and cannot say.
    """
    late_after = case.obligation.late_after
    return None if late_after is None else rules.calendar.try_add(late_after, rules.regime.promise_days_past_due)


def known(case: Case, now: datetime) -> Case:
    """The case as it was known at `now`: later answers, reviews, waivers and firings are left out, what was taken back
    later is there. So any day can be rebuilt."""
    answers = tuple(a.known(now) for a in case.answers if a.at <= now)
    today = local_day(now)
    fired = tuple(f for f in case.fired if f.on <= today)
    waivers = tuple(_lifted_by(w, now) for w in case.waivers if w.at <= now)
    return Case(case.obligation, answers, fired, waivers)


def _lifted_by(waiver: Waiver, now: datetime) -> Waiver:
    return waiver if waiver.lifted_at is None or waiver.lifted_at <= now else Waiver(waiver.at, why=waiver.why)


def pauses(case: Case, rules: Rules) -> tuple[Pause, ...]:
    """When the ladder stood or stands still: the first promise, a report under review, a correction time, a waiver."""
    out = [_waived(waiver) for waiver in case.waivers]
    promised = False
    for number, answer in enumerate(case.answers):
        start = local_day(answer.at)
        if answer.kind == "ack" and answer.until is not None and not promised:
            promised = True
            out.append(Pause(start, _capped(answer.until, case, rules), "hẹn ngày"))
        elif answer.kind in ("done", "not_applicable", "not_mine"):
            out.append(_under_review(_decision(case.answers[number:]), start))
        elif answer.kind == "extension" and answer.until is not None:
            end = _capped(answer.until, case, rules)
            # The days under review stay paused after a refusal: the ladder goes on where it stood.
            decided = [local_day(answer.review.at)] if answer.review is not None else []
            out.append(Pause(start, min(end, *decided) if decided else end, "đang xin gia hạn"))
    return tuple(out)


def _waived(waiver: Waiver) -> Pause:
    return Pause(local_day(waiver.at), None if waiver.lifted_at is None else local_day(waiver.lifted_at), "được miễn")


def _capped(until: date, case: Case, rules: Rules) -> date:
    """No wish reaches past the limit of a promise; where the calendar ends, not past the due day."""
    limit = promise_limit(case, rules) or case.obligation.late_after
    return until if limit is None else min(until, limit)


def _decision(answers: Sequence[Answer]) -> Review | None:
    """The review of the first of `answers`, or of the next one of its kind: what is sent again is judged together."""
    return next((a.review for a in answers if a.kind == answers[0].kind and a.review is not None), None)


def _under_review(review: Review | None, start: date) -> Pause:
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
    counted, still = late_after, 0
    for stop in sorted(stops, key=lambda p: p.start):
        start, end = max(counted, stop.start - ONE_DAY), min(stop.end or today, today)
        still += rules.calendar.between(start, end)
        counted = max(counted, end)
    return moved - still


def standing(case: Case, now: datetime, rules: Rules) -> Standing:
    """The derived work and time state at `now`; `case` may hold later facts, they are not looked at."""
    case = known(case, now)
    today = local_day(now)
    time = _time(case.obligation, today, rules)
    if time != "no_due" and asked_in_time(case):
        time = "in_term"
    work, answer = _work(case, today)
    pause = next((p for p in pauses(case, rules) if p.holds(today)), None)
    promised = next((_capped(a.until, case, rules) for a in case.answers if a.kind == "ack" and a.until), None)
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
    if case.is_waived:
        return "waived", None
    accepted = [a.kind for a in case.answers if a.review is not None and a.review.outcome == "accepted"]
    if "not_applicable" in accepted or "not_mine" in accepted:
        return "waived", None
    if obligation.kind == "ongoing":
        return "ongoing", None  # what it yields is accepted one by one (`products`), and the work goes on
    reports = [a for a in case.answers if a.kind == "done"]
    if "done" in accepted:
        return "done", _first_standing(reports)
    if reports and reports[-1].review is None:
        return "reported", _first_standing(reports)
    if obligation.kind in ("awaiting", "unassigned"):
        return obligation.kind, None
    if reports:
        return "returned", None
    return ("not_open" if today < obligation.opens_on else "open"), None


def _first_standing(reports: list[Answer]) -> Answer:
    """The report that decides timeliness: the first one since the last return.

    What is sent again while a review is slow adds to it and makes nobody late; what was returned does not count.
    """
    first = None
    for report in reports:
        outcome = report.review.outcome if report.review is not None else None
        first = None if outcome == "returned" else first or report
        if outcome == "accepted":
            break
    assert first is not None  # callers ask only when a report stands
    return first


def asked_in_time(case: Case) -> bool:
    """Whether it was said in time that nothing is owed here, and nobody has decided on that yet.

    Like a report, such an answer is judged by the day it was given: a slow review makes nobody overdue.
    """
    late_after = case.obligation.late_after
    asked = next((a for a in case.answers if a.kind in ("not_applicable", "not_mine") and a.review is None), None)
    return asked is not None and late_after is not None and local_day(asked.at) <= late_after


def _time(obligation: Obligation, today: date, rules: Rules) -> TimeState:
    # What nobody is known to owe has no time state: an unassigned task is never late.
    if obligation.kind not in ("task", "periodic_report") or obligation.due_on is None or obligation.late_after is None:
        return "no_due"
    if today > obligation.late_after:
        return "overdue"
    start = soon_from(obligation, rules)
    return "due_soon" if start is not None and start <= today else "in_term"


def soon_from(obligation: Obligation, rules: Rules) -> date | None:
    """The first day on which its due day is near: so many working days before it (regime).

    None without a due day, and where the due day lies outside the loaded calendar.
    """
    due_on, calendar = obligation.due_on, rules.calendar
    if due_on is None or not calendar.covers(due_on):
        return None
    # A due day that is a day off is not counted, so one working day more lies before it.
    back = rules.regime.due_soon_days + (0 if calendar.is_working(due_on) else 1)
    return calendar.try_add(due_on, -back) or date(due_on.year, 1, 1)
