"""`dondoc notice remind`, `suppress`, `suppressed`, `unsuppress`: people who are reminded now or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest
from notice_desk import FIRST, JANUARY, JUSTICE, MONDAY, OFFICE, PLAN, QUARTER, Desk, open_desk
from town import only, shipped

from dondoc.store import journal, suppressions


@pytest.fixture
def desk(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    with open_desk(database_url, tmp_path, monkeypatch, capsys) as opened:
        yield opened


ASK = "Chủ tịch UBND tỉnh hỏi."

# remind -------------------------------------------------------------------------------------------------------------


def test_a_reminder_pressed_in_office_hours_leaves_with_the_next_delivery(desk: Desk) -> None:
    desk.apply(JANUARY)
    desk.at(date(2024, 1, 10), time(9, 0))
    said = desk.done("remind", PLAN, JANUARY, "--reason", ASK)
    assert said == "Đã ghi lời nhắc cho 1 cơ quan.\nĐang giờ làm việc: đi trong lần gửi kế tiếp.\n"
    desk.town.morning(date(2024, 1, 10), time(9, 5))
    (mail,) = desk.town.mails()
    assert mail.text is not None
    assert JANUARY in mail.text


@pytest.mark.parametrize(
    ("day", "hour", "leaves"),
    [
        (date(2024, 1, 10), time(6, 0), "07:30 ngày 10/01/2024"),
        (date(2024, 1, 10), time(11, 31), "13:30 ngày 10/01/2024"),
        (date(2024, 1, 10), time(17, 1), "07:30 ngày 11/01/2024"),
        (date(2024, 2, 7), time(18, 0), "07:30 ngày 15/02/2024"),  # Tết
    ],
)
def test_outside_office_hours_it_says_when_it_leaves(desk: Desk, day: date, hour: time, leaves: str) -> None:
    desk.apply(QUARTER)
    desk.at(day, hour)
    assert f"Ngoài giờ làm việc: đi từ {leaves}." in desk.done("remind", PLAN, QUARTER, "--reason", ASK)


def test_while_everything_is_stopped_it_says_that_it_does_not_leave(desk: Desk) -> None:
    desk.apply(JANUARY)
    desk.done("stop-all", "--reason", "Kiểm tra.")
    assert "Đang dừng gửi mọi thư" in desk.done("remind", PLAN, JANUARY, "--reason", ASK)


def test_only_the_agency_that_is_named(desk: Desk) -> None:
    desk.apply("III.2.53")  # owed by every department and district
    assert "cho 1 cơ quan" in desk.done("remind", PLAN, "III.2.53", "--agency", "so-tu-phap", "--reason", ASK)
    assert "cho 26 cơ quan" in desk.done("remind", PLAN, "III.2.53", "--reason", ASK)  # the others


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("khac", JANUARY), f"Không có kế hoạch “khac” đang theo dõi (đang có: {PLAN})."),
        ((PLAN, "IX.9"), f"Kế hoạch “{PLAN}” không có nhiệm vụ “IX.9”."),
        ((PLAN, JANUARY, "--agency", "so-y-tê"), "Danh bạ không có cơ quan “so-y-tê”. Có phải là “so-y-te”?"),
        ((PLAN, JANUARY, "--agency", "so-y-te"), "không có việc nào đang chờ báo cáo"),
    ],
)
def test_nobody_to_remind(desk: Desk, words: tuple[str, ...], told: str) -> None:
    desk.apply(JANUARY)
    assert told in desk.refused("remind", *words, "--reason", ASK)


def test_once_a_day_for_each_agency_and_not_after_its_report(desk: Desk) -> None:
    desk.apply(JANUARY)
    desk.at(date(2024, 1, 10), time(9, 0))
    desk.done("remind", PLAN, JANUARY, "--reason", ASK)
    assert "Hôm nay đã nhắc bằng tay việc này rồi." in desk.refused("remind", PLAN, JANUARY, "--reason", ASK)
    desk.at(date(2024, 1, 11), time(9, 0))
    desk.report(FIRST)
    assert "không có việc nào đang chờ báo cáo" in desk.refused("remind", PLAN, JANUARY, "--reason", ASK)


def test_an_agency_without_a_contact_is_told_of(desk: Desk) -> None:
    workspace = only(shipped(), JANUARY)
    agencies = tuple(
        replace(agency, contacts=()) if agency.id == "van-phong-ubnd-tinh" else agency
        for agency in workspace.directory.agencies
    )
    directory = replace(workspace.directory, agencies=agencies)
    desk.town.apply(replace(workspace, directory=directory), assign=False)
    said = desk.refused("remind", PLAN, JANUARY, "--reason", ASK)
    assert "Danh bạ không có đầu mối nào để nhắc Văn phòng UBND tỉnh: bổ sung danh bạ" in said


def test_those_that_cannot_be_reminded_now_are_named(desk: Desk) -> None:
    """The others are: what could not be done is on stderr, and the exit code says that there is something."""
    workspace = only(shipped(), "III.2.53")
    agencies = tuple(
        replace(agency, contacts=()) if agency.id == "so-y-te" else agency for agency in workspace.directory.agencies
    )
    directory = replace(workspace.directory, agencies=agencies)
    desk.town.apply(replace(workspace, directory=directory), assign=False)
    desk.done("suppress", JUSTICE, "--until", "31/01/2024", "--reason", "Đang tập huấn.")
    desk.at(date(2024, 1, 10), time(9, 0))
    said = desk.run("remind", PLAN, "III.2.53", "--reason", ASK)
    assert said.code == 1
    assert said.out.splitlines() == [
        "Đã ghi lời nhắc cho 25 cơ quan.",
        "Đang giờ làm việc: đi trong lần gửi kế tiếp.",
        f"Sở Tư pháp chưa được nhắc: {JUSTICE} đang được ngừng gửi đến hết 31/01/2024; sau đó lời nhắc được xét lại.",
    ]
    assert said.err == "Danh bạ không có đầu mối nào để nhắc Sở Y tế: bổ sung danh bạ rồi áp dụng lại kế hoạch.\n"


def test_only_who_gets_nothing_now(desk: Desk) -> None:
    desk.apply(JANUARY)
    desk.done("suppress", OFFICE, "--reason", "Đang tập huấn.")
    said = desk.done("remind", PLAN, JANUARY, "--reason", ASK)
    assert said == (
        f"Văn phòng UBND tỉnh chưa được nhắc: {OFFICE} đang được ngừng gửi đến khi có lệnh gửi lại; "
        "sau đó lời nhắc được xét lại.\n"
    )


# suppress -----------------------------------------------------------------------------------------------------------


def test_a_recipient_gets_nothing_until_a_day(desk: Desk) -> None:
    desk.apply(JANUARY)
    assert desk.done("suppressed") == "Không ai đang được ngừng gửi.\n"
    assert json.loads(desk.done("suppressed", "--json")) == []
    said = desk.done("suppress", OFFICE, "--until", "23/01/2024", "--reason", "Đang tập huấn.")
    (row,) = json.loads(desk.done("suppressed", "--json"))
    assert said.splitlines() == [
        f"Đã ngừng gửi cho {OFFICE} đến hết 23/01/2024 (số {row['id']}).",
        f"Gửi lại: dondoc notice unsuppress {row['id']} --reason …",
    ]
    assert {name: row[name] for name in ("recipient", "until", "reason")} == {
        "recipient": OFFICE, "until": "2024-01-23", "reason": "Đang tập huấn.",
    }  # fmt: skip
    for words in (OFFICE, "23/01/2024", "Đang tập huấn.", "dòng lệnh ("):
        assert words in desk.done("suppressed")
    for day in (22, 23, 24):
        desk.town.morning(date(2024, 1, day))
        assert len(desk.town.mails()) == (day == 24), day


def test_a_suppression_without_an_end_lasts_until_it_is_lifted(desk: Desk) -> None:
    desk.apply(JANUARY)
    assert f"Đã ngừng gửi cho {OFFICE} (số " in desk.done("suppress", OFFICE, "--reason", "Sáp nhập.")
    (row,) = json.loads(desk.done("suppressed", "--json"))
    assert "khi thôi" in desk.done("suppressed")
    desk.town.morning(MONDAY)
    assert desk.done("unsuppress", row["id"], "--reason", "Xong.") == f"Đã thôi ngừng gửi (số {row['id']}).\n"
    assert f"Không có lệnh ngừng gửi số {row['id']}" in desk.refused("unsuppress", row["id"], "--reason", "Xong.")
    desk.town.morning(MONDAY, time(9, 0))
    assert len(desk.town.mails()) == 1
    with desk.town.app.sessions() as session:
        said = [(entry.action, entry.why) for entry in journal.history(session, OFFICE)]
    assert said == [("suppressed", "Sáp nhập."), ("suppression-lifted", "Xong.")]


def test_a_closed_address_is_listed_by_its_channel(desk: Desk) -> None:
    with desk.town.app.sessions.begin() as session:
        now = desk.town.moment
        suppressions.close_address(session, "email", "cu@tinh.example", None, "550 [không] có", "dondoc", now)
    shown = desk.done("suppressed")
    assert "email cu@tinh.example" in shown
    assert "550 [không] có" in shown


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("so-y-te",), 1, "Danh bạ không có người nhận “so-y-te”"),
        (("so-trang/focal",), 1, "Danh bạ không có người nhận “so-trang/focal”"),
        ((JUSTICE, "--until", "01/01/2024"), 1, "Ngày 01/01/2024 đã qua."),
        ((JUSTICE, "--until", "mai"), 2, "“mai” không phải ngày"),
    ],
)
def test_a_suppression_that_cannot_be(desk: Desk, words: tuple[str, ...], code: int, told: str) -> None:
    desk.apply(JANUARY)
    assert told in desk.refused("suppress", *words, "--reason", "x", code=code)
    assert json.loads(desk.done("suppressed", "--json")) == []


@pytest.mark.parametrize("words", [("remind", PLAN, JANUARY), ("suppress", JUSTICE), ("unsuppress", "1")])
def test_every_decision_needs_a_reason(desk: Desk, words: tuple[str, ...]) -> None:
    desk.apply(JANUARY)
    assert "--reason" in desk.refused(*words, code=2)
    assert desk.refused(*words, "--reason", " ") == "Cần ghi lý do.\n"
