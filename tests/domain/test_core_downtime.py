"""Windows, not equality (DESIGN §2.3), and years whose calendar is missing or not confirmed (DEADLINES §3)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from core_world import (
    FINANCE,
    JUSTICE,
    REGIME,
    answer,
    day,
    look,
    morning,
    only,
    report,
    run,
    snapshot,
    sweep,
    task,
    told,
    world,
)

from dondoc.domain.calendar import days
from dondoc.domain.cases import Case, standing
from dondoc.domain.clauses import AnyClause, By, Every, Ongoing, Within
from dondoc.domain.decide import decide_case
from dondoc.domain.explain import explain
from dondoc.domain.looking import checkpoints
from dondoc.domain.policy import DEFAULT

Said = list[tuple[str, str, bool]]


def after(first: str, *, due: str, until: str | None = None) -> Said:
    """What a server that was down (or a plan that was loaded late) says from its first day on: rule, to, superseded."""
    made = world(task("I.1", By(date=day(due))), ladder=replace(DEFAULT, outlook=False))
    _, found = sweep(Case(only(made)), made, days(day(first), day(until or first)))
    return [(n.rule, n.to, n.superseded) for _, n in found]


# Downtime and late loading


def test_after_ten_days_down_each_audience_gets_one_fitting_notice_and_the_rest_is_superseded() -> None:
    assert after("1/7/2024", due="14/6/2024") == [
        ("urge_2", "lead", False),
        ("remind_7", "lead", True),
        ("remind_1", "lead", True),
        ("overdue", "lead", True),
        ("urge_1", "lead", True),
        ("urge_2_head", "head", False),
        ("supervisor", "supervisor", False),
    ]


def test_after_coming_back_the_same_day_and_the_next_say_nothing_more() -> None:
    assert len(after("1/7/2024", due="14/6/2024", until="5/7/2024")) == 7


def test_down_over_the_due_day_only_the_lateness_is_told() -> None:
    assert after("18/6/2024", due="14/6/2024") == [
        ("overdue", "lead", False),
        ("remind_7", "lead", True),
        ("remind_1", "lead", True),
    ]


def test_both_reminders_missed_gives_the_tighter_one() -> None:
    assert after("14/6/2024", due="14/6/2024") == [("remind_1", "lead", False), ("remind_7", "lead", True)]


def test_a_plan_loaded_late_says_one_thing_per_case_and_recipient() -> None:
    rows = [task("I.1", By(date=day("14/6/2024"))), task("I.2", By(date=day("29/3/2024")))]
    made = world(*rows, issued_on=day("1/7/2024"))
    sim = run(made, until=day("1/7/2024"))
    assert sim.starts_on == day("1/1/2024")
    cases = [replace(case, fired=()) for case in sim.cases.values()]
    for case in cases:
        _, found = sweep(case, made, [day("1/7/2024")])
        sent = [n.to for _, n in found if not n.superseded]
        assert len(sent) == len(set(sent))
        assert sent.count("lead") == 1


def test_a_missed_monday_brings_the_leaders_list_on_the_next_day() -> None:
    made = world(task("I.1", By(date=day("14/6/2024"))))
    up = [d for d in days(day("1/6/2024"), day("31/7/2024")) if d != day("8/7/2024")]
    _, found = sweep(Case(only(made)), made, up)
    assert [d for d, n in found if n.to == "leader"] == [
        day("9/7/2024"),
        day("15/7/2024"),
        day("22/7/2024"),
        day("29/7/2024"),
    ]


# A calendar year that is missing

ALL = ("week", "month", "quarter", "half_year", "nine_months", "year")


@pytest.mark.parametrize("years", [(2024,), (2023, 2024), (2024, 2025)])
def test_nothing_raises_in_a_whole_year_whatever_other_years_are_loaded(years: tuple[int, ...]) -> None:
    clauses: list[AnyClause] = [Every(period=p) for p in ALL]  # type: ignore[arg-type]
    clauses += [
        By(date=day(d)) for d in ("20/12/2023", "2/1/2024", "10/1/2024", "29/12/2024", "31/12/2024", "31/3/2025")
    ]
    clauses += [
        Within(start=day("1/10/2023"), end=day("31/12/2023")),
        Within(start=day("1/1/2024"), end=day("31/12/2026")),
    ]
    clauses += [Ongoing()]
    made = world(
        task("I.1", *clauses),
        task("I.2", *clauses[1:], leads=[FINANCE], occurrences="each"),
        regime=REGIME,
        years=years,
    )
    answers = [
        report(on, "I.1", kind, until="15/1/2025", review=review)
        for on in ("28/12/2023", "2/1/2024", "14/6/2024", "30/12/2024", "31/12/2024")
        for kind in ("ack", "extension", "done", "not_applicable")
        for review in ("accepted", "returned")
    ]
    sim = run(made, answers)
    assert (sim.ends_on, len(sim.issued) > 100) == (day("31/12/2024"), True)
    for case in sim.cases.values():
        assert checkpoints(case, made.ladder, made.rules)
        for on in ("20/12/2023", "1/1/2024", "30/6/2024", "31/12/2024", "4/1/2025", "6/4/2026"):
            found = decide_case(case, snapshot(made), morning(on))
            assert found.reason
            assert found.next_on is None or found.next_on > day(on)
            standing(case, morning(on), made.rules)
            explain(case, snapshot(made), morning(on))


def test_the_second_of_january_whose_reminders_would_lie_in_an_unloaded_year() -> None:
    made = world(task("I.1", By(date=day("2/1/2024"))), years=[2024, 2025])
    assert told(run(made))[:2] == ["02/01 reminder → lead", "03/01 overdue → lead"]


def test_the_second_of_january_with_the_year_before_loaded() -> None:
    made = world(task("I.1", By(date=day("2/1/2024"))), issued_on=day("15/12/2023"))
    assert told(run(made))[:3] == ["21/12 reminder → lead", "29/12 reminder → lead", "03/01 overdue → lead"]


def test_one_reminder_inside_the_year_and_one_outside_keep_their_days() -> None:
    made = world(task("I.1", By(date=day("10/1/2024"))), years=[2024, 2025])
    assert told(run(made))[:3] == ["02/01 reminder → lead", "09/01 reminder → lead", "11/01 overdue → lead"]


def test_a_december_task_of_the_plan_is_followed_from_december() -> None:
    made = world(task("I.1", By(date=day("20/12/2023"))))
    sim = run(made, until=day("31/12/2023"))
    assert sim.starts_on == day("1/12/2023")
    assert told(sim) == [
        "11/12 reminder → lead",
        "19/12 reminder → lead",
        "21/12 overdue → lead",
        "25/12 urge_1 → lead",
        "29/12 urge_2 → lead",
        "29/12 urge_2 → head (giữ lại)",
    ]


def test_lateness_in_december_is_told_though_the_next_year_is_not_loaded() -> None:
    made = world(task("I.1", By(date=day("16/12/2024"))), years=[2024])
    assert told(run(made))[:6] == [
        "05/12 reminder → lead",
        "13/12 reminder → lead",
        "17/12 overdue → lead",
        "19/12 urge_1 → lead",
        "25/12 urge_2 → lead",
        "25/12 urge_2 → head (giữ lại)",
    ]


def test_in_a_year_without_calendar_nothing_is_said_and_the_reason_is_given() -> None:
    made = world(task("I.1", By(date=day("16/12/2024"))), years=[2024])
    found = decide_case(Case(only(made)), snapshot(made), morning("6/1/2025"))
    assert (found.notices, found.next_on) == ((), day("7/1/2025"))
    assert found.reason == "Chưa có lịch làm việc năm 2025: không nhắc."


def test_what_opened_years_ago_is_looked_at_again_when_the_calendar_begins() -> None:
    made = world(task("I.1", Within(start=day("1/1/2021"), end=day("31/12/2024"))))
    assert decide_case(Case(only(made)), snapshot(made), morning("1/1/2021")).next_on == day("1/1/2023")


def test_a_due_day_in_an_unloaded_year_waits_for_its_calendar_and_is_seen_as_soon_as_it_comes() -> None:
    row = task("I.1", Within(start=day("1/1/2024"), end=day("28/2/2025")))
    without, loaded = world(row, years=[2024]), world(row, years=[2024, 2025])
    found = decide_case(Case(only(without)), snapshot(without), morning("2/1/2024"))
    assert (found.next_on, found.reason) == (day("30/12/2024"), "Hạn 28/02/2025 nằm ngoài lịch làm việc đã nạp.")
    late = decide_case(Case(only(without)), snapshot(without), morning("30/12/2024"))
    assert late.next_on == day("31/12/2024")
    assert decide_case(Case(only(loaded)), snapshot(loaded), morning("3/2/2025")).notices[0].kind == "outlook"


# A calendar year that is not confirmed


def test_lateness_that_hangs_on_an_unconfirmed_day_waits_for_a_person() -> None:
    made = world(
        task("I.1", By(date=day("31/1/2025"))), task("I.2", By(date=day("14/3/2025"))), year=2025, provisional=[2025]
    )
    sim = run(made, until=day("31/3/2025"))
    assert told(sim, task="I.1")[2:4] == ["04/02 overdue → lead (giữ lại)", "06/02 urge_1 → lead (giữ lại)"]
    assert told(sim, task="I.2")[2:4] == ["17/03 overdue → lead", "19/03 urge_1 → lead"]
    (first,) = [i.notice for i in sim.issued if i.notice.rule == "overdue" and i.obligation.task_id == "I.1"]
    assert first.reason.endswith("Lịch làm việc năm 2025 chưa chính thức: chờ người xác nhận.")


def test_reminders_do_not_wait_for_the_calendar_to_be_confirmed() -> None:
    made = world(task("I.1", By(date=day("4/2/2025"))), year=2025, provisional=[2025])
    assert told(run(made))[:2] == ["17/01 reminder → lead", "03/02 reminder → lead"]


def test_the_ladder_can_be_followed_by_its_own_next_days_alone() -> None:
    made = world(task("I.1", By(date=day("16/12/2024"))), years=[2024])
    case, on, seen = Case(only(made), (answer("17/12/2024", "progress"),)), day("1/1/2024"), []
    while on is not None and on <= day("31/12/2024"):
        seen.append(on)
        case, _, on = look(case, made, on)
    assert day("17/12/2024") in seen and day("25/12/2024") in seen
    assert case.obligation.agency == JUSTICE
