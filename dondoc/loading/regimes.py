"""config/reporting.yaml → Regime."""

from __future__ import annotations

from pathlib import Path

from dondoc.domain.clauses import PERIODS, Period
from dondoc.domain.regime import MonthDay, Regime, ReportPeriod
from dondoc.loading.cadences import EXAMPLES, HINT, is_due_word
from dondoc.loading.loaded import Loaded, Report
from dondoc.loading.schema import Fields, did_you_mean
from dondoc.loading.source import read_table

LONGEST = 250
"""No length in this file is longer than a year of working days."""


def load_regime(path: Path) -> Loaded[Regime]:
    """The reporting regime in that file."""
    report = Report(str(path))
    table = read_table(path, report)
    if table is None:
        return report.finish(None)
    fields = Fields(table, report, "Chế độ báo cáo")
    regime = Regime(
        id=fields.identifier("id") or "",
        title=fields.required("title"),
        periodic=_periodic(fields),
        every=_every(fields),
        own_tasks_reviewer=fields.identifier("own_tasks_reviewer") or "",
        cites=fields.text("cites") or "",
        due_rolls=fields.flag("due_rolls", default=True),
        due_soon_days=_length(fields, "due_soon_days", 7),
        correction_days=_length(fields, "correction_days", 3),
        promise_days_past_due=_length(fields, "promise_days_past_due", 10),
        redate_notice_days=_length(fields, "redate_notice_days", 3),
        unreviewed_days=_length(fields, "unreviewed_days", 5),
        extension_times=_length(fields, "extension_times", 2),
        extension_days=_length(fields, "extension_days", 60),
        target_days=_length(fields, "target_days", 10),
        target_days_immediate=_length(fields, "target_days_immediate", 3),
        receipts=fields.flag("receipts", default=True),
        extra=_extra(fields),
    )
    fields.close()
    return report.finish(regime)


def _length(fields: Fields, name: str, default: int) -> int:
    found = fields.number(name, 0, LONGEST)
    return default if found is None else found


def _extra(fields: Fields) -> dict[str, str]:
    extra = fields.table("extra", "Mục “extra”")
    return {name: extra.required(name) for name in extra.names()} if extra else {}


def _periodic(fields: Fields) -> tuple[ReportPeriod, ...]:
    if not fields.has("periodic"):
        fields.missing("periodic")
    found: dict[str, ReportPeriod] = {}
    for entry in fields.tables("periodic", "Kỳ báo cáo"):
        period = _period(entry)
        if period.key in found:
            entry.report.error(
                entry.line, "duplicate-id", f"Kỳ báo cáo “{period.key}” ghi hai lần.", "Giữ lại một dòng."
            )
        found[period.key] = period
    return tuple(found.values())


def _period(fields: Fields) -> ReportPeriod:
    never: MonthDay = (12, 31)
    period = ReportPeriod(
        key=fields.required("key"),
        name=fields.required("name"),
        data_from=fields.month_day("data_from") or never,
        data_to=fields.month_day("data_to") or never,
        due=fields.month_day("due") or never,
    )
    if period.due <= period.data_to:
        fields.report.warn(
            fields.line_of("due"), "due-before-cut-off", f"Kỳ “{period.name}”: hạn nộp không sau ngày chốt số liệu.",
            "Từ ngày chốt đến ngày gửi có ít nhất 01 ngày làm việc (Nghị định 09/2019/NĐ-CP, Điều 8.5).",
        )  # fmt: skip
    fields.close()
    return period


def _every(fields: Fields) -> dict[Period, tuple[str, ...]]:
    table = fields.table("every", "Mục “every”")
    if table is None:
        return {}
    found: dict[Period, tuple[str, ...]] = {}
    for period in PERIODS:
        for text, line in table.places(period):
            if not is_due_word(period, text):
                message = f"Hạn của việc định kỳ “{period}”: không hiểu “{text}”."
                table.report.error(line, "wrong-type", message, did_you_mean(text, EXAMPLES) or HINT)
                continue
            found[period] = (*found.get(period, ()), text)
    table.close()
    return found
