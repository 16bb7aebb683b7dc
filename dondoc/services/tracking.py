"""One plan task: its own sweep, its state in words, its explanation."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from dondoc.domain.cases import Case, standing
from dondoc.domain.counts import COUNTS, column
from dondoc.domain.explain import TIME_NAMES, WORK_NAMES, Moved, explain
from dondoc.domain.plan import Task
from dondoc.errors import Refused
from dondoc.services.app import App
from dondoc.services.books import Book, book, books, cases_at
from dondoc.services.status import COUNT_NAMES, agency_name
from dondoc.services.sweeping import SweepResult, sweep
from dondoc.store import journal, obligations


@dataclass(frozen=True)
class TaskView:
    """A task's state after its sweep: counts by column, one word for all, and a Markdown page in Vietnamese."""

    plan_id: str
    task_id: str
    swept: SweepResult
    counts: dict[str, int]
    state: str
    markdown: str


def track_task(app: App, plan_id: str, task_id: str, now: datetime) -> TaskView:
    """Sweep the task's due obligations and describe where they stand. A doubled or late run changes nothing more.

    Raises Refused when the plan or the task is not tracked.
    """
    swept = sweep(app, now, plan_id, task_id)
    with app.sessions() as session:
        found = book(app, session, plan_id)
        task = _task(found, task_id)
        cases = obligations.load_cases(session, plan_id=plan_id, task_id=task_id)
    numbers = dict.fromkeys(COUNTS, 0)
    for case in cases:
        numbers[column(standing(case, now, found.rules))] += 1
    return TaskView(plan_id, task_id, swept, numbers, _state(numbers), _markdown(found, task, cases, numbers, now))


def explain_task(
    app: App, task_id: str, now: datetime, plan_id: str | None = None
) -> list[tuple[str, tuple[str, ...]]]:
    """For each agency that owes the task: its name and period, and the sentences of `explain`.

    `task_id` may also be an obligation id. Raises Refused for an unknown or ambiguous one.
    """
    with app.sessions() as session:
        found = books(app, session)
        owner = next((id for id in found if task_id.startswith(f"{id}/")), None)
        # <plan>/<task>/<part>/<period>/<agency>, of which only the task may hold a "/" ("I.2.3/a").
        wanted = task_id.removeprefix(f"{owner}/").rsplit("/", 3)[0] if owner else task_id
        plan_id = owner or plan_id
        candidates = [b for b in found.values() if plan_id in (None, b.plan.id)]
        owners = [
            b
            for b in candidates
            if wanted in b.plan.by_id or obligations.load_cases(session, plan_id=b.plan.id, task_id=wanted, limit=1)
        ]
        if len(owners) != 1:
            why = "không có kế hoạch nào" if not owners else "có trong nhiều kế hoạch, thêm --plan"
            raise Refused(f"Nhiệm vụ “{task_id}”: {why}.")
        cases = cases_at(session, owners[0], now, wanted)
        snapshot = owners[0].snapshot(obligations.load_ladders(session))
        chosen = [c for c in cases if owner is None or c.obligation.id == task_id]
        moves = moves_of(session, [case.obligation.id for case in chosen])
    return [
        (_heading(owners[0], case), explain(case, snapshot, now, moves.get(case.obligation.id, ()))) for case in chosen
    ]


def moves_of(session: Session, obligation_ids: Collection[str]) -> dict[str, tuple[Moved, ...]]:
    """The moves of each one's due day, as `explain` tells them; those that never moved are absent. One query."""
    entries = journal.moves_of(session, obligation_ids)
    return {
        key: tuple(Moved(one.at, _day(one.old), _day(one.new), one.why) for one in found)
        for key, found in entries.items()
    }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _heading(found: Book, case: Case) -> str:
    return f"{agency_name(found, case.obligation.agency)}, {case.obligation.name}"


def _task(found: Book, task_id: str) -> Task:
    task = found.plan.by_id.get(task_id)
    if task is None:
        raise Refused(f"Kế hoạch “{found.plan.id}” không có nhiệm vụ “{task_id}”.")
    return task


def _state(numbers: dict[str, int]) -> str:
    for name in ("overdue", "in_term", "unassigned", "awaiting", "ongoing", "done_late", "done_on_time", "waived"):
        if numbers[name]:
            return COUNT_NAMES[name]
    return "Không có việc"


def _markdown(found: Book, task: Task, cases: list[Case], numbers: dict[str, int], now: datetime) -> str:
    lines = [
        f"# {task.id} {task.activity}",
        f"Thời hạn trong kế hoạch: **{task.deadline or 'không ghi'}**. Chủ trì: {task.lead_words}.",
        ", ".join(f"{COUNT_NAMES[name]}: **{n}**" for name, n in numbers.items() if n) or "Chưa có việc nào.",
        "",
        "| Cơ quan | Kỳ | Hạn | Tình trạng |",
        "|---|---|---|---|",
    ]
    for case in cases:
        where = standing(case, now, found.rules)
        due_on, target_on = case.obligation.due_on, case.obligation.target_on
        without = f"không ghi hạn, mốc phấn đấu {target_on:%d/%m/%Y}" if target_on else "không có hạn"
        due = f"{due_on:%d/%m/%Y}" if due_on else without
        state = (
            WORK_NAMES[where.work] if where.time == "no_due" else f"{WORK_NAMES[where.work]}, {TIME_NAMES[where.time]}"
        )
        lines.append(f"| {agency_name(found, case.obligation.agency)} | {case.obligation.name} | {due} | {state} |")
    return "\n".join(lines)
