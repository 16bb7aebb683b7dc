"""A plan and its directory moved together to another year."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dondoc.domain.clauses import By, Every, Within
from dondoc.domain.shift import shift
from dondoc.domain.workspace import Workspace
from dondoc.loading import load_workspace

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return load_workspace(ROOT / "plans" / "hung-yen-2024.yaml", ROOT / "config").require()


@pytest.fixture(scope="module")
def moved(workspace: Workspace) -> Workspace:
    return shift(workspace, 2026)


def test_it_is_another_plan_and_says_so(moved: Workspace) -> None:
    plan = moved.plan
    assert (plan.id, plan.directory, moved.directory.id) == ("hung-yen-2026", "hung-yen-2026", "hung-yen-2026")
    assert (plan.year, plan.demo, plan.citation.number) == (2026, True, None)
    assert plan.title == "Kế hoạch cải cách hành chính nhà nước năm 2026 của tỉnh Hưng Yên"


def test_deadlines_are_read_anew(moved: Workspace) -> None:
    by_id = moved.plan.by_id
    assert by_id["I.2.5"].deadline == "Quý I/2026"
    assert by_id["I.2.5"].clauses == (Within(start=date(2026, 1, 1), end=date(2026, 3, 31)),)
    assert by_id["II.2.39"].clauses == (By(date=date(2026, 1, 31)),)
    assert by_id["III.2.73"].clauses == (Within(start=date(2026, 2, 1), end=date(2026, 2, 28)),)
    assert by_id["II.2.40"].deadline == (
        "Theo Kế hoạch rà soát, đánh giá TTHC năm 2026 của UBND tỉnh và hoàn thành muộn nhất là ngày 15/9/2026"
    )
    assert by_id["II.2.42"].deadline == (
        "Theo Kế hoạch rà soát, đơn giản hóa TTHC nội bộ giai đoạn 2024-2027 của UBND tỉnh"
    )


def test_cited_documents_keep_their_numbers_and_days(moved: Workspace) -> None:
    by_id = moved.plan.by_id
    assert "Quyết định số 154/QĐ-UBND ngày 23/01/2018" in by_id["II.2.14"].activity
    assert "Nghị quyết số 333/2020/NQ-HĐND ngày 01/12/2020" in by_id["II.2.18"].activity
    assert "Kế hoạch số 185/KH-UBND ngày 16/11/2022" in by_id["II.2.42"].activity
    assert "Thông tư số 02/2017/TT-VPCP ngày 31/10/2017" in by_id["II.2.24"].products[0]
    assert "Nghị quyết số 35/2023/UBTVQH15" in by_id["III.2.70"].activity
    assert "công chức năm 2026" in by_id["III.2.53"].activity


def test_parts_and_names_move_along(workspace: Workspace, moved: Workspace) -> None:
    estimate, settlement = moved.plan.by_id["V.2.104"].parts
    assert (estimate.key, settlement.key) == ("du-toan", "quyet-toan")
    assert estimate.clauses == (Within(start=date(2026, 1, 1), end=date(2026, 3, 31), label="dự toán"),)
    assert settlement.clauses == (Within(start=date(2026, 10, 1), end=date(2026, 12, 31), label="Quyết toán"),)
    assert moved.plan.by_id["II.2.32"].parts[1].clauses == (Every(period="month", label="Công bố, công khai"),)
    for old, new in zip(workspace.plan.tasks, moved.plan.tasks, strict=True):
        assert (old.id, old.lead_names, old.line) == (new.id, new.lead_names, new.line)
        assert [part.leads for part in old.parts] == [part.leads for part in new.parts]
        assert [type(clause) for clause in old.clauses] == [type(clause) for clause in new.clauses]
        assert "2024" not in new.deadline.replace("2024-2027", "")


def test_the_bodies_exist_in_the_new_year(workspace: Workspace, moved: Workspace) -> None:
    district = moved.directory.by_id["ubnd-huyen-van-lam"]
    assert (workspace.directory.by_id[district.id].valid_to, district.valid_to) == (
        date(2025, 6, 30),
        date(2027, 6, 30),
    )
    assert moved.calendar is workspace.calendar


def test_there_and_back_is_the_same_plan(workspace: Workspace, moved: Workspace) -> None:
    back = shift(moved, 2024)
    assert back.directory == workspace.directory
    assert [task.clauses for task in back.plan.tasks] == [task.clauses for task in workspace.plan.tasks]
    assert [task.deadline for task in back.plan.tasks] == [task.deadline for task in workspace.plan.tasks]
