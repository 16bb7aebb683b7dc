"""`dondoc event …`: an event recorded, tied to the tasks that wait for it, taken back; what waits, told to people and
machines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from notice_desk import PLAN, Desk, Said, open_desk

from dondoc.services import answering
from dondoc.services.replies import Reply

FINDING, GUIDED, DIRECTED = "I.2.11", "III.2.51", "V.2.97"
"""Khi có phát hiện (Sở Tư pháp); khi có văn bản hướng dẫn của bộ, ngành Trung ương (all departments and districts); khi
có văn bản chỉ đạo của UBND tỉnh (Sở Tài chính)."""
GUIDANCE = (
    "--kind", "huong-dan", "--date", "10/5/2024", "--number", "3456/BNV-CCVC", "--issuer", "Bộ Nội vụ",
    "--subject", "Hướng dẫn sắp xếp tổ chức bộ máy",
)  # fmt: skip


@pytest.fixture
def desk(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    with open_desk(database_url, tmp_path, monkeypatch, capsys) as opened:
        opened.apply(FINDING, GUIDED, DIRECTED)
        opened.town.set(date(2024, 5, 13))
        yield opened


def event(desk: Desk, *words: object) -> Said:
    """`dondoc event WORDS…`."""
    return desk.command("event", *words)


def test_an_event_opens_what_it_names_and_is_taken_back(desk: Desk, tmp_path: Path) -> None:
    pdf = tmp_path / "3456.pdf"
    pdf.write_bytes(b"%PDF-1.7\nhuong dan")
    two = ("--task", GUIDED, "--agency", "Sở Y tế", "--agency", "so-tu-phap", "--due", "30/6/2024")
    foretold = event(desk, "record", *GUIDANCE, *two, "--dry-run")
    assert (foretold.code, "Sẽ mở 2 việc cho 2 cơ quan." in foretold.out) == (0, True)
    assert "hạn Chủ Nhật, 30/6/2024" in foretold.out and event(desk, "list", "--json").json == []
    done = event(desk, "record", *GUIDANCE, *two, "--file", pdf, "--json").json
    id = done["event"]
    assert id.startswith("sk-20240510-") and done["dry_run"] is False
    assert {(one["agency"], one["task"], one["due"], one["new"]) for one in done["opened"]} == {
        ("so-y-te", GUIDED, "2024-06-30", True), ("so-tu-phap", GUIDED, "2024-06-30", True),
    }  # fmt: skip
    shown = event(desk, "show", id, "--json").json
    assert (shown["state"], shown["number"], [file["name"] for file in shown["files"]]) == (
        "open", "3456/BNV-CCVC", ["3456.pdf"],
    )  # fmt: skip
    assert {one["obligation"] for one in shown["obligations"]} == {one["obligation"] for one in done["opened"]}
    assert "Mở việc" in event(desk, "show", id).out or "3456/BNV-CCVC" in event(desk, "show", id).out
    again = event(desk, "record", *GUIDANCE)
    assert (again.code, again.out) == (1, "") and id in again.err
    taken = event(desk, "retract", id, "--why", "Ghi nhầm.")
    assert (taken.code, "Đã rút 2 việc đã mở" in taken.out) == (0, True)
    assert event(desk, "list", "--state", "retracted", "--json").json[0]["event"] == id
    assert event(desk, "list", "--state", "open", "--json").json == []


def test_without_a_task_it_waits_with_proposals_until_a_person_ties_it(desk: Desk) -> None:
    said = event(desk, "record", *GUIDANCE)
    assert (said.code, "chờ gắn với nhiệm vụ" in said.out, f"--task {GUIDED}" in said.out) == (0, True, True)
    (row,) = event(desk, "list", "--state", "waiting", "--json").json
    offered = event(desk, "propose", row["event"], "--json").json["proposals"]
    assert offered[0]["task"] == GUIDED and "hướng dẫn" in offered[0]["why"]
    waiting = {one["task"]: one for one in event(desk, "waiting", "--json").json}
    assert waiting[GUIDED]["events"] == [row["event"]] and waiting[DIRECTED]["events"] == []
    mended = event(desk, "correct", row["event"], *GUIDANCE, "--number", "3457/BNV-CCVC", "--json").json
    assert mended["before"] == row["event"]
    (row,) = event(desk, "list", "--state", "waiting", "--json").json
    assert (row["event"], row["number"]) == (mended["event"], "3457/BNV-CCVC")
    tied = event(desk, "tie", row["event"], "--task", DIRECTED, "--no-due").out
    assert "không hạn, mốc phấn đấu" in tied and "Sở Tài chính" in tied
    assert {one["task"] for one in event(desk, "waiting", "--json").json} == {FINDING, GUIDED}
    refused = event(desk, "dismiss", row["event"], "--why", "x")
    assert (refused.code, "retract" in refused.err) == (1, True)


def test_what_waits_is_told_with_the_last_answers(desk: Desk) -> None:
    answering.submit(
        desk.town.app, obligation_ids=[f"{PLAN}/{FINDING}/-/cho-1/so-tu-phap"], by="đơn vị", submission="p-1",
        now=desk.town.moment, reply=Reply("not_happened"),
    )  # fmt: skip
    found = {one["task"]: one for one in event(desk, "waiting", "--plan", PLAN, "--json").json}
    assert found[FINDING]["words"] == ["có phát hiện"] and found[FINDING]["since"] == "2024-01-01"
    assert [(one["agency"], one["said"]) for one in found[FINDING]["agencies"]] == [("so-tu-phap", "not_happened")]
    assert len(found[GUIDED]["agencies"]) > 20 and found[GUIDED]["agencies"][0]["said"] is None
    table = event(desk, "waiting").out
    assert "chưa xảy ra, 13/05/2024" in table and "1 chờ, 1 đã trả lời" in table


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("record", "--kind", "thư", "--date", "10/5/2024", "--subject", "x"), "không có loại sự kiện “thư”"),
        (("record", *GUIDANCE, "--date", "mai"), "--date: không đọc được ngày “mai”"),
        (("record", *GUIDANCE, "--date", "14/5/2024"), "chưa đến: ghi sự kiện khi đã xảy ra"),
        (("record", *GUIDANCE, "--due", "30/6/2024"), "chỉ dùng cùng với --task"),
        (("record", *GUIDANCE, "--task", "X.1", "--task", GUIDED, "--agency", "Sở Trăng"), "Sở Trăng"),
        (("record", *GUIDANCE, "--file", "/khong/co.pdf"), "không đọc được"),
        (("tie", "sk-khong-co", "--task", GUIDED), "không có trong sổ"),
        (("retract", "sk-khong-co", "--why", "x"), "không có trong sổ"),
        (("show", "sk-khong-co"), "không có trong sổ"),
        (("list", "--state", "moi"), "không có tình trạng “moi”"),
        (("waiting", "--plan", "khong-co"), "Không có kế hoạch “khong-co”"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_written(desk: Desk, words: tuple[object, ...], complaint: str) -> None:
    said = event(desk, *words)
    assert (said.code, said.out) == (1, "") and complaint in said.err
    assert event(desk, "list", "--json").json == []


def test_usage_mistakes_exit_2(desk: Desk) -> None:
    assert event(desk, "record", "--kind", "guidance").code == 2
    assert event(desk, "retract", "sk-1").code == 2
