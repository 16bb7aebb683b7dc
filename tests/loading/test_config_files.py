"""The configuration that ships: calendars against the `holidays` package, regime and ladder against the core."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import holidays
import pytest

from dondoc.domain import policy
from dondoc.domain.calendar import WorkCalendar, days
from dondoc.loading import load_calendar, load_ladder, load_regime

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "config"

NOT_IN_HOLIDAYS = {
    2026: {date(2026, 1, 2), date(2026, 1, 10)},  # swapped by 12729/VPCP-KGVX, which the package does not have
}


@pytest.fixture(scope="module")
def calendar() -> WorkCalendar:
    return load_calendar(CONFIG / "calendar").require()


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026, 2027])
def test_working_days_agree_with_the_holidays_package(calendar: WorkCalendar, year: int) -> None:
    package = holidays.country_holidays("VN", years=(year - 1, year, year + 1))
    different = {
        day
        for day in days(date(year, 1, 1), date(year, 12, 31))
        if calendar.is_working(day) != package.is_working_day(day)
    }
    assert different == NOT_IN_HOLIDAYS.get(year, set())


@pytest.mark.parametrize(("year", "working"), [(2023, 249), (2024, 251), (2025, 250), (2026, 249), (2027, 249)])
def test_working_days_of_each_year(calendar: WorkCalendar, year: int, working: int) -> None:
    assert sum(calendar.is_working(day) for day in days(date(year, 1, 1), date(year, 12, 31))) == working


def test_only_2027_is_provisional(calendar: WorkCalendar) -> None:
    assert [year.year for year in calendar.years] == [2023, 2024, 2025, 2026, 2027]
    assert [year.year for year in calendar.years if year.status == "provisional"] == [2027]


def test_every_day_names_its_decision_and_swaps_come_in_pairs(calendar: WorkCalendar) -> None:
    for year in calendar.years:
        assert all(day.name and day.decision for day in year.days)
        kinds = [day.kind for day in year.days]
        assert kinds.count("swapped_off") == kinds.count("swapped_work")


def test_swapped_days_carry_the_number_of_their_decision(calendar: WorkCalendar) -> None:
    for on, number in (
        (date(2024, 4, 29), "2450/VPCP-KGVX"),
        (date(2025, 5, 2), "1570/TB-BLĐTBXH"),
        (date(2026, 8, 31), "9441/TB-BNV"),
        (date(2026, 11, 24), "28/2026/QH16"),
    ):
        special = calendar.special(on)
        assert special is not None
        assert number in special.decision


def test_the_ladder_file_states_the_default() -> None:
    assert load_ladder(CONFIG / "escalation.yaml").require() == policy.DEFAULT


def test_the_regime_follows_the_decree() -> None:
    regime = load_regime(CONFIG / "reporting.yaml").require()
    first, half, third, year = regime.periodic
    assert first.cut_off(2024) == (date(2023, 12, 15), date(2024, 3, 14))
    assert half.cut_off(2024) == (date(2023, 12, 15), date(2024, 6, 14))
    assert third.cut_off(2024) == (date(2024, 6, 15), date(2024, 9, 14))
    assert year.cut_off(2024) == (date(2023, 12, 15), date(2024, 12, 14))
    assert [period.due_on(2024).day for period in regime.periodic] == [17, 17, 17, 17]
    assert set(regime.every) == {"week", "month", "quarter", "half_year", "nine_months", "year"}
    assert regime.own_tasks_reviewer == "van-phong-ubnd-tinh"
