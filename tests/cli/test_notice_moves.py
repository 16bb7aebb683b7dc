"""`dondoc notice release`, `drop`, `undrop`, `settle`, `hold-all`, `stop-all`: each message moves or says why not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from threading import Barrier

import pytest
from notice_desk import FIRST, HEAD, JANUARY, MONDAY, QUARTER, Desk, open_desk
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from town import only, shipped

from dondoc.domain.directory import Contact
from dondoc.domain.workspace import Workspace
from dondoc.services import releasing, suppressing
from dondoc.services.releasing import Moved
from dondoc.store import suppressions

OVERTAKEN = "việc đã được báo cáo, miễn, hẹn ngày hoặc đổi hạn"
SOON = "Đang giờ làm việc: đi trong lần gửi kế tiếp."


@pytest.fixture
def desk(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    with open_desk(database_url, tmp_path, monkeypatch, capsys) as opened:
        yield opened


def ready(desk: Desk) -> int:
    """A reminder that waits to be sent."""
    desk.apply(JANUARY)
    (number,) = desk.compose()
    return number


def held_lists(desk: Desk) -> list[int]:
    """The year's lists of two agencies, held."""
    desk.apply(JANUARY, QUARTER, assign=True)
    return desk.compose(date(2024, 1, 2))


def with_mailbox(workspace: Workspace, agency_id: str, email: str | None) -> Workspace:
    """The same plan with another focal mailbox of that agency; None: no focal contact."""
    contacts = (Contact("focal", email=email),) if email else ()
    agencies = tuple(
        replace(agency, contacts=contacts) if agency.id == agency_id else agency
        for agency in workspace.directory.agencies
    )
    return replace(workspace, directory=replace(workspace.directory, agencies=agencies))


# release ------------------------------------------------------------------------------------------------------------


def test_named_messages_go_with_the_next_delivery(desk: Desk) -> None:
    first, second = held_lists(desk)
    assert desk.done("release", first, second) == f"Đã cho gửi 2 thư.\n{SOON}\n"
    assert [row.released_by and row.released_by.startswith("dòng lệnh (") for row in desk.rows()] == [True, True]
    assert [row.reason for row in desk.rows()] == ["", ""]
    assert [(entry.action, entry.old, entry.new) for entry in desk.journal(first)] == [("released", "held", "ready")]
    desk.town.morning(date(2024, 1, 2), time(8, 15))
    assert len(desk.town.mails()) == 2


def test_each_that_does_not_fit_is_named_and_the_others_go(desk: Desk) -> None:
    first, second = held_lists(desk)
    desk.done("drop", second, "--reason", "Đã gửi bằng công văn.")
    said = desk.run("release", first, second, 99)
    assert said.code == 1
    assert said.out == f"Đã cho gửi 1 thư.\n{SOON}\n"
    assert said.err == f"Không có thư số 99.\nThư {second} đã bỏ, không cho gửi được.\n"
    again = desk.run("release", first, "--json")
    assert (again.code, again.err) == (1, "")
    assert again.json == {
        "moved": [], "stayed": [{"id": first, "why": f"Thư {first} chờ gửi, không cho gửi được."}], "notes": [],
    }  # fmt: skip


@pytest.mark.parametrize("outcome", ["sent", "unknown", "retry"])
def test_what_has_left_cannot_be_released(desk: Desk, outcome: str) -> None:
    number = ready(desk)
    desk.tried(outcome, "250 nhận")  # type: ignore[arg-type]
    words = {"sent": "đã gửi", "unknown": "chưa rõ đã đến hay chưa", "retry": "chờ gửi lại"}[outcome]
    said = desk.run("release", number)
    assert (said.code, said.err) == (1, f"Thư {number} {words}, không cho gửi được.\n")
    assert desk.status(number) == [outcome]


