"""Câu chuyện của Sở Xây dựng Nam Định: kế hoạch phải xong trong tháng 12/2023, trước năm kế hoạch; ai duyệt của ai."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from story_help import counts, days_until, document, done, subjects, told, town_on
from town import Town, only

from dondoc.domain.obligations import expand
from dondoc.domain.simulate import simulate
from dondoc.services import reviewing
from dondoc.services.simulating import world_of

NAM_DINH = document("nam-dinh-so-xay-dung-2024")
PLAN = "nam-dinh-so-xay-dung-2024/II.12/-/1/van-phong-so-xay-dung-nam-dinh"
OFFICE, OFFICE_HEAD, DIRECTOR = "cchc@vanphong", "lanhdao@vanphong", "giamdoc"


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    with town_on(date(2023, 12, 1), database_url, tmp_path) as opened:
        opened.apply(only(NAM_DINH, "II.12"), assign=False)
        yield opened


def test_viec_thang_12_2023_tu_thu_nhac_dau_den_qua_han(town: Town) -> None:
    # Thứ Sáu 01/12/2023, kế hoạch được đưa vào: việc đã mở, còn trong hạn.
    assert (
        counts(town, "van-phong-so-xay-dung-nam-dinh")["in_term"] == 5
    )  # kế hoạch, và bốn báo cáo định kỳ của năm 2024
    # Hạn Chủ nhật 31/12/2023. Thư nhắc trước bảy và một ngày làm việc, trong năm 2023.
    days_until(town, date(2023, 12, 29))
    assert [s for s in subjects(town, OFFICE) if "31/12/2023" in s]
    assert counts(town, "van-phong-so-xay-dung-nam-dinh")["in_term"] == 5

    # 31/12 là Chủ nhật, 01/01 nghỉ Tết Dương lịch: hết hạn cuối ngày 02/01; thư báo quá hạn ngày 03/01/2024.
    days_until(town, date(2024, 1, 2))
    assert counts(town, "van-phong-so-xay-dung-nam-dinh").get("overdue") is None
    days_until(town, date(2024, 1, 3))
    assert "quá hạn" in subjects(town, OFFICE)[-1].lower()
    assert counts(town, "van-phong-so-xay-dung-nam-dinh")["overdue"] == 1
    assert subjects(town, OFFICE_HEAD) == subjects(town, DIRECTOR) == []

    # 05/01 Văn phòng Sở báo đã xong. Văn phòng Sở là cơ quan theo dõi nên không tự duyệt: Ban Giám đốc Sở duyệt.
    done(town, PLAN, date(2024, 1, 5), "01/KH-SXD")
    (own,) = [o for o in expand(world_of(NAM_DINH).scope) if o.id == PLAN]
    assert own.reviewer == "ban-giam-doc-so-xay-dung-nam-dinh"
    reviewing.accept(town.app, PLAN, by="ban-giam-doc-so-xay-dung-nam-dinh", now=town.moment)
    assert counts(town, "van-phong-so-xay-dung-nam-dinh") == {"in_term": 4, "done_late": 1}


def test_dien_tap_ca_nam_bat_dau_tu_thang_12_2023() -> None:
    silent = simulate(world_of(NAM_DINH))
    assert (silent.starts_on, silent.ends_on) == (date(2023, 12, 1), date(2024, 12, 31))
    early = [line for line in told(silent, "van-phong-so-xay-dung-nam-dinh") if "/2023" in line]
    assert early == [
        f"{day}/12/2023 reminder {task}" for day in ("21", "29") for task in ("II.12", "VIII.36", "VIII.38")
    ]


def test_bao_cao_tong_hop_cua_so_khong_bi_no_hai_lan() -> None:
    # BC.1 “hàng quý, 6 tháng, năm […] theo quy định” chính là báo cáo định kỳ của Văn phòng Sở.
    owed = expand(world_of(NAM_DINH).scope)
    assert [(o.kind, o.agency) for o in owed if o.task_id == "BC.1"] == [("ongoing", "van-phong-so-xay-dung-nam-dinh")]
    assert Counter(o.agency for o in owed if o.kind == "periodic_report") == dict.fromkeys(
        [
            "van-phong-so-xay-dung-nam-dinh",
            "cac-phong-don-vi-so-xay-dung-nam-dinh",
            "bo-phan-mot-cua-so-xay-dung-nam-dinh",
            "cac-don-vi-truc-thuoc-so-xay-dung-nam-dinh",
            "thanh-tra-so-xay-dung-nam-dinh",
        ],
        4,
    )
    # Phòng, đơn vị nộp ngày 15 để Sở kịp gửi Sở Nội vụ ngày 17.
    due = [o.due_on for o in owed if o.kind == "periodic_report" and o.agency == "thanh-tra-so-xay-dung-nam-dinh"]
    assert due == [date(2024, 3, 15), date(2024, 6, 15), date(2024, 9, 15), date(2024, 12, 15)]


def test_tap_the_phong_va_don_vi_moi_noi_mot_viec() -> None:
    # Việc 30 do Văn phòng Sở và các đơn vị trực thuộc chủ trì: hai việc; Văn phòng Sở không tự duyệt việc của mình.
    found = [(o.agency, o.reviewer) for o in expand(world_of(NAM_DINH).scope) if o.task_id == "V.30"]
    assert found == [
        ("van-phong-so-xay-dung-nam-dinh", "ban-giam-doc-so-xay-dung-nam-dinh"),
        ("cac-don-vi-truc-thuoc-so-xay-dung-nam-dinh", "van-phong-so-xay-dung-nam-dinh"),
    ]
