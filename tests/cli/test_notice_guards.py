"""`dondoc notice guards`, `allow`, `refuse`, `alarms`: what stopped and asks, and what the operators were told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from notice_desk import JANUARY, MONDAY, PLAN, Desk, open_desk
from sqlalchemy import select

from dondoc.services.alarms import Alarms
from dondoc.store import guards
from dondoc.store.models import GuardRow


@pytest.fixture
def desk(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    with open_desk(database_url, tmp_path, monkeypatch, capsys) as opened:
        opened.apply(JANUARY)
        opened.town.set(MONDAY)
        yield opened


def stopped(desk: Desk) -> int:
    """A guard that waits for an answer."""
    with desk.town.app.sessions.begin() as session:
        assert guards.stop(session, guards.OVERDUE, PLAN, MONDAY, 42, 120, desk.town.moment)
    (guard,) = json.loads(desk.done("guards", "--json"))
    return int(guard["id"])


def answered(desk: Desk, number: int) -> tuple[str | None, str | None]:
    with desk.town.app.sessions() as session:
        row = session.scalars(select(GuardRow).where(GuardRow.id == number)).one()
    return row.decision, row.why


def test_without_a_stop_there_is_nothing_to_answer(desk: Desk) -> None:
    assert desk.done("guards") == "Không có điểm dừng nào chờ trả lời.\n"
    assert json.loads(desk.done("guards", "--json")) == []


def test_a_stop_is_listed_with_its_size(desk: Desk) -> None:
    number = stopped(desk)
    assert json.loads(desk.done("guards", "--json")) == [
        {"id": number, "plan": PLAN, "day": "2024-01-22", "found": 42, "of": 120}
    ]
    for words in (PLAN, "22/01/2024", "42", "120"):
        assert words in desk.done("guards")


@pytest.mark.parametrize(
    ("command", "decision", "told"),
    [
        ("allow", "allowed", "Điểm dừng {0}: cho đi tiếp, báo quá hạn từ lần quét kế tiếp.\n"),
        (
            "refuse", "refused",
            "Điểm dừng {0}: chưa báo ai; ngày sau còn như vậy thì hỏi lại.\n"
            "Đổi ý trong ngày: dondoc notice allow {0} --reason …\n",
        ),
    ],
)  # fmt: skip
def test_a_stop_is_answered_once(desk: Desk, command: str, decision: str, told: str) -> None:
    number = stopped(desk)
    assert "--reason" in desk.refused(command, number, code=2)
    assert desk.refused(command, number, "--reason", " ") == "Cần ghi lý do.\n"
    assert desk.done(command, number, "--reason", "Đã xem danh sách.") == told.format(number)
    assert answered(desk, number) == (decision, "Đã xem danh sách.")
    assert f"Không có điểm dừng số {number} đang chờ trả lời" in desk.refused("refuse", number, "--reason", "x")
    assert desk.done("guards") == "Không có điểm dừng nào chờ trả lời.\n"


def test_a_refusal_is_taken_back_the_same_day(desk: Desk) -> None:
    number = stopped(desk)
    desk.done("refuse", number, "--reason", "Để xem.")
    assert desk.done("allow", number, "--reason", "Đúng là chậm.").startswith(f"Điểm dừng {number}: cho đi tiếp")
    assert answered(desk, number) == ("allowed", "Đúng là chậm.")


def test_the_alarms_of_today_or_of_another_day(desk: Desk) -> None:
    assert desk.done("alarms") == "Ngày 22/01/2024 không có báo động nào.\n"
    alarm = Alarms(desk.town.app.sessions, lambda: desk.town.moment, None)
    assert alarm("channel/email", "Kênh email cần quản trị viên: 535 [sai mật khẩu]")
    assert json.loads(desk.done("alarms", "--json")) == [
        {
            "key": "channel/email", "at": "2024-01-22T08:00:00+07:00", "heard": False,
            "words": "Kênh email cần quản trị viên: 535 [sai mật khẩu]",
        }
    ]  # fmt: skip
    shown = desk.done("alarms")
    assert "535 [sai mật khẩu]" in shown
    assert "chưa" in shown
    desk.town.set(date(2024, 1, 23))
    assert desk.done("alarms") == "Ngày 23/01/2024 không có báo động nào.\n"
    assert "535" in desk.done("alarms", "--day", "22/01/2024")
    assert "535" in desk.done("alarms", "--day", "2024-01-22")
    assert "“hôm qua” không phải ngày" in desk.refused("alarms", "--day", "hôm qua", code=2)


def test_the_counters_of_sweep_and_deliver_have_words(desk: Desk) -> None:
    desk.town.set(date(2024, 1, 21))  # a Sunday: nothing is composed or sent
    for command, words in (
        ("sweep", "chờ người xem vì quá nhiều việc quá hạn cùng lúc: 0"),
        ("deliver", "đã rõ kết quả: 0"),
        ("deliver", "đang dừng gửi: không"),
    ):
        said = desk.command(command)
        assert (said.code, said.err) == (0, "")
        assert words in said.out.splitlines()
        for line in said.out.splitlines():
            assert "_" not in line  # no counter is told by its name in the code
    desk.done("stop-all", "--reason", "Kiểm tra.")
    assert "đang dừng gửi: có" in desk.command("deliver").out.splitlines()
    assert desk.command("deliver", "--json").json["stopped"] is True


def test_the_audit_names_what_waits_and_gives_machines_the_counts(desk: Desk) -> None:
    desk.command("sweep")
    number = stopped(desk)
    said = desk.command("audit")
    assert said.code == 0
    assert f"  - điểm dừng {number}, 22/01/2024, {PLAN}: 42/120 việc sắp bị gọi là quá hạn" in said.out.splitlines()
    data = desk.command("audit", "--json").json
    assert list(data) == [
        "open", "without_next", "no_contact", "unknown", "alarms", "refused", "guards", "held_long",
    ]  # fmt: skip
    assert (data["guards"], data["alarms"]) == (1, 0)
