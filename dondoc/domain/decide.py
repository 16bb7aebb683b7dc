"""The one pure decision: a snapshot and a day in, notices with reasons and the next day worth looking out.

Windows, not equality (DESIGN §2.3): a step stays entered until a tighter one of the same audience is, so a plan loaded
late or a server down for ten days gives ONE fitting notice; what it passed over is recorded as superseded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from dondoc.domain.calendar import ONE_DAY, WorkCalendar
from dondoc.domain.cases import Case, Fired, Rules, Standing, known, ladder_days, pauses, standing
from dondoc.domain.looking import next_look
from dondoc.domain.moments import local_day
from dondoc.domain.policy import OPENED, UNREVIEWED, Ladder, NoticeKind, Step, To, is_apart
from dondoc.domain.unreviewed import line_due, next_line, sooner
from dondoc.domain.windows import before, first_working_day, mark_closes, mark_opens, week_start

OUTLOOK_DAYS = 5
"""An outlook that could not go on the month's first working day may still go within so many working days."""
WEEKLY_GAP_DAYS = 7
"""From a firing to the first working day of the week that repeats it: what came on a Thursday is not said on Monday."""
FAR_DAYS = 60
"""So long before a due day in a year that is not loaded yet it is looked at daily: the calendar may come."""


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
    """Everything `decide` may look at. `ends`: the last day of each agency that has one."""

    cases: tuple[Case, ...]
    rules: Rules
    ladders: dict[str, Ladder]
    supervisor: str
    ends: Mapping[str, date] = field(default_factory=dict)


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
    waits, then = _unreviewed(case, rules, today), next_line(case, rules, today)
    if case.obligation.kind not in ("task", "periodic_report"):
        return Decision(case, waits, then, _standing_reason(where))
    if today > snapshot.ends.get(case.obligation.agency, today):
        # Nobody is there to be reminded, and nobody is late before a person has said who carries on.
        return Decision(case, (), today + ONE_DAY, "Cơ quan đã kết thúc hoạt động: chờ chọn đơn vị kế thừa.")
    closed = _closed(case.obligation.aim, rules.calendar, today)
    if closed is not None:
        return Decision(case, waits, sooner(closed[0], then), closed[1])
    ladder = snapshot.ladders[case.obligation.ladder]
    notices = tuple(_notices(case, where, ladder, snapshot, today)) if where.pause is None else ()
    following = sooner(next_look(case, ladder, rules, today), then)
    return Decision(case, (*notices, *waits), following, _reason(where, notices))


def _unreviewed(case: Case, rules: Rules, today: date) -> tuple[Notice, ...]:
    """The line to the reviewer about what waits too long."""
    due = line_due(case, rules, today)
    return (Notice(case.obligation.id, UNREVIEWED, due[0], "review_waiting", "reviewer", False, due[1]),) if due else ()


def _closed(due_on: date | None, calendar: WorkCalendar, today: date) -> tuple[date, str] | None:
    """On which day to look again, and why, when nothing can be decided today: no calendar, or a day off."""
    tomorrow = today + ONE_DAY
    if due_on is not None and not calendar.covers(due_on):
        soon = max(tomorrow, due_on - timedelta(days=FAR_DAYS))
        return soon, f"Hạn {due_on:%d/%m/%Y} nằm ngoài lịch làm việc đã nạp."
    if not calendar.covers(today):
        return calendar.next_covered(today) or tomorrow, f"Chưa có lịch làm việc năm {today.year}: không nhắc."
    if not calendar.is_working(today):
        return calendar.try_roll(today) or tomorrow, "Ngày nghỉ: không nhắc."
    return None


