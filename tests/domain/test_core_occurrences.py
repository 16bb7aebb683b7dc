"""From clauses to occurrences: DEADLINES §3, row by row."""

from __future__ import annotations

from datetime import date

import pytest
from core_world import REGIME, day, task, world

from dondoc.domain.clauses import AnyClause, By, Every, Offset, Ongoing, Per, Unknown, Upon, Within
from dondoc.domain.occurrences import Schedule, names_document, schedule
from dondoc.domain.periods import due_in, month_end, spans

Q1 = Within(start=date(2024, 1, 1), end=date(2024, 3, 31))
Q2 = Within(start=date(2024, 4, 1), end=date(2024, 6, 30))
Q3 = Within(start=date(2024, 7, 1), end=date(2024, 9, 30))
Q4 = Within(start=date(2024, 10, 1), end=date(2024, 12, 31))


def yields(*clauses: AnyClause, issued_on: date | None = None, year: int = 2024, **more: object) -> Schedule:
    """What a task of one part yields in the plan's year."""
    row = task("I.1", *clauses, **more)
    plan = world(row, issued_on=issued_on, year=year).scope.plan
    return schedule(plan, row, row.parts[0], REGIME)


def dates(*clauses: AnyClause, **more: object) -> list[tuple[str, str, str]]:
    """Key, opening day, due day of each occurrence."""
    return [(o.key, f"{o.opens_on:%d/%m}", f"{o.due_on:%d/%m}") for o in yields(*clauses, **more).occurrences]


# by


def test_by_opens_at_the_start_of_the_plan_and_is_due_on_the_date() -> None:
    assert dates(By(date=day("15/9/2024"))) == [("1", "01/01", "15/09")]


def test_by_opens_on_the_day_the_plan_was_issued_when_that_is_known() -> None:
    assert dates(By(date=day("15/9/2024")), issued_on=day("5/2/2024")) == [("1", "05/02", "15/09")]


def test_a_december_task_of_a_plan_that_starts_in_january_opens_in_its_own_month() -> None:
    (found,) = yields(By(date=day("20/12/2023"))).occurrences
    assert (found.opens_on, found.due_on) == (day("1/12/2023"), day("20/12/2023"))


def test_two_dates_are_two_occurrences() -> None:
    assert dates(By(date=day("30/6/2024")), By(date=day("31/12/2024"))) == [
        ("1", "01/01", "30/06"),
        ("2", "01/01", "31/12"),
    ]


# within


def test_a_window_opens_at_its_start_and_is_due_at_its_end() -> None:
    (found,) = yields(Q2).occurrences
    assert (found.opens_on, found.due_on, found.name, found.checkpoints) == (Q2.start, Q2.end, "Quý II/2024", ())


def test_neighbouring_windows_are_one_occurrence_with_a_progress_checkpoint() -> None:
    (found,) = yields(Q2, Q3).occurrences
    assert (found.opens_on, found.due_on, found.checkpoints) == (Q2.start, Q3.end, (Q2.end,))


def test_three_neighbours_have_two_checkpoints() -> None:
    (found,) = yields(Q2, Q3, Q4).occurrences
    assert (found.due_on, found.checkpoints) == (Q4.end, (Q2.end, Q3.end))


def test_windows_with_a_gap_are_separate() -> None:
    assert dates(Q2, Q4) == [("1", "01/04", "30/06"), ("2", "01/10", "31/12")]


def test_neighbours_written_out_of_order_are_still_one() -> None:
    (found,) = yields(Q3, Q2).occurrences
    assert (found.opens_on, found.due_on, found.checkpoints) == (Q2.start, Q3.end, (Q2.end,))


def test_the_task_may_say_each() -> None:
    assert dates(Q2, Q3, occurrences="each") == [("1", "01/04", "30/06"), ("2", "01/07", "30/09")]


def test_the_task_may_say_span() -> None:
    (found,) = yields(Q2, Q4, occurrences="span").occurrences
    assert (found.opens_on, found.due_on, found.checkpoints) == (Q2.start, Q4.end, (Q2.end,))


