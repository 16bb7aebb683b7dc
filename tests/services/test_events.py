"""An event opens what waits for it, at once and for those it concerns; taken back, it was never there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

import pytest
from office import Office, open_office
from sqlalchemy import select
from town import only, shipped

from dondoc.domain.events import Event
from dondoc.errors import Refused
from dondoc.services import events
from dondoc.services.event_choices import Choice
from dondoc.services.status import counts
from dondoc.services.sweeping import sweep
from dondoc.store import obligations
from dondoc.store.models import NoticeRow

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
