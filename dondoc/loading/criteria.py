"""config/par-index.yaml → Index, config/par-index/<year>.yaml → the office's points, and a plan's links to criteria."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from dondoc.domain.criteria import Component, Criterion, Index, Points, PointsTable
from dondoc.domain.dependencies import cyclic
from dondoc.domain.plan import Plan
from dondoc.errors import Problem
from dondoc.loading.loaded import Loaded, Report
from dondoc.loading.schema import FIRST_YEAR, LAST_YEAR, Fields, did_you_mean
from dondoc.loading.source import read_table

FILE = "par-index.yaml"
_POINTS = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{1,4})?")


def load_index(path: Path) -> Loaded[Index]:
    """The index in that file, with every problem of it."""
    report = Report(str(path))
    table = read_table(path, report)
    if table is None:
        return report.finish(None)
    fields = Fields(table, report, "PAR INDEX")
    components = tuple(_component(entry) for entry in fields.tables("components", "Lĩnh vực"))
    criteria = tuple(_criterion(entry) for entry in fields.tables("criteria", "Tiêu chí"))
    index = Index(fields.identifier("id") or "", fields.required("title"), components, criteria)
    for name in ("components", "criteria"):
        if not fields.has(name):
            fields.missing(name)
    fields.close()
    _check(index, report)
    return report.finish(index)


def load_points(path: Path, index: Index) -> Loaded[PointsTable]:
    """The office's points and scores of a year: only criteria that are scored themselves have any."""
    report = Report(str(path))
    table = read_table(path, report)
    if table is None:
        return report.finish(None)
    fields = Fields(table, report, "Bảng điểm")
    year = fields.number("year", FIRST_YEAR, LAST_YEAR, required=True) or 0
    cites, seen = fields.required("cites"), dict[str, int]()
    rows = tuple(_points(entry, index, seen) for entry in fields.tables("points", "Bảng điểm, mục “points”"))
    fields.close()
    return report.finish(PointsTable(year, cites, rows))


def link_problems(plan: Plan, config: Path) -> tuple[Problem, ...]:
    """What is wrong with the criteria that a plan's tasks name, and a word about links that are only proposed."""
    linked = [task for task in plan.tasks if task.criteria or task.criteria_proposed]
    if not linked:
        return ()
    loaded = load_index(config / FILE)
    if loaded.value is None:
        return loaded.problems
    report = Report(plan.file or "")
    for task in linked:
        for code in (*task.criteria, *task.criteria_proposed):
            if code not in loaded.value.by_code:
                report.error(
                    task.line, "unknown-criterion", f"Nhiệm vụ {task.id}: PAR INDEX không có tiêu chí “{code}”.",
                    _nearest(code, loaded.value),
                )  # fmt: skip
    proposed = [task for task in linked if task.criteria_proposed]
    if proposed:
        report.info(
            proposed[0].line, "proposed-links",
            f"{len(proposed)} nhiệm vụ có liên kết PAR INDEX mới là đề xuất, chưa ai quyết định (criteria_proposed).",
            "Đúng thì đổi tên mục thành “criteria”, không đúng thì xóa.",
        )  # fmt: skip
    return (*loaded.problems, *report.problems)


def _component(fields: Fields) -> Component:
    found = Component(fields.required("code"), fields.required("title"))
    fields.close()
    return found


def _criterion(fields: Fields) -> Criterion:
    code = fields.required("code")
    fields.what = f"Tiêu chí {code}" if code else fields.what
    criterion = Criterion(
        code=code,
        title=fields.required("title"),
        parent=fields.required("parent"),
        agencies=fields.texts("agencies"),
        note=fields.text("note"),
        scoring=tuple(_scale(entry) for entry in fields.tables("scoring", f"{fields.what}, mục “scoring”")),
        line=fields.line,
    )
    if not criterion.agencies:
        fields.missing("agencies")
    fields.close()
    return criterion


def _scale(fields: Fields) -> tuple[str, str]:
    found = fields.required("text"), fields.required("points")
    fields.close()
    return found