def test_a_window_longer_than_the_year_keeps_its_ends() -> None:
    (found,) = yields(Within(start=date(2022, 1, 1), end=date(2025, 12, 31))).occurrences
    assert (found.opens_on, found.due_on) == (date(2022, 1, 1), date(2025, 12, 31))


# every


def test_monthly_on_a_named_day() -> None:
    found = dates(Every(period="month", on="by day 14"))
    assert found[:2] == [("2024-01", "01/01", "14/01"), ("2024-02", "01/02", "14/02")]
    assert len(found) == 12


def test_without_a_named_day_the_regime_decides() -> None:
    assert [due for _, _, due in dates(Every(period="quarter"))] == ["17/03", "17/06", "17/09", "17/12"]
    assert [due for _, _, due in dates(Every(period="half_year"))] == ["17/06", "17/12"]
    assert [due for _, _, due in dates(Every(period="nine_months"))] == ["17/09"]
    assert [due for _, _, due in dates(Every(period="year"))] == ["17/12"]
    assert dates(Every(period="week"))[0] == ("2024-W01", "01/01", "05/01")


def test_quarterly_by_a_day_of_the_last_month() -> None:
    found = dates(Every(period="quarter", on="by day 24 of last month"))
    assert found == [
        ("2024-Q1", "01/01", "24/03"),
        ("2024-Q2", "01/04", "24/06"),
        ("2024-Q3", "01/07", "24/09"),
        ("2024-Q4", "01/10", "24/12"),
    ]


def test_weekly_by_friday_is_once_in_each_week_of_the_year() -> None:
    found = yields(Every(period="week", on="by friday")).occurrences
    assert len(found) == 52
    assert all(o.due_on.weekday() == 4 for o in found)


def test_half_year_with_a_month_day_fires_once_a_year() -> None:
    assert dates(Every(period="half_year", on="by 06-14")) == [("2024-H1", "01/01", "14/06")]


def test_two_dates_a_year_are_two_occurrences_with_stable_keys() -> None:
    found = dates(Every(period="year", on="by 06-14"), Every(period="year", on="by 11-29"))
    assert found == [("2024", "01/01", "14/06"), ("2024-2", "01/01", "29/11")]


def test_in_one_list_the_longer_period_replaces_the_shorter_that_ends_the_same_day() -> None:
    found = [key for key, _, _ in dates(Every(period="month"), Every(period="quarter"), Every(period="year"))]
    months, quarters, years = (
        [key for key in found if len(key) == 7 and "Q" not in key],
        [key for key in found if "Q" in key],
        [key for key in found if key == "2024"],
    )
    assert (len(months), len(quarters), len(years)) == (8, 3, 1)
    assert quarters == ["2024-Q1", "2024-Q2", "2024-Q3"]


def test_quarter_half_year_and_year_absorb_in_turn() -> None:
    found = [key for key, _, _ in dates(Every(period="quarter"), Every(period="half_year"), Every(period="year"))]
    assert found == ["2024-Q1", "2024-H1", "2024-Q3", "2024"]


def test_absorb_false_keeps_them_all() -> None:
    found = dates(Every(period="quarter"), Every(period="half_year"), Every(period="year"), absorb=False)
    assert len(found) == 7


def test_a_day_that_the_month_lacks_is_its_last() -> None:
    assert [due for _, _, due in dates(Every(period="month", on="by day 31"))][:4] == [
        "31/01",
        "29/02",
        "31/03",
        "30/04",
    ]


def test_daily_work_is_ongoing_not_250_reports() -> None:
    found = yields(Every(period="day"))
    assert (found.occurrences, found.is_ongoing) == ((), True)


# ongoing, upon, offset, per


def test_ongoing_has_no_occurrence_of_its_own() -> None:
    found = yields(Ongoing())
    assert (found.occurrences, found.waiting, found.is_ongoing) == ((), (), True)


@pytest.mark.parametrize(
    "clause",
    [
        Upon(event="có yêu cầu", relation="when"),
        Offset(amount=7, unit="working_day", from_="có yêu cầu", side="after"),
    ],
)
def test_events_and_lengths_wait_and_are_asked_about(clause: AnyClause) -> None:
    found = yields(clause)
    assert (found.occurrences, found.is_ongoing) == ((), False)
    assert [(w.key, w.question) for w in found.waiting] == [("cho-1", "có yêu cầu")]


