"""A plan with everything that decides about it, loaded and checked together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dondoc.domain.calendar import WorkCalendar
from dondoc.domain.directory import Directory
from dondoc.domain.plan import Plan
from dondoc.domain.regime import Regime
from dondoc.domain.workspace import Workspace
from dondoc.errors import Problem, Severity
from dondoc.loading.calendars import load_calendar
from dondoc.loading.criteria import link_problems
from dondoc.loading.ladders import load_ladder
from dondoc.loading.loaded import Loaded
from dondoc.loading.plans import load_plan_file
from dondoc.loading.regimes import load_regimes
from dondoc.loading.schema import did_you_mean


def load_workspace(plan_file: Path, config: Path) -> Loaded[Workspace]:
    """The plan in `plan_file` with directory, calendar, regime and ladder from the folder `config`.

    The value is None when any file has an error; the problems of all files are listed together.
    """
    file = load_plan_file(plan_file, config)
    plan, directory = file.plan, file.directory
    calendar = load_calendar(config / "calendar")
    regimes = load_regimes(config / "reporting.yaml")
    ladder = load_ladder(config / "escalation.yaml")
    problems = [*plan.problems, *calendar.problems, *regimes.problems, *ladder.problems]
    if plan.value is not None:
        problems.extend(link_problems(plan.value, config))
    if plan.value is not None and calendar.value is not None:
        problems.extend(_calendar_problems(plan.value, calendar.value, config))
    regime = None
    if plan.value is not None and regimes.value is not None and directory is not None:
        regime = next((one for one in regimes.value if one.id == plan.value.regime), None)
        problems.extend(
            _reviewer_problems(plan.value, regime, directory, config)
            if regime is not None
            else (_unknown_regime(plan.value, file.lines, regimes.value),)
        )
    if plan.value is None or directory is None or calendar.value is None or regime is None or ladder.value is None:
        return Loaded(None, tuple(problems))
    failed = any(problem.severity == "error" for problem in problems)
    workspace = Workspace(plan.value, directory, calendar.value, regime, ladder.value)
    return Loaded(None if failed else workspace, tuple(problems))


def _calendar_problems(plan: Plan, calendar: WorkCalendar, config: Path) -> list[Problem]:
    """The plan's year must be loaded; so should the years that steps before January or after December reach into."""
    status = {year.year: year.status for year in calendar.years}
    folder, found = str(config / "calendar"), []
    needed: tuple[tuple[int, Severity], ...] = (
        (plan.year, "error"),
        (plan.year - 1, "warning"),
        (plan.year + 1, "warning"),
    )
    for year, severity in needed:
        if year not in status:
            message = f"Chưa có lịch làm việc năm {year}" + (
                "." if year == plan.year else f", năm liền kề năm kế hoạch {plan.year}."
            )
            found.append(Problem(folder, None, severity, "calendar-missing", message, f"Thêm tệp {year}.yaml."))
        elif status[year] == "provisional" and year >= plan.year:
            message = (
                f"Lịch làm việc năm {year} là dự kiến: việc chậm vì một ngày chưa chắc chắn sẽ chờ người quyết định."
            )
            hint = "Khi có thông báo chính thức: sửa bảng và đổi status thành official."
            found.append(Problem(f"{folder}/{year}.yaml", None, "info", "calendar-provisional", message, hint))
    return found


def _unknown_regime(plan: Plan, lines: dict[str, int], regimes: Sequence[Regime]) -> Problem:
    known = tuple(regime.id for regime in regimes)
    names = ", ".join(f"“{id}”" for id in known)
    hint = did_you_mean(plan.regime, known) or f"Tệp reporting.yaml có chế độ {names}."
    message = f"Không có chế độ báo cáo nào tên “{plan.regime}”."
    return Problem(plan.file or "", lines.get("regime"), "error", "unknown-regime", message, hint)


def _reviewer_problems(plan: Plan, regime: Regime, directory: Directory, config: Path) -> list[Problem]:
    found, file = [], str(config / "reporting.yaml")
    reviewer = regime.own_tasks_reviewer
    if reviewer not in directory.by_id:
        hint = did_you_mean(reviewer, directory.by_id) or f"Ghi mã của một cơ quan trong danh bạ {directory.id}."
        found.append(
            Problem(file, None, "error", "unknown-agency", f"own_tasks_reviewer: không có mã “{reviewer}”.", hint)
        )
    elif reviewer == plan.supervisor:
        message = "own_tasks_reviewer là chính cơ quan theo dõi: không cơ quan nào tự duyệt việc của mình."
        found.append(
            Problem(file, None, "error", "own-reviewer", message, "Chọn cơ quan khác, ví dụ van-phong-ubnd-tinh.")
        )
    return found