def test_a_whole_day_or_all_that_is_held(desk: Desk) -> None:
    first, second = held_lists(desk)
    assert desk.done("release", "--day", "03/01/2024") == "Không có thư nào đang giữ.\n"
    assert desk.done("release", "--day", "2024-01-02").startswith("Đã cho gửi 2 thư.")
    assert desk.status(first, second) == ["ready", "ready"]
    desk.done("hold-all", "--reason", "Xem lại.")
    assert json.loads(desk.done("release", "--all", "--json"))["moved"] == [first, second]
    assert json.loads(desk.done("release", "--all", "--json")) == {"moved": [], "stayed": [], "notes": []}


def test_what_waits_for_an_administrator_is_released_by_state(desk: Desk) -> None:
    number = ready(desk)
    desk.tried("administrator", "sai mật khẩu", 535)
    assert desk.done("release", "--all", "--status", "administrator").startswith("Đã cho gửi 1 thư.")
    desk.town.morning(MONDAY, time(9, 0))
    assert desk.status(number) == ["sent"]
    assert "Thư đã gửi không cho gửi được (được: held, administrator, refused)." in desk.refused(
        "release", "--all", "--status", "sent"
    )
    assert "Không có tình trạng “giữ”" in desk.refused("release", "--all", "--status", "giữ")


@pytest.mark.parametrize(
    "words", [(), ("7", "--all"), ("7", "--day", "2024-01-22"), ("--all", "--day", "2024-01-22"), ("bảy",), ("0",)]
)
def test_which_messages_must_be_said_in_one_way(desk: Desk, words: tuple[str, ...]) -> None:
    desk.refused("release", *words, code=2)


def test_a_message_that_no_longer_holds_is_dropped_and_named(desk: Desk) -> None:
    number = desk.until_the_head_is_told()
    desk.report(FIRST)
    said = desk.run("release", number)
    assert (said.code, said.out) == (1, "Đã cho gửi 0 thư.\n")
    assert said.err == f"Thư {number} không đi: {OVERTAKEN}; đã bỏ.\n"
    assert [(entry.who, entry.action) for entry in desk.journal(number)] == [("dondoc", "dropped")]


def test_outside_office_hours_it_says_when_they_go(desk: Desk) -> None:
    first, second = held_lists(desk)
    desk.at(date(2024, 1, 2), time(12, 0))
    assert "Ngoài giờ làm việc: đi từ 13:30 ngày 02/01/2024." in desk.done("release", first)
    desk.at(date(2024, 1, 5), time(17, 30))  # a Friday
    assert "Ngoài giờ làm việc: đi từ 07:30 ngày 08/01/2024." in desk.done("release", second)


def test_while_everything_is_stopped_it_says_so(desk: Desk) -> None:
    first, _ = held_lists(desk)
    desk.done("stop-all", "--reason", "Kiểm tra.")
    assert "Đang dừng gửi mọi thư" in desk.done("release", first)


def test_who_gets_nothing_for_now_waits_and_it_is_said(desk: Desk) -> None:
    number = desk.until_the_head_is_told()
    now = desk.town.moment
    suppressing.suppress(desk.town.app, HEAD, date(2024, 3, 15), "so-noi-vu", "Đi công tác.", now)
    said = desk.done("release", number)
    assert said.startswith("Đã cho gửi 1 thư.\n")
    assert f"Thư {number} chưa đi: {HEAD} đang được ngừng gửi đến hết 15/03/2024" in said
    desk.town.morning(now.date(), time(10, 0))
    assert not any("lanhdao@" in to for mail in desk.town.mails() for to in mail.entry.to)


