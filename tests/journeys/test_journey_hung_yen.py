"""Câu chuyện của một việc, từ thư nhắc đến bốn con số, qua thư thật, trang thật và cơ sở dữ liệu thật.

Nhiệm vụ II.2.39 của Hưng Yên: Văn phòng UBND tỉnh, "Muộn nhất là ngày 31/01/2024" (thứ Tư).
The journey of one obligation through real mail, the real page and the real database; Vietnamese because officers read
it. Only the clock is ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from town import Town, only, open_town, shipped

from dondoc.channels.sink import Sink
from dondoc.console import console_app
from dondoc.services import reviewing, status, tracking

TASK = "II.2.39"
OBLIGATION = "hung-yen-2024/II.2.39/-/1/van-phong-ubnd-tinh"
FOCAL, HEAD, SUPERVISOR = "cchc@vpubnd", "lanhdao@vpubnd", "cchc@sonoivu"


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    sink = Sink(tmp_path / "sink")
    sink.start()
    opened = open_town(database_url, tmp_path / "home", sink, date(2024, 1, 2))
    opened.apply(only(shipped(), TASK), assign=False)
    yield opened
    opened.app.engine.dispose()
    sink.stop()


def mails_to(town: Town, address: str) -> list[str]:
    """Tiêu đề các thư đã đến một địa chỉ, cũ trước."""
    return [mail.entry.subject for mail in town.mails() if any(address in to for to in mail.entry.to)]


def days_until(town: Town, end: date) -> None:
    """Mỗi ngày làm việc một lần soạn và gửi lúc 08:00, đến hết ngày `end`."""
    day = town.app.calendar.add(town.moment.date(), 1)
    while day <= end:
        town.morning(day)
        day = town.app.calendar.add(day, 1)


def answer(town: Town, **typed: str) -> None:
    """Bấm liên kết trong thư mới nhất, chọn việc, điền và gửi."""
    mail = [m for m in town.mails() if any(FOCAL in to for to in m.entry.to)][-1]
    assert mail.text is not None
    found = re.search(r"https://dondoc\.example(/l/\S+)", mail.text)
    assert found is not None
    client = TestClient(console_app(town.app), base_url="https://dondoc.example")
    assert "Thành phố" not in client.get(found[1]).text  # the link opens one's own work
    page = client.get("/viec/tra-loi", params={"viec": OBLIGATION}).text
    hidden = {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("csrf", "phieu")}  # type: ignore[index]
    reply = client.post("/viec/tra-loi", data={**hidden, "viec": OBLIGATION, **typed})
    assert reply.status_code == 200, reply.text
    assert "đã ghi nhận" in reply.text.lower(), reply.text


def counts(town: Town) -> dict[str, int]:
    """Bốn con số của nhiệm vụ này (không kể báo cáo định kỳ)."""
    data = status.to_json(town.moment, status.counts(town.app, town.moment))
    (row,) = [row for row in data["sections"] if row["section"] == "II"]
    return {name: row[name] for name in ("done_on_time", "done_late", "in_term", "overdue")}


def test_tu_thu_nhac_den_hoan_thanh_qua_han(town: Town) -> None:
    # 22/01, còn bảy ngày làm việc: một thư nhắc, chỉ gửi đầu mối của Văn phòng UBND tỉnh.
    days_until(town, date(2024, 1, 22))
    assert len(mails_to(town, FOCAL)) == 2  # việc đến hạn trong tháng (02/01 đã qua, 03/01) và thư nhắc
    assert mails_to(town, HEAD) == mails_to(town, SUPERVISOR) == []

    # 23/01: Văn phòng xác nhận và hẹn 05/02, ba ngày làm việc sau hạn. Thang đôn đốc dừng; con số vẫn là "trong hạn".
    town.set(date(2024, 1, 23), time(9, 0))
    answer(town, loai="ack", ngay_hen="05/02/2024")
    assert counts(town) == {"done_on_time": 0, "done_late": 0, "in_term": 1, "overdue": 0}
    days_until(town, date(2024, 2, 5))
    assert "Biên nhận" in mails_to(town, FOCAL)[-1]  # câu trả lời có biên nhận
    assert len(mails_to(town, FOCAL)) == 3  # ngoài ra không nhắc trong lúc chờ ngày hẹn
    # Hẹn ngày không đổi hạn: từ 01/02 việc đã là quá hạn trong các con số.
    assert counts(town) == {"done_on_time": 0, "done_late": 0, "in_term": 0, "overdue": 1}

    # 06/02: ngày hẹn qua mà chưa có báo cáo, thang đi tiếp từ chỗ dừng: thư báo quá hạn, không nhảy bậc.
    days_until(town, date(2024, 2, 6))
    assert "quá hạn" in mails_to(town, FOCAL)[-1].lower()
    assert mails_to(town, HEAD) == mails_to(town, SUPERVISOR) == []

    # 07/02, ngay trước Tết: Văn phòng báo đã xong, kèm số và ngày văn bản. Thang dừng ngay.
    town.set(date(2024, 2, 7), time(10, 0))
    answer(town, loai="done", so_van_ban="12/KH-UBND", ngay_van_ban="07/02/2024")
    sent = len(town.mails())
    days_until(town, date(2024, 2, 20))
    assert len(town.mails()) == sent + 1  # chỉ thêm biên nhận: người duyệt có chậm cũng không ai bị nhắc
    assert "Biên nhận" in mails_to(town, FOCAL)[-1]

    # 20/02: Sở Nội vụ chấp nhận. Đúng hay quá hạn tính theo lúc gửi (07/02), không theo lúc duyệt.
    decided = reviewing.accept(town.app, OBLIGATION, by="so-noi-vu", now=town.moment)
    assert (decided.late, decided.submitted_on) == (True, date(2024, 2, 7))
    assert counts(town) == {"done_on_time": 0, "done_late": 1, "in_term": 0, "overdue": 0}

    # Và câu chuyện kể lại được, cả như nó đã là vào một ngày trước.
    ((_, sentences),) = tracking.explain_task(town.app, OBLIGATION, town.moment)
    told = " ".join(sentences)
    assert "Đã hoàn thành quá hạn (gửi 07/02/2024)" in told
    assert "hẹn ngày, đến 05/02/2024" in told
    ((_, before),) = tracking.explain_task(town.app, OBLIGATION, town.set(date(2024, 2, 1), time(12, 0)))
    assert "quá hạn" in before[0]
    assert "Tạm dừng nhắc: hẹn ngày đến 05/02/2024." in before


def test_khong_ai_tra_loi_thi_leo_thang_dung_bac_va_ban_sao_cho_thu_truong_bi_giu(town: Town) -> None:
    days_until(town, date(2024, 3, 1))
    own = mails_to(town, FOCAL)
    assert [word for subject in own for word in ("lần 1", "lần 2") if word in subject.lower()][:2] == ["lần 1", "lần 2"]
    assert mails_to(town, HEAD) == []
    assert mails_to(town, SUPERVISOR)  # sau mười ngày làm việc, trong thư của cơ quan theo dõi
    assert counts(town)["overdue"] == 1
