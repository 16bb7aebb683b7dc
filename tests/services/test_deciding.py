"""Every decision about what is owed: what it does, what it refuses, what taking it back restores (DEADLINES §4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from office import JUSTICE, ONGOING, OTHERS, OWN, PLAN_ID, QUARTER, YEAR, Office, open_office, small
from sqlalchemy import select

from dondoc.domain.cases import Case, Standing, standing
from dondoc.domain.counts import column
from dondoc.domain.moments import end_of_day
from dondoc.errors import Refused
from dondoc.services import extending, inbox, reassigning, reviewing, status, undoing, waiving
from dondoc.services.books import book
from dondoc.services.sweeping import sweep
from dondoc.store.models import NoticeRow

HOME_AFFAIRS = "so-noi-vu/lan"
QUARTER_REPORT = f"{PLAN_ID}/bao-cao/-/2024-Q1/so-tu-phap"


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    with open_office(database_url, tmp_path / "home", small(), date(2024, 1, 2)) as opened:
        opened.set(date(2024, 3, 18))
        yield opened


def where(office: Office, obligation_id: str) -> Standing:
    with office.app.sessions() as session:
        return standing(office.case(obligation_id), office.moment, book(office.app, session, PLAN_ID).rules)


def state(office: Office, obligation_id: str) -> tuple[str, str, date | None]:
    found = where(office, obligation_id)
    return found.work, column(found), office.case(obligation_id).obligation.due_on


def ask(office: Office, until: date = date(2024, 4, 20), obligation_id: str = QUARTER) -> int:
    return office.submit(obligation_id, kind="extension", until=until, note="Chờ ý kiến.", by=JUSTICE).number


def told(office: Office, obligation_id: str, kind: str = "decided") -> list[tuple[str, str]]:
    with office.app.sessions() as session:
        chosen = select(NoticeRow).where(NoticeRow.obligation_id == obligation_id, NoticeRow.kind == kind)
        return [(row.status, row.reason) for row in session.scalars(chosen.order_by(NoticeRow.id))]


def grant(office: Office, obligation_id: str = QUARTER, by: str = HOME_AFFAIRS, **more: object) -> extending.Extended:
    return extending.grant(office.app, obligation_id, by=by, now=office.moment, **more)  # type: ignore[arg-type]


def waive(office: Office, obligation_id: str = QUARTER, by: str = HOME_AFFAIRS) -> waiving.Waived:
    return waiving.waive(office.app, obligation_id, by=by, now=office.moment, why="Không còn cần.")


def reassign(office: Office, to: str = "so-y-te", obligation_id: str = YEAR, by: str = HOME_AFFAIRS) -> str:
    done = reassigning.reassign(office.app, obligation_id, to, by=by, now=office.moment, why="Đúng chức năng.")
    return done.new_obligation_id


def undo(office: Office, obligation_id: str = QUARTER) -> undoing.TakenBack:
    return undoing.undo(office.app, obligation_id, by=HOME_AFFAIRS, now=office.moment, why="Nhầm.")


# Who decides


@pytest.mark.parametrize("by", ["so-tu-phap/an", "so-y-te", "khong-co/an", "van-phong-ubnd-tinh/minh"])
@pytest.mark.parametrize("decide", [grant, waive, reassign], ids=["grant", "waive", "reassign"])
def test_only_the_reviewer_decides(office: Office, decide: Callable[..., object], by: str) -> None:
    more = {"until": date(2024, 4, 20), "why": "x"} if decide is grant else {}
    with pytest.raises(Refused, match="Người duyệt việc này là Sở Nội vụ"):
        decide(office, by=by, **more)


def test_the_supervisor_does_not_decide_on_its_own_work(office: Office) -> None:
    for decide in (
        lambda: grant(office, OWN, until=date(2024, 4, 20), why="x"),
        lambda: waive(office, OWN),
        lambda: reassign(office, obligation_id=OWN),
    ):
        with pytest.raises(Refused, match="Người duyệt việc này là Văn phòng UBND tỉnh"):
            decide()
    assert waive(office, OWN, by="van-phong-ubnd-tinh/minh").is_waived


# Extensions


def test_a_granted_extension_moves_the_day_and_the_past_stays_as_it_was(office: Office) -> None:
    asked = ask(office)
    office.set(date(2024, 3, 20))
    found = grant(office, answer_id=asked)
    assert (found.due_on, found.late_after) == (date(2024, 4, 20), date(2024, 4, 22))
    assert state(office, QUARTER) == ("open", "in_term", date(2024, 4, 20))
    assert office.next_on(QUARTER) == date(2024, 3, 20)
    office.set(date(2024, 4, 10))
    assert column(where(office, QUARTER)) == "in_term"
    assert [(e.action, e.old, e.new) for e in office.journal(QUARTER)[-2:]] == [
        ("extension-granted", "2024-03-31", "2024-04-20"),
        ("redated", "2024-03-31", "2024-04-20"),
    ]


def test_another_day_than_was_asked_for_may_be_granted(office: Office) -> None:
    ask(office)
    assert grant(office, until=date(2024, 4, 12)).due_on == date(2024, 4, 12)
    (answer,) = office.case(QUARTER).answers
    assert answer.review is not None and answer.review.until == date(2024, 4, 12)


def test_time_that_nobody_asked_for_needs_a_reason_and_a_day(office: Office) -> None:
    with pytest.raises(Refused, match="Đơn vị không xin gia hạn"):
        grant(office, until=date(2024, 4, 20))
    with pytest.raises(Refused, match="Cần ghi ngày gia hạn"):
        grant(office, why="Mưa lũ.")
    assert grant(office, until=date(2024, 4, 20), why="Mưa lũ.").answer_id is None


@pytest.mark.parametrize(
    ("until", "words"),
    [
        (date(2024, 3, 31), "phải sau hạn đang có"),
        (date(2024, 5, 31), "muộn nhất là Thứ Năm, 30/5/2024"),
        (date(2025, 5, 31), "không quá 60 ngày"),
    ],
)
def test_the_regimes_limits_hold(office: Office, until: date, words: str) -> None:
    with pytest.raises(Refused, match=words):
        grant(office, until=until, why="x")
    assert state(office, QUARTER)[2] == date(2024, 3, 31)


def test_a_new_day_is_never_too_near_to_be_fair(office: Office) -> None:
    office.set(date(2024, 4, 15))
    with pytest.raises(Refused, match="sớm nhất là Thứ Sáu, 19/4/2024"):
        grant(office, until=date(2024, 4, 16), why="x")
    office.set(date(2024, 8, 1))
    with pytest.raises(Refused, match="Không gia hạn được nữa"):
        grant(office, until=date(2024, 8, 20), why="x")


def test_at_most_two_extensions_and_one_taken_back_is_none(office: Office) -> None:
    grant(office, until=date(2024, 4, 10), why="x")
    grant(office, until=date(2024, 5, 10), why="x")
    with pytest.raises(Refused, match="đã được gia hạn 2 lần"):
        grant(office, until=date(2024, 6, 10), why="x")
    assert undo(office).due_on == date(2024, 4, 10)
    assert grant(office, until=date(2024, 5, 20), why="x").due_on == date(2024, 5, 20)


@pytest.mark.parametrize(("obligation_id", "words"), [(QUARTER_REPORT, "hạn chung"), (ONGOING, "không có ngày")])
def test_only_a_dated_task_is_extended(office: Office, obligation_id: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        grant(office, obligation_id, until=date(2024, 4, 20), why="x")


def test_what_is_reported_or_waived_is_not_extended(office: Office) -> None:
    office.submit(QUARTER, kind="done", note="xong")
    with pytest.raises(Refused, match="duyệt báo cáo trước"):
        grant(office, until=date(2024, 4, 20), why="x")
    waive(office, YEAR)
    with pytest.raises(Refused, match="đang được miễn"):
        grant(office, YEAR, until=date(2025, 1, 20), why="x")


def test_queued_reminders_of_the_old_day_are_dropped(office: Office) -> None:
    office.set(date(2024, 3, 21))
    sweep(office.app, office.moment, PLAN_ID, "I.2.5")
    grant(office, until=date(2024, 4, 20), why="x")
    assert [s for s, _ in told(office, QUARTER, "reminder")] == ["dropped"]


def test_a_refused_extension_leaves_the_day_and_the_ladder_goes_on(office: Office) -> None:
    asked = ask(office)
    found = extending.refuse(office.app, QUARTER, by=HOME_AFFAIRS, now=office.moment, reason="Đủ thời gian.",
                             answer_id=asked)  # fmt: skip
    assert (found.outcome, found.due_on) == ("returned", date(2024, 3, 31))
    office.set(date(2024, 3, 21))
    assert sweep(office.app, office.moment, PLAN_ID, "I.2.5").queued >= 1
    assert told(office, QUARTER)[0][1].startswith("Chưa được gia hạn; hạn vẫn là Chủ Nhật, 31/3/2024. Lý do: Đủ")
    with pytest.raises(Refused, match="không có đề nghị gia hạn nào"):
        extending.refuse(office.app, QUARTER, by=HOME_AFFAIRS, now=office.moment, reason="x")


# Not applicable, not mine, waivers


@pytest.mark.parametrize("kind", ["not_applicable", "not_mine"])
def test_what_is_not_owed_is_waived_once_accepted(office: Office, kind: str) -> None:
    office.submit(QUARTER, kind=kind, note="Không phát sinh.")
    office.set(date(2024, 4, 10))
    assert column(where(office, QUARTER)) == "in_term"  # it was said in time; the reviewer is slow
    found = reviewing.accept(office.app, QUARTER, by=HOME_AFFAIRS, now=office.moment)
    assert (found.kind, found.reassigned_to) == (kind, None)
    assert state(office, QUARTER)[:2] == ("waived", "waived")


def test_what_was_said_too_late_stays_overdue_until_it_is_accepted(office: Office) -> None:
    office.set(date(2024, 4, 3))
    office.submit(QUARTER, kind="not_applicable", note="Không phát sinh.")
    assert column(where(office, QUARTER)) == "overdue"


def test_a_returned_not_applicable_gives_a_correction_time_and_then_the_ladder_goes_on(office: Office) -> None:
    office.submit(QUARTER, kind="not_applicable", note="Không phát sinh.")
    office.set(date(2024, 4, 3))
    found = reviewing.return_(office.app, QUARTER, by=HOME_AFFAIRS, now=office.moment, reason="Có phát sinh.")
    assert found.correct_by == date(2024, 4, 8)
    assert state(office, QUARTER)[:2] == ("open", "overdue")
    for on in (date(2024, 4, 5), date(2024, 4, 8)):
        assert sweep(office.app, office.set(on), PLAN_ID, "I.2.5") is not None
    assert told(office, QUARTER, "overdue") == []


def test_a_waiver_stops_everything_and_lifting_it_makes_nobody_late(office: Office) -> None:
    waive(office)
    assert state(office, QUARTER)[:2] == ("waived", "waived")
    with pytest.raises(Refused, match="đã được miễn"):
        waive(office)
    office.set(date(2024, 4, 15))
    found = waiving.lift(office.app, QUARTER, by=HOME_AFFAIRS, now=office.moment, why="Vẫn cần.")
    assert (found.is_waived, found.due_on) == (False, date(2024, 4, 19))
    assert state(office, QUARTER)[:2] == ("open", "in_term")
    with pytest.raises(Refused, match="không có quyết định miễn"):
        waiving.lift(office.app, QUARTER, by=HOME_AFFAIRS, now=office.moment, why="x")


def test_what_was_late_when_it_was_waived_goes_on_where_it_stood(office: Office) -> None:
    office.set(date(2024, 4, 8))
    waive(office)
    office.set(date(2024, 4, 15))
    waiving.lift(office.app, QUARTER, by=HOME_AFFAIRS, now=office.moment, why="Vẫn cần.")
    assert state(office, QUARTER) == ("open", "overdue", date(2024, 3, 31))


def test_an_answer_that_waits_is_decided_on_not_waived_over(office: Office) -> None:
    office.submit(QUARTER, kind="done", note="xong")
    with pytest.raises(Refused, match="chấp nhận hoặc trả lại"):
        waive(office)


# Reassignment


def test_the_other_agency_owes_it_by_a_fair_day_and_hears_of_it(office: Office) -> None:
    office.set(date(2024, 12, 30))
    new = reassign(office)
    assert state(office, YEAR)[:2] == ("waived", "waived")
    assert state(office, new) == ("open", "in_term", date(2025, 1, 3))
    assert told(office, new, "opened") == [("queued", "Chuyển từ Sở Tư pháp. Đúng chức năng.")]
    assert office.next_on(new) is not None
    sweep(office.app, office.moment, PLAN_ID)
    assert "Việc đã chuyển cho Sở Y tế" in told(office, YEAR)[0][1]


def test_a_not_mine_that_names_another_is_passed_on_when_it_is_accepted(office: Office) -> None:
    office.submit(YEAR, kind="not_mine", whose="so-y-te", note="Của Sở Y tế.")
    found = reviewing.accept(office.app, YEAR, by=HOME_AFFAIRS, now=office.moment)
    assert (found.kind, found.reassigned_to) == ("not_mine", "so-y-te")
    assert state(office, f"{YEAR.rpartition('/')[0]}/so-y-te")[0] == "open"
    assert not office.case(YEAR).waivers  # its own answer was accepted: no waiver beside it


@pytest.mark.parametrize(
    ("obligation_id", "to", "words"),
    [
        (QUARTER_REPORT, "so-y-te", "Báo cáo định kỳ"),
        (YEAR, "so-tu-phap", "đang là đơn vị phải thực hiện"),
        (YEAR, "Sở Y te", "không có cơ quan"),
    ],
)
def test_what_cannot_be_passed_on_is_refused(office: Office, obligation_id: str, to: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        reassign(office, to, obligation_id)


def test_who_owes_it_already_is_refused(office: Office) -> None:
    new = reassign(office)
    with pytest.raises(Refused, match="đang được miễn"):
        reassign(office)
    with pytest.raises(Refused, match="đã phải thực hiện việc này rồi"):
        reassigning.reassign(office.app, new, "so-tu-phap", by=HOME_AFFAIRS, now=office.moment, why="x")


# Undo


def decide_accept(office: Office) -> str:
    office.submit(QUARTER, kind="done", note="xong")
    before(office)
    reviewing.accept(office.app, QUARTER, by=HOME_AFFAIRS, now=office.moment)
    return QUARTER


def decide_return(office: Office) -> str:
    office.submit(QUARTER, kind="done", note="xong")
    office.submit(QUARTER, kind="done", note="xong, bản sửa")
    before(office)
    reviewing.return_(office.app, QUARTER, by=HOME_AFFAIRS, now=office.moment, reason="Thiếu.")
    return QUARTER


def decide_grant(office: Office) -> str:
    ask(office)
    before(office)
    grant(office)
    return QUARTER


def decide_grant_unasked(office: Office) -> str:
    before(office)
    grant(office, until=date(2024, 4, 20), why="x")
    return QUARTER


def decide_refuse(office: Office) -> str:
    ask(office)
    before(office)
    extending.refuse(office.app, QUARTER, by=HOME_AFFAIRS, now=office.moment, reason="x")
    return QUARTER


def decide_waive(office: Office) -> str:
    before(office)
    waive(office)
    return QUARTER


def decide_reassign(office: Office) -> str:
    before(office, YEAR)
    reassign(office)
    return YEAR


def decide_not_mine(office: Office) -> str:
    office.submit(YEAR, kind="not_mine", whose="so-y-te", note="x")
    before(office, YEAR)
    reviewing.accept(office.app, YEAR, by=HOME_AFFAIRS, now=office.moment)
    return YEAR


DECISIONS = (
    decide_accept, decide_return, decide_grant, decide_grant_unasked, decide_refuse, decide_waive, decide_reassign,
    decide_not_mine,
)  # fmt: skip
_before: dict[int, tuple[Case, tuple[str, str, date | None], dict[str, int]]] = {}


def total(office: Office, now: datetime) -> dict[str, int]:
    return status.to_json(now, status.counts(office.app, now))["total"]  # type: ignore[no-any-return]


def before(office: Office, obligation_id: str = QUARTER) -> None:
    """Remember how things stood, and decide an hour later."""
    _before[id(office)] = (
        office.case(obligation_id), state(office, obligation_id), total(office, office.moment),
    )  # fmt: skip
    office.moment += timedelta(hours=1)


def bare(case: Case) -> Case:
    """The case without what was taken back: an undone decision is remembered, and changes nothing."""
    answers = tuple(replace(a, undone=()) for a in case.answers)
    fired = tuple(f for f in case.fired if not f.rule.startswith("told_"))
    return replace(case, answers=answers, waivers=tuple(w for w in case.waivers if w.lifted_at is None), fired=fired)


@pytest.mark.parametrize("decide", DECISIONS, ids=lambda one: one.__name__.removeprefix("decide_"))
def test_undo_restores_everything_but_the_journal(office: Office, decide: Callable[[Office], str]) -> None:
    obligation_id = decide(office)
    case, stood, counted = _before[id(office)]
    decided = office.moment
    during = total(office, decided)
    office.moment += timedelta(hours=1)
    undo(office, obligation_id)
    assert bare(office.case(obligation_id)) == case
    assert state(office, obligation_id) == stood
    assert total(office, office.moment) == counted
    assert total(office, decided) == during  # what was in force then is not rewritten
    assert not [s for s, _ in told(office, obligation_id) if s == "queued"]
    with pytest.raises(Refused, match="không có quyết định nào để lấy lại"):
        undo(office, obligation_id)


@pytest.mark.parametrize("decide", [decide_grant_unasked, decide_waive], ids=["grant", "waive"])
def test_a_reminder_that_a_mistake_dropped_waits_again(office: Office, decide: Callable[[Office], str]) -> None:
    office.set(date(2024, 3, 21))
    sweep(office.app, office.moment, PLAN_ID, "I.2.5")
    (queued,) = told(office, QUARTER, "reminder")
    decide(office)
    assert told(office, QUARTER, "reminder")[0][0] == "dropped"
    undo(office)
    assert told(office, QUARTER, "reminder") == [queued]


def test_a_second_undo_takes_back_the_decision_before(office: Office) -> None:
    grant(office, until=date(2024, 4, 20), why="x")
    office.set(date(2024, 3, 19))
    office.submit(QUARTER, kind="done", note="xong")
    reviewing.accept(office.app, QUARTER, by=HOME_AFFAIRS, now=office.moment)
    office.set(date(2024, 3, 20))
    assert [undo(office).decision.kind for _ in range(2)] == ["accepted", "extension-granted"]


def overdue_on(office: Office, on: date) -> bool:
    """Whether the agency has something overdue in the count of that day, rebuilt today (`dondoc status --at`)."""
    found = status.to_json(end_of_day(on), status.counts(office.app, end_of_day(on)))
    (row,) = (row for row in found["agencies"] if row["agency"] == "so-tu-phap")
    return bool(row["overdue"] - 1)  # its periodic report of the first quarter is late since 19/3


def test_a_grant_taken_back_never_leads_into_lateness(office: Office) -> None:
    grant(office, until=date(2024, 4, 20), why="x")
    office.set(date(2024, 4, 10))
    assert undo(office).due_on == date(2024, 4, 15)
    assert state(office, QUARTER)[1] == "in_term"
    assert [overdue_on(office, on) for on in (date(2024, 4, 9), date(2024, 4, 10))] == [False, False]
    office.set(date(2024, 4, 16))
    assert state(office, QUARTER)[1] == "overdue"
    assert [overdue_on(office, on) for on in (date(2024, 4, 9), date(2024, 4, 15), date(2024, 4, 16))] == [
        False, False, True,
    ]  # fmt: skip


def test_a_return_is_taken_back_although_the_agency_has_sent_again(office: Office) -> None:
    office.submit(QUARTER, kind="done", note="xong")
    reviewing.return_(office.app, QUARTER, by=HOME_AFFAIRS, now=office.moment, reason="Thiếu.")
    office.set(date(2024, 4, 3))
    office.submit(QUARTER, kind="done", note="bản sửa")
    assert where(office, QUARTER).submitted_on == date(2024, 4, 3)
    undo(office)
    assert state(office, QUARTER)[:2] == ("reported", "in_term")
    found = reviewing.accept(office.app, QUARTER, by=HOME_AFFAIRS, now=office.moment)
    assert (found.submitted_on, found.late) == (date(2024, 3, 18), False)


def test_a_reassignment_stays_when_the_other_agency_has_answered(office: Office) -> None:
    new = reassign(office)
    office.submit(new, kind="progress", note="Đang làm.")
    with pytest.raises(Refused, match="Đơn vị nhận việc đã trả lời"):
        undo(office, YEAR)
    assert state(office, new)[0] == "open"


def test_a_reassignment_may_be_made_again_and_is_fair_again(office: Office) -> None:
    office.set(date(2024, 12, 20))
    new = reassign(office)
    undo(office, YEAR)
    office.set(date(2024, 12, 31))
    assert reassign(office) == new
    assert office.case(new).obligation.due_on == date(2025, 1, 6)
    assert [s for s, _ in told(office, new, "opened")][-1] == "queued"


def test_a_waiver_that_passed_work_on_is_not_lifted_by_itself(office: Office) -> None:
    reassign(office)
    with pytest.raises(Refused, match="lấy lại quyết định chuyển"):
        waiving.lift(office.app, YEAR, by=HOME_AFFAIRS, now=office.moment, why="x")


# Telling


def test_a_return_reaches_the_agency_unless_it_was_taken_back_first(office: Office) -> None:
    office.submit(QUARTER, kind="done", note="xong")
    reviewing.return_(office.app, QUARTER, by=HOME_AFFAIRS, now=office.moment, reason="Thiếu chữ ký")
    assert told(office, QUARTER) == [
        ("queued", "Báo cáo được trả lại, đề nghị bổ sung trước hết Thứ Năm, 21/3/2024. Lý do: Thiếu chữ ký.")
    ]
    undo(office)
    assert [s for s, _ in told(office, QUARTER)] == ["dropped"]


# Many at once, and two at once


def test_many_are_accepted_and_each_refusal_is_told(office: Office) -> None:
    ids = {key: office.submit(key, kind="done", note="xong").number for key in (QUARTER, YEAR, OTHERS)}
    newer = office.submit(YEAR, kind="done", note="bản sửa").number
    found = reviewing.accept_many(office.app, [*ids.items(), ("x", 1)], by=HOME_AFFAIRS, now=office.moment)
    assert {one.obligation_id for one in found.reviewed} == {QUARTER, OTHERS}
    assert f"số {newer}" in found.refused[YEAR] and found.refused["x"] == "Không có việc “x”."
    assert state(office, YEAR)[0] == "reported"


def test_many_are_returned_for_one_reason(office: Office) -> None:
    ids = {key: office.submit(key, kind="done", note="xong").number for key in (QUARTER, OTHERS)}
    with pytest.raises(Refused, match="phải nêu lý do"):
        reviewing.return_many(office.app, list(ids.items()), by=HOME_AFFAIRS, now=office.moment, reason=" ")
    found = reviewing.return_many(office.app, list(ids.items()), by=HOME_AFFAIRS, now=office.moment, reason="Thiếu.")
    assert len(found.reviewed) == 2 and not found.refused


def test_two_reviewers_at_once_one_decides_and_the_other_is_told(office: Office) -> None:
    answer_id = office.submit(QUARTER, kind="done", note="xong").number

    def decide(n: int) -> str:
        try:
            if n % 2:
                reviewing.accept(office.app, QUARTER, by="so-noi-vu/lan", now=office.moment, answer_id=answer_id)
            else:
                reviewing.return_(
                    office.app, QUARTER, by="so-noi-vu/minh", now=office.moment, reason="x", answer_id=answer_id
                )
        except Refused as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(decide, range(4)))
    assert said.count("") == 1
    assert all(f"Câu trả lời số {answer_id} đã được so-noi-vu/" in words for words in said if words)


# The inbox


def test_what_waits_is_told_oldest_first_with_how_long(office: Office) -> None:
    ask(office)
    office.set(date(2024, 3, 20))
    office.submit(OTHERS, kind="not_applicable", note="Không phát sinh.")
    office.set(date(2024, 3, 25))
    with office.app.sessions() as session:
        found = inbox.inbox(office.app, session, office.moment, reviewer="so-noi-vu")
        assert [(i.obligation_id, i.kind, i.waited, i.is_late) for i in found.items] == [
            (QUARTER, "extension", 5, False),
            (OTHERS, "not_applicable", 3, True),
        ]
        assert inbox.inbox(office.app, session, office.moment, reviewer="van-phong-ubnd-tinh").total == 0
        second = inbox.inbox(office.app, session, office.moment, page=9, size=1)
        assert (second.page, second.pages, second.items[0].obligation_id) == (2, 2, OTHERS)
        assert inbox.inbox(office.app, session, office.moment, kind="extension").total == 1
        assert inbox.count(session) == 2


def test_what_is_settled_waits_no_more(office: Office) -> None:
    ask(office)
    waive(office)
    with office.app.sessions() as session:
        assert inbox.count(session) == 0
