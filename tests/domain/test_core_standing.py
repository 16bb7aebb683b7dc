"""States, timeliness and counts: DEADLINES §4 "States", "A done report", "Answers"."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest
from core_world import FINANCE, JUSTICE, REGIME, answer, day, lead, morning, only, task, world

from dondoc.domain.answers import Answer
from dondoc.domain.cases import (
    Case,
    Fired,
    Pause,
    Standing,
    Waiver,
    known,
    ladder_days,
    pauses,
    promise_limit,
    standing,
)
from dondoc.domain.clauses import By, Ongoing, Upon, Within
from dondoc.domain.counts import COUNTS, column, tally
from dondoc.domain.moments import at
from dondoc.domain.obligations import expand

MADE = world(task("I.1", By(date=day("28/6/2024"))))  # a Friday
RULES = MADE.rules


def case(*answers: Answer, due: str = "28/6/2024") -> Case:
    """The one case of a task due on that day, with those answers."""
    return Case(only(world(task("I.1", By(date=day(due))))), answers)


def state(on: str, *answers: Answer, due: str = "28/6/2024", hour: time = time(8)) -> Standing:
    """Where it stands at that hour."""
    return standing(case(*answers, due=due), at(day(on), hour), RULES)


def counted(on: str, *answers: Answer) -> str:
    """In which column it falls on the morning of that day."""
    return column(state(on, *answers))


# Time, derived


@pytest.mark.parametrize(
    ("on", "time_state"),
    [
        ("18/6/2024", "in_term"),
        ("19/6/2024", "due_soon"),  # seven working days left
        ("28/6/2024", "due_soon"),
        ("29/6/2024", "overdue"),
    ],
)
def test_time_is_derived_from_the_day(on: str, time_state: str) -> None:
    assert state(on).time == time_state


def test_the_due_day_lasts_to_its_end() -> None:
    assert state("28/6/2024", hour=time(23, 59)).time == "due_soon"
    assert state("29/6/2024", hour=time(0, 0)).time == "overdue"


def test_a_due_day_off_is_overdue_only_after_the_next_working_day() -> None:
    assert [state(on, due="31/3/2024").time for on in ("31/3/2024", "1/4/2024", "2/4/2024")] == [
        "due_soon",
        "due_soon",
        "overdue",
    ]


def test_before_its_opening_it_is_not_open() -> None:
    window = Within(start=day("1/4/2024"), end=day("30/6/2024"))
    found = Case(only(world(task("I.1", window))))
    assert [standing(found, morning(on), RULES).work for on in ("31/3/2024", "1/4/2024")] == ["not_open", "open"]


def test_moments_in_other_zones_mean_the_day_in_viet_nam() -> None:
    utc = datetime(2024, 6, 28, 17, 30, tzinfo=UTC)  # 29 June, 00:30 in Viet Nam
    assert standing(case(), utc, RULES).time == "overdue"
    with pytest.raises(ValueError, match="aware"):
        standing(case(), datetime(2024, 6, 28), RULES)


# Done: timeliness by submission


def test_a_report_in_time_accepted_late_is_on_time() -> None:
    sent = answer("28/6/2024", "done", outcome="accepted", reviewed="20/7/2024", hour=time(23, 59))
    found = state("21/7/2024", sent)
    assert (found.work, found.late, found.submitted_on) == ("done", False, day("28/6/2024"))
    assert column(found) == "done_on_time"


def test_a_report_after_the_day_is_late_however_soon_it_is_accepted() -> None:
    sent = answer("1/7/2024", "done", outcome="accepted", reviewed="1/7/2024")
    assert counted("2/7/2024", sent) == "done_late"


def test_a_report_on_the_rolled_day_is_on_time() -> None:
    sent = answer("1/4/2024", "done", outcome="accepted", reviewed="5/4/2024")
    assert not state("6/4/2024", sent, due="31/3/2024").late


def test_the_documents_date_counts_only_if_the_reviewer_confirms_it() -> None:
    def sent(confirmed: bool) -> Answer:
        return answer(
            "1/7/2024", "done", outcome="accepted", reviewed="2/7/2024", document_date=day("27/6/2024"),
            document_date_counts=confirmed,
        )  # fmt: skip

    assert (state("3/7/2024", sent(True)).submitted_on, counted("3/7/2024", sent(True))) == (
        day("27/6/2024"),
        "done_on_time",
    )
    assert counted("3/7/2024", sent(False)) == "done_late"


def test_a_slow_review_makes_nobody_overdue() -> None:
    sent = answer("28/6/2024", "done")
    found = state("30/7/2024", sent)
    assert (found.work, found.time, found.late, column(found)) == ("reported", "overdue", False, "in_term")


def test_a_late_report_is_overdue_until_it_is_accepted_as_late() -> None:
    sent = answer("3/7/2024", "done")
    assert counted("10/7/2024", sent) == "overdue"
    accepted = answer("3/7/2024", "done", outcome="accepted", reviewed="11/7/2024")
    assert [counted("11/7/2024", accepted), counted("12/7/2024", accepted)] == ["overdue", "done_late"]


def test_what_is_sent_again_during_a_slow_review_makes_nobody_late() -> None:
    first, again = answer("27/6/2024", "done"), answer("3/7/2024", "done")
    assert counted("4/7/2024", first, again) == "in_term"
    accepted = answer("3/7/2024", "done", outcome="accepted", reviewed="10/7/2024")
    assert state("11/7/2024", first, accepted).submitted_on == day("27/6/2024")


def test_a_returned_report_does_not_count_as_submitted() -> None:
    back = answer("27/6/2024", "done", outcome="returned", reviewed="1/7/2024", correct_by="4/7/2024")
    again = answer("4/7/2024", "done", outcome="accepted", reviewed="5/7/2024")
    assert state("2/7/2024", back).work == "returned"
    assert state("6/7/2024", back, again).submitted_on == day("4/7/2024")


def test_the_first_acceptance_decides() -> None:
    first = answer("27/6/2024", "done", outcome="accepted", reviewed="28/6/2024")
    later = answer("1/8/2024", "done", outcome="returned", reviewed="2/8/2024", correct_by="7/8/2024")
    assert (state("9/8/2024", first, later).work, counted("9/8/2024", first, later)) == ("done", "done_on_time")


# The other answers


def test_not_applicable_counts_as_waived_only_once_accepted() -> None:
    asked = answer("10/6/2024", "not_applicable")
    accepted = answer("10/6/2024", "not_applicable", outcome="accepted", reviewed="12/6/2024")
    refused = answer("10/6/2024", "not_applicable", outcome="returned", reviewed="12/6/2024", correct_by="17/6/2024")
    assert [counted("20/6/2024", one) for one in (asked, accepted, refused)] == ["in_term", "waived", "in_term"]


def test_what_is_accepted_as_anothers_is_no_longer_counted_against_the_agency() -> None:
    accepted = answer("10/6/2024", "not_mine", outcome="accepted", reviewed="12/6/2024")
    assert counted("30/7/2024", accepted) == "waived"


@pytest.mark.parametrize("kind", ["progress", "ack", "extension", "not_happened"])
def test_words_alone_change_no_state(kind: str) -> None:
    said = answer("10/6/2024", kind, until="20/7/2024")  # type: ignore[arg-type]
    assert [counted("28/6/2024", said), counted("29/6/2024", said)] == ["in_term", "overdue"]


def test_waived_from_the_moment_it_was_waived() -> None:
    found = replace(case(), waivers=(Waiver(morning("10/7/2024")),))
    assert [standing(found, morning(on), RULES).work for on in ("9/7/2024", "10/7/2024")] == ["open", "waived"]


# Pauses


def test_a_promise_pauses_to_its_day_and_changes_neither_time_nor_count() -> None:
    promise = answer("1/7/2024", "ack", until="5/7/2024")
    found = state("3/7/2024", promise)
    assert (found.pause, found.promised_on) == (Pause(day("1/7/2024"), day("5/7/2024"), "hẹn ngày"), day("5/7/2024"))
    assert (found.time, column(found)) == ("overdue", "overdue")
    assert state("6/7/2024", promise).pause is None


def test_a_promise_reaches_at_most_ten_working_days_past_due() -> None:
    assert promise_limit(case(), RULES) == day("12/7/2024")
    assert state("1/7/2024", answer("28/6/2024", "ack", until="30/9/2024")).promised_on == day("12/7/2024")


def test_only_the_first_promise_counts() -> None:
    first, second = answer("20/6/2024", "ack", until="25/6/2024"), answer("1/7/2024", "ack", until="10/7/2024")
    assert pauses(case(first, second), RULES) == (Pause(day("20/6/2024"), day("25/6/2024"), "hẹn ngày"),)


def test_an_acknowledgement_without_a_day_is_no_promise() -> None:
    assert pauses(case(answer("20/6/2024", "ack")), RULES) == ()


def test_a_promise_where_the_calendar_ends_reaches_to_the_due_day() -> None:
    made = world(task("I.1", By(date=day("20/12/2024"))), years=[2024])
    late = Case(only(made), (answer("10/12/2024", "ack", until="30/12/2024"),))
    assert promise_limit(late, made.rules) is None
    assert pauses(late, made.rules) == (Pause(day("10/12/2024"), day("20/12/2024"), "hẹn ngày"),)


def test_a_report_pauses_until_it_is_decided() -> None:
    assert state("20/7/2024", answer("1/7/2024", "done")).pause == Pause(day("1/7/2024"), None, "đã gửi, chờ duyệt")


def test_a_return_pauses_to_the_end_of_the_correction_day() -> None:
    back = answer("1/7/2024", "done", outcome="returned", reviewed="3/7/2024", correct_by="8/7/2024")
    assert state("8/7/2024", back).pause == Pause(day("1/7/2024"), day("8/7/2024"), "được trả lại để bổ sung")
    assert state("9/7/2024", back).pause is None


def test_two_reports_are_decided_together() -> None:
    back = answer("2/7/2024", "done", outcome="returned", reviewed="3/7/2024", correct_by="8/7/2024")
    assert state("9/7/2024", answer("1/7/2024", "done"), back).pause is None


def test_an_extension_pauses_while_it_is_considered_and_after_a_refusal_the_ladder_goes_on_where_it_stood() -> None:
    asked = answer("2/7/2024", "extension", until="31/7/2024")
    assert state("5/7/2024", asked).pause == Pause(day("2/7/2024"), day("12/7/2024"), "đang xin gia hạn")
    refused = answer("2/7/2024", "extension", until="31/7/2024", outcome="returned", reviewed="5/7/2024")
    assert state("8/7/2024", refused).pause is None
    assert ladder_days(case(refused), day("8/7/2024"), RULES) == 2  # 1/7 and 8/7


def test_paused_days_do_not_move_the_ladder() -> None:
    promise = answer("1/7/2024", "ack", until="5/7/2024")
    days = [
        ladder_days(case(promise), day(on), RULES)
        for on in ("28/6/2024", "1/7/2024", "5/7/2024", "8/7/2024", "9/7/2024")
    ]
    assert days == [0, 0, 0, 1, 2]
    assert ladder_days(case(), day("8/7/2024"), RULES) == 6


def test_overlapping_pauses_are_not_counted_twice() -> None:
    both = answer("1/7/2024", "ack", until="5/7/2024"), answer("2/7/2024", "extension", until="4/7/2024")
    assert ladder_days(case(*both), day("8/7/2024"), RULES) == 1


def test_a_pause_before_the_due_day_is_over_does_not_count_against_lateness() -> None:
    promise = answer("20/6/2024", "ack", until="26/6/2024")
    assert ladder_days(case(promise), day("1/7/2024"), RULES) == 1


# Known at a past moment


def test_later_facts_are_left_out() -> None:
    sent = answer("27/6/2024", "done", outcome="accepted", reviewed="1/7/2024")
    full = replace(
        case(sent, answer("2/7/2024", "progress")),
        fired=(Fired("remind_7", "2024-06-28", day("19/6/2024")), Fired("overdue", "2024-06-28", day("1/7/2024"))),
        waivers=(Waiver(morning("3/7/2024")),),
    )
    then = known(full, morning("30/6/2024"))
    assert then.answers == (replace(sent, review=None),)
    assert [f.rule for f in then.fired] == ["remind_7"]
    assert then.waivers == ()
    assert known(full, morning("3/7/2024")) == full


def test_an_answer_counts_from_its_very_moment() -> None:
    sent = answer("27/6/2024", "done")
    assert [state("27/6/2024", sent, hour=time(h)).work for h in (13, 14)] == ["open", "reported"]


# Counts


def test_the_four_way_count_and_what_stands_apart() -> None:
    some = lead("so-nganh", "có liên quan")
    made = world(
        task("I.1", By(date=day("28/6/2024")), leads=[JUSTICE, FINANCE]),
        task("I.2", Ongoing()),
        task("II.1", Upon(event="có yêu cầu", relation="when")),
        task("II.2", By(date=day("28/6/2024")), leads=[some]),
        regime=REGIME,
    )
    done = answer("20/6/2024", "done", outcome="accepted", reviewed="21/6/2024")
    cases = [Case(o, (done,) if o.agency == FINANCE and o.kind == "task" else ()) for o in expand(made.scope)]
    found = tally(made.scope.plan, cases, morning("1/7/2024"), made.rules)
    zero = dict.fromkeys(COUNTS, 0)
    # of the eight periodic reports of the two agencies four were due by then
    assert found.total == zero | {
        "done_on_time": 1, "overdue": 1 + 4, "in_term": 4, "ongoing": 1, "awaiting": 1, "unassigned": 1,
    }  # fmt: skip
    assert found.agencies[FINANCE] == zero | {"done_on_time": 1, "overdue": 2, "in_term": 2}
    assert found.agencies["?so-nganh"] == zero | {"unassigned": 1}
    assert found.sections["II"] == zero | {"awaiting": 1, "unassigned": 1}
    assert list(found.sections) == ["I", "II", "bao-cao"]
    assert sum(found.total.values()) == len(cases)
