"""Câu chuyện của Hưng Yên năm 2023: kế hoạch không có phụ lục, chỉ tiêu báo cáo chưa đạt rồi đạt, số liệu giữ mãi."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

import pytest
from story_help import counts, days_until, document, subjects, town_on
from target_help import OFFICE, PLAN_2023, report_2023
from town import Town

from dondoc.domain.moments import at
from dondoc.domain.targets import VERDICT_WORDS
from dondoc.services import status, targeting
from dondoc.services.targeting import TargetRow
from dondoc.store.report_lines import ReportLine

YEAR_2023 = document(PLAN_2023)
IN_TIME = "target:II.2.a"


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    with town_on(date(2023, 1, 3), database_url, tmp_path) as opened:
        opened.apply(YEAR_2023, assign=False)
        yield opened


def target(town: Town, code: str, day: date) -> TargetRow:
    return next(row for row in targeting.table(town.app, PLAN_2023, at(day)).rows if row.target.code == code)


def test_chi_tieu_bao_cao_chua_dat_roi_dat(town: Town) -> None:
    # “Trên 95% số hồ sơ TTHC được trả đúng hạn; phấn đấu 80% trả trước hạn”: hai số đo, Văn phòng UBND tỉnh báo cáo.
    wanted = target(town, "II.2.a", date(2023, 1, 3))
    assert [measure.wanted for measure in wanted.target.measures] == ["trên 95 %", "từ 80 %"]
    assert (VERDICT_WORDS[wanted.verdict], wanted.owners) == ("chưa có số liệu", (OFFICE,))

    # Quý I: 95 % và 71,5 %, đơn vị đánh dấu “đạt”. 95 không phải là trên 95: chưa đạt; chỗ trái được chỉ ra.
    first = ReportLine(IN_TIME, "target", value="95 %; 71,5 %", happened=True)
    report_2023(town.app, "Q1", at(date(2023, 3, 15), time(9)), first)
    march = target(town, "II.2.a", date(2023, 3, 31))
    assert VERDICT_WORDS[march.verdict] == "chưa đạt"
    assert march.latest[0].judged.contradicts

    # Sáu tháng: 96,2 % và 80 %: đạt, tốt lên so với quý I. Ngày 31/3 nhìn lại vẫn là chưa đạt.
    report_2023(town.app, "H1", at(date(2023, 6, 15), time(9)), ReportLine(IN_TIME, "target", value="96,2; 80"))
    june = target(town, "II.2.a", date(2023, 6, 30))
    assert (VERDICT_WORDS[june.verdict], june.trend) == ("đạt", "better")
    assert VERDICT_WORDS[target(town, "II.2.a", date(2023, 3, 31)).verdict] == "chưa đạt"


def test_nhiem_vu_khong_co_thoi_han_theo_che_do_bao_cao(town: Town) -> None:
    # Sở Thông tin và Truyền thông chịu trách nhiệm nhóm 6: việc thường xuyên, không bao giờ quá hạn.
    posts = counts(town, "so-thong-tin-va-truyen-thong")
    assert posts["in_term"] == 4 and posts["ongoing"] > 0
    # Đài Phát thanh và Truyền hình không chủ trì nhiệm vụ nào; mục III.2.e vẫn giao báo cáo định kỳ (BC.1).
    assert counts(town, "dai-phat-thanh-truyen-hinh-tinh") == {"in_term": 4, "awaiting": 1}

    # Báo cáo quý I hạn 17/3, không ai gửi: thứ Sáu 17/3 còn hạn, thứ Hai 20/3 quá hạn; việc thường xuyên thì không.
    days_until(town, date(2023, 3, 20))
    assert counts(town, "so-thong-tin-va-truyen-thong")["overdue"] == 1
    assert any("báo cáo" in subject.lower() for subject in subjects(town, "cchc@sothongtin"))


def test_ap_dung_sau_nam_ke_hoach_la_luu_tru_ma_van_dem_duoc(database_url: str, tmp_path: Path) -> None:
    with town_on(date(2024, 2, 1), database_url, tmp_path) as town:
        assert town.apply(YEAR_2023).archived
        days_until(town, date(2024, 2, 6))
        assert town.mails() == []
        then = status.to_json(town.moment, status.counts(town.app, at(date(2023, 6, 30)), PLAN_2023))["total"]
        assert then["overdue"] == 58  # hai kỳ của 29 cơ quan, không kỳ nào được báo cáo trong hệ thống