def test_a_refused_message_goes_by_the_directory_as_it_is_now(desk: Desk) -> None:
    number = ready(desk)
    desk.tried("refused", "không có hộp thư này", 550)
    with desk.town.app.sessions.begin() as session:
        closed = suppressions.close_address(
            session, "email", desk.row(number).address, None, "không có hộp thư này", "dondoc", desk.town.moment
        ).id
    said = desk.run("release", number)
    assert (said.code, said.out) == (1, "Đã cho gửi 0 thư.\n")
    assert said.err.startswith(f"Thư {number} bị từ chối, đầu mối vẫn không có kênh nào dùng được: sửa địa chỉ")
    assert desk.status(number) == ["refused"]
    desk.town.apply(with_mailbox(only(shipped(), JANUARY), "van-phong-ubnd-tinh", "moi@vpubnd.hungyen.example"))
    assert desk.done("release", number).startswith("Đã cho gửi 1 thư.")
    desk.town.morning(MONDAY, time(9, 0))
    assert desk.status(number) == ["sent"]
    assert ["moi@vpubnd.hungyen.example" in str(mail.entry.to) for mail in desk.town.mails()] == [True]
    assert [(entry.action, entry.old) for entry in desk.journal(number)] == [("released", "refused")]
    assert desk.done("unsuppress", closed, "--reason", "Hộp thư cũ đã bỏ.").startswith("Đã thôi ngừng gửi")


def test_a_message_to_reword_whose_contact_is_gone_stays(desk: Desk) -> None:
    desk.apply(JANUARY, "II.2.12")
    (number,) = desk.compose()
    desk.done("hold-all", "--reason", "Xem lại.")
    desk.report(FIRST)
    desk.town.apply(with_mailbox(only(shipped(), JANUARY, "II.2.12"), "van-phong-ubnd-tinh", None), assign=False)
    said = desk.run("release", number)
    assert (said.code, said.out) == (1, "Đã cho gửi 0 thư.\n")
    assert "danh bạ không còn đầu mối này" in said.err
    assert desk.status(number) == ["held"]
    assert {line.status for line in desk.lines(number)} == {"composed"}


# drop ---------------------------------------------------------------------------------------------------------------


def test_dropping_names_each_that_cannot_be_dropped(desk: Desk) -> None:
    number = ready(desk)
    desk.tried("sent", "250 nhận")
    said = desk.run("drop", number, 99, "--reason", "Trùng công văn.")
    assert (said.code, said.out) == (1, "Đã bỏ 0 thư.\n")
    assert said.err == f"Không có thư số 99.\nThư {number} đã gửi, không bỏ được.\n"
    assert (desk.status(number), desk.journal(number)) == (["sent"], [])


@pytest.mark.parametrize("outcome", [None, "retry", "administrator", "refused"])
def test_what_did_not_leave_is_dropped_with_its_lines_and_the_reason(desk: Desk, outcome: str | None) -> None:
    number = ready(desk)
    if outcome:
        desk.tried(outcome, "máy chủ đáp vậy")  # type: ignore[arg-type]
    assert desk.done("drop", number, "--reason", "Đã trao đổi trực tiếp.") == "Đã bỏ 1 thư.\n"
    row = desk.row(number)
    assert (row.status, row.reason, row.next_try_at) == ("dropped", "Đã trao đổi trực tiếp.", None)
    (line,) = desk.lines(number)
    assert line.status == "dropped"
    assert line.reason.endswith(" Không gửi: Đã trao đổi trực tiếp.")
    (entry,) = desk.journal(number)
    assert (entry.action, entry.old, entry.new) == ("dropped", outcome or "ready", "dropped")


def test_an_unknown_message_is_settled_not_dropped(desk: Desk) -> None:
    number = ready(desk)
    desk.tried("unknown", "đứt")
    assert f"Thư {number} chưa rõ đã đến hay chưa, không bỏ được." in desk.run("drop", number, "--reason", "x").err


@pytest.mark.parametrize(
    "words", [("drop", "1"), ("undrop", "1"), ("hold-all",), ("stop-all",), ("settle", "1", "--arrived")]
)
def test_every_decision_needs_a_reason(desk: Desk, words: tuple[str, ...]) -> None:
    assert "--reason" in desk.refused(*words, code=2)
    assert desk.refused(*words, "--reason", "  ") == "Cần ghi lý do.\n"


