"""PAR INDEX on its page: gaps, evidence of what was accepted, and scores only where the office gave points."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest
from desk_help import told
from office import PLAN_ID, QUARTER, Office, open_office, small
from seat_help import Seat, signed_in_client
from town import CONFIG

from dondoc.console import console_app
from dondoc.services import reviewing

PAGE = f"/theo-doi/tieu-chi?ke-hoach={PLAN_ID}"
POINTS = """year: 2024
cites: Bảng điểm tự chấm của cơ quan, văn bản mẫu
points:
- code: "2.2.1"
  max_points: 0.5
  self_score: 0.5
  appraised: 0.25
"""


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """One task linked by decision to 2.2, proposals beside it; its report sent in March and accepted."""
    tasks = tuple(
        replace(task, criteria=("2.2",)) if task.id == "I.2.5" else replace(task, criteria_proposed=("1.1",))
        for task in small().plan.tasks
    )
    made = replace(small(), plan=replace(small().plan, tasks=tasks))
    with open_office(database_url, tmp_path / "home", made, date(2024, 1, 2)) as opened:
        opened.set(date(2024, 3, 20), time(9))
        opened.submit(QUARTER, kind="done", document_number="12/KH-UBND", document_date=date(2024, 3, 19))
        opened.set(date(2024, 3, 21))
        reviewing.accept(opened.app, QUARTER, by="Sở Nội vụ", now=opened.moment)
        yield opened


def card(words: str, code: str, size: int = 500) -> str:
    return words[words.index(f" {code} ") :][:size]


def test_a_criterion_stands_with_its_task_and_the_evidence_that_was_accepted(office: Office, seat: Seat) -> None:
    words = told(seat("read").get(PAGE).text)
    said = card(words, "2.2.1")
    assert "Sở Tư pháp, nhiệm vụ I.2.5: 12/KH-UBND ngày 19/3/2024" in said
    assert "Chưa nạp bảng điểm của năm 2024" in words and "Điểm Tối đa" not in words


def test_what_no_task_serves_by_decision_is_a_gap_and_a_proposal_fills_none(office: Office, seat: Seat) -> None:
    client = seat("read")
    words = told(client.get(PAGE).text)
    said = words[words.index(" 1.1 ") : words.index(" 1.2 ")]
    assert "(mới đề xuất)" in said and "Chưa nhiệm vụ nào phục vụ" in said
    gaps = told(client.get(f"{PAGE}&chi=chua-phuc-vu").text)
    assert " 1.1 " in gaps and " 2.2.1 " not in gaps
    assert client.get("/theo-doi/tieu-chi?ke-hoach=khong-co").status_code == 404


def with_points(office: Office, folder: Path, points: str) -> str:
    """The page where the configuration holds the office's table of points."""
    config = folder / "config"
    shutil.copytree(CONFIG, config)
    (config / "par-index").mkdir(exist_ok=True)
    (config / "par-index" / "2024.yaml").write_text(points, encoding="utf-8")
    office.app = replace(office.app, settings=replace(office.app.settings, config=config))
    client = signed_in_client(office, console_app(office.app), "read")
    reply = client.get(PAGE)
    assert reply.status_code == 200
    return told(reply.text)


def test_a_criterion_self_scored_and_appraised_beside_its_evidence_and_in_the_sum(
    office: Office, tmp_path: Path
) -> None:
    words = with_points(office, tmp_path, POINTS)
    said = card(words, "2.2.1")
    assert "12/KH-UBND" in said and "Tối đa 0,5; tự chấm 0,5; thẩm định 0,25" in said
    assert "Cộng: tối đa 0,5, tự chấm 0,5, thẩm định 0,25; 1/97 tiêu chí có điểm" in words
    assert "Bảng điểm tự chấm của cơ quan, văn bản mẫu" in words


def test_a_wrong_table_of_points_is_told_with_file_and_line_instead_of_scores(office: Office, tmp_path: Path) -> None:
    words = with_points(office, tmp_path, POINTS.replace("0.5\n  appraised", "0.75\n  appraised"))
    assert "Tệp PAR INDEX có lỗi" in words and "2024.yaml:" in words
