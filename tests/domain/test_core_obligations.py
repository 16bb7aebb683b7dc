"""Who owes what: DEADLINES §3 "Parts" and "The periodic report", §4 obligation, reviewer, "Frozen"."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

from core_world import (
    CHAIR,
    DIRECTORY,
    FINANCE,
    HEALTH,
    JUSTICE,
    OFFICE,
    REGIME,
    SUPERVISOR,
    answer,
    day,
    lead,
    morning,
    only,
    owed,
    rules_of,
    task,
    world,
)

from dondoc.domain.cases import Case, standing
from dondoc.domain.clauses import By, Every, Ongoing, Per, Upon, Within
from dondoc.domain.directory import Agency, Group
from dondoc.domain.obligations import PERIODIC_TASK, expand, redated
from dondoc.domain.plan import Part

JUNE = By(date=day("28/6/2024"))
WHEN = Upon(event="có yêu cầu", relation="when")
SOME = lead("so-nganh", "có liên quan")


# One agency, one occurrence, one id


def test_an_obligation_is_one_agency_owing_one_occurrence_and_its_id_has_no_due_date() -> None:
    found = only(world(task("I.1", JUNE)))
    assert found.id == "ke-hoach/I.1/-/1/so-tu-phap"
    assert (found.due_on, found.late_after, found.kind) == (day("28/6/2024"), day("28/6/2024"), "task")


def test_a_group_owes_once_per_member() -> None:
    assert list(owed(world(task("I.1", JUNE, leads=["so-nganh", OFFICE])))) == [
        f"I.1/-/1/{agency}" for agency in (SUPERVISOR, JUSTICE, FINANCE, HEALTH, OFFICE)
    ]


def test_an_agency_named_twice_owes_once() -> None:
    found = owed(world(task("I.1", JUNE, leads=[JUSTICE, "so-nganh", JUSTICE])))
    assert Counter(o.agency for o in found.values()) == Counter([SUPERVISOR, JUSTICE, FINANCE, HEALTH])


def test_communes_owe_one_obligation_per_district() -> None:
    found = owed(world(task("I.1", JUNE, leads=["cap-xa"])))
    assert list(found) == ["I.1/-/1/xa-van-lam", "I.1/-/1/xa-an-thi"]


def test_labelled_parts_have_their_own_leads_and_occurrences() -> None:
    estimate, accounts = replace(JUNE, label="dự toán"), By(date=day("29/11/2024"), label="quyết toán")
    parts = [
        Part("dự toán", (lead(FINANCE),), (estimate,), "du-toan"),
        Part("quyết toán", (lead(FINANCE), lead(JUSTICE)), (accounts,), "quyet-toan"),
    ]
    found = owed(world(task("I.1", parts=parts)))
    assert {key: o.due_on for key, o in found.items()} == {
        "I.1/du-toan/1/so-tai-chinh": day("28/6/2024"),
        "I.1/quyet-toan/1/so-tai-chinh": day("29/11/2024"),
        "I.1/quyet-toan/1/so-tu-phap": day("29/11/2024"),
    }


def test_what_has_no_day_has_no_due_day_and_is_counted_apart() -> None:
    found = owed(world(task("I.1", Ongoing()), task("I.2", WHEN), task("I.3", Per(reference="Kế hoạch của Bộ"))))
    assert {key: (o.kind, o.due_on, o.late_after, o.question) for key, o in found.items()} == {
        "I.1/-/ca-nam/so-tu-phap": ("ongoing", None, None, None),
        "I.2/-/cho-1/so-tu-phap": ("awaiting", None, None, "có yêu cầu"),
        "I.3/-/cho-1/so-tu-phap": ("awaiting", None, None, "Kế hoạch của Bộ"),
    }


def test_ids_are_unique_over_everything_at_once() -> None:
    cadences = [Every(period=p) for p in ("week", "month", "quarter", "half_year", "nine_months", "year")]
    twice = [Every(period="year", on="by 06-14"), Every(period="year", on="by 11-29")]
    everything = [*cadences, *twice, JUNE, JUNE, WHEN, WHEN, Ongoing()]
    rows = [
        task("I.1", *everything, leads=["so-nganh", JUSTICE, "cap-xa"], absorb=False),
        task("I.2", JUNE, leads=[SOME, lead("so-nganh", "được giao chủ trì")]),
    ]
    ids = Counter(o.id for o in expand(world(*rows, regime=REGIME).scope))
    assert set(ids.values()) == {1}


# Nominal and rolled due day


def test_a_due_day_off_is_rolled_and_the_plans_own_day_is_kept() -> None:
    found = only(world(task("I.1", By(date=day("31/3/2024")))))
    assert (found.due_on, found.late_after) == (day("31/3/2024"), day("1/4/2024"))


def test_rolling_is_a_setting() -> None:
    regime = replace(REGIME, periodic=(), due_rolls=False)
    assert only(world(task("I.1", By(date=day("31/3/2024"))), regime=regime)).late_after == day("31/3/2024")


def test_a_due_day_beyond_the_loaded_calendar_stays_a_plain_date() -> None:
    far = Within(start=date(2024, 1, 1), end=date(2026, 10, 31))  # a Saturday
    assert only(world(task("I.1", far))).late_after == date(2026, 10, 31)


def test_a_year_end_on_a_sunday_whose_next_year_is_missing_stays_a_plain_date() -> None:
    row = task("I.1", By(date=date(2023, 12, 31)))
    assert only(world(row, year=2023, years=[2023])).late_after == date(2023, 12, 31)
    assert only(world(row, year=2023, years=[2023, 2024])).late_after == day("2/1/2024")


# Conditional leads


def test_a_conditional_lead_is_unassigned_until_the_supervisor_selects_and_is_never_late() -> None:
    made = world(task("I.1", JUNE, leads=[SOME]))
    found = only(made)
    assert (found.agency, found.kind, found.condition) == ("?so-nganh", "unassigned", "có liên quan")
    state = standing(Case(found), morning("30/12/2024"), rules_of(made))
    assert (state.work, state.time, state.late) == ("unassigned", "no_due", False)


def test_a_conditional_lead_opens_only_for_the_selected_members() -> None:
    chosen = {("I.1", SOME.name): frozenset({JUSTICE, HEALTH, "van-lam"})}
    found = owed(world(task("I.1", JUNE, leads=[SOME]), selections=chosen))
    assert {key: o.kind for key, o in found.items()} == {"I.1/-/1/so-tu-phap": "task", "I.1/-/1/so-y-te": "task"}


def test_a_selection_is_for_one_task_only() -> None:
    chosen = {("I.1", SOME.name): frozenset({JUSTICE})}
    found = owed(world(task("I.1", JUNE, leads=[SOME]), task("I.2", JUNE, leads=[SOME]), selections=chosen))
    assert [o.kind for o in found.values()] == ["task", "unassigned"]


# Reviewer


def test_the_reviewer_is_the_supervisor_and_for_its_own_tasks_another_body() -> None:
    found = owed(world(task("I.1", JUNE, leads=["so-nganh", OFFICE, "cap-huyen", "cap-xa", CHAIR]), regime=REGIME))
    assert all(o.reviewer != o.agency for o in found.values())
    assert {o.reviewer for o in found.values() if o.agency == SUPERVISOR} == {OFFICE}
    assert {o.reviewer for o in found.values() if o.agency != SUPERVISOR} == {SUPERVISOR}


# The periodic report


def test_one_report_per_plan_agency_and_period_whatever_it_leads() -> None:
    rows = [task(f"I.{n}", Ongoing(), leads=["so-nganh"]) for n in range(10)]
    reports = [o for o in expand(world(*rows, regime=REGIME).scope) if o.kind == "periodic_report"]
    assert Counter(o.agency for o in reports) == Counter([SUPERVISOR, JUSTICE, FINANCE, HEALTH] * 4)
    (first,) = [o for o in reports if (o.agency, o.period) == (JUSTICE, "2024-Q1")]
    assert first.id == f"ke-hoach/{PERIODIC_TASK}/-/2024-Q1/so-tu-phap"
    assert (first.opens_on, first.due_on, first.late_after) == (day("1/1/2024"), day("17/3/2024"), day("18/3/2024"))


def test_the_third_quarters_report_opens_with_its_data() -> None:
    found = owed(world(task("I.1", Ongoing()), regime=REGIME))
    assert found[f"{PERIODIC_TASK}/-/2024-Q3/so-tu-phap"].opens_on == day("15/6/2024")


def test_communes_report_through_their_district() -> None:
    found = expand(world(task("I.1", Ongoing(), leads=["cap-xa"]), regime=REGIME).scope)
    assert {o.agency for o in found if o.kind == "periodic_report"} == {"van-lam", "an-thi"}
    assert len(found) == 2 + 2 * 4


def test_who_only_may_be_chosen_owes_no_report_until_it_is() -> None:
    row = task("I.1", JUNE, leads=[SOME])
    assert [o.kind for o in expand(world(row, regime=REGIME).scope)] == ["unassigned"]
    chosen = {("I.1", SOME.name): frozenset({JUSTICE})}
    reports = [o for o in expand(world(row, regime=REGIME, selections=chosen).scope) if o.kind == "periodic_report"]
    assert [o.agency for o in reports] == [JUSTICE] * 4


# Agencies in time


def test_an_abolished_body_owes_what_opened_in_its_time_and_nothing_after() -> None:
    ended = replace(
        DIRECTORY,
        agencies=tuple(
            replace(a, valid_to=day("30/6/2024")) if a.kind == "district" else a for a in DIRECTORY.agencies
        ),
    )
    found = owed(world(task("I.1", Every(period="quarter"), leads=["cap-huyen"]), directory=ended))
    assert list(found) == [f"I.1/-/2024-Q{q}/{a}" for q in (1, 2) for a in ("van-lam", "an-thi")]


def test_what_opens_in_the_december_before_is_owed_by_this_years_agencies() -> None:
    new = Agency("so-moi", "Sở mới", "Sở mới", "department", "province", valid_from=day("1/1/2024"))
    directory = replace(
        DIRECTORY, agencies=(*DIRECTORY.agencies, new), groups=(Group("moi", "Sở mới lập", agencies=("so-moi",)),)
    )
    row = task("I.1", By(date=day("20/12/2023")), leads=[replace(SOME, ref="moi", condition=None)])
    assert list(owed(world(row, directory=directory))) == ["I.1/-/1/so-moi"]


# Re-dating


def moved(new: str, today: str, due: str = "28/6/2024", years: tuple[int, ...] = (2023, 2024, 2025)) -> date | None:
    made = world(task("I.1", By(date=day(due))), years=years)
    return redated(only(made), day(new), day(today), made.scope).due_on


def test_an_extension_moves_the_due_day_and_rolls_it_anew() -> None:
    made = world(task("I.1", JUNE))
    found = redated(only(made), day("31/8/2024"), day("25/6/2024"), made.scope)
    assert (found.due_on, found.late_after) == (day("31/8/2024"), day("4/9/2024"))
    assert found.id == only(made).id


def test_a_new_day_is_at_least_three_working_days_ahead() -> None:
    assert moved("2/7/2024", today="28/6/2024") == day("3/7/2024")
    assert moved("15/5/2024", today="10/6/2024") == day("13/6/2024")
    assert moved("15/6/2024", today="10/6/2024") == day("15/6/2024")


def test_the_same_day_again_is_no_move() -> None:
    assert moved("28/6/2024", today="15/7/2024") == day("28/6/2024")


def test_a_move_at_the_end_of_the_loaded_calendar_still_gives_time() -> None:
    assert moved("31/12/2024", today="30/12/2024", years=(2024,)) == day("6/1/2025")


def test_checkpoints_after_the_new_day_are_dropped() -> None:
    windows = [Within(start=date(2024, m, 1), end=date(2024, m, 28)) for m in (5, 6, 7)]
    made = world(task("I.1", *windows, occurrences="span"))
    found = redated(only(made), day("15/6/2024"), day("2/5/2024"), made.scope)
    assert (found.due_on, found.checkpoints) == (day("15/6/2024"), (day("28/5/2024"),))


def test_a_redated_obligation_keeps_its_history() -> None:
    made = world(task("I.1", JUNE))
    late = Case(only(made), (answer("3/7/2024", "done"),))
    assert standing(late, morning("5/7/2024"), rules_of(made)).late
    moved_case = replace(late, obligation=redated(late.obligation, day("31/7/2024"), day("5/7/2024"), made.scope))
    state = standing(moved_case, morning("5/7/2024"), rules_of(made))
    assert (state.work, state.late, state.submitted_on) == ("reported", False, day("3/7/2024"))
