"""1 July 2025 in Hưng Yên: what ended bodies still owe passes to their successors; what splits asks a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from functools import cache

import pytest
from sqlalchemy import event, select
from town import CONFIG, ROOT, Town, only, shipped

from dondoc.domain.answers import Answer
from dondoc.domain.moments import at
from dondoc.domain.workspace import Workspace
from dondoc.errors import Refused
from dondoc.loading import load_directory, shift
from dondoc.services import releasing, status, succession, sweeping
from dondoc.store import answers, journal
from dondoc.store.answers import Submitted
from dondoc.store.models import MessageRow, NoticeRow, ObligationRow

PLAN_ID = "hung-yen-2025"
POSTS, SCIENCE = "so-thong-tin-va-truyen-thong", "so-khoa-hoc-va-cong-nghe"


@cache
def year_2025() -> Workspace:
    """The shipped tasks a year later, with the directory that knows the change of structure."""
    shifted = shift(shipped(), 2025)
    directory = load_directory(CONFIG / "agencies" / "hung-yen-2025.yaml").require()
    plan = replace(shifted.plan, directory=directory.id, demo=False)
    return replace(shifted, plan=plan, directory=directory)


@pytest.fixture
def july(town: Town) -> Town:
    """The second of July: two tasks of Sở Thông tin và Truyền thông, one of everybody, one of the districts."""
    town.set(date(2025, 1, 2))
    town.apply(only(year_2025(), "VI.2.110", "VI.2.111", "I.2.1", "III.2.54"))
    town.set(date(2025, 7, 2))
    return town


def rows(town: Town) -> dict[str, ObligationRow]:
    with town.app.sessions() as session:
        return {row.id: row for row in session.scalars(select(ObligationRow)) if row.withdrawn_at is None}


def test_open_tasks_pass_to_the_one_successor_with_their_history(july: Town) -> None:
    before = rows(july)
    old = next(row for row in before.values() if row.task_id == "VI.2.110")
    assert old.agency == POSTS
    found = succession.carry_out(july.app, PLAN_ID, july.moment)
    new = f"{old.id.rpartition('/')[0]}/{SCIENCE}"
    assert (old.id, new) in {(move.obligation_id, move.new_id) for move in found.moves}
    after = rows(july)
    assert after[new].agency == SCIENCE
    with july.app.sessions() as session:
        left = [(e.action, e.old, e.new) for e in journal.history(session, old.id)]
        taken = [e for e in journal.history(session, new) if e.action == "received"]
    assert ("reassigned", POSTS, SCIENCE) in left
    assert old.id in taken[0].why
    assert "30/06/2025" in next(e.why for e in history(july, old.id) if e.action == "reassigned")


def history(town: Town, subject: str) -> list[journal.Entry]:
    with town.app.sessions() as session:
        return list(journal.history(session, subject))


def test_running_it_again_does_nothing(july: Town) -> None:
    succession.carry_out(july.app, PLAN_ID, july.moment)
    before = {id: row.due_on for id, row in rows(july).items()}
    assert succession.carry_out(july.app, PLAN_ID, july.moment).moves == ()
    assert {id: row.due_on for id, row in rows(july).items()} == before


def test_nobody_inherits_lateness_and_the_past_stays_as_it_was(july: Town) -> None:
    """A report of Sở TT&TT due 17/6 and never sent: late until 1/7, owed by its successor a few days from now."""
    day_before = status.to_json(at(date(2025, 6, 30)), status.counts(july.app, at(date(2025, 6, 30)), PLAN_ID))
    succession.carry_out(july.app, PLAN_ID, july.moment)
    again = status.to_json(at(date(2025, 6, 30)), status.counts(july.app, at(date(2025, 6, 30)), PLAN_ID))
    assert again["total"] == day_before["total"]
    taken = {id: row for id, row in rows(july).items() if any(e.action == "received" for e in history(july, id))}
    assert taken
    assert all(row.late_after is None or row.late_after >= date(2025, 7, 7) for row in taken.values())


def test_of_two_bodies_that_merge_the_work_is_owed_once(july: Town) -> None:
    """ "Các sở, ban, ngành" owe I.2.1: Sở KH&CN owes it already, so that of Sở TT&TT is only closed; the two that make
    Sở Nông nghiệp và Môi trường become one."""
    found = succession.carry_out(july.app, PLAN_ID, july.moment)
    mine = {move.agency: move for move in found.moves if "/I.2.1/" in move.obligation_id}
    assert mine[POSTS].merged
    made = [move for move in mine.values() if move.to == "so-nong-nghiep-va-moi-truong"]
    assert sorted(move.merged for move in made) == [False, True]
    counts = status.to_json(july.moment, status.counts(july.app, july.moment, PLAN_ID))
    owing = {one["agency"] for one in counts["agencies"]}
    assert "so-nong-nghiep-va-moi-truong" in owing or "Sở Nông nghiệp và Môi trường" in str(owing)


def test_a_body_without_one_heir_asks_a_person_whose_word_then_counts(july: Town) -> None:
    found = succession.carry_out(july.app, PLAN_ID, july.moment)
    asked = {question.agency: question for question in found.questions}
    assert len(asked) == 10
    lam = asked["ubnd-huyen-van-lam"]
    assert (lam.ended_on, lam.heirs) == (date(2025, 6, 30), ())
    assert all(move.agency not in asked for move in found.moves)
    with july.app.sessions() as session:
        assert len(succession.survey_all(july.app, session, july.moment)[PLAN_ID].questions) == 10
    chosen = {"ubnd-huyen-van-lam": "cac-xa-phuong"}
    after = succession.carry_out(july.app, PLAN_ID, july.moment, "dòng lệnh (an)", chosen)
    assert {move.obligation_id for move in after.moves} == set(lam.obligation_ids)
    assert {e.who for e in history(july, lam.obligation_ids[0]) if e.action == "reassigned"} == {"dòng lệnh (an)"}
    with pytest.raises(Refused, match="đang hoạt động"):
        succession.survey(july.app, PLAN_ID, july.moment, {"ubnd-huyen-an-thi": POSTS})
    with pytest.raises(Refused, match="kết thúc hoạt động"):
        succession.survey(july.app, PLAN_ID, july.moment, {"so-noi-vu": SCIENCE})


def test_a_report_under_review_stays_until_it_is_decided(july: Town) -> None:
    old = next(id for id, row in rows(july).items() if row.task_id == "VI.2.110")
    with july.app.sessions.begin() as session:
        answer = Answer("", "done", at(date(2025, 6, 27), time(9)))
        answers.add(session, [Submitted(old, "x", POSTS, answer)])
    found = succession.carry_out(july.app, PLAN_ID, july.moment)
    assert found.unreviewed == (old,)
    assert old not in {move.obligation_id for move in found.moves}


def test_what_was_queued_follows_to_the_successor(july: Town) -> None:
    july.set(date(2025, 6, 30))
    sweeping.sweep(july.app, july.moment)
    old = {row.id for row in rows(july).values() if row.agency == POSTS}
    july.set(date(2025, 7, 2))
    succession.carry_out(july.app, PLAN_ID, july.moment)
    sweeping.sweep(july.app, july.moment)
    with july.app.sessions() as session:
        queued = session.scalars(select(NoticeRow).where(NoticeRow.status == "queued")).all()
    assert not [row for row in queued if row.obligation_id in old]
    told = [row for row in queued if "VI.2.110" in row.obligation_id]
    assert {(row.recipient, row.held) for row in told} == {(f"{SCIENCE}/focal", False)}
    assert any("Tiếp nhận từ Sở Thông tin và Truyền thông" in (row.reason or "") for row in told)


def test_the_successor_reads_in_one_letter_what_it_took_over_and_from_whom(july: Town) -> None:
    succession.carry_out(july.app, PLAN_ID, july.moment)
    july.morning(date(2025, 7, 3))
    letters = [mail.text or "" for mail in july.mails("cchc@sokhoahocvacongnghe.hungyen.example")]
    assert len(letters) == 1
    for words in ("[VI.2.110]", "[VI.2.111]", "Tiếp nhận từ Sở Thông tin và Truyền thông."):
        assert words in letters[0]
    assert july.mails("cchc@sothongtinvatruyenthong.hungyen.example") == []


def test_before_the_day_nothing_passes(july: Town) -> None:
    assert succession.carry_out(july.app, PLAN_ID, at(date(2025, 6, 30))).is_empty


def test_the_plan_of_2024_can_move_to_the_new_directory_without_losing_a_thing(town: Town) -> None:
    plan = (ROOT / "plans" / "hung-yen-2024.yaml").read_text(encoding="utf-8")
    assert "directory: hung-yen-2024" in plan
    town.apply(shipped())
    directory = load_directory(CONFIG / "agencies" / "hung-yen-2025.yaml").require()
    moved = replace(shipped(), plan=replace(shipped().plan, directory=directory.id), directory=directory)
    applied = town.apply(moved)
    assert applied.diff.is_empty


def test_a_full_sweep_passes_on_by_itself_and_the_successor_reads_of_it_the_same_morning(july: Town) -> None:
    result = july.morning(date(2025, 7, 2))
    assert result.composed
    old = next(row for row in rows(july).values() if row.task_id == "VI.2.110" and row.agency == POSTS)
    assert {e.who for e in history(july, old.id) if e.action == "reassigned"} == {succession.BY}
    letters = [mail.text or "" for mail in july.mails("cchc@sokhoahocvacongnghe.hungyen.example")]
    assert any("VI.2.110" in text and "Tiếp nhận từ Sở Thông tin và Truyền thông" in text for text in letters)
    assert sweeping.sweep(july.app, july.moment).passed_on == 0


def test_the_run_of_one_task_passes_nothing_on(july: Town) -> None:
    assert sweeping.sweep(july.app, july.moment, PLAN_ID, "VI.2.110").passed_on == 0
    assert not any(e.action == "reassigned" for id in rows(july) for e in history(july, id))


def test_where_no_body_has_ended_it_asks_the_store_for_the_plans_alone(town: Town) -> None:
    town.apply(shipped())
    asked: list[str] = []
    event.listen(town.app.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert succession.carry_out_all(town.app, town.moment) == {}
    assert len(asked) <= 5 and not any("FROM obligations" in words for words in asked)


def test_applying_a_plan_with_its_new_directory_passes_on_at_once(town: Town) -> None:
    """The plan of 2025 with last year's directory; in July its file names the new one and is applied again."""
    town.set(date(2025, 1, 2))
    before = only(shift(shipped(), 2025), "VI.2.110", demo=False)
    town.apply(before)
    town.set(date(2025, 7, 2))
    after = only(year_2025(), "VI.2.110", id=before.plan.id)
    found = succession.after_apply(town.app, town.apply(after, force=True), town.moment)
    assert found is not None and {move.to for move in found.moves} >= {SCIENCE}
    assert {row.agency for row in rows(town).values() if row.task_id == "VI.2.110"} == {POSTS, SCIENCE}
    again = town.apply(after)
    assert not again.written and succession.after_apply(town.app, again, town.moment) is None


def test_a_letter_that_still_waits_for_the_ended_body_says_nothing_of_what_is_anothers_now(town: Town) -> None:
    """The year's list was held in June; released in July it holds nothing of the body that is gone."""
    town.set(date(2025, 6, 27))
    town.apply(only(year_2025(), "VI.2.110", "I.2.1"))
    town.morning(date(2025, 6, 30))
    held = {row.id: row for row in messages_of(town) if row.agency == POSTS and row.status == "held"}
    assert held
    town.morning(date(2025, 7, 1))
    released = releasing.release_each(town.app, list(held), "kiểm thử", town.moment)
    assert released.moved == ()
    town.morning(date(2025, 7, 2))
    assert {row.status for row in messages_of(town) if row.id in held} == {"dropped"}
    assert not town.mails(old_mailbox())


def messages_of(town: Town) -> list[MessageRow]:
    with town.app.sessions() as session:
        return list(session.scalars(select(MessageRow)))


def old_mailbox() -> str:
    contact = next(c for c in year_2025().directory.by_id[POSTS].contacts if c.role == "focal")
    assert contact.email
    return contact.email