def _notices(case: Case, where: Standing, ladder: Ladder, snapshot: Snapshot, today: date) -> Iterator[Notice]:
    if where.work == "not_open" and case.obligation.opens_on > today:
        return
    steps = [s for s in ladder.steps if case.obligation.kind in s.for_]
    if case.obligation.agency == snapshot.supervisor:
        steps = [s for s in steps if s.to != "supervisor"]
    if case.obligation.opening is not None and not case.has_fired(OPENED, f"{case.obligation.opening}"):
        yield from _opening(case, steps, snapshot.rules, today)
        return
    heard = _lead_heard(case, ladder, today)
    for audience in dict.fromkeys(step.to for step in steps):
        for notice in _audience([s for s in steps if s.to == audience], case, snapshot.rules, today):
            heard = heard or (audience == "lead" and not notice.superseded)
            yield notice
    for mark in _checkpoints(case, snapshot.rules, today, heard):
        heard = heard or not mark.superseded
        yield mark
    if ladder.outlook:
        yield from _outlook(case, snapshot.rules, today, heard)


def _opening(case: Case, steps: Iterable[Step], rules: Rules, today: date) -> Iterator[Notice]:
    """The first line about what an event opened; reminders whose window it falls into need not be said beside it."""
    obligation = case.obligation
    until = f" Hạn {obligation.due_on:%d/%m/%Y}." if obligation.due_on else ""
    if obligation.due_on is None and obligation.target_on is not None:
        until = f" Không ghi hạn; mốc phấn đấu {obligation.target_on:%d/%m/%Y}."
    why = f"{obligation.name}: việc bắt đầu được tính.{until}"
    yield Notice(obligation.id, OPENED, f"{obligation.opening}", "opened", "lead", False, why)
    for step in steps:
        if step.days <= 0 and step.to == "lead" and _is_entered(step, case, rules, today) and not _past(step, case):
            yield Notice(
                obligation.id, step.rule, _firing(case, 1), step.kind, step.to, False,
                "Bỏ qua: vừa báo việc mới phát sinh.", True,
            )  # fmt: skip


def _lead_heard(case: Case, ladder: Ladder, today: date) -> bool:
    """Whether the ledger already holds a line of today for the lead: one a day is enough."""
    others = {step.rule for step in ladder.steps if step.to != "lead"}
    return any(f.on == today and not f.superseded and f.rule not in others and not is_apart(f.rule) for f in case.fired)


def _audience(steps: Iterable[Step], case: Case, rules: Rules, today: date) -> Iterator[Notice]:
    """The tightest entered step fires, the looser ones that never did are superseded."""
    ordered = sorted(steps, key=lambda s: s.days)
    entered = [step for step in ordered if _is_entered(step, case, rules, today)]
    if not entered:
        return
    tightest = entered[-1]
    number = _number(tightest, case, rules, today)
    if number is not None:
        yield _fire(tightest, number, case, rules, today)
    for step in ordered:
        if step.days <= tightest.days and step is not tightest and not _past(step, case):
            why = f"Bỏ qua: đã đến bậc “{tightest.rule}”."
            yield Notice(case.obligation.id, step.rule, _firing(case, 1), step.kind, step.to, False, why, True)


def _is_entered(step: Step, case: Case, rules: Rules, today: date) -> bool:
    aim = case.obligation.aim
    if aim is None:
        return False
    if step.days <= 0:
        return before(case, rules, -step.days) <= today <= (case.obligation.late_after or first_working_day(aim, rules))
    if case.obligation.late_after is None:
        return False  # a target day that has passed makes nobody late
    day = today
    if step.week_start:
        # A weekly list looks at the state of the week's first working day, so that all its lines come together.
        day = week_start(today, rules)
        if any(pause.holds(day) for pause in pauses(case, rules)):
            return False
    return ladder_days(case, day, rules) >= step.days


def _firing(case: Case, number: int) -> str:
    """The due (or target) day, and from the second firing its number: a re-dated one is reminded and urged anew."""
    return f"{case.obligation.aim}" if number == 1 else f"{case.obligation.aim}.{number}"


def _past(step: Step, case: Case) -> list[Fired]:
    """What the ledger holds of the step for the present due (or target) day."""
    aim = f"{case.obligation.aim}"
    return [f for f in case.fired if f.rule == step.rule and f.firing.split(".")[0] == aim]


