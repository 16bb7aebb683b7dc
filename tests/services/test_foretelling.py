"""What a decision will do is told before it is made, and comes true; telling it changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from office import JUSTICE, PLAN_ID, QUARTER, YEAR, Office, open_office, small
from sqlalchemy import func, select

from dondoc.errors import Refused
from dondoc.services import extending, reviewing, waiving
from dondoc.services.foretelling import (
    Accept,
    Grant,
    Lift,
    Planned,
    Reassign,
    Refuse,
    Return,
    Undo,
    Waive,
    foretell,
)
from dondoc.services.sweeping import sweep
from dondoc.store.models import AnswerRow, JournalRow, NoticeRow, ObligationRow, WaiverRow

BY = "so-noi-vu/lan"


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    with open_office(database_url, tmp_path / "home", small(), date(2024, 1, 2)) as opened:
        opened.set(date(2024, 3, 21))
        yield opened


def told(office: Office, planned: Planned) -> list[str]:
    return list(foretell(office.app, planned, office.moment))


def test_acceptance_tells_by_which_day_it_is_counted(office: Office) -> None:
    office.submit(QUARTER, kind="done", note="xong")
    office.set(date(2024, 4, 10))
    assert told(office, Accept(QUARTER, BY)) == [
        "Trạng thái: từ “đã báo cáo, chờ duyệt” sang “đã hoàn thành”.",
        "Tính theo ngày gửi Thứ Năm, 21/3/2024, không theo ngày duyệt.",
        "Được đếm là “Hoàn thành đúng hạn”, trước đó là “Đang thực hiện trong hạn”.",
        "Không còn nhắc, đôn đốc việc này.",
        "Không gửi thư riêng về quyết định này; Sở Tư pháp thấy trên trang của mình.",
    ]


def test_a_return_tells_until_when_it_is_quiet_and_what_comes_then(office: Office) -> None:
    office.submit(QUARTER, kind="done", note="xong")
    office.set(date(2024, 4, 10))
    assert told(office, Return(QUARTER, BY, reason="Thiếu chữ ký.")) == [
        "Trạng thái: từ “đã báo cáo, chờ duyệt” sang “được trả lại để bổ sung”.",
        "Được đếm là “Quá hạn chưa hoàn thành”, trước đó là “Đang thực hiện trong hạn”.",
        "Tạm dừng nhắc đến hết Thứ Hai, 15/4/2024 (được trả lại để bổ sung); sau đó đi tiếp từ chỗ đã dừng.",
        "Nội dung tiếp theo nếu không có gì thay đổi: báo quá hạn, Thứ Ba, 16/4/2024.",
        "Sở Tư pháp được báo trong thư tiếp theo: “Báo cáo được trả lại, đề nghị bổ sung trước hết Thứ Hai, 15/4/2024. "
        "Lý do: Thiếu chữ ký.”",
    ]


def test_an_extension_tells_the_new_day_and_what_is_dropped(office: Office) -> None:
    sweep(office.app, office.moment, PLAN_ID, "I.2.5")
    found = told(office, Grant(QUARTER, BY, until=date(2024, 4, 20), why="Mưa lũ."))
    assert found == [
        "Vẫn được đếm là “Đang thực hiện trong hạn”.",
        "Hạn mới: Thứ Bảy, 20/4/2024 (đang là Chủ nhật, 31/3/2024); là ngày nghỉ nên chỉ tính quá hạn sau Thứ Hai, "
        "22/4/2024.",
        "1 nội dung đang chờ gửi về việc này sẽ bị bỏ.",
        "Nội dung tiếp theo nếu không có gì thay đổi: việc đến hạn trong tháng, Thứ Hai, 1/4/2024.",
        "Sở Tư pháp được báo trong thư tiếp theo: “Gia hạn từ Chủ Nhật, 31/3/2024 đến Thứ Bảy, 20/4/2024. Mưa lũ.”",
    ]
    extending.grant(office.app, QUARTER, by=BY, now=office.moment, until=date(2024, 4, 20), why="Mưa lũ.")
    assert told(office, Undo(QUARTER, BY))[0].startswith("Lấy lại quyết định gia hạn của so-noi-vu/lan lúc 09:00")


def test_passing_on_tells_who_owes_it_then(office: Office) -> None:
    found = told(office, Reassign(YEAR, BY, "so-y-te", why="Đúng chức năng."))
    assert "Sở Y tế phải thực hiện việc này, hạn Thứ Ba, 31/12/2024, và được báo trong thư tiếp theo." in found
    assert "Không còn nhắc, đôn đốc việc này." in found


def test_what_would_be_refused_is_refused_with_its_reason(office: Office) -> None:
    with pytest.raises(Refused, match="không có báo cáo hoàn thành nào"):
        told(office, Accept(QUARTER, BY))
    with pytest.raises(Refused, match="Không có việc “x”"):
        told(office, Waive("x", BY))


def asked(office: Office) -> None:
    office.submit(QUARTER, kind="extension", until=date(2024, 4, 20), note="Chờ ý kiến.", by=JUSTICE)


def reported(office: Office) -> None:
    office.submit(QUARTER, kind="done", note="xong")


def waived(office: Office) -> None:
    waiving.waive(office.app, QUARTER, by=BY, now=office.moment, why="x")


def accepted(office: Office) -> None:
    reported(office)
    reviewing.accept(office.app, QUARTER, by=BY, now=office.moment)


@pytest.mark.parametrize(
    ("first", "planned"),
    [
        (reported, Accept(QUARTER, BY)),
        (reported, Return(QUARTER, BY)),
        (asked, Grant(QUARTER, BY)),
        (asked, Refuse(QUARTER, BY)),
        (asked, Waive(QUARTER, BY)),
        (waived, Lift(QUARTER, BY)),
        (asked, Reassign(QUARTER, BY, "van-phong-ubnd-tinh")),
        (accepted, Undo(QUARTER, BY)),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, Planned) else "",
)
def test_telling_changes_nothing(office: Office, first: Callable[[Office], None], planned: Planned) -> None:
    first(office)
    before = everything(office)
    assert told(office, planned)
    assert everything(office) == before


def everything(office: Office) -> object:
    with office.app.sessions() as session:
        tables = (AnswerRow, JournalRow, NoticeRow, ObligationRow, WaiverRow)
        counts = [session.scalar(select(func.count()).select_from(table)) for table in tables]
    return counts, office.case(QUARTER), office.next_on(QUARTER)
