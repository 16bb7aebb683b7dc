"""plans/<id>.yaml → Plan: the document's own words, and what a person decided more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from dondoc.domain.directory import Directory
from dondoc.domain.plan import Citation, Plan, Task
from dondoc.errors import Problem
from dondoc.loading.depending import check_dependencies
from dondoc.loading.directories import load_directory
from dondoc.loading.leads import Leads, known_names, resolve
from dondoc.loading.loaded import Loaded, Report
from dondoc.loading.reporting import read_duties
from dondoc.loading.responsibilities import read_responsibilities
from dondoc.loading.schema import FIRST_YEAR, LAST_YEAR, Fields, did_you_mean
from dondoc.loading.source import Table, read_table
from dondoc.loading.target_links import check_target_links, read_owners
from dondoc.loading.targets import read_targets
from dondoc.loading.tasks import read_sections, read_task

_NEEDS_DIRECTORY = frozenset({"unknown-agency", "unknown-coordinating"})


def load_plan(path: Path, config: Path) -> Loaded[Plan]:
    """The plan in that file, its names resolved in the directory it names under `config`."""
    return load_plan_file(path, config).plan


@dataclass(frozen=True)
class PlanFile:
    """A plan with the directory it names, the problems of both in `plan`; `lines` says where the head's entries are."""

    plan: Loaded[Plan]
    directory: Directory | None
    lines: dict[str, int]


def load_plan_file(path: Path, config: Path) -> PlanFile:
    """The plan in that file and the directory it names under `config`."""
    report = Report(str(path))
    table = read_table(path, report)
    if table is None:
        return PlanFile(report.finish(None), None, {})
    directory, found = _directory(Fields(table, report, "Kế hoạch"), config)
    plan = _plan(table, directory or Directory("", "", ()), path, report)
    if directory is None:
        # Without a directory no name can be judged; everything else in the file still is.
        report.problems = [problem for problem in report.problems if problem.code not in _NEEDS_DIRECTORY]
    loaded = report.finish(plan if directory is not None else None)
    return PlanFile(Loaded(loaded.value, (*found, *loaded.problems)), directory, table.lines)


def _directory(head: Fields, config: Path) -> tuple[Directory | None, tuple[Problem, ...]]:
    id = head.identifier("directory")
    if id is None:
        return None, ()
    file = config / "agencies" / f"{id}.yaml"
    if not file.is_file():
        known = sorted(other.stem for other in file.parent.glob("*.yaml"))
        hint = did_you_mean(id, known) or f"Thêm tệp {file.name} vào thư mục {file.parent}."
        head.report.error(head.line_of("directory"), "unknown-directory", f"Không có danh bạ nào tên “{id}”.", hint)
        return None, ()
    loaded = load_directory(file)
    if loaded.value is not None and loaded.value.id != id:
        head.report.error(
            head.line_of("directory"), "unknown-directory", f"Tệp {file.name} ghi mã danh bạ là “{loaded.value.id}”.",
            "Tên tệp và mục “id” của danh bạ phải giống nhau.",
        )  # fmt: skip
    return loaded.value, loaded.problems


def _plan(table: Table, directory: Directory, path: Path, report: Report) -> Plan:
    head = Fields(table, report, "Kế hoạch")
    year = head.number("year", FIRST_YEAR, LAST_YEAR, required=True) or FIRST_YEAR
    leads = Leads(directory, year, report)
    responsibilities = read_responsibilities(head)
    sections, places = read_sections(head, responsibilities)
    tasks = tuple(read_task(place, leads) for place in places)
    duties, owed = read_duties(head, leads)
    plan = Plan(
        id=head.identifier("id") or "",
        title=head.required("title"),
        issuer=head.required("issuer"),
        year=year,
        supervisor=leads.body(head, "supervisor") or "",
        leader=leads.body(head, "leader", required=False),
        directory=head.identifier("directory") or "",
        regime=head.identifier("regime") or "",
        sections=sections,
        tasks=(*tasks, *owed),
        citation=Citation(head.text("number"), head.day("issued_on")),
        targets=read_targets(head),
        reporting_duties=duties,
        overall_targets=read_targets(head, "overall_targets"),
        responsibilities=responsibilities,
        responsibility_intros=read_responsibilities(head, "responsibility_intros"),
        file=str(path),
    )
    plan = replace(plan, target_owners=read_owners(head, plan, leads))
    head.close()
    _check_head(plan, head)
    _check_tasks(plan, report)
    check_target_links(plan, head)
    _check_coordinating(plan, directory, report)
    return plan


def _check_head(plan: Plan, head: Fields) -> None:
    if not head.has("number"):
        head.report.info(
            head.line_of("number"), "number-missing", "Chưa ghi số của kế hoạch: thư và công văn sẽ không dẫn số.",
            "Khi biết, điền vào mục “number”, ví dụ number: 205/KH-UBND.",
        )  # fmt: skip
    if not head.has("issued_on"):
        head.report.info(
            head.line_of("issued_on"), "date-missing", "Chưa ghi ngày ban hành kế hoạch.",
            "Khi biết, điền vào mục “issued_on”, ví dụ issued_on: 2023-12-29.",
        )  # fmt: skip
    if not plan.tasks and not head.report.failed:
        head.report.error(
            head.line, "missing-field", "Kế hoạch không có nhiệm vụ nào.", "Thêm nhiệm vụ vào mục “sections”."
        )


def _check_tasks(plan: Plan, report: Report) -> None:
    first: dict[str, Task] = {}
    for task in plan.tasks:
        other = first.setdefault(task.id, task)
        if other is not task:
            report.error(
                task.line, "duplicate-task-id", f"Mã nhiệm vụ “{task.id}” đã dùng ở dòng {other.line}.",
                "Sửa “code”, hoặc đặt mục “id” riêng cho một trong hai nhiệm vụ.",
            )  # fmt: skip
        if task.note:
            report.warn(task.line, "doubtful", f"Nhiệm vụ {task.id}: {task.note}", "Người theo dõi kế hoạch xác nhận.")
    check_dependencies(plan.tasks, first, report)


def _check_coordinating(plan: Plan, directory: Directory, report: Report) -> None:
    """A coordinating name is only mentioned in the lead's message, so that an unknown one does no harm."""
    told: set[str] = set()
    for task in plan.tasks:
        for name in task.coordinate_names:
            if name not in told and resolve(name, directory) is None:
                told.add(name)
                report.info(
                    task.line, "unknown-coordinating", f"Cơ quan phối hợp “{name}” không có trong danh bạ.",
                    did_you_mean(name, known_names(directory)) or "Không cần sửa: thư chỉ nêu tên này.",
                )  # fmt: skip
