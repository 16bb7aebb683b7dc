"""One task from reminder to count, as an officer would tell it, on the core alone (no database, no mail).

Sở Tư pháp owes "Quý I/2024". Its last day, 31 March, is a Sunday.
"""

from __future__ import annotations

from core_world import JUSTICE, SUPERVISOR, day, morning, owed, report, run, snapshot, task, told, world

from dondoc.domain.calendar import days
from dondoc.domain.clauses import Within
from dondoc.domain.counts import tally
from dondoc.domain.explain import explain
from dondoc.domain.simulate import Simulation, World

MADE = world(
    task("I.1", Within(start=day("1/1/2024"), end=day("31/3/2024"))),
    task("I.2", Within(start=day("1/1/2024"), end=day("31/3/2024")), leads=["so-tai-chinh"]),
)
ANSWERS = [
    report("28/3/2024", "I.2", "done", agency="so-tai-chinh"),
    report("3/4/2024", "I.1", "ack", until="10/4/2024"),
    report("16/4/2024", "I.1", "done", review="returned"),
    report("24/4/2024", "I.1", "done"),
]


def year(*, until: str = "31/12/2024", made: World = MADE) -> Simulation:
    """The year as it went, up to that day."""
    return run(made, ANSWERS, until=day(until))


def count(on: str) -> dict[str, int]:
    """The four-way count on the morning of that day, empty columns left out."""
    found = tally(MADE.scope.plan, year().cases.values(), morning(on), MADE.rules)
    return {name: number for name, number in found.total.items() if number}


def sentences(on: str) -> tuple[str, ...]:
    """What the officer of the supervisor reads about task I.1 that morning."""
    case = year().cases[f"ke-hoach/I.1/-/1/{JUSTICE}"]
    return explain(case, snapshot(MADE), morning(on))


def test_from_reminder_to_promise_to_lapse_to_overdue_to_done_late_to_accepted_to_the_count() -> None:
    assert told(year(), JUSTICE) == [
        "21/03 reminder → lead",  # seven working days before
        "29/03 reminder → lead",  # the Friday before the Sunday
        "02/04 overdue → lead",  # Monday 1 April was still in time
        # 3 April: "we promise it for the 10th". Silence until then, and nothing on the 10th.
        "12/04 urge_1 → lead",  # the promise lapsed by itself on the 10th; the ladder went on from +1
        # 16 April: reported. Returned on the 17th, to be corrected by Tuesday 23 April (18 April is a holiday).
        # 24 April: the morning stands at +5, nothing new; reported again at 14:00, accepted on the 25th.
    ]


def test_the_supervisor_and_the_leaders_never_had_to_hear_of_it() -> None:
    assert {issued.notice.to for issued in year().issued} == {"lead"}


def test_the_colleague_who_answered_in_time_heard_nothing_more() -> None:
    assert told(year(), "so-tai-chinh") == ["21/03 reminder → lead"]


def test_the_four_way_count_along_the_way() -> None:
    assert [
        count("27/3/2024"),  # both work on it
        count("29/3/2024"),  # Sở Tài chính reported on the 28th; its acceptance comes at 09:30
        count("1/4/2024"),  # a day off has been rolled: still in term
        count("2/4/2024"),
        count("9/4/2024"),  # the promise changes no count
        count("17/4/2024"),  # reported late, not accepted yet
        count("25/4/2024"),
        count("26/4/2024"),
        count("31/12/2024"),
    ] == [
        {"in_term": 2},
        {"in_term": 2},
        {"done_on_time": 1, "in_term": 1},
        {"done_on_time": 1, "overdue": 1},
        {"done_on_time": 1, "overdue": 1},
        {"done_on_time": 1, "overdue": 1},
        {"done_on_time": 1, "overdue": 1},
        {"done_on_time": 1, "done_late": 1},
        {"done_on_time": 1, "done_late": 1},
    ]


def test_any_day_of_the_past_is_counted_as_it_was_counted_then() -> None:
    whole = year().cases.values()
    for on in days(day("25/3/2024"), day("30/4/2024")):
        then = year(until=f"{on.day}/{on.month}/{on.year}").cases.values()
        now = morning(f"{on.day}/{on.month}/{on.year}")
        assert tally(MADE.scope.plan, whole, now, MADE.rules) == tally(MADE.scope.plan, then, now, MADE.rules)


def test_the_officer_can_read_why() -> None:
    assert sentences("9/4/2024")[-2:] == (
        "Tạm dừng nhắc: hẹn ngày đến 10/04/2024.",
        "Hệ thống sẽ xem lại vào Thứ Tư, 10/4/2024.",
    )
    assert sentences("12/4/2024")[0] == "Trạng thái: đang thực hiện, quá hạn."
    assert "Tạm dừng nhắc: được trả lại để bổ sung đến 23/04/2024." in sentences("19/4/2024")
    assert sentences("26/4/2024")[0] == "Đã hoàn thành quá hạn (gửi 24/04/2024)."
    assert sentences("26/4/2024")[-1] == "Không còn việc gì phải nhắc."


def test_had_nobody_answered_the_ladder_would_have_climbed_to_the_leaders() -> None:
    silent = told(run(MADE), JUSTICE)
    assert silent[2:8] == [
        "02/04 overdue → lead",
        "04/04 urge_1 → lead",
        "10/04 urge_2 → lead",
        "10/04 urge_2 → head (giữ lại)",
        "15/04 escalation_supervisor → supervisor",
        "22/04 urge_2 → lead",
    ]
    assert "02/05 escalation_leaders → leader (giữ lại)" in silent


def test_each_obligation_is_reviewed_by_another_than_its_owner() -> None:
    assert {o.reviewer for o in owed(MADE).values()} == {SUPERVISOR}
