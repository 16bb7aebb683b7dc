"""`dondoc contact …`: corrected contacts decided on by command, listed until the directory file says them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from notice_desk import Desk, open_desk

from dondoc.services import contacts
from dondoc.services.contacts import Wish

JUSTICE, NEW = "so-tu-phap/focal", "phapche@sotuphap.hungyen.example"


@pytest.fixture
def desk(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    with open_desk(database_url, tmp_path, monkeypatch, capsys) as opened:
        opened.apply("I.2.5")
        yield opened


def ask(desk: Desk) -> int:
    wish = Wish("Trần Thị B", NEW, "", "email")
    return contacts.ask(desk.town.app, JUSTICE, "hung-yen-2024", wish, desk.town.moment)


def test_listed_confirmed_and_taken_back(desk: Desk) -> None:
    assert "Không có đề nghị nào" in desk.command("contact", "list").out
    number = ask(desk)
    (row,) = desk.command("contact", "list", "--json").json
    assert (row["id"], row["state"], row["agency"], row["role"]) == (number, "waiting", "so-tu-phap", "focal")
    assert (row["old"]["email"], row["new"]["email"]) == ("cchc@sotuphap.hungyen.example", NEW)
    said = desk.command("contact", "confirm", number)
    assert (said.code, "Đã xác nhận. 0 thư đang chờ đổi địa chỉ, 0 liên kết hết hiệu lực." in said.out) == (0, True)
    (row,) = desk.command("contact", "list", "--json").json
    assert row["state"] == "confirmed"
    assert "tệp danh bạ chưa ghi" in desk.command("contact", "list").out
    assert desk.command("contact", "undo", number, "--reason", "Nhầm").code == 0
    assert desk.command("contact", "list", "--json").json[0]["state"] == "waiting"
    assert desk.command("contact", "refuse", number, "--reason", "Chưa có công văn").code == 0
    assert desk.command("contact", "list", "--json").json == []


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("confirm", "99"), "Không có đề nghị đổi đầu mối số 99"),
        (("confirm", "99999999999999999999"), "Không có đề nghị"),
        (("refuse", "1", "--reason", "  "), "Cần ghi lý do"),
        (("undo", "1", "--reason", "x"), "không có quyết định nào để lấy lại"),
    ],
)
def test_what_cannot_be_done_is_said_plainly(desk: Desk, words: tuple[str, ...], complaint: str) -> None:
    ask(desk)
    said = desk.command("contact", *words)
    assert (said.code, said.out) == (1, "")
    assert complaint in said.err


def test_the_supervisor_reads_the_warnings(desk: Desk) -> None:
    wish = Wish("", "ai.do@gmail.com", "", "email")
    contacts.ask(desk.town.app, JUSTICE, "hung-yen-2024", wish, desk.town.moment)
    assert "hộp thư miễn phí" in desk.command("contact", "list").out
    assert desk.town.moment.date() == date(2024, 1, 2)
