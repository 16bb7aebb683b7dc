"""config/reporting.yaml → the reporting regimes: one written out, others that say only where they differ."""

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

_UNWRITTEN = Regime("", "", (), {}, "")


def load_regimes(path: Path) -> Loaded[tuple[Regime, ...]]:
    """Every regime in that file, the one written out first."""
    report = Report(str(path))
    table = read_table(path, report)
    if table is None:
        return report.finish(None)
    fields = Fields(table, report, "Chế độ báo cáo")
    first = _regime(fields, None)
    found = {first.id: first}
    for entry in fields.tables("others", "Chế độ báo cáo khác"):
        other = _regime(entry, first)
        if other.id in found:
            report.error(
                entry.line, "duplicate-id", f"Chế độ báo cáo “{other.id}” ghi hai lần.", "Mỗi mã dùng một lần."
            )
        found[other.id] = other
        entry.close()
    fields.close()
    return report.finish(tuple(found.values()))


def load_regime(path: Path) -> Loaded[Regime]:
    """The regime that the file writes out; the problems are those of the whole file."""
    loaded = load_regimes(path)
    return Loaded(loaded.value[0] if loaded.value else None, loaded.problems)


def _regime(fields: Fields, base: Regime | None) -> Regime:
    """One regime. What it leaves unsaid is as in `base`; without a base, the defaults and what must be said."""
    given = base or _UNWRITTEN
    return Regime(
        id=fields.identifier("id") or "",
        title=fields.required("title"),
        periodic=given.periodic if base and not fields.has("periodic") else _periodic(fields),
        every=given.every if base and not fields.has("every") else _every(fields),
        own_tasks_reviewer=fields.identifier("own_tasks_reviewer", required=base is None) or given.own_tasks_reviewer,
        cites=fields.text("cites") or given.cites,
        due_rolls=fields.flag("due_rolls", default=given.due_rolls),
        due_soon_days=_length(fields, "due_soon_days", given.due_soon_days),
        correction_days=_length(fields, "correction_days", given.correction_days),
        promise_days_past_due=_length(fields, "promise_days_past_due", given.promise_days_past_due),
        redate_notice_days=_length(fields, "redate_notice_days", given.redate_notice_days),
        unreviewed_days=_length(fields, "unreviewed_days", given.unreviewed_days),
        extension_times=_length(fields, "extension_times", given.extension_times),
        extension_days=_length(fields, "extension_days", given.extension_days),
        target_days=_length(fields, "target_days", given.target_days),
        target_days_immediate=_length(fields, "target_days_immediate", given.target_days_immediate),
        receipts=fields.flag("receipts", default=given.receipts),
        extra=_extra(fields) or dict(given.extra),
    )


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
