"""Work by cases (việc theo vụ việc): how many came, were settled in time or late, and what that adds up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from dondoc.domain.events import Opening


@dataclass(frozen=True, slots=True)
class CaseCount:
    """Of the cases that came within some days: how many, and how many of them were settled in time and late."""

    received: int
    on_time: int
    late: int

    def __add__(self, other: CaseCount) -> CaseCount:
        return CaseCount(self.received + other.received, self.on_time + other.on_time, self.late + other.late)

    @property
    def pending(self) -> int:
        """How many are not settled yet."""
        return self.received - self.on_time - self.late

    @property
    def words(self) -> str:
        """ "Nhận 5 vụ việc: giải quyết đúng hạn 3, quá hạn 1, đang giải quyết 1." """
        if self.received == 0:
            return "Không nhận vụ việc nào."
        parts = f"giải quyết đúng hạn {_number(self.on_time)}, quá hạn {_number(self.late)}"
        return f"Nhận {_number(self.received)} vụ việc: {parts}, đang giải quyết {_number(self.pending)}."


NO_CASES = CaseCount(0, 0, 0)


@dataclass(frozen=True, slots=True)
class PeriodCount:
    """What one agency reported of a task for one period; `start` and `end` are the first and last day of its data."""

    agency: str
    period: str
    period_name: str
    start: date
    end: date
    count: CaseCount


def year_so_far(reported: Iterable[PeriodCount]) -> tuple[PeriodCount, ...]:
    """Of one agency's reports those that add up without counting a case twice, by day.

    The data of a longer period hold those of the shorter ones in it (6 tháng holds quý I, năm holds all): the longest
    count, the others only where they overlap none that counts.
    """
    chosen: list[PeriodCount] = []
    for one in sorted(reported, key=lambda one: (one.start - one.end, one.start)):
        if all(one.end < other.start or one.start > other.end for other in chosen):
            chosen.append(one)
    return tuple(sorted(chosen, key=lambda one: one.start))


def total(counts: Iterable[PeriodCount]) -> CaseCount:
    """All of them together."""
    return sum((one.count for one in counts), NO_CASES)


def by_agency(reported: Iterable[PeriodCount]) -> Mapping[str, tuple[PeriodCount, ...]]:
    """The reports of each agency, in their order."""
    found: dict[str, tuple[PeriodCount, ...]] = {}
    for one in reported:
        found[one.agency] = (*found.get(one.agency, ()), one)
    return found


def recorded(openings: Iterable[Opening], part: str, agency: str, days: tuple[date, date]) -> int:
    """How many events tied to that part of a task lie within those days (both included) and concern the agency."""
    first, last = days
    own = (one for one in openings if one.part == part and one.holds(agency))
    return len({one.event for one in own if first <= one.on <= last})


def _number(number: int) -> str:
    return f"{number:,}".replace(",", ".")
