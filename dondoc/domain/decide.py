"""The one pure decision: a snapshot and a day in, notices with reasons and the next day worth looking out.

Windows, not equality (DESIGN §2.3): a step stays entered until a tighter one of the same audience is, so a plan loaded
late or a server down for ten days gives ONE fitting notice; what it passed over is recorded as superseded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dondoc.domain.cases import Case, Rules, Standing, known, ladder_days, pauses, standing
from dondoc.domain.moments import local_day
from dondoc.domain.policy import Ladder, NoticeKind, Step, To

OUTLOOK_DAYS = 5
"""An outlook that could not go on the month's first working day may still go within so many working days."""
CHECKPOINT_DAYS = 3
WEEKLY_GAP_DAYS = 5


@dataclass(frozen=True, slots=True)
class Notice:
    """One line for one audience: unique by (obligation, rule, firing, recipient). `reason` is fit for an officer."""

    obligation_id: str
    rule: str
    firing: str
    kind: NoticeKind
    to: To
    held: bool
    reason: str
    superseded: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What one case needs on one day. `next_on` is the next day worth looking, None when a person must act first."""

    case: Case
    notices: tuple[Notice, ...]
    next_on: date | None
    reason: str


@dataclass(frozen=True)
class Snapshot:
    """Everything `decide` may look at."""

    cases: tuple[Case, ...]
    rules: Rules
    ladders: dict[str, Ladder]
    supervisor: str


def decide(snapshot: Snapshot, now: datetime) -> tuple[Decision, ...]:
    """One decision for each case, in order; the same snapshot and day give the same answer whenever it is asked."""
    return tuple(decide_case(case, snapshot, now) for case in snapshot.cases)


def decide_case(case: Case, snapshot: Snapshot, now: datetime) -> Decision:
    """The decision for one case at `now`; facts later than `now` are not looked at."""
    rules, today = snapshot.rules, local_day(now)
    case = known(case, now)
    where = standing(case, now, rules)
    if where.work in ("done", "waived"):
        return Decision(case, (), None, "Đã xong." if where.work == "done" else "Đã được miễn.")
    if case.obligation.kind not in ("task", "periodic_report"):
        return Decision(case, (), None, _standing_reason(where))
    due_on = case.obligation.due_on
    if due_on is not None and not rules.calendar.covers(due_on):
        return Decision(case, (), date(due_on.year, 1, 1), f"Hạn {due_on:%d/%m/%Y} nằm ngoài lịch làm việc đã nạp.")
    if not rules.calendar.is_working(today):
        return Decision(case, (), rules.calendar.roll(today), "Ngày nghỉ: không nhắc.")
    ladder = snapshot.ladders[case.obligation.ladder]
    notices = tuple(_notices(case, where, ladder, snapshot, today)) if where.pause is None else ()
    return Decision(case, notices, next_look(case, ladder, rules, today), _reason(where, notices))


def _notices(case: Case, where: Standing, ladder: Ladder, snapshot: Snapshot, today: date) -> Iterator[Notice]:
    if where.work == "not_open" and case.obligation.opens_on > today:
        return
    steps = [s for s in ladder.steps if case.obligation.kind in s.for_]
    if case.obligation.agency == snapshot.supervisor:
        steps = [s for s in steps if s.to != "supervisor"]
    lead_fired = False
    for audience in dict.fromkeys(step.to for step in steps):
        for notice in _audience([s for s in steps if s.to == audience], case, snapshot.rules, today):
            lead_fired = lead_fired or (audience == "lead" and not notice.superseded)
            yield notice
    if not lead_fired:
        mark = next(_checkpoints(case, snapshot.rules, today), None)
        lead_fired = mark is not None
        if mark is not None:
            yield mark
    if ladder.outlook:
        yield from _outlook(case, snapshot.rules, today, lead_fired)


def _audience(steps: Iterable[Step], case: Case, rules: Rules, today: date) -> Iterator[Notice]:
    """The tightest entered step fires, the looser ones that never did are superseded."""
    entered = [step for step in sorted(steps, key=lambda s: s.days) if _is_entered(step, case, rules, today)]
    if not entered:
        return
    tightest = entered[-1]
    firing = _firing(tightest, case, rules, today)
    if firing is not None:
        yield _fire(tightest, firing, case, rules, today)
    for step in entered[:-1]:
        if not case.has_fired(step.rule):
            why = f"Bỏ qua: đã đến bậc “{tightest.rule}”."
            yield Notice(case.obligation.id, step.rule, "1", step.kind, step.to, False, why, superseded=True)


def _is_entered(step: Step, case: Case, rules: Rules, today: date) -> bool:
    due_on, late_after = case.obligation.due_on, case.obligation.late_after
    if due_on is None or late_after is None:
        return False
    if step.days < 0:
        return before(case, rules, -step.days) <= today <= late_after
    day = today
    if step.week_start:
        # A weekly list looks at the state of the week's first working day, so that all its lines come together.
        day = max(_first_working_day(today - timedelta(days=today.weekday()), rules), late_after)
    return ladder_days(case, day, rules) >= step.days


def before(case: Case, rules: Rules, working_days: int) -> date:
    """The day so many working days before the nominal due day; the opening day where the calendar ends."""
    due_on = case.obligation.due_on
    assert due_on is not None
    if not rules.calendar.covers(due_on - timedelta(days=3 * working_days + 10)):
        return max(case.obligation.opens_on, date(due_on.year, 1, 1))
    return rules.calendar.add(due_on, -working_days)


def _firing(step: Step, case: Case, rules: Rules, today: date) -> str | None:
    """The number of the firing that is due today, or None."""
    fired = [f for f in case.fired if f.rule == step.rule and not f.superseded]
    if not fired:
        return None if case.has_fired(step.rule) and not step.weekly else "1"
    last = max(f.on for f in fired)
    new_week = today.isocalendar()[:2] > last.isocalendar()[:2]
    if len(fired) <= step.weekly and new_week and (today - last).days >= WEEKLY_GAP_DAYS:
        return str(len(fired) + 1)
    return None


def _fire(step: Step, firing: str, case: Case, rules: Rules, today: date) -> Notice:
    held, reason = step.is_held, _step_reason(step, firing, case, rules, today)
    late_after = case.obligation.late_after
    if step.days > 0 and late_after is not None and rules.calendar.is_doubtful(late_after, today):
        held, reason = True, f"{reason} Lịch làm việc năm {late_after.year} chưa chính thức: chờ người xác nhận."
    return Notice(case.obligation.id, step.rule, firing, step.kind, step.to, held, reason)


def _step_reason(step: Step, firing: str, case: Case, rules: Rules, today: date) -> str:
    due_on = case.obligation.due_on
    assert due_on is not None
    if step.days < 0:
        left = rules.calendar.between(today, due_on)
        return f"Còn {left} ngày làm việc đến hạn {due_on:%d/%m/%Y}."
    again = f", lần nhắc lại thứ {int(firing) - 1}" if firing != "1" else ""
    return f"Quá hạn {due_on:%d/%m/%Y} đã {ladder_days(case, today, rules)} ngày làm việc{again}."


def _checkpoints(case: Case, rules: Rules, today: date) -> Iterator[Notice]:
    for number, mark in enumerate(case.obligation.checkpoints, 1):
        rule = f"checkpoint_{number}"
        if rules.calendar.add(mark, -CHECKPOINT_DAYS) <= today <= rules.calendar.roll(mark) and not case.has_fired(
            rule
        ):
            why = f"Mốc tiến độ {mark:%d/%m/%Y}; hạn cuối {case.obligation.due_on:%d/%m/%Y}."
            yield Notice(case.obligation.id, rule, "1", "reminder", "lead", False, why)


def _outlook(case: Case, rules: Rules, today: date, lead_fired: bool) -> Iterator[Notice]:
    firing = f"{today:%Y-%m}"
    if not _in_outlook(case, today) or case.has_fired("outlook", firing):
        return
    first = _first_working_day(today.replace(day=1), rules)
    if rules.calendar.between(first, today) >= OUTLOOK_DAYS:
        return
    why = "Đã có nhắc việc cụ thể hơn." if lead_fired else f"Việc đến hạn trong tháng {today:%m/%Y} và tháng sau."
    yield Notice(case.obligation.id, "outlook", firing, "outlook", "lead", False, why, superseded=lead_fired)


def _in_outlook(case: Case, today: date) -> bool:
    """Due this month or still owed from before; windows also when they end next month."""
    due_on = case.obligation.due_on
    if due_on is None:
        return False
    months = (due_on.year - today.year) * 12 + due_on.month - today.month
    return months <= 0 or (months == 1 and case.obligation.is_window)


def _first_working_day(start: date, rules: Rules) -> date:
    return rules.calendar.roll(start) if rules.calendar.covers(start) else start


def next_look(case: Case, ladder: Ladder, rules: Rules, today: date) -> date | None:
    """The first day after `today` on which anything about the case can change by itself."""
    return min((day for day in _candidates(case, ladder, rules, today) if day > today), default=None)


def checkpoints(case: Case, ladder: Ladder, rules: Rules) -> tuple[date, ...]:
    """Every day on which a rule of an undisturbed case is entered: what a task's Prefect schedule is made of."""
    if case.obligation.due_on is None or not rules.calendar.covers(case.obligation.due_on):
        return (case.obligation.opens_on,)
    return tuple(sorted(set(_ladder_days_of(case, ladder, rules))))


