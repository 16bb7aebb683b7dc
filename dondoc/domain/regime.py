"""The reporting regime of a plan: when periodic reports are due and how answers are judged (config/reporting.yaml)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from dondoc.domain.clauses import Period

MonthDay = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ReportPeriod:
    """One periodic report of the year.

    `key` ends up in obligation ids (Q1, H1, Q3, Y). `data_from`/`data_to` is the data cut-off (Nghị định 09/2019/NĐ-CP,
    Điều 12), a month-day; a `data_from` later in the year than `data_to` lies in the year before. `due` is the day the
    agency's report must arrive. Both ends included.
    """

    key: str
    name: str
    data_from: MonthDay
    data_to: MonthDay
    due: MonthDay

    def cut_off(self, year: int) -> tuple[date, date]:
        """First and last day of the data that the report of `year` covers."""
        last = date(year, *self.data_to)
        first_year = year - 1 if self.data_from > self.data_to else year
        return date(first_year, *self.data_from), last

    def due_on(self, year: int) -> date:
        """The nominal due day in `year`."""
        return date(year, *self.due)


@dataclass(frozen=True)
class Regime:
    """All settings of one reporting regime; lengths are in working days, but `extension_days` in civil days.

    `receipts`: who answers gets a receipt by message. At most `extension_times` extensions of one obligation, each to
    at most `extension_days` after its due day.

    `every` gives the due day of a cadence that names none, in the words of a clause's `on`
    ("by day 17", "by day 17 of last month", "by 06-17"), one or more for each period.
    """

    id: str
    title: str
    periodic: tuple[ReportPeriod, ...]
    every: dict[Period, tuple[str, ...]]
    own_tasks_reviewer: str
    cites: str = ""
    due_rolls: bool = True
    due_soon_days: int = 7
    correction_days: int = 3
    promise_days_past_due: int = 10
    redate_notice_days: int = 3
    unreviewed_days: int = 5
    extension_times: int = 2
    extension_days: int = 60
    target_days: int = 10
    target_days_immediate: int = 3
    receipts: bool = True
    extra: dict[str, str] = field(default_factory=dict)
