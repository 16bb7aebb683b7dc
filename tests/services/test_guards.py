"""Guards stop and ask: a sweep that would call too many overdue at once, a day with far too many messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest
from outbox_help import FINANCE, JUSTICE, PLAN, Post, by, departments, id_of, leads, open_post, task, workspace

from dondoc.domain.plan import Task
from dondoc.domain.workspace import Workspace
from dondoc.errors import Refused
from dondoc.services import delivering, guarding, pressing, releasing, sweeping, tracking
from dondoc.store import messages, obligations

LATE, NEXT = date(2024, 6, 17), date(2024, 6, 18)
"""The first working day after 14/6/2024, and the next one."""


@pytest.fixture
def post(database_url: str, tmp_path: Path) -> Iterator[Post]:
    """Monday, 3 June 2024, with nothing applied."""
    with open_post(database_url, tmp_path, date(2024, 6, 3)) as opened:
        yield opened


# Too many overdue at once


def plan(late: int, others: int, due: str = "29/11/2024") -> list[Task]:
    """So many tasks of Justice due on 14/6/2024, and so many later."""
    numbers = range(1, late + others + 1)
    return [task(f"I.{n}", by("14/6/2024" if n <= late else due)) for n in numbers]


def told(post: Post, plan_id: str = PLAN) -> Counter[str]:
    """How many notices there are of each kind that says late."""
    return Counter(
        line.kind
        for line in post.lines()
        if line.status != "superseded" and line.kind in ("overdue", "urge_1", "urge_2")
        if line.obligation_id.startswith(f"{plan_id}/")
    )


def sweep(post: Post, day: date, hour: time = time(8, 0)) -> sweeping.SweepResult:
    return sweeping.sweep(post.app, post.set(day, hour))


def decide(post: Post, decision: str, number: int | None = None) -> None:
    if number is None:
        (row,) = guarding.waiting(post.app)
        number = row["id"]
    guarding.answer(post.app, number, decision, "so-noi-vu", "Đã xem.", post.moment)  # type: ignore[arg-type]


@pytest.mark.parametrize(("late", "others", "stops"), [(10, 40, False), (11, 39, True), (9, 0, False), (10, 0, True)])
def test_a_sweep_stops_exactly_above_a_fifth_and_from_ten_on(post: Post, late: int, others: int, stops: bool) -> None:
    post.settle_in(*plan(late, others))
    sweep(post, date(2024, 6, 14))
    found = sweep(post, LATE)
    assert found.guarded == (late if stops else 0)
    assert told(post)["overdue"] == (0 if stops else late)
    assert [(row["found"], row["plan"]) for row in guarding.waiting(post.app)] == ([(late, PLAN)] if stops else [])


def test_what_was_called_overdue_before_does_not_count_again(post: Post) -> None:
    post.settle_in(*(task(f"I.{n}", by("13/6/2024" if n <= 9 else "14/6/2024")) for n in range(1, 19)))
    sweep(post, date(2024, 6, 14))
    assert told(post)["overdue"] == 9
    assert sweep(post, LATE).guarded == 0  # nine more of eighteen: below ten
    assert told(post)["overdue"] == 18


def test_a_tasks_own_wake_up_is_stopped_too(post: Post) -> None:
    post.settle_in(*plan(11, 0))
    sweep(post, date(2024, 6, 14))
    tracking.track_task(post.app, PLAN, "I.1", post.set(LATE))
    assert told(post) == Counter()
    decide(post, "allowed")
    tracking.track_task(post.app, PLAN, "I.1", post.set(LATE, time(9, 0)))
    assert told(post) == Counter({"overdue": 1})


def test_reminders_of_others_go_on(post: Post) -> None:
    post.settle_in(*plan(11, 0), task("II.1", by("18/6/2024"), leads=[FINANCE]))
    post.morning(date(2024, 6, 14))
    result = post.morning(LATE)
    assert result.sent == 1
    assert [mail.entry.to for mail in post.mails()][-1] == (f"{FINANCE}@tinh.example",)
    assert told(post) == Counter()


def test_another_plan_is_judged_by_itself(post: Post) -> None:
    post.settle_in(*plan(11, 0))
    other = workspace(*plan(9, 0))
    post.apply(replace(other, plan=replace(other.plan, id="ke-hoach-2")), assign=False)
    sweep(post, date(2024, 6, 14))
    sweep(post, LATE)
    assert (told(post), told(post, "ke-hoach-2")) == (Counter(), Counter({"overdue": 9}))


def test_after_a_yes_the_next_sweep_tells(post: Post) -> None:
    post.settle_in(*plan(11, 0))
    sweep(post, date(2024, 6, 14))
    sweep(post, LATE)
    decide(post, "allowed")
    assert sweep(post, LATE, time(9, 0)).guarded == 0
    assert told(post) == Counter({"overdue": 11})
    assert guarding.waiting(post.app) == []


def test_after_a_no_nothing_is_said_and_it_is_asked_anew_the_next_day(post: Post) -> None:
    post.settle_in(*plan(11, 0))
    sweep(post, date(2024, 6, 14))
    sweep(post, LATE)
    decide(post, "refused")
    sweep(post, LATE, time(9, 0))
    assert (told(post), guarding.waiting(post.app)) == (Counter(), [])
    sweep(post, NEXT)
    assert told(post) == Counter()
    assert [row["day"] for row in guarding.waiting(post.app)] == [NEXT.isoformat()]


def test_without_an_answer_it_is_asked_once_a_day(post: Post) -> None:
    post.settle_in(*plan(11, 0))
    sweep(post, date(2024, 6, 14))
    for hour in (8, 9, 10):
        sweep(post, LATE, time(hour, 0))
    sweep(post, NEXT)
    assert [row["day"] for row in guarding.waiting(post.app)] == [NEXT.isoformat()]
    assert [row.key for row in post.alarms()] == [f"overdue-guard/{PLAN}"] * 2
    assert len(post.journal("guard-stopped")) == 2


def test_a_yes_holds_for_seven_days_and_for_no_more_than_was_shown(post: Post) -> None:
    """Eleven are shown and let pass on Monday, but reach their agencies only later: days off, a stopped machine."""
    post.settle_in(*plan(11, 0), *(task(f"II.{n}", by("28/6/2024")) for n in range(1, 13)))
    sweep(post, date(2024, 6, 14))
    sweep(post, LATE)
    decide(post, "allowed")
    assert sweep(post, date(2024, 6, 24)).guarded == 0
    assert told(post)["overdue"] + told(post)["urge_1"] == 11
    assert sweep(post, date(2024, 7, 1)).guarded == 12  # twelve others: more than was shown, and too late


def test_a_yes_is_no_yes_for_more(post: Post) -> None:
    post.settle_in(*plan(11, 0), *(task(f"II.{n}", by("17/6/2024")) for n in range(1, 13)))
    sweep(post, date(2024, 6, 14))
    sweep(post, LATE)
    decide(post, "allowed")
    assert sweep(post, NEXT).guarded == 23  # the eleven were not told on Monday
    assert told(post) == Counter()


def test_an_obligation_reported_meanwhile_does_not_count(post: Post) -> None:
    post.settle_in(*plan(11, 0))
    sweep(post, date(2024, 6, 14))
    sweep(post, LATE)
    post.report(id_of("I.1", JUSTICE), id_of("I.2", JUSTICE))
    assert sweep(post, LATE, time(9, 0)).guarded == 0
    assert told(post) == Counter({"overdue": 9})


def test_two_plans_that_stop_on_one_day_are_two_alarms(post: Post) -> None:
    post.settle_in(*plan(11, 0))
    other = workspace(*plan(12, 0))
    post.apply(replace(other, plan=replace(other.plan, id="ke-hoach-2")), assign=False)
    sweep(post, date(2024, 6, 14))
    sweep(post, LATE)
    assert [row.key for row in post.alarms()] == ["overdue-guard/ke-hoach", "overdue-guard/ke-hoach-2"]


def test_a_worker_that_died_before_it_could_tell_is_made_up_for(post: Post) -> None:
    post.settle_in(*plan(11, 0))
    sweep(post, date(2024, 6, 14))
    post.set(LATE)
    with post.app.sessions.begin() as session:  # as it was when the worker died: on record, nobody told
        guarding.guards.stop(session, guarding.guards.OVERDUE, PLAN, LATE, 11, 11, post.moment)
    sweep(post, LATE, time(9, 0))
    assert [row.key for row in post.alarms()] == [f"overdue-guard/{PLAN}"]


def test_an_answer_needs_a_reason_and_a_guard_that_waits(post: Post) -> None:
    post.settle_in(*plan(11, 0))
    sweep(post, date(2024, 6, 14))
    sweep(post, LATE)
    (row,) = guarding.waiting(post.app)
    with pytest.raises(Refused):
        guarding.answer(post.app, row["id"], "allowed", "so-noi-vu", " ", post.moment)
    decide(post, "refused", row["id"])
    for number in (row["id"], 999):
        with pytest.raises(Refused):
            decide(post, "refused", number)
    assert [(entry.who, entry.action) for entry in post.journal("guard-refused")] == [("so-noi-vu", "guard-refused")]


# Far too many messages


MANY = departments(30)
EVE = date(2024, 6, 13)
"""The day before the task of all is due: one reminder to each."""


def all_of_them(count: int = 30, due: str = "14/6/2024") -> Workspace:
    """One task that so many departments owe."""
    return workspace(task("I.1", by(due), leads=leads(MANY[:count])), more=MANY)


def move_due_days(post: Post, due: date) -> None:
    """A fault, or a hand in the database, moves every due day."""
    with post.app.sessions.begin() as session:
        for agency in MANY:
            obligations.redate(session, id_of("I.1", agency.id), due, due, ())
        obligations.set_next(session, {id_of("I.1", agency.id): date(2024, 6, 4) for agency in MANY})


def test_a_day_that_was_foreseen_is_no_flood_however_full(post: Post) -> None:
    post.apply(all_of_them(), assign=False)
    post.morning(date(2024, 6, 12))
    assert post.morning(EVE).sent == 30


def test_a_flood_is_held_with_the_reason_and_the_operators_hear_of_it(post: Post) -> None:
    post.apply(all_of_them(due="28/6/2024"), assign=False)
    post.morning(date(2024, 6, 3))  # the month's outlook goes, as foreseen
    move_due_days(post, date(2024, 6, 5))
    result = post.morning(date(2024, 6, 4))
    assert (result.composed, result.sent) == (30, 0)
    held = [row for row in post.rows() if row.status == "held"]
    assert len(held) == 30
    assert {row.reason for row in held} == {
        "Hôm nay có 30 thư mới, diễn tập cả năm chỉ thấy 0: giữ lại, chờ người xem rồi cho gửi."
    }
    assert [row.key for row in post.alarms()] == ["flood"]
    assert len(post.journal("flood-held")) == 1


def test_a_held_flood_leaves_when_a_person_releases_it(post: Post) -> None:
    post.apply(all_of_them(due="28/6/2024"), assign=False)
    post.morning(date(2024, 6, 3))
    move_due_days(post, date(2024, 6, 5))
    post.morning(date(2024, 6, 4))
    held = [row.id for row in post.rows() if row.status == "held"]
    assert releasing.release(post.app, held, "so-noi-vu", post.moment) == held
    assert post.morning(date(2024, 6, 4), time(8, 15)).sent == 30


def test_ten_days_of_downtime_are_no_flood(post: Post) -> None:
    """Three departments a day were to be reminded; now all thirty are on one morning."""
    groups = [MANY[n : n + 3] for n in range(0, 30, 3)]
    due = [f"{14 + n}/6/2024" for n in (0, 3, 4, 5, 6, 7, 10, 11, 12, 13)]
    tasks = [
        task(f"I.{n}", by(day), leads=leads(group)) for n, (day, group) in enumerate(zip(due, groups, strict=True))
    ]
    post.apply(workspace(*tasks, more=MANY), assign=False)
    post.morning(date(2024, 6, 4))
    result = post.morning(date(2024, 6, 18))
    assert (result.sent, post.alarms()) == (30, [])


def test_lines_that_wait_for_tomorrows_digest_are_not_counted_as_messages_of_today(post: Post) -> None:
    post.apply(all_of_them(25), assign=False)
    assert post.morning(EVE).sent == 25
    more = workspace(  # in the course of the day the same departments get another task
        task("I.1", by("14/6/2024"), leads=leads(MANY[:25])), task("I.2", by("14/6/2024"), leads=leads(MANY[:25])),
        more=MANY,
    )  # fmt: skip
    post.apply(more, assign=False, force=True)
    for hour in (9, 10, 11):
        assert post.morning(EVE, time(hour, 0)).composed == 0
    assert (post.journal("flood-held"), post.alarms()) == ([], [])
    assert post.morning(date(2024, 6, 14)).sent == 25


def test_what_the_mail_server_did_not_take_yesterday_is_no_flood_today(post: Post) -> None:
    post.apply(all_of_them(), assign=False)
    post.sink.set(mail="421 4.3.2 Too busy")
    post.morning(EVE)
    post.sink.set(mail=None)
    assert post.morning(date(2024, 6, 14)).sent == 30
    assert post.alarms() == []


def test_something_new_beside_what_was_left_from_yesterday_is_no_flood_either(post: Post) -> None:
    made = all_of_them(29)
    other = task("I.2", by("18/6/2024"), leads=[FINANCE])
    tasks = (*made.plan.tasks, other)
    post.apply(workspace(*tasks, more=MANY), assign=False)
    post.sink.set(mail="421 4.3.2 Too busy")
    post.morning(EVE)
    post.sink.set(mail=None)
    post.morning(date(2024, 6, 14))
    post.set(date(2024, 6, 14), time(9, 0))
    pressing.remind_now(post.app, PLAN, "I.2", "so-noi-vu", "Gấp.", post.moment)
    assert post.morning(date(2024, 6, 14), time(9, 15)).sent == 1
    assert post.alarms() == []


def test_what_a_person_presses_for_thirty_agencies_is_no_flood_nor_makes_one(post: Post) -> None:
    """Thirty are reminded by hand before 08:00, then thirty get their digest, as foreseen."""
    post.apply(all_of_them(), assign=False)
    post.morning(date(2024, 6, 12))
    post.set(EVE, time(7, 40))
    assert pressing.remind_now(post.app, PLAN, "I.1", "so-noi-vu", "Gấp.", post.moment) == 30
    assert post.morning(EVE, time(7, 45)).sent == 30
    assert post.morning(EVE).sent == 30
    assert post.alarms() == []


def test_twenty_messages_are_never_a_flood(post: Post) -> None:
    post.apply(all_of_them(20, due="28/6/2024"), assign=False)
    post.morning(date(2024, 6, 3))
    post.set(date(2024, 6, 4), time(7, 40))
    assert pressing.remind_now(post.app, PLAN, "I.1", "so-noi-vu", "Gấp.", post.moment) == 20
    assert delivering.deliver(post.app, post.moment).sent == 20


def test_what_is_held_for_other_reasons_is_no_part_of_a_flood(post: Post) -> None:
    """The year's lists wait for their release, thirty of them, and do not hold up the day's reminders."""
    post.apply(all_of_them())
    post.morning(date(2024, 6, 4))
    assert post.morning(EVE).sent == 30
    with post.app.sessions() as session:
        assert len(messages.find(session, status="held")) == 30