def test_a_document_waits_and_is_asked_about() -> None:
    found = yields(Per(reference="Kế hoạch của Bộ Nội vụ"))
    assert (found.occurrences, [w.question for w in found.waiting]) == ((), ["Kế hoạch của Bộ Nội vụ"])


@pytest.mark.parametrize("beside", [Every(period="quarter"), Ongoing()])
def test_a_document_beside_a_cadence_or_ongoing_work_is_a_remark(beside: AnyClause) -> None:
    alone = yields(beside)
    assert yields(beside, Per(reference="Quyết định công bố TTHC")) == alone


@pytest.mark.parametrize(
    "reference", ["quy định", "quy định của pháp luật", "tình hình thực tiễn", "yêu cầu", "đúng lộ trình", "giai đoạn"]
)
def test_a_reference_that_names_no_document_is_a_remark(reference: str) -> None:
    assert not names_document(reference)
    assert yields(Q1, Per(reference=reference)) == yields(Q1)
    found = yields(Per(reference=reference))
    assert (found.occurrences, found.waiting, found.is_ongoing) == ((), (), True)


@pytest.mark.parametrize(
    "reference",
    ["Kế hoạch của Bộ Nội vụ", "quy định tại Nghị định 61/2018/NĐ-CP", "Luật Đất đai", "phương án của tỉnh"],
)
def test_a_reference_that_names_a_document_is_known(reference: str) -> None:
    assert names_document(reference)


@pytest.mark.parametrize(
    "beside",
    [
        Per(reference="Kế hoạch rà soát của UBND tỉnh"),
        Upon(event="có văn bản", relation="when"),
        Offset(amount=30, unit="day", from_="ngày ký", side="after"),
    ],
)
def test_a_date_beside_a_document_or_event_is_a_cap_and_falls_due_by_itself(beside: AnyClause) -> None:
    found = yields(beside, By(date=day("15/9/2024")))
    assert [o.due_on for o in found.occurrences] == [day("15/9/2024")]
    assert found.waiting == ()


def test_two_dates_beside_an_event_cap_nothing() -> None:
    found = yields(By(date=day("30/6/2024")), By(date=day("30/11/2024")), Upon(event="có yêu cầu", relation="when"))
    assert (len(found.occurrences), [w.question for w in found.waiting]) == (2, ["có yêu cầu"])


def test_a_cadence_and_an_event_in_one_cell_are_both_followed() -> None:
    found = yields(Every(period="year"), Upon(event="có yêu cầu", relation="when"))
    assert [o.key for o in found.occurrences] == ["2024"]
    assert [w.question for w in found.waiting] == ["có yêu cầu"]


def test_what_is_not_understood_yields_nothing_and_is_named() -> None:
    found = yields(Unknown(text="giữa mùa mưa"))
    assert (found.occurrences, found.waiting, found.is_ongoing) == ((), (), False)
    assert [u.text for u in found.unknown] == ["giữa mùa mưa"]


def test_an_empty_cell_follows_the_reporting_regime() -> None:
    found = yields()
    assert (found.occurrences, found.waiting, found.is_ongoing) == ((), (), True)


# periods


def test_a_week_belongs_to_the_year_of_its_thursday() -> None:
    weeks = list(spans("week", 2025))
    assert (weeks[0].key, weeks[0].start) == ("2025-W01", date(2024, 12, 30))
    assert (weeks[-1].key, weeks[-1].end) == ("2025-W52", date(2025, 12, 28))


def test_relative_days_go_with_any_long_period() -> None:
    (nine,) = spans("nine_months", 2024)
    (year,) = spans("year", 2024)
    assert due_in(nine, "by day 20 of last month") == day("20/9/2024")
    assert due_in(year, "by day 20 of last month") == day("20/12/2024")
    assert due_in(nine, "by 11-29") is None


def test_the_last_day_of_a_month() -> None:
    assert [month_end(2024, 2), month_end(2025, 2), month_end(2024, 12)] == [
        date(2024, 2, 29),
        date(2025, 2, 28),
        date(2024, 12, 31),
    ]