def _check(index: Index, report: Report) -> None:
    _check_unique(index, report)
    known = {*index.by_code, *(component.code for component in index.components)}
    for criterion in index.criteria:
        if criterion.parent and criterion.parent not in known:
            report.error(
                criterion.line, "unknown-parent", f"Tiêu chí {criterion.code}: không có “{criterion.parent}” ở trên.",
                did_you_mean(criterion.parent, known) or "Ghi mã một lĩnh vực hoặc một tiêu chí.",
            )  # fmt: skip
    for code in cyclic({criterion.code: (criterion.parent,) for criterion in index.criteria}):
        report.error(
            index.by_code[code].line, "criterion-cycle", f"Tiêu chí {code} nằm dưới chính nó (đi vòng).",
            "Sửa mục “parent” của một tiêu chí trong vòng.",
        )  # fmt: skip


def _check_unique(index: Index, report: Report) -> None:
    seen: dict[str, int | None] = {component.code: None for component in index.components}
    for criterion in index.criteria:
        if criterion.code in seen:
            where = f" (dòng {seen[criterion.code]})" if seen[criterion.code] else ""
            report.error(
                criterion.line, "duplicate-id", f"Mã “{criterion.code}” đã dùng{where}.", "Mỗi mã dùng một lần."
            )
        seen.setdefault(criterion.code, criterion.line)


def _points(fields: Fields, index: Index, seen: dict[str, int]) -> Points:
    code = fields.required("code")
    fields.what = f"Điểm của tiêu chí {code}"
    row = Points(
        code=code,
        maximum=_number(fields, "max_points", required=True) or Decimal(),
        self_score=_number(fields, "self_score"),
        appraised=_number(fields, "appraised"),
        note=fields.text("note"),
    )
    for name, score in (("self_score", row.self_score), ("appraised", row.appraised)):
        if score is not None and score > row.maximum:
            fields.report.error(
                fields.line_of(name), "score-too-high", f"{fields.what}: {score} lớn hơn điểm tối đa {row.maximum}.",
                "Sửa điểm hoặc max_points.",
            )  # fmt: skip
    _check_scored(fields, code, index, seen)
    fields.close()
    return row


def _check_scored(fields: Fields, code: str, index: Index, seen: dict[str, int]) -> None:
    line = fields.line_of("code")
    if code and code not in index.by_code:
        fields.report.error(line, "unknown-criterion", f"PAR INDEX không có tiêu chí “{code}”.", _nearest(code, index))
    elif code and code not in {leaf.code for leaf in index.leaves}:
        fields.report.error(
            line, "heading-with-points", f"Tiêu chí {code} có tiêu chí thành phần: điểm là tổng của chúng.",
            "Chỉ ghi điểm cho tiêu chí thành phần.",
        )  # fmt: skip
    if seen.setdefault(code, line) != line:
        fields.report.error(line, "duplicate-id", f"Tiêu chí “{code}” đã ghi ở dòng {seen[code]}.", "Giữ một dòng.")


def _number(fields: Fields, name: str, required: bool = False) -> Decimal | None:
    text = fields.text(name, required)
    if text is None:
        return None
    if not _POINTS.fullmatch(text):
        fields.report.error(
            fields.line_of(name), "wrong-type", f"{fields.what}: “{name}: {text}” không phải là số điểm.",
            "Ví dụ 0.5 hoặc 0,5.",
        )  # fmt: skip
        return None
    return Decimal(text.replace(",", "."))


def _nearest(code: str, index: Index) -> str:
    """The criterion meant, most likely: the closest code, else what stands under or above it."""
    if close := did_you_mean(code, index.by_code):
        return close
    known: Iterable[str] = (other for other in index.by_code if other.startswith(f"{code}.") or code.startswith(other))
    near = next(iter(known), None)
    return f"Gần nhất: “{near}” ({index.by_code[near].title})." if near else "Ghi mã một tiêu chí, ví dụ 1.1."