def _candidates(case: Case, ladder: Ladder, rules: Rules, today: date) -> Iterator[date]:
    yield from _ladder_days_of(case, ladder, rules)
    for pause in pauses(case, rules):
        if pause.end is not None:
            yield pause.end + timedelta(days=1)
    late_after = case.obligation.late_after
    if late_after is None or today < late_after:
        return
    if any(p.end is None and p.holds(today) for p in pauses(case, rules)):
        return
    yield (today.replace(day=28) + timedelta(days=4)).replace(day=1)
    # A paused ladder reaches its later steps on days that cannot be told in advance; look daily while it climbs.
    climbing = ladder_days(case, today, rules) <= max((s.days for s in ladder.steps), default=0)
    yield rules.calendar.add(today, 1) if climbing else today + timedelta(days=7 - today.weekday())


def _ladder_days_of(case: Case, ladder: Ladder, rules: Rules) -> Iterator[date]:
    obligation = case.obligation
    yield obligation.opens_on
    if obligation.due_on is None or obligation.late_after is None:
        return
    first = obligation.due_on.replace(day=1)
    yield first
    yield (first - timedelta(days=1)).replace(day=1)
    for mark in obligation.checkpoints:
        yield rules.calendar.add(mark, -CHECKPOINT_DAYS)
    for step in ladder.steps:
        if obligation.kind in step.for_ and step.days < 0:
            yield before(case, rules, -step.days)
        elif obligation.kind in step.for_ and rules.calendar.covers(obligation.late_after + timedelta(days=45)):
            yield rules.calendar.add(obligation.late_after, step.days)


def _reason(where: Standing, notices: tuple[Notice, ...]) -> str:
    fired = [n for n in notices if not n.superseded]
    if fired:
        return " ".join(n.reason for n in fired)
    if where.pause is not None:
        until = f" đến {where.pause.end:%d/%m/%Y}" if where.pause.end else ""
        return f"Tạm dừng nhắc: {where.pause.reason}{until}."
    return _standing_reason(where)


def _standing_reason(where: Standing) -> str:
    return {
        "not_open": "Chưa đến ngày bắt đầu.",
        "awaiting": "Chờ sự kiện: chưa có ngày, hỏi trong báo cáo định kỳ.",
        "unassigned": "Chưa xác định đơn vị: cơ quan theo dõi cần chọn.",
        "ongoing": "Việc thường xuyên: theo dõi qua báo cáo định kỳ.",
    }.get(where.work, "Chưa đến mốc nhắc tiếp theo.")
