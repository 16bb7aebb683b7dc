"""`dondoc plan graph`: Mermaid or SVG, with states when the plan is followed, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from notice_desk import PLAN, QUARTER, Desk, open_desk
from town import ROOT

FILE = ROOT / "plans" / "hung-yen-2024.yaml"
RING = ROOT / "tests" / "broken" / "plans" / "after-cycle.yaml"


@pytest.fixture
def desk(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    with open_desk(database_url, tmp_path, monkeypatch, capsys) as opened:
        yield opened


@pytest.fixture
def alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A machine without any database."""
    told = {name: value for name, value in desk.environment.items() if name != "DONDOC_DATABASE_URL"}
    monkeypatch.setattr(Desk, "environment", property(lambda _: {**told, "DONDOC_HOME": told["DONDOC_HOME"] + "-khac"}))
    return desk


def graph(desk: Desk, *words: object) -> tuple[int, str, str]:
    found = desk.command("plan", "graph", *words)
    return found.code, found.out, found.err


def test_a_followed_plan_is_drawn_with_its_states(desk: Desk) -> None:
    desk.apply(QUARTER)
    desk.town.set(date(2024, 4, 10))
    code, out, err = graph(desk, FILE, "--all", "--section", "I")
    assert (code, err) == (0, "")
    assert '{{"I.2.5<br/>Quá hạn chưa hoàn thành<br/>' in out
    assert "Tình hình đến 08:00 ngày 10/4/2024" in out
    without = graph(desk, FILE, "--all", "--section", "I", "--no-states")
    assert without[0] == 0 and "Quá hạn" not in without[1] and 'n5["I.2.5<br/>' in without[1]


def test_the_ending_says_what_is_written(desk: Desk, tmp_path: Path) -> None:
    svg, text = tmp_path / "so-do.SVG", tmp_path / "so-do.mmd"
    code, out, _ = graph(desk, FILE, "-o", svg)
    assert code == 0 and f"{svg}: " in out and "nhiệm vụ" in out
    assert ET.parse(svg).getroot().tag.endswith("svg")
    assert graph(desk, FILE, "-o", text)[0] == 0 and text.read_text(encoding="utf-8").startswith("flowchart LR\n")
    assert graph(desk, FILE, "--format", "svg", "-o", text)[0] == 0 and text.read_text().startswith("<?xml")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((RING,), 1, "after-cycle.yaml:15: [after-cycle]"),
        ((FILE, "--section", "IX"), 2, "I, II, III, IV, V, VI, VII"),
        ((FILE, "-o", "hinh.png"), 2, ".mmd hoặc .svg"),
        ((FILE, "--format", "png"), 2, "mermaid"),
        ((FILE, "-o", "/khong/co/x.svg", "--no-states"), 1, "Không ghi được tệp /khong/co/x.svg"),
        ((FILE, "--states"), 1, f"Không có kế hoạch “{PLAN}” đang theo dõi"),
    ],
)
def test_what_it_refuses(desk: Desk, words: tuple[object, ...], code: int, said: str) -> None:
    found = graph(desk, *words)
    assert found[:2] == (code, "") and said in found[2]


def test_without_a_store_a_file_is_drawn_all_the_same_and_none_is_made(alone: Desk) -> None:
    code, out, err = graph(alone, FILE)
    assert (code, err) == (0, "Sơ đồ không có tình trạng. Máy này chưa có cơ sở dữ liệu.\n")
    assert out.startswith("flowchart LR\n")
    assert graph(alone, FILE, "--states")[::2] == (1, "Máy này chưa có cơ sở dữ liệu.\n")
    assert not Path(alone.environment["DONDOC_HOME"]).exists()
