"""Agencies in time: the same name one after the other, successors, and what a plan is told about them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dondoc.domain.directory import Agency, Directory
from dondoc.domain.succession import heirs
from dondoc.errors import Problem
from dondoc.loading import load_directory, load_workspace

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "config"
HEAD = "id: mau\ntitle: Danh bạ mẫu\nagencies:\n"


def body(id: str, name: str, *more: str) -> str:
    lines = [f"- id: {id}", f"  name: {name}", "  kind: department", *(f"  {line}" for line in more)]
    return "\n".join(lines) + "\n"


def problems(tmp_path: Path, *bodies: str) -> tuple[Problem, ...]:
    file = tmp_path / "mau.yaml"
    file.write_text(HEAD + "".join(bodies), encoding="utf-8")
    return load_directory(file).problems


def test_bodies_that_follow_one_another_may_bear_the_same_name(tmp_path: Path) -> None:
    old = body("so-nv-cu", "Sở Nội vụ", "valid_to: 2025-06-30", "successors: [so-nv]")
    assert problems(tmp_path, old, body("so-nv", "Sở Nội vụ", "valid_from: 2025-07-01")) == ()
    file = tmp_path / "mau.yaml"
    directory = load_directory(file).require()
    year_2024, year_2026 = ((date(y, 1, 1), date(y, 12, 31)) for y in (2024, 2026))
    found = [directory.lookup("Sở Nội vụ", during) for during in (year_2024, year_2026, None)]
    assert [agency.id for agency in found if agency] == ["so-nv-cu", "so-nv", "so-nv"]


@pytest.mark.parametrize(
    ("first", "second", "code", "words"),
    [
        ("valid_to: 2025-06-30", "valid_from: 2025-06-30", "overlapping-validity", "đến 30/06/2025"),
        ("valid_to: 2025-06-30", "valid_to: 2026-06-30", "overlapping-validity", "chồng nhau"),
        ("level: province", "valid_from: 2025-07-01", "duplicate-alias", "“Sở Nội vụ”"),
        ("level: province", "level: province", "duplicate-alias", "dòng 4"),
    ],
)
def test_the_same_name_at_the_same_time_is_an_error(
    tmp_path: Path, first: str, second: str, code: str, words: str
) -> None:
    found = problems(tmp_path, body("a", "Sở Nội vụ", first), body("b", "Sở Nội vụ", second))
    assert [(p.severity, p.line, p.code) for p in found] == [("error", 8, code)]
    assert words in found[0].message


def test_an_unknown_successor_and_successors_in_a_circle(tmp_path: Path) -> None:
    ends = "valid_to: 2025-06-30"
    found = problems(tmp_path, body("so-a", "Sở A", ends, "successors: [so-bb]"), body("so-b", "Sở B"))
    assert [(p.line, p.code) for p in found] == [(4, "unknown-agency")]
    circle = problems(tmp_path, body("a", "Sở A", ends, "successors: [b]"), body("b", "Sở B", ends, "successors: [a]"))
    assert [(p.line, p.code) for p in circle] == [(4, "successor-cycle"), (9, "successor-cycle")]


def test_heirs_through_several_mergers() -> None:
    def agency(id: str, to: date | None, *successors: str) -> Agency:
        return Agency(id, id, id, "department", "province", valid_to=to, successors=successors)

    directory = Directory("d", "d", (
        agency("a", date(2024, 12, 31), "b"), agency("b", date(2025, 2, 28), "c"), agency("c", None),
        agency("s", date(2024, 12, 31), "b", "t"), agency("t", None), agency("x", date(2024, 12, 31)),
    ))  # fmt: skip

    def of(id: str, on: date) -> list[str]:
        return [heir.id for heir in heirs(directory, id, on)]

    assert of("a", date(2025, 1, 15)) == ["b"]
    assert of("a", date(2025, 7, 1)) == ["c"]
    assert of("s", date(2025, 7, 1)) == ["t", "c"]
    assert of("x", date(2025, 7, 1)) == []


def plan_of(tmp_path: Path, year: int, lead: str) -> Path:
    file = tmp_path / "plan.yaml"
    file.write_text(
        "id: thu\ntitle: Kế hoạch thử\nissuer: UBND tỉnh\nnumber: 1/KH\nissued_on: 2025-01-02\n"
        f"year: {year}\nsupervisor: so-noi-vu\nregime: cchc\ndirectory: hung-yen-2025\n"
        f"sections:\n- no: I\n  title: Một\n  tasks:\n  - code: a\n    activity: Việc\n    lead: {lead}\n"
        f"    deadline: Quý IV/{year}\n",
        encoding="utf-8",
    )
    return file


def test_plan_check_names_the_successor_of_a_body_that_no_longer_exists(tmp_path: Path) -> None:
    loaded = load_workspace(plan_of(tmp_path, 2026, "Sở Thông tin và Truyền thông"), CONFIG)
    found = [p for p in loaded.problems if p.code == "agency-not-valid"]
    assert [(p.severity, p.line) for p in found] == [("error", 16)]
    assert "đến 30/06/2025" in found[0].message
    assert "“Sở Khoa học và Công nghệ”" in found[0].hint


@pytest.mark.parametrize(
    ("lead", "words"),
    [
        ("Sở Thông tin và Truyền thông", ("chỉ hoạt động đến 30/06/2025", "“Sở Khoa học và Công nghệ”")),
        ("UBND cấp huyện", ("10 cơ quan của nhóm “UBND cấp huyện”", "phải chỉ định", "UBND huyện Văn Lâm")),
        ("UBND cấp xã", ("10 cơ quan của nhóm “UBND cấp xã”", "104 xã, phường")),
    ],
)
def test_a_plan_of_the_year_of_the_change_is_told_who_carries_on(
    tmp_path: Path, lead: str, words: tuple[str, ...]
) -> None:
    loaded = load_workspace(plan_of(tmp_path, 2025, lead), CONFIG)
    found = [p for p in loaded.problems if p.code == "agency-ends"]
    assert [(p.severity, p.line) for p in found] == [("warning", 16)]
    assert all(word in f"{found[0].message} {found[0].hint}" for word in words), found
    assert loaded.value is not None


def test_hung_yen_after_the_first_of_july_2025() -> None:
    loaded = load_directory(CONFIG / "agencies" / "hung-yen-2025.yaml")
    directory, july = loaded.require(), date(2025, 7, 1)
    assert loaded.problems == ()
    old = {agency.id for agency in load_directory(CONFIG / "agencies" / "hung-yen-2024.yaml").require().agencies}
    assert old <= set(directory.by_id)  # a plan may move here without losing an obligation
    alive = [agency for agency in directory.agencies if agency.is_valid(july)]
    assert not [agency for agency in alive if agency.level == "district"]
    communes = directory.members(directory.groups_by_id["ubnd-cap-xa"], july)
    assert [(c.id, c.members, c.parent) for c in communes] == [("cac-xa-phuong", 104, None)]
    assert directory.reporting_body("cac-xa-phuong") == "cac-xa-phuong"
    merged = {id: [h.id for h in heirs(directory, id, july)] for id in sorted(old - {a.id for a in alive})}
    assert merged["so-thong-tin-va-truyen-thong"] == ["so-khoa-hoc-va-cong-nghe"]
    assert merged["so-tai-nguyen-va-moi-truong"] == ["so-nong-nghiep-va-moi-truong"]
    assert merged["so-lao-dong-thuong-binh-va-xa-hoi"] == ["so-noi-vu"]
    assert [id for id, found in merged.items() if not found] == [a for a in merged if a.startswith("ubnd-")]
    assert all((c.email or "").endswith(".hungyen.example") for a in directory.agencies for c in a.contacts)
