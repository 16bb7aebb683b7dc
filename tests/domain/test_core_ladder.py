"""The default ladder (DESIGN §4) and the rules of notices (DESIGN §2), day by day through the rehearsed year."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from core_world import (
    FINANCE,
    HEALTH,
    JUSTICE,
    QUIET,
    REGIME,
    SILENT,
    SUPERVISOR,
    answer,
    day,
    lead,
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
from dondoc.domain.cases import Case, Waiver
from dondoc.domain.clauses import By, Every, Ongoing, Upon, Within
from dondoc.domain.decide import Notice, decide_case
from dondoc.domain.looking import checkpoints
from dondoc.domain.obligations import redated
from dondoc.domain.policy import DEFAULT, Step

Q2 = Within(start=day("1/4/2024"), end=day("30/6/2024"))
Q3 = Within(start=day("1/7/2024"), end=day("30/9/2024"))


def by(due: str, **more: object) -> object:
    """A world with one task due on that day."""
    return world(task("I.1", By(date=day(due))), **more)  # type: ignore[arg-type]


# The whole ladder


def test_the_ladder_of_a_task_that_nobody_answers() -> None:
    assert told(run(by("14/6/2024"))) == [
        "05/06 reminder → lead",  # 7 working days before
        "13/06 reminder → lead",  # 1 before
        "17/06 overdue → lead",  # +1
        "19/06 urge_1 → lead",  # +3
        "25/06 urge_2 → lead",  # +7
        "25/06 urge_2 → head (giữ lại)",
        "28/06 escalation_supervisor → supervisor",  # +10
        "08/07 urge_2 → lead",  # weekly, on the first working day, a full week after the step at the earliest
        "08/07 escalation_leaders → leader (giữ lại)",  # +15 was Friday 5/7: the next week's list
        "15/07 urge_2 → lead",
        "15/07 escalation_leaders → leader (giữ lại)",
        "22/07 urge_2 → lead",
        "22/07 escalation_leaders → leader (giữ lại)",
        "29/07 urge_2 → lead",  # the fourth repeat is the last
        "29/07 escalation_leaders → leader (giữ lại)",
        "05/08 escalation_leaders → leader (giữ lại)",
    ]


def test_after_the_repeats_only_the_monthly_list_still_names_it() -> None:
    sim = run(by("14/6/2024"))
    assert told(sim, without=())[-5:] == [
        "05/08 escalation_leaders → leader (giữ lại)",
        "04/09 outlook → lead",
        "01/10 outlook → lead",
        "01/11 outlook → lead",
        "02/12 outlook → lead",
    ]


def test_the_periodic_report_is_asked_for_five_and_one_day_before() -> None:
    sim = run(
        world(task("I.1", Ongoing()), regime=REGIME), [report("10/6/2024", "bao-cao", "done", occurrence="2024-H1")]
    )
    assert told(sim)[:4] == [
        "11/03 periodic_request → lead",  # due Sunday 17/3: five working days before are 15, 14, 13, 12, 11
        "15/03 periodic_request → lead",
        "19/03 overdue → lead",  # rolled to Monday 18/3
        "21/03 urge_1 → lead",
    ]


def test_due_on_a_sunday_the_day_before_is_friday_and_the_first_overdue_notice_is_tuesday() -> None:
    assert told(run(by("31/3/2024")), without=("assignment", "outlook"))[1:3] == [
        "29/03 reminder → lead",
        "02/04 overdue → lead",
    ]


def test_steps_step_over_tet() -> None:
    assert told(run(by("14/2/2024")))[:4] == [
        "30/01 reminder → lead",
        "07/02 reminder → lead",
        "16/02 overdue → lead",  # rolled to 15/2, the first working day after Tết
        "20/02 urge_1 → lead",
    ]


def test_a_swapped_saturday_is_a_day_on_which_notices_go() -> None:
    assert told(run(by("3/5/2024")))[2] == "04/05 overdue → lead"


def test_on_days_off_nothing_is_said() -> None:
    sim = run(world(task("I.1", By(date=day("14/6/2024")), Every(period="week"), Every(period="month")), regime=REGIME))
    calendar = by("14/6/2024").rules.calendar  # type: ignore[attr-defined]
    assert all(calendar.is_working(issued.on) for issued in sim.issued)


# Lists


def test_on_apply_each_agency_gets_one_held_list_with_one_line_per_task() -> None:
    sim = run(world(task("I.1", Every(period="month")), task("I.2", Ongoing()), task("I.3", By(date=day("14/6/2024")))))
    assert {(i.on, i.obligation.task_id) for i in sim.issued if i.notice.kind == "assignment"} == {
        (day("2/1/2024"), "I.1"),
        (day("2/1/2024"), "I.2"),
        (day("2/1/2024"), "I.3"),
    }
    (draft,) = [d for d in sim.drafts if d.klass == "apply:ke-hoach"]
    assert (draft.recipient.id, len(draft.lines), draft.is_held) == ("so-tu-phap/focal", 3, True)


def test_who_only_may_be_chosen_is_not_assigned_anything() -> None:
    assert run(world(task("I.1", By(date=day("14/6/2024")), leads=[lead("so-nganh", "có liên quan")]))).issued == []


@pytest.mark.parametrize(
    ("clauses", "months"),
    [
        ([By(date=day("14/6/2024"))], ["03/06"]),  # due this month
        ([Q2], ["02/05", "03/06"]),  # a window also when it ends next month
    ],
)
def test_the_outlook_comes_on_the_first_working_day_of_a_month(clauses: list, months: list[str]) -> None:
    sim = run(world(task("I.1", *clauses)), [report("10/6/2024", "I.1", "done")])
    assert [line[:5] for line in told(sim, without=()) if "outlook" in line] == months


def test_the_outlook_gives_way_to_a_closer_notice_of_the_same_day() -> None:
    _, found = sweep(Case(only(by("12/6/2024"))), by("12/6/2024"), [day("3/6/2024")])
    assert [(n.rule, n.superseded) for _, n in found] == [("remind_7", False), ("outlook", True)]


def test_the_outlook_is_not_sent_late_in_the_month() -> None:
    made = by("28/6/2024")
    assert [n.rule for _, n in sweep(Case(only(made)), made, [day("7/6/2024")])[1]] == ["outlook"]
    assert sweep(Case(only(made)), made, [day("10/6/2024")])[1] == []


def test_the_outlook_can_be_switched_off() -> None:
    sim = run(by("14/6/2024", ladder=replace(DEFAULT, outlook=False, assignment=False)))
    assert {i.notice.kind for i in sim.issued} & {"outlook", "assignment"} == set()


# Progress checkpoints


def test_neighbouring_windows_have_a_progress_checkpoint_that_is_never_lateness() -> None:
    assert told(run(world(task("I.1", Q2, Q3)), until=day("30/9/2024"))) == [
        "26/06 reminder → lead",  # three working days before Sunday 30/6
        "19/09 reminder → lead",
        "27/09 reminder → lead",  # due Monday 30/9
    ]


def test_a_checkpoint_that_passed_unseen_is_recorded_and_not_sent() -> None:
    made = world(task("I.1", Q2, Q3))
    _, found = sweep(Case(only(made)), made, [day("15/7/2024")])
    assert [(n.rule, n.firing, n.superseded) for _, n in found] == [("checkpoint_1", "2024-06-30", True)]


def test_a_checkpoint_waits_a_day_when_the_lead_hears_of_the_task_anyway() -> None:
    windows = Within(start=day("1/6/2024"), end=day("10/6/2024")), Within(start=day("11/6/2024"), end=day("14/6/2024"))
    made = world(task("I.1", *windows), ladder=replace(DEFAULT, outlook=False))
    twice_a_day = [day("5/6/2024"), day("5/6/2024"), day("6/6/2024"), day("6/6/2024")]
    _, found = sweep(Case(only(made)), made, twice_a_day)
    assert [(on.day, n.rule) for on, n in found] == [(5, "remind_7"), (6, "checkpoint_1")]


# Who hears, and what is held


def test_the_supervisors_own_tasks_skip_the_step_to_the_supervisor() -> None:
    sim = run(world(task("I.1", By(date=day("14/6/2024")), leads=[SUPERVISOR])))
    kinds = {issued.notice.kind for issued in sim.issued}
    assert "escalation_supervisor" not in kinds
    assert {"overdue", "urge_1", "urge_2", "escalation_leaders"} <= kinds


def test_what_names_an_agency_late_to_others_is_held_whatever_the_ladder_says() -> None:
    loose = replace(DEFAULT, steps=tuple(replace(step, held=False) for step in DEFAULT.steps))
    sim = run(by("14/6/2024", ladder=loose))
    assert {i.notice.held for i in sim.issued if i.notice.to in ("head", "leader")} == {True}
    assert {i.notice.held for i in sim.issued if i.notice.kind in ("reminder", "overdue", "urge_1")} == {False}


def test_the_copy_to_the_head_waits_for_a_contact_and_never_lands_with_the_officer() -> None:
    sim = run(world(task("I.1", By(date=day("14/6/2024")), leads=[HEALTH])))
    (copy,) = [i for i in sim.issued if i.notice.to == "head"]
    assert (copy.recipient, copy.message) == (None, None)


def test_communes_are_reminded_through_their_district() -> None:
    sim = run(world(task("I.1", By(date=day("14/6/2024")), leads=["cap-xa", "cap-huyen"])), until=day("13/6/2024"))
    reminders = [d for d in sim.drafts if d.klass == "digest" and d.day == day("5/6/2024")]
    assert [(d.recipient.id, [line.obligation.agency for line in d.lines]) for d in reminders] == [
        ("van-lam/focal", ["xa-van-lam", "van-lam"]),
        ("an-thi/focal", ["xa-an-thi", "an-thi"]),
    ]


def test_the_leaders_list_comes_only_on_the_first_working_day_of_a_week() -> None:
    rows = [task(f"I.{n}", By(date=day(f"{n}/4/2024"))) for n in range(1, 20)]
    made = world(*rows)
    calendar = made.rules.calendar
    on = {issued.on for issued in run(made).issued if issued.notice.kind == "escalation_leaders"}
    mondays = {found - timedelta(days=found.weekday()) for found in on}
    assert len(on) > 5
    assert on == {calendar.roll(monday) for monday in mondays}


def test_after_a_pause_the_leaders_list_waits_for_the_next_first_working_day() -> None:
    made = by("12/6/2024")  # +15 is Wednesday 3/7; the report of Friday 5/7 is returned, to be corrected by 11/7
    sim = run(made, [report("5/7/2024", "I.1", "done", review="returned")])
    assert [line for line in told(sim) if "leaders" in line][0] == "15/07 escalation_leaders → leader (giữ lại)"


def test_a_repeat_never_comes_twice_in_a_week_nor_right_after_the_first() -> None:
    for due in ("3/4/2024", "10/4/2024", "15/4/2024", "23/4/2024", "24/4/2024", "2/5/2024"):
        on = [day(f"{line[:5]}/2024") for line in told(run(by(due))) if "urge_2 → lead" in line]
        assert len(on) == 5
        assert all((later - earlier).days >= 5 for earlier, later in zip(on, on[1:], strict=False))
        assert len({d.isocalendar()[:2] for d in on}) == 5


# An answer stops the ladder


def test_a_done_report_stops_the_ladder_at_once_even_while_nobody_reviews_it() -> None:
    sim = run(by("14/6/2024"), [report("19/6/2024", "I.1", "done", review="none")])
    assert told(sim, without=("assignment", "review_waiting"))[-1] == "19/06 urge_1 → lead"


def test_what_nobody_reviews_is_told_to_the_reviewer_alone_once_a_week() -> None:
    sim = run(by("14/6/2024"), [report("13/6/2024", "I.1", "done", review="none")], until=day("8/7/2024"))
    assert [i.notice.reason for i in sim.issued if i.notice.to == "reviewer"] == [
        "Gửi 13/06/2024, đã chờ 5 ngày làm việc.",
        "Gửi 13/06/2024, đã chờ 10 ngày làm việc.",
        "Gửi 13/06/2024, đã chờ 15 ngày làm việc.",
    ]
    assert {i.recipient.id for i in sim.issued if i.notice.to == "reviewer" and i.recipient} == {f"{SUPERVISOR}/focal"}
    assert told(sim, without=(*QUIET, "reminder"))[:1] == ["20/06 review_waiting → reviewer"]


@pytest.mark.parametrize("kind", ["extension", "not_applicable", "not_mine"])
def test_every_answer_that_waits_for_a_decision_is_told_to_the_reviewer(kind: str) -> None:
    said = report("3/6/2024", "I.1", kind, until="1/7/2024", review="none")  # type: ignore[arg-type]
    sim = run(by("14/6/2024"), [said], until=day("11/6/2024"))
    assert told(sim, without=QUIET)[-1] == "10/06 review_waiting → reviewer"


def test_after_a_return_the_ladder_goes_on_where_it_stood_when_the_correction_day_is_over() -> None:
    sim = run(by("14/6/2024"), [report("19/6/2024", "I.1", "done", review="returned")])
    assert told(sim)[4:6] == [
        # returned on 20/6, to be corrected by 25/6; the ladder stood at +3
        "02/07 urge_2 → lead",
        "02/07 urge_2 → head (giữ lại)",
    ]


def test_a_promise_lapses_by_itself_and_the_ladder_goes_on_where_it_stood() -> None:
    sim = run(by("14/6/2024"), [report("17/6/2024", "I.1", "ack", until="21/6/2024")])
    assert told(sim)[2:5] == ["17/06 overdue → lead", "26/06 urge_1 → lead", "02/07 urge_2 → lead"]


def test_a_promise_before_the_due_day_also_spares_the_reminders() -> None:
    sim = run(by("14/6/2024"), [report("3/6/2024", "I.1", "ack", until="12/6/2024")])
    assert told(sim)[:2] == ["13/06 reminder → lead", "17/06 overdue → lead"]


def test_after_a_promise_that_lapsed_before_the_due_day_the_reminder_is_made_up_for() -> None:
    sim = run(by("14/6/2024"), [report("4/6/2024", "I.1", "ack", until="7/6/2024")])
    assert told(sim)[:3] == ["10/06 reminder → lead", "13/06 reminder → lead", "17/06 overdue → lead"]


def test_an_accepted_extension_reminds_and_urges_anew_for_the_new_day() -> None:
    sim = run(by("14/6/2024"), [report("19/6/2024", "I.1", "extension", until="31/7/2024")])
    assert told(sim)[3:][:6] == [
        "19/06 urge_1 → lead",
        "22/07 reminder → lead",
        "30/07 reminder → lead",
        "01/08 overdue → lead",
        "05/08 urge_1 → lead",
        "09/08 urge_2 → lead",
    ]


def test_a_redated_obligation_fires_under_a_new_key() -> None:
    made = by("14/6/2024")
    case, first = sweep(Case(only(made)), made, days(day("3/6/2024"), day("25/6/2024")))
    late = replace(case, obligation=redated(case.obligation, day("31/7/2024"), day("26/6/2024"), made.scope))
    _, again = sweep(late, made, days(day("27/6/2024"), day("1/8/2024")))
    keys = [(n.rule, n.firing) for _, n in [*first, *again]]
    assert len(keys) == len(set(keys))
    assert ("overdue", "2024-06-14") in keys and ("overdue", "2024-07-31") in keys


# Nothing to say is said with its reason


@pytest.mark.parametrize(
    ("clause", "on", "reason", "next_on"),
    [
        (By(date=day("14/6/2024")), "16/6/2024", "Ngày nghỉ: không nhắc.", "17/6/2024"),
        (By(date=day("14/6/2024")), "3/1/2024", "Chưa đến mốc nhắc tiếp theo.", "1/5/2024"),
        (Q3, "3/1/2024", "Chưa đến ngày bắt đầu.", "1/7/2024"),
        (Ongoing(), "3/1/2024", "Việc thường xuyên: theo dõi qua báo cáo định kỳ.", None),
        (Upon(event="có", relation="when"), "3/1/2024", "Chờ sự kiện: chưa có ngày, hỏi trong báo cáo định kỳ.", None),
    ],
)
def test_a_decision_that_says_nothing_has_a_reason_and_a_next_day(
    clause: object, on: str, reason: str, next_on: str | None
) -> None:
    made = world(task("I.1", clause))  # type: ignore[arg-type]
    found = decide_case(Case(only(made)), snapshot(made), morning(on))
    assert (found.notices, found.reason, found.next_on) == ((), reason, day(next_on) if next_on else None)


def test_done_and_waived_need_no_next_day() -> None:
    made = by("14/6/2024")
    done = Case(only(made), (answer("3/6/2024", "done", outcome="accepted", reviewed="4/6/2024"),))
    waived = Case(only(made), waivers=(Waiver(morning("3/6/2024")),))
    found = [decide_case(case, snapshot(made), morning("17/6/2024")) for case in (done, waived)]
    assert [(d.reason, d.next_on) for d in found] == [("Đã xong.", None), ("Đã được miễn.", None)]


def test_reasons_tell_the_real_lateness_whatever_was_paused() -> None:
    made = by("14/6/2024")
    late = Case(only(made), (answer("17/6/2024", "ack", until="21/6/2024"),))
    _, found = sweep(late, made, [day("13/6/2024"), day("14/6/2024"), day("17/6/2024"), day("26/6/2024")])
    assert [n.reason for _, n in found if not n.superseded and n.to == "lead"] == [
        "Còn 1 ngày làm việc đến hạn 14/06/2024.",
        "Quá hạn 14/06/2024 đã 1 ngày làm việc.",
        "Quá hạn 14/06/2024 đã 8 ngày làm việc.",
    ]


def test_a_reminder_on_the_rolled_day_says_it_is_the_last() -> None:
    made = by("31/3/2024", ladder=replace(DEFAULT, outlook=False))
    _, found = sweep(Case(only(made)), made, [day("1/4/2024")])
    assert [(n.rule, n.reason) for _, n in found if not n.superseded] == [
        ("remind_1", "Hôm nay là ngày cuối cùng của hạn 31/03/2024.")
    ]


def test_a_step_on_the_due_day_itself() -> None:
    ladder = replace(DEFAULT, steps=(Step("dung_han", "reminder", 0), *DEFAULT.steps))
    assert told(run(by("14/6/2024", ladder=ladder)))[1:4] == [
        "13/06 reminder → lead",
        "14/06 reminder → lead",
        "17/06 overdue → lead",
    ]


def test_the_days_of_a_tasks_schedule() -> None:
    made = by("14/6/2024")
    found = checkpoints(Case(only(made)), DEFAULT, made.rules)
    wanted = ["1/1", "1/5", "1/6", "5/6", "13/6", "15/6", "17/6", "19/6", "25/6", "28/6", "5/7"]
    assert [f"{d.day}/{d.month}" for d in found] == wanted


def test_notices_are_keyed_by_rule_and_firing() -> None:
    made = by("14/6/2024")
    _, found, _ = look(Case(only(made)), made, day("13/6/2024"))
    assert found[0] == Notice(
        "ke-hoach/I.1/-/1/so-tu-phap", "remind_1", "2024-06-14", "reminder", "lead", False,
        "Còn 1 ngày làm việc đến hạn 14/06/2024.",
    )  # fmt: skip


def test_two_agencies_of_one_task_are_followed_apart() -> None:
    made = world(task("I.1", By(date=day("14/6/2024")), leads=[JUSTICE, FINANCE]), regime=SILENT)
    sim = run(made, [report("10/6/2024", "I.1", "done", agency=FINANCE)])
    assert told(sim, FINANCE) == ["05/06 reminder → lead"]
    assert "17/06 overdue → lead" in told(sim, JUSTICE)


def test_who_has_ended_is_neither_reminded_nor_urged_until_a_person_names_the_heir() -> None:
    made = by("14/6/2024")
    owed = Case(only(made))
    lives = snapshot(made)
    ended = replace(lives, ends={owed.obligation.agency: day("16/6/2024")})
    on = morning("18/6/2024")
    assert decide_case(owed, lives, on).notices != ()
    found = decide_case(owed, ended, on)
    assert (found.notices, found.next_on) == ((), day("19/6/2024"))
    assert found.reason == "Cơ quan đã kết thúc hoạt động: chờ chọn đơn vị kế thừa."
    assert (
        decide_case(owed, ended, morning("14/6/2024")).notices == decide_case(owed, lives, morning("14/6/2024")).notices
    )
