"""An event opens what waits for it, at once and for those it concerns; taken back, it was never there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest
from office import Office, open_office
from sqlalchemy import select, update
from town import only, shipped

from dondoc.domain.events import Event
from dondoc.domain.plan import Lead
from dondoc.errors import Refused
from dondoc.services import events, extending, reassigning, waiving
from dondoc.services.composing import compose_day
from dondoc.services.event_choices import Choice
from dondoc.services.status import counts
from dondoc.services.sweeping import sweep
from dondoc.store import obligations
from dondoc.store.models import MessageRow, NoticeRow, PlanRow

PLAN = "hung-yen-2024"
TASKS = ("II.2.12", "II.2.29", "II.2.40", "III.2.56", "III.2.70", "IV.2.78", "V.2.97")
GUIDANCE = Event("guidance", date(2024, 5, 10), "Hướng dẫn vị trí việc làm", "3456/BNV-TCBC", "Bộ Nội vụ")


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Office]:
    with open_office(database_url, tmp_path, only(shipped(), *TASKS), date(2024, 1, 2)) as found:
        found.set(date(2024, 5, 14), time(10, 0))
        yield found


def kept(desk: Office) -> dict[str, tuple[str, str | None]]:
    """What is owed now: kind and due day by obligation."""
    with desk.app.sessions() as session:
        cases = obligations.load_cases(session, plan_id=PLAN)
    return {c.obligation.id: (c.obligation.kind, f"{c.obligation.aim}") for c in cases}


def queued(desk: Office, event_id: str) -> list[tuple[str, str]]:
    with desk.app.sessions() as session:
        rows = session.execute(
            select(NoticeRow.recipient, NoticeRow.status)
            .where(NoticeRow.rule == "opened", NoticeRow.obligation_id.contains(event_id))
            .order_by(NoticeRow.recipient)
        )
        return [(recipient, state) for recipient, state in rows]


def test_who_it_concerns_owes_it_and_the_others_go_on_waiting(desk: Office) -> None:
    done = events.record(
        desk.app, GUIDANCE, [Choice("IV.2.78", agencies=("Sở Tư pháp", "so-y-te"))], by="admin", now=desk.moment
    )
    owed = {one.agency: one for one in done.opened}
    assert set(owed) == {"so-tu-phap", "so-y-te"}
    assert owed["so-y-te"].due_on is None
    assert owed["so-y-te"].target_on == date(2024, 5, 28)  # ten working days after it was recorded
    now = kept(desk)
    assert f"{PLAN}/IV.2.78/-/cho-1/so-y-te" not in now
    assert now[f"{PLAN}/IV.2.78/-/cho-1/so-tai-chinh"] == ("awaiting", "None")
    sweep(desk.app, desk.moment)
    assert queued(desk, GUIDANCE.id) == [("so-tu-phap/focal", "queued"), ("so-y-te/focal", "queued")]


def test_taken_back_it_was_never_there(desk: Office) -> None:
    before, tallies = kept(desk), [tally for _, tally in counts(desk.app, desk.moment)]
    events.record(desk.app, GUIDANCE, [Choice("IV.2.78", due_on=date(2024, 6, 28))], by="admin", now=desk.moment)
    sweep(desk.app, desk.moment)
    done = events.retract(desk.app, GUIDANCE.id, by="admin", now=desk.moment, why="Ghi nhầm văn bản.")
    assert len(done.closed) == len(queued(desk, GUIDANCE.id)) > 20
    assert {state for _, state in queued(desk, GUIDANCE.id)} == {"dropped"}
    assert kept(desk) == before
    assert [tally for _, tally in counts(desk.app, desk.moment)] == tallies
    again = events.record(desk.app, GUIDANCE, [Choice("IV.2.78")], by="admin", now=desk.moment)
    sweep(desk.app, desk.moment)
    assert len(again.opened) == [state for _, state in queued(desk, GUIDANCE.id)].count("queued")


def test_a_cap_is_kept_and_an_alternative_is_replaced(desk: Office) -> None:
    plan = Event("plan", date(2024, 5, 13), "Kế hoạch rà soát TTHC năm 2024", "77/KH-UBND", "UBND tỉnh")
    events.record(
        desk.app, plan,
        [Choice("II.2.40", due_on=date(2024, 12, 1)), Choice("II.2.12", due_on=date(2024, 6, 30))],
        by="admin", now=desk.moment,
    )  # fmt: skip
    now = kept(desk)
    assert now[f"{PLAN}/II.2.12/-/1/van-phong-ubnd-tinh"] == ("task", "2024-06-30")
    assert {aim for id, (_, aim) in now.items() if "/II.2.40/" in id} == {"2024-09-15"}


def test_the_day_moves_also_where_nobody_is_known_to_owe_it(desk: Office) -> None:
    plan = Event("plan", date(2024, 5, 13), "Kế hoạch rà soát TTHC năm 2024", "77/KH-UBND", "UBND tỉnh")
    events.record(desk.app, plan, [Choice("II.2.40", due_on=date(2024, 8, 1))], by="admin", now=desk.moment)
    assert kept(desk)[f"{PLAN}/II.2.40/-/1/?cac-so-ban-nganh"] == ("unassigned", "2024-08-01")


def test_what_was_late_before_is_late_again_when_its_new_day_is_taken_back(desk: Office) -> None:
    plan = Event("plan", date(2024, 5, 13), "Kế hoạch của Văn phòng Chính phủ", "9/KH-VPCP", "Văn phòng Chính phủ")
    events.record(desk.app, plan, [Choice("II.2.12", due_on=date(2024, 6, 30))], by="admin", now=desk.moment)
    events.retract(desk.app, plan.id, by="admin", now=desk.moment, why="Không có kế hoạch này.")
    assert kept(desk)[f"{PLAN}/II.2.12/-/1/van-phong-ubnd-tinh"] == ("task", "2024-01-31")


def test_every_objection_is_told_at_once_and_nothing_is_kept(desk: Office) -> None:
    wrong = [
        Choice("IV.2.79"), Choice("III.2.70"), Choice("IV.2.78", agencies=("Sở Du lịch",)),
        Choice("V.2.97", agencies=("so-y-te",)), Choice("III.2.56", due_on=date(2024, 5, 1)),
    ]  # fmt: skip
    with pytest.raises(Refused) as told:
        events.record(desk.app, GUIDANCE, wrong, by="admin", now=desk.moment)
    text = str(told.value)
    for words in ("IV.2.78”?", "III.2.70 không chờ", "Sở Du lịch", "Sở Y tế” không phải", "trước ngày của sự kiện"):
        assert words in text, text
    with desk.app.sessions() as session:
        assert events.events.waiting(session) == []


def test_the_journal_names_who_is_concerned(desk: Office) -> None:
    events.record(desk.app, GUIDANCE, [Choice("IV.2.78", agencies=("so-y-te",))], by="admin", now=desk.moment)
    (entry,) = desk.journal(f"{PLAN}/IV.2.78")
    assert (entry.new, entry.why) == (GUIDANCE.id, "3456/BNV-TCBC ngày 10/05/2024: Sở Y tế; hạn theo quy tắc.")


def test_the_same_document_is_one_event_however_it_is_written(desk: Office) -> None:
    events.record(desk.app, GUIDANCE, by="admin", now=desk.moment)
    twice = Event("other", GUIDANCE.on, "trích yếu khác", "3456/bnv-tcbc ", "Bộ  Nội vụ")
    with pytest.raises(Refused, match=GUIDANCE.id):
        events.record(desk.app, twice, by="admin", now=desk.moment)
    tied = events.tie(desk.app, GUIDANCE.id, [Choice("IV.2.78", no_due=True)], by="admin", now=desk.moment)
    assert {one.due_on for one in tied.opened} == {None}


def test_a_rehearsal_of_recording_leaves_nothing(desk: Office) -> None:
    before = kept(desk)
    told = events.record(desk.app, GUIDANCE, [Choice("IV.2.78")], by="admin", now=desk.moment, dry_run=True)
    assert told.opened
    assert kept(desk) == before


def test_what_a_document_is_can_be_mended_before_it_opens_anything(desk: Office) -> None:
    scan = Event("guidance", date(2024, 5, 14), "scan0001.pdf")
    events.record(desk.app, scan, by="thư mục", now=desk.moment, source="folder")
    assert events.correct(desk.app, scan.id, GUIDANCE, by="admin", now=desk.moment) == GUIDANCE.id
    with desk.app.sessions() as session:
        assert [row.id for row in events.events.waiting(session)] == [GUIDANCE.id]
    events.tie(desk.app, GUIDANCE.id, [Choice("IV.2.78")], by="admin", now=desk.moment)
    with pytest.raises(Refused, match="đã mở việc"):
        events.correct(desk.app, GUIDANCE.id, scan, by="admin", now=desk.moment)


@pytest.mark.parametrize(
    ("granted_on", "until"), [(date(2024, 1, 20), date(2024, 2, 29)), (date(2024, 5, 13), date(2024, 8, 29))]
)
def test_an_extension_outlives_an_event_that_is_taken_back(desk: Office, granted_on: date, until: date) -> None:
    id = f"{PLAN}/II.2.12/-/1/van-phong-ubnd-tinh"
    plan = Event("plan", date(2024, 2, 13), "Kế hoạch của Văn phòng Chính phủ", "9/KH-VPCP", "Văn phòng Chính phủ")
    moments = {granted_on: "grant", date(2024, 2, 14): "record", date(2024, 5, 14): "retract"}
    if granted_on < date(2024, 2, 14):
        moments = {granted_on: "grant", date(2024, 2, 14): "record", date(2024, 2, 15): "retract"}
    for day, what in sorted(moments.items()):
        now = desk.set(day, time(10, 0))
        if what == "grant":
            extending.grant(desk.app, id, until=until, by="admin", now=now, why="Khối lượng lớn.")
        elif what == "record":
            events.record(desk.app, plan, [Choice("II.2.12", due_on=date(2024, 6, 30))], by="admin", now=now)
        else:
            events.retract(desk.app, plan.id, by="admin", now=now, why="Không có kế hoạch này.")
    assert kept(desk)[id] == ("task", f"{until}")


def test_a_plan_that_is_followed_into_january_stays_followed(desk: Office) -> None:
    desk.set(date(2025, 1, 3), time(10, 0))
    events.record(desk.app, GUIDANCE, [Choice("IV.2.78")], by="admin", now=desk.moment)
    with desk.app.sessions() as session:
        assert not session.get_one(PlanRow, PLAN).archived


def test_what_was_passed_on_while_it_waited_opens_for_who_waits_now(desk: Office) -> None:
    waiting = f"{PLAN}/V.2.97/-/cho-1/so-tai-chinh"
    reassigning.reassign(desk.app, waiting, "so-y-te", by="admin", now=desk.moment, why="Không phải việc của Sở.")
    done = events.record(desk.app, GUIDANCE, [Choice("V.2.97")], by="admin", now=desk.moment)
    assert [one.agency for one in done.opened] == ["so-y-te"]
    events.retract(desk.app, GUIDANCE.id, by="admin", now=desk.moment, why="Ghi nhầm.")
    assert f"{PLAN}/V.2.97/-/cho-1/so-y-te" in kept(desk)


def test_a_conditional_lead_waits_on_and_whom_it_was_is_told_when_it_is_not(database_url: str, tmp_path: Path) -> None:
    found = only(shipped(), "V.2.97", "IV.2.78")
    related = Lead("UBND cấp huyện có liên quan", "ubnd-cap-huyen", is_group=True, condition="có liên quan")
    tasks = tuple(
        replace(task, parts=tuple(replace(part, leads=(*part.leads, related)) for part in task.parts))
        if task.id == "V.2.97" else task
        for task in found.plan.tasks
    )  # fmt: skip
    with open_office(
        database_url, tmp_path, replace(found, plan=replace(found.plan, tasks=tasks)), date(2024, 1, 2)
    ) as desk:
        now = desk.set(date(2024, 5, 14), time(10, 0))
        waiting = f"{PLAN}/V.2.97/-/cho-1/?ubnd-cap-huyen"
        events.record(desk.app, GUIDANCE, [Choice("V.2.97", agencies=("so-tai-chinh",))], by="admin", now=now)
        assert waiting in kept(desk)
        other = replace(GUIDANCE, number="9/BNV")
        events.record(desk.app, other, [Choice("V.2.97", agencies=("ubnd-huyen-van-lam",))], by="admin", now=now)
        assert waiting not in kept(desk)
        sweep(desk.app, now)
        compose_day(desk.app, now)
        with desk.app.sessions.begin() as session:
            session.execute(update(MessageRow).values(status="sent", sent_at=now))
        events.retract(desk.app, other.id, by="admin", now=now, why="Ghi nhầm.")
        with desk.app.sessions() as session:
            told = select(NoticeRow.recipient).where(NoticeRow.reason.contains("Nhiệm vụ V.2.97: 9/BNV"))
            assert session.scalars(told).all() == ["ubnd-huyen-van-lam/focal"]


def test_an_event_that_is_recorded_anew_is_told_anew_on_the_same_day(desk: Office) -> None:
    for due_on in (None, date(2024, 5, 31)):
        choice = Choice("V.2.97", due_on=due_on, no_due=due_on is None)
        events.record(desk.app, GUIDANCE, [choice], by="admin", now=desk.moment)
        sweep(desk.app, desk.moment)
        assert compose_day(desk.app, desk.moment, urgent_only=True).messages == 1
        assert compose_day(desk.app, desk.moment, urgent_only=True).messages == 0
        if due_on is None:
            events.retract(desk.app, GUIDANCE.id, by="admin", now=desk.moment, why="Ghi thiếu hạn.")


def test_an_event_for_all_does_not_open_for_whom_it_was_waived(desk: Office) -> None:
    waiving.waive(
        desk.app, f"{PLAN}/IV.2.78/-/cho-1/so-y-te", by="admin", now=desk.moment, why="Không thuộc thẩm quyền."
    )
    done = events.record(desk.app, GUIDANCE, [Choice("IV.2.78")], by="admin", now=desk.moment)
    opened = {one.agency for one in done.opened}
    assert "so-y-te" not in opened
    assert "so-tu-phap" in opened
    assert kept(desk)[f"{PLAN}/IV.2.78/-/cho-1/so-y-te"] == ("awaiting", "None")
