"""Câu chuyện của ba sự kiện: văn bản của Bộ đến, kết quả được duyệt mở việc sau, sự kiện ghi nhầm được lấy lại."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

import pytest
from story_help import counts, days_until, done, subjects, town_on
from town import Town, only, shipped

from dondoc.domain.events import Event
from dondoc.domain.policy import LATE_KINDS
from dondoc.services import events, reviewing
from dondoc.services.event_choices import Choice
from dondoc.services.responding import respond
from dondoc.store import obligations
from dondoc.store.models import NoticeRow

PLAN_ID = "hung-yen-2024"
GUIDANCE = Event("guidance", date(2024, 5, 10), "Hướng dẫn vị trí việc làm", "3456/BNV-TCBC", "Bộ Nội vụ")
DIRECTIVE = Event("directive", date(2024, 5, 16), "Cổ phần hóa doanh nghiệp", "611/TTg-ĐMDN", "Thủ tướng Chính phủ")
OFFICE = "cchc@vpubnd.hungyen.example"
INVESTMENT = "cchc@sokehoachvadautu.hungyen.example"


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    with town_on(date(2024, 5, 13), database_url, tmp_path) as opened:
        opened.apply(only(shipped(), "II.2.28", "II.2.29", "IV.2.78", "V.2.96"), assign=False)
        yield opened


def of(town: Town, task: str) -> list[str]:
    """Việc của nhiệm vụ đang có, không kể việc còn chờ."""
    with town.app.sessions() as session:
        found = obligations.load_cases(session, plan_id=PLAN_ID, task_id=task)
    return [case.obligation.id for case in found if case.obligation.kind == "task"]


def said(town: Town, obligation_id: str) -> list[str]:
    """Nội dung nhắc về một việc, theo ngày."""
    with town.app.sessions() as session:
        rows = session.query(NoticeRow).filter_by(obligation_id=obligation_id, status="composed").order_by(NoticeRow.id)
        return [f"{row.on:%d/%m} {row.kind}" for row in rows]


def test_van_ban_den_thi_moi_don_vi_biet_ngay_va_viec_khong_han_khong_bi_don_doc(town: Town) -> None:
    # Thứ Ba 14/5, 10 giờ: ghi văn bản của Bộ. Trong giờ ấy mỗi đơn vị nhận đúng một thư, chỉ về việc này.
    now = town.set(date(2024, 5, 14), time(10, 0))
    recorded = events.record(town.app, GUIDANCE, [Choice("IV.2.78")], by="so-noi-vu/lan", now=now)
    owing = {one.agency for one in recorded.opened}
    assert len(owing) == 27
    assert respond(town.app, recorded.event_id, now).sent == 27
    mails = town.mails()
    assert len({to for mail in mails for to in mail.entry.to}) == len(mails) == 27
    for words in ("Theo 3456/BNV-TCBC ngày 10/05/2024: việc bắt đầu được tính", "mốc phấn đấu 28/05/2024"):
        assert all(words in (mail.text or "") for mail in mails)

    # Một đơn vị báo cáo sớm và được duyệt; một đơn vị để quá mốc phấn đấu 28/5.
    early, slow = (f"{PLAN_ID}/IV.2.78/-/{recorded.event_id}/{agency}" for agency in ("so-tu-phap", "so-y-te"))
    done(town, early, date(2024, 5, 15), "41/BC-STP")
    reviewing.accept(town.app, early, by="so-noi-vu/lan", now=town.set(date(2024, 5, 16), time(9, 0)))
    days_until(town, date(2024, 6, 12))  # mười ngày làm việc sau mốc
    assert said(town, early) == ["14/05 opened"]
    assert said(town, slow) == ["14/05 opened", "17/05 reminder", "27/05 reminder", "03/06 outlook"]
    with town.app.sessions() as session:
        about = session.query(NoticeRow.kind).filter(NoticeRow.obligation_id.contains("/IV.2.78/"))
        assert not LATE_KINDS & {kind for (kind,) in about}
    assert counts(town, "so-tu-phap")["done_on_time"] == 1


def test_ket_qua_duoc_duyet_mo_viec_sau_va_su_kien_ghi_nham_duoc_lay_lai(town: Town) -> None:
    # Sở Y tế báo cáo một Quyết định phê duyệt quy trình nội bộ; được duyệt thì Văn phòng nhận việc ngay trong giờ.
    assert of(town, "II.2.29") == []
    source = f"{PLAN_ID}/II.2.28/-/ca-nam/so-y-te"
    done(town, source, date(2024, 5, 15), "812/QĐ-UBND")
    reviewing.accept(town.app, source, by="so-noi-vu/lan", now=town.set(date(2024, 5, 16), time(14, 0)))
    (opened,) = of(town, "II.2.29")
    respond(town.app, opened.split("/")[3], town.set(date(2024, 5, 16), time(14, 1)))
    assert said(town, opened) == ["16/05 opened"]
    assert len([one for one in subjects(town, OFFICE) if one]) == 1

    # Ghi nhầm một chủ trương: Sở Kế hoạch và Đầu tư đã nhận thư thì được báo là đã lấy lại; việc lại chờ như trước.
    recorded = events.record(
        town.app, DIRECTIVE, [Choice("V.2.96")], by="so-noi-vu/lan", now=town.set(date(2024, 5, 17), time(9, 0))
    )
    respond(town.app, recorded.event_id, town.moment)
    assert len(of(town, "V.2.96")) == 1
    town.set(date(2024, 5, 17), time(15, 0))
    events.retract(town.app, recorded.event_id, by="so-noi-vu/lan", now=town.moment, why="Nhầm văn bản.")
    assert of(town, "V.2.96") == []
    days_until(town, date(2024, 5, 20))
    told = [mail.text or "" for mail in town.mails() if any(INVESTMENT in to for to in mail.entry.to)]
    assert "611/TTg-ĐMDN" in told[0]
    assert "đã được lấy lại" in told[-1]
    assert "Nhầm văn bản" in told[-1]
    assert len(told) == 2