# undrop -------------------------------------------------------------------------------------------------------------


def test_what_a_person_dropped_today_comes_back_held_with_its_lines(desk: Desk) -> None:
    number = ready(desk)
    before = [(line.status, line.reason) for line in desk.lines(number)]
    desk.done("drop", number, "--reason", "Nhầm số.")
    desk.at(MONDAY, time(10, 0))
    said = desk.done("undrop", number, "--reason", "Bỏ nhầm thư.")
    assert said == "Đã lấy lại, đang giữ chờ cho gửi: 1 thư.\n"
    row = desk.row(number)
    assert (row.status, row.reason, row.released_at, row.next_try_at) == ("held", "Lấy lại: Bỏ nhầm thư.", None, None)
    assert [(line.status, line.reason) for line in desk.lines(number)] == before
    assert [(e.action, e.old, e.new, e.why) for e in desk.journal(number)] == [
        ("dropped", "ready", "dropped", "Nhầm số."),
        ("undropped", "dropped", "held", "Bỏ nhầm thư."),
    ]
    desk.town.morning(MONDAY, time(10, 15))
    assert desk.town.mails() == []
    desk.done("release", number)
    desk.town.morning(MONDAY, time(10, 30))
    assert len(desk.town.mails()) == 1


def test_the_database_itself_wants_a_new_release(desk: Desk) -> None:
    number = desk.until_the_head_is_told()
    desk.done("release", number)
    desk.done("drop", number, "--reason", "Nhầm số.")
    desk.done("undrop", number, "--reason", "Bỏ nhầm.")
    assert desk.row(number).names_late
    with pytest.raises(IntegrityError, match="late_names_are_released"), desk.town.app.sessions.begin() as session:
        session.execute(
            text("UPDATE messages SET status = 'ready', next_try_at = now() WHERE id = :id"), {"id": number}
        )


def test_a_line_taken_out_before_the_drop_stays_out(desk: Desk) -> None:
    desk.apply(JANUARY, "II.2.12")
    (number,) = desk.compose()
    desk.done("hold-all", "--reason", "Xem lại.")
    desk.report(FIRST)
    desk.done("release", number)
    desk.done("drop", number, "--reason", "Nhầm số.")
    desk.done("undrop", number, "--reason", "Bỏ nhầm.")
    states = {line.obligation_id.split("/")[1]: line.status for line in desk.lines(number)}
    assert states == {JANUARY: "dropped", "II.2.12": "composed"}


@pytest.mark.parametrize("status", ["ready", "held"])
def test_only_what_is_dropped_can_come_back(desk: Desk, status: str) -> None:
    number = ready(desk)
    if status == "held":
        desk.done("hold-all", "--reason", "Xem lại.")
    words = {"ready": "chờ gửi", "held": "đang giữ"}[status]
    said = desk.run("undrop", number, 99, "--reason", "x")
    assert (said.code, said.out) == (1, "Đã lấy lại, đang giữ chờ cho gửi: 0 thư.\n")
    assert said.err == f"Không có thư số 99.\nThư {number} {words}, không lấy lại được.\n"


def test_the_day_after_nothing_comes_back(desk: Desk) -> None:
    number = ready(desk)
    desk.done("drop", number, "--reason", "Nhầm số.")
    desk.at(date(2024, 1, 23), time(0, 0))
    said = desk.run("undrop", number, "--reason", "x")
    assert said.err == f"Thư {number} bỏ từ ngày 22/01/2024, chỉ lấy lại được trong ngày.\n"
    desk.at(MONDAY, time(23, 59))
    assert desk.run("undrop", number, "--reason", "x").code == 0


def test_what_dondoc_dropped_does_not_come_back(desk: Desk) -> None:
    number = desk.until_the_head_is_told()
    desk.report(FIRST)
    desk.run("release", number)
    said = desk.run("undrop", number, "--reason", "x")
    assert said.err == f"Thư {number} do hệ thống bỏ, không lấy lại được: {OVERTAKEN}.\n"