def _number(step: Step, case: Case, rules: Rules, today: date) -> int | None:
    """The number of the firing that is due today, or None."""
    past = _past(step, case)
    if not past or len(past) > step.weekly:
        return None if past else 1
    week, last = week_start(today, rules), max(f.on for f in past)
    again = week > last if step.week_start else (week - last).days >= WEEKLY_GAP_DAYS
    return len(past) + 1 if again else None


def _fire(step: Step, number: int, case: Case, rules: Rules, today: date) -> Notice:
    held, reason = step.is_held, _step_reason(step, number, case, rules, today)
    late_after = case.obligation.late_after
    if step.days > 0 and late_after is not None and rules.calendar.is_doubtful(late_after, today):
        held, reason = True, f"{reason} Lịch làm việc năm {late_after.year} chưa chính thức: chờ người xác nhận."
    return Notice(case.obligation.id, step.rule, _firing(case, number), step.kind, step.to, held, reason)


def _step_reason(step: Step, number: int, case: Case, rules: Rules, today: date) -> str:
    due_on, late_after = case.obligation.due_on, case.obligation.late_after
    if due_on is None or late_after is None:
        return f"Mốc phấn đấu {case.obligation.aim:%d/%m/%Y}; việc không ghi hạn nên không tính quá hạn."
    if step.days > 0:
        again = f", lần nhắc lại thứ {number - 1}" if number > 1 else ""
        return f"Quá hạn {due_on:%d/%m/%Y} đã {rules.calendar.between(late_after, today)} ngày làm việc{again}."
    left = rules.calendar.between(today, due_on)
    if left == 0 and today < due_on:
        return f"Hôm nay là ngày làm việc cuối cùng trước hạn {due_on:%d/%m/%Y}."
    if left == 0:
        return f"Hôm nay là ngày cuối cùng của hạn {due_on:%d/%m/%Y}."
    return f"Còn {left} ngày làm việc đến hạn {due_on:%d/%m/%Y}."


def _checkpoints(case: Case, rules: Rules, today: date, heard: bool) -> Iterator[Notice]:
    """One line for the first open progress mark that has had none, unless the lead hears of the case today anyway."""
    for number, mark in enumerate(case.obligation.checkpoints, 1):
        rule, firing = f"checkpoint_{number}", f"{mark}"
        if case.has_fired(rule, firing) or today < mark_opens(mark, rules):
            continue
        missed = today > mark_closes(mark, rules)
        if missed or not heard:
            heard = heard or not missed
            why = f"Mốc tiến độ {mark:%d/%m/%Y}; hạn cuối {case.obligation.due_on:%d/%m/%Y}."
            why = f"Bỏ qua: mốc tiến độ {mark:%d/%m/%Y} đã qua." if missed else why
            yield Notice(case.obligation.id, rule, firing, "reminder", "lead", False, why, missed)


def _outlook(case: Case, rules: Rules, today: date, heard: bool) -> Iterator[Notice]:
    firing = f"{today:%Y-%m}"
    if not _in_outlook(case, today) or case.has_fired("outlook", firing):
        return
    first = first_working_day(today.replace(day=1), rules)
    if rules.calendar.between(first, today) >= OUTLOOK_DAYS:
        return
    due_on = case.obligation.due_on
    until = f"Hạn {due_on:%d/%m/%Y}." if due_on else f"Không ghi hạn; mốc phấn đấu {case.obligation.aim:%d/%m/%Y}."
    why = "Đã có nhắc việc cụ thể hơn." if heard else until
    yield Notice(case.obligation.id, "outlook", firing, "outlook", "lead", False, why, superseded=heard)


def _in_outlook(case: Case, today: date) -> bool:
    """Due this month or still owed from before; windows also when they end next month."""
    aim = case.obligation.aim
    if aim is None:
        return False
    months = (aim.year - today.year) * 12 + aim.month - today.month
    return months <= 0 or (months == 1 and case.obligation.is_window)


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
