"""What a task depends on: tasks before it, the document that gives its date, work on many events (DEADLINES §3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dondoc.domain.clauses import By, Offset, Per, Upon
from dondoc.domain.dependencies import cyclic, links
from dondoc.domain.plan import After, AfterMode, DateFrom, Task
from dondoc.loading.loaded import Report
from dondoc.loading.schema import IDENTIFIER, Fields, did_you_mean

LONGEST_LAG = 250
_MODES: tuple[AfterMode, ...] = ("all", "any", "each")


def read_after(fields: Fields) -> After:
    """`after:` as a list of task ids, or as `{tasks, mode, lag}`; and `after_proposed:`."""
    proposed = fields.texts("after_proposed")
    if not fields.is_table("after"):
        return After(fields.texts("after"), proposed=proposed)
    entry = fields.table("after", f"{fields.what}, mục “after”")
    assert entry is not None  # it is a table
    tasks, mode = entry.texts("tasks"), entry.choice("mode", _MODES, "all")
    lag = entry.number("lag", 0, LONGEST_LAG) or 0
    if not tasks:
        entry.missing("tasks")
    entry.close()
    return After(tasks, mode, lag, proposed)


def read_date_from(fields: Fields) -> DateFrom | None:
    """`date_from: {task, plan}`; without `plan` a task of this plan."""
    entry = fields.table("date_from", f"{fields.what}, mục “date_from”")
    if entry is None:
        return None
    plan, task = entry.text("plan"), entry.required("task")
    if plan is not None and not IDENTIFIER.fullmatch(plan):
        entry.identifier("plan")  # reports it
    entry.close()
    return DateFrom(task, plan)


def check_dependencies(tasks: Sequence[Task], known: Mapping[str, Task], report: Report) -> None:
    """Reports links to tasks that are not there, links in a ring, and settings that mean nothing where they stand."""
    for task in tasks:
        _check_names(task, known, report)
        _check_sense(task, report)
    graph = {task.id: links(task) for task in tasks}
    rings: Sequence[str] = cyclic(graph)
    for id in rings:
        report.error(
            known[id].line, "after-cycle", f"Nhiệm vụ {id}: các mục “after” chờ nhau thành vòng.",
            "Bỏ một mắt của vòng này.",
        )  # fmt: skip
    proposed = {task.id: (*links(task), *task.after.proposed) for task in tasks}
    for id in (id for id in cyclic(proposed) if id not in rings):
        report.error(
            known[id].line, "after-cycle", f"Nhiệm vụ {id}: mối nối đề xuất (“after_proposed”) tạo thành vòng.",
            "Bỏ một mối nối đề xuất của vòng này.",
        )  # fmt: skip


def _check_names(task: Task, known: Mapping[str, Task], report: Report) -> None:
    own = (task.date_from.task,) if task.date_from and task.date_from.plan is None else ()
    for id in (*task.after.tasks, *task.after.proposed, *own):
        if id not in known:
            hint = did_you_mean(id, known.keys() - {task.id}) or "Ghi mã của một nhiệm vụ trong kế hoạch này."
            report.error(task.line, "unknown-after", f"Nhiệm vụ {task.id}: không có nhiệm vụ “{id}” để chờ.", hint)


def _check_sense(task: Task, report: Report) -> None:
    waits = any(isinstance(clause, Upon) for clause in task.clauses)
    dates = sum(isinstance(clause, By) for clause in task.clauses)
    capped = dates == 1 and any(isinstance(clause, Upon | Offset | Per) for clause in task.clauses)
    for is_wrong, code, what, hint in (
        (
            (task.after.mode != "all" or task.after.lag > 0) and not waits, "after-without-event",
            "có “mode” hoặc “lag” mà thời hạn không chờ sự kiện nào", "Chỉ ghi danh sách mã trong “after”.",
        ),
        (
            task.date_from is not None and not any(isinstance(clause, Per) for clause in task.clauses),
            "date-from-without-reference", "có “date_from” mà thời hạn không theo văn bản nào",
            "Bỏ mục “date_from”, hoặc ghi thời hạn dạng “Theo kế hoạch …”.",
        ),
        (
            task.cases is not None and not waits, "cases-without-event",
            "có “cases” mà thời hạn không chờ sự kiện nào", "Bỏ mục “cases”.",
        ),
        (
            task.joined is not None and not capped, "joined-without-date",
            "có “joined” mà thời hạn không gồm đúng một ngày và một điều kiện",
            "Bỏ mục “joined”.",
        ),
    ):  # fmt: skip
        if is_wrong:
            report.error(task.line, code, f"Nhiệm vụ {task.id}: {what}.", hint)