def test_what_was_reported_since_does_not_come_back(desk: Desk) -> None:
    number = ready(desk)
    desk.done("drop", number, "--reason", "Nhầm số.")
    desk.report(FIRST)
    said = desk.run("undrop", number, "--reason", "x")
    assert said.err == f"Thư {number} không lấy lại được: {OVERTAKEN}.\n"
    assert desk.status(number) == ["dropped"]


def test_an_expired_digest_does_not_come_back(desk: Desk) -> None:
    number = ready(desk)
    desk.compose(date(2024, 1, 23))
    assert desk.status(number) == ["dropped"]
    said = desk.run("undrop", number, "--reason", "x")
    assert said.err.startswith(f"Thư {number} do hệ thống bỏ, không lấy lại được: ")


# settle -------------------------------------------------------------------------------------------------------------


def test_an_unknown_message_that_arrived_is_sent(desk: Desk) -> None:
    number = ready(desk)
    desk.tried("unknown", "đứt")
    assert desk.done("settle", number, "--arrived", "--reason", "Đơn vị đã đọc.") == f"Đã ghi: thư {number} đã đến.\n"
    assert desk.status(number) == ["sent"]
    assert "Đơn vị đã đọc." in desk.done("show", number)


def test_an_unknown_message_that_did_not_arrive_goes_again(desk: Desk) -> None:
    number = ready(desk)
    desk.tried("unknown", "đứt")
    assert "chưa đến: gửi lại" in desk.done("settle", number, "--not-arrived", "--reason", "Đã gọi điện.")
    desk.town.morning(MONDAY, time(9, 0))
    assert (desk.status(number), len(desk.town.mails())) == (["sent"], 1)


def test_only_what_is_unknown_can_be_settled_and_one_fate_must_be_said(desk: Desk) -> None:
    number = ready(desk)
    assert f"Thư {number}" in desk.refused("settle", number, "--arrived", "--reason", "x")
    assert desk.status(number) == ["ready"]
    for flags in ((), ("--arrived", "--not-arrived")):
        assert "chọn --arrived (đã đến) hoặc" in desk.refused("settle", number, *flags, "--reason", "x", code=2)


# everything ---------------------------------------------------------------------------------------------------------


def test_everything_is_held_and_stopped(desk: Desk) -> None:
    number = ready(desk)
    assert desk.done("hold-all", "--reason", "Xem lại.") == "Đã giữ lại 1 thư.\n"
    assert json.loads(desk.done("hold-all", "--reason", "Xem lại.", "--json"))["moved"] == []
    assert desk.status(number) == ["held"]
    assert desk.done("stop-all", "--reason", "Kiểm tra.").startswith("Đã dừng gửi.")
    assert desk.done("stop-all", "--off", "--reason", "Xong.") == "Đã cho gửi tiếp.\n"


def test_a_number_named_twice_moves_once(desk: Desk) -> None:
    number = ready(desk)
    assert desk.done("drop", number, number, "--reason", "Không cần.") == "Đã bỏ 1 thư.\n"
    assert [entry.action for entry in desk.journal(number)] == ["dropped"]


def test_two_people_at_once_move_a_message_once(desk: Desk) -> None:
    """The second one waits for the first and is told how the message stands then."""
    number = ready(desk)
    desk.done("drop", number, "--reason", "Nhầm số.")
    app, now, together = desk.town.app, desk.town.moment, Barrier(4)

    def undrop(who: int) -> Moved:
        together.wait()
        return releasing.undrop(app, [number], f"người {who}", "Bỏ nhầm.", now)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(undrop, range(4)))
    assert sorted(moved.moved for moved in found) == [(), (), (), (number,)]
    assert {why for moved in found for why in moved.stayed.values()} == {f"Thư {number} đang giữ, không lấy lại được."}
    assert [entry.action for entry in desk.journal(number)] == ["dropped", "undropped"]
