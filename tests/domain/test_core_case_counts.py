"""What counts of cases add up to: no case twice."""

from __future__ import annotations

from datetime import date

import pytest
from core_world import REGIME

from dondoc.domain.case_counts import CaseCount, PeriodCount, total, year_so_far


def reported(**numbers: int) -> list[PeriodCount]:
    """Reports of one agency by the regime's period."""
    days = {period.key: (period.name, *period.cut_off(2024)) for period in REGIME.periodic}
    return [
        PeriodCount("so", f"2024-{key}", *days[key], CaseCount(number, number, 0)) for key, number in numbers.items()
    ]


@pytest.mark.parametrize(("numbers", "expected"), [
    ({}, 0),
    ({"Q1": 5}, 5),
    ({"Q1": 5, "H1": 9}, 9),  # six months hold the first quarter
    ({"Q1": 5, "H1": 9, "Q3": 4}, 13),
    ({"Q1": 5, "Q3": 4}, 9),  # the report in between was never sent
    ({"H1": 9, "Q3": 4, "Y": 20}, 20),
])  # fmt: skip
def test_longer_periods_hold_shorter_ones(numbers: dict[str, int], expected: int) -> None:
    assert total(year_so_far(reported(**numbers))).received == expected


def test_in_words() -> None:
    assert (
        CaseCount(1250, 1200, 3).words
        == "Nhận 1.250 vụ việc: giải quyết đúng hạn 1.200, quá hạn 3, đang giải quyết 47."
    )
    assert CaseCount(0, 0, 0).words == "Không nhận vụ việc nào."
    assert date(2024, 6, 14) == reported(H1=1)[0].end
