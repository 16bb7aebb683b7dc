"""An accepted product opens the task that waits for it and falls with its acceptance; days follow another plan's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from office import OWN, QUARTER, Office, open_office
from sqlalchemy import select
from town import only, shipped

from dondoc.domain.plan import After, DateFrom
from dondoc.domain.workspace import Workspace
from dondoc.services import extending, reviewing, undoing
from dondoc.services.applying import apply_workspace
from dondoc.services.replies import NotAllowed
from dondoc.services.sweeping import sweep
from dondoc.store import obligations
from dondoc.store.models import EventRow, NoticeRow

PLAN = "hung-yen-2024"
TASKS = ("I.2.5", "III.2.68", "II.2.43", "V.2.97")
"""Two dated ones (Sở Tư pháp; Sở Nội vụ itself), one that waits for a plan, one that waits for an event."""


def linked(**after: object) -> Workspace:
    found = only(shipped(), *TASKS)
    tasks = tuple(
        replace(task, after=After(("I.2.5", "III.2.68"), **after)) if task.id == "V.2.97" else task  # type: ignore[arg-type]
        for task in found.plan.tasks
    )
    return replace(found, plan=replace(found.plan, tasks=tasks))


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Office]:
    with open_office(database_url, tmp_path, linked(), date(2024, 1, 2)) as found:
        found.set(date(2024, 3, 20), time(10, 0))
        yield found


def waiting_task(desk: Office) -> list[tuple[str, date | None]]:
    with desk.app.sessions() as session:
        cases = obligations.load_cases(session, plan_id=PLAN, task_id="V.2.97")
    return [(case.obligation.kind, case.obligation.aim) for case in cases]


def accept(desk: Office, *ids: str) -> None:
    for id in ids:
        desk.submit(id, kind="done", document_number="1/BC", document_date=desk.moment.date())
        reviewing.accept(desk.app, id, by="admin", now=desk.moment)


def test_when_all_are_accepted_it_opens_and_an_undone_acceptance_closes_it(desk: Office) -> None:
    accept(desk, QUARTER)
    assert waiting_task(desk) == [("awaiting", None)]
    accept(desk, OWN)
    assert waiting_task(desk) == [("task", date(2024, 4, 3))]
    sweep(desk.app, desk.moment)
    undoing.undo(desk.app, QUARTER, by="admin", now=desk.moment, why="Nhầm báo cáo.")
    assert waiting_task(desk) == [("awaiting", None)]
    with desk.app.sessions() as session:
        assert session.scalars(select(NoticeRow.status).where(NoticeRow.rule == "opened")).all() == ["dropped"]
        assert [bool(row.retracted_at) for row in session.scalars(select(EventRow))] == [True]


def test_the_first_one_opens_it_once_with_its_lag(database_url: str, tmp_path: Path) -> None:
    with open_office(database_url, tmp_path, linked(mode="any", lag=5), date(2024, 1, 2)) as desk:
        desk.set(date(2024, 3, 20), time(10, 0))
        accept(desk, QUARTER)
        accept(desk, OWN)
        sweep(desk.app, desk.moment)
        assert waiting_task(desk) == [("task", date(2024, 4, 10))]  # opens on 27/3, ten working days before that
        with desk.app.sessions() as session:
            assert session.scalars(select(NoticeRow).where(NoticeRow.rule == "opened")).all() == []
        sweep(desk.app, desk.set(date(2024, 3, 27)))
        with desk.app.sessions() as session:
            assert len(session.scalars(select(NoticeRow).where(NoticeRow.rule == "opened")).all()) == 1


def test_a_sweep_finds_what_nobody_saw_accepted(desk: Office) -> None:
    accept(desk, QUARTER, OWN)
    before = waiting_task(desk)
    assert sweep(desk.app, desk.moment + timedelta(minutes=30)).opened == 0
    assert waiting_task(desk) == before


def test_a_day_follows_another_plan_and_its_owner_is_told(desk: Office) -> None:
    found = only(shipped(), "II.2.43")
    other = replace(
        found.plan, id="ke-hoach-sau",
        tasks=(replace(found.plan.tasks[0], date_from=DateFrom("I.2.5", PLAN)),),
    )  # fmt: skip
    apply_workspace(desk.app, replace(found, plan=other), desk.moment, "kiểm thử")
    id = "ke-hoach-sau/II.2.43/-/theo-van-ban/van-phong-ubnd-tinh"
    assert desk.case(id).obligation.due_on == date(2024, 3, 31)
    desk.submit(QUARTER, kind="extension", until=date(2024, 5, 15), note="Chờ ý kiến.")
    extending.grant(desk.app, QUARTER, by="admin", now=desk.moment, why="Đồng ý.")
    assert sweep(desk.app, desk.moment).opened == 1
    assert sweep(desk.app, desk.moment).opened == 0
    assert desk.case(id).obligation.due_on == date(2024, 5, 15)
    assert [entry.new for entry in desk.journal(id) if entry.action == "redated"] == ["2024-05-15"]
    with desk.app.sessions() as session:
        told = session.scalars(select(NoticeRow.reason).where(NoticeRow.obligation_id == id)).all()
    assert any("15/5/2024" in words or "15/05/2024" in words for words in told), told


def test_work_that_goes_on_yields_one_product_after_another(database_url: str, tmp_path: Path) -> None:
    source, reviewer = f"{PLAN}/II.2.28/-/ca-nam/so-y-te", "admin"

    def opened(desk: Office) -> list[date]:
        with desk.app.sessions() as session:
            cases = obligations.load_cases(session, plan_id=PLAN, task_id="II.2.29")
        return sorted(case.obligation.opens_on for case in cases if case.obligation.kind == "task")

    with open_office(database_url, tmp_path, only(shipped(), "II.2.28", "II.2.29"), date(2024, 1, 2)) as desk:
        days = [date(2024, 3, 20), date(2024, 4, 10)]
        for on in days:
            desk.set(on)
            desk.submit(source, kind="done", document_number="7/QĐ-UBND", document_date=on)
            assert [item.obligation_id for item in desk.waiting()] == [source]
            reviewing.accept(desk.app, source, by=reviewer, now=desk.moment)
        assert desk.waiting() == ()
        assert opened(desk) == days
        undoing.undo(desk.app, source, by=reviewer, now=desk.moment, why="Nhầm văn bản.")
        assert opened(desk) == days[:1]
        reviewing.accept(desk.app, source, by=reviewer, now=desk.moment)
        assert opened(desk) == days
        with pytest.raises(NotAllowed, match="việc thường xuyên"):  # stays in the periodic report
            desk.submit(source, kind="progress", note="Đang làm.")


def test_the_same_tasks_of_two_plans_are_two_events(database_url: str, tmp_path: Path) -> None:
    first = linked(mode="any")
    other = replace(first, plan=replace(first.plan, id="khac-2024"))
    with open_office(database_url, tmp_path, first, date(2024, 1, 2)) as desk:
        apply_workspace(desk.app, other, desk.moment, "admin")
        desk.set(date(2024, 3, 20), time(10, 0))
        accept(desk, QUARTER, QUARTER.replace(PLAN, "khac-2024"))
        assert sweep(desk.app, desk.moment).opened == 0
        with desk.app.sessions() as session:
            rows = session.scalars(select(EventRow)).all()
        assert sorted(row.sources or [] for row in rows) == sorted([[QUARTER], [QUARTER.replace(PLAN, "khac-2024")]])
