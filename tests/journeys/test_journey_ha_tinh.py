"""Câu chuyện của Hà Tĩnh năm 2024: kế hoạch của các xã, của cơ quan Trung ương, việc chia nhóm, báo cáo định kỳ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from story_help import counts, days_until, document, done, subjects, told, town_on
from town import Town, only

from dondoc.domain.directory import Agency, Contact
from dondoc.domain.obligations import Obligation, expand
from dondoc.domain.simulate import Report, Simulation, simulate
from dondoc.domain.workspace import Workspace
from dondoc.services import reviewing, selecting
from dondoc.services.simulating import world_of

HA_TINH = document("ha-tinh-2024")
DISTRICT, SUPERVISOR = "cchc@nghixuan", "cchc@sonoivu"
COMMUNES = "xa-huyen-nghi-xuan"
THEIR_PLANS = f"ha-tinh-2024/BC.2/-/1/{COMMUNES}"


def owed(workspace: Workspace = HA_TINH) -> tuple[Obligation, ...]:
    return expand(world_of(workspace).scope)


def year(*tasks: str, reports: tuple[Report, ...] = ()) -> Simulation:
    """Cả năm chỉ với các việc này."""
    return simulate(world_of(only(HA_TINH, *tasks)), reports)


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    with town_on(date(2024, 1, 2), database_url, tmp_path) as opened:
        yield opened


def test_ke_hoach_cua_cac_xa_di_qua_huyen(town: Town) -> None:
    # “Kế hoạch CCHC năm 2024 của UBND cấp xã báo cáo về UBND cấp huyện trước ngày 05/02/2024”: hạn Chủ nhật 04/02.
    town.apply(only(HA_TINH, "BC.2"), assign=False)
    assert len([o for o in owed(only(HA_TINH, "BC.2")) if o.kind == "task"]) == 13  # mỗi huyện một việc, không phải 216

    # Thư nhắc gửi đầu mối của huyện, nêu các xã của huyện ấy.
    days_until(town, date(2024, 1, 25))
    reminder = [mail for mail in town.mails() if any(DISTRICT in to for to in mail.entry.to)][-1]
    assert reminder.text is not None
    assert "UBND cấp xã – huyện Nghi Xuân: Kế hoạch CCHC năm 2024, gửi UBND cấp huyện" in reminder.text
    assert "Đức Thọ" not in reminder.text

    # Huyện Nghi Xuân thu đủ kế hoạch của 17 xã và trả lời ngày 30/01. Từ đó huyện không bị nhắc nữa.
    done(town, THEIR_PLANS, date(2024, 1, 30), "30/BC-UBND")
    before = len(subjects(town, DISTRICT))
    days_until(town, date(2024, 2, 7))
    assert len(subjects(town, DISTRICT)) == before

    # Sở Nội vụ duyệt: huyện không tự duyệt câu trả lời của mình.
    ((_, reviewer),) = [(o.agency, o.reviewer) for o in owed() if o.id == THEIR_PLANS]
    assert reviewer == "so-noi-vu-ha-tinh"
    reviewing.accept(town.app, THEIR_PLANS, by="so-noi-vu-ha-tinh", now=town.moment)
    assert counts(town, COMMUNES) == {"done_on_time": 1}

    # Huyện Đức Thọ im lặng: thứ Hai 05/02 vẫn còn hạn (04/02 là Chủ nhật), thứ Ba 06/02 mới có thư báo quá hạn.
    assert counts(town, "xa-huyen-duc-tho") == {"overdue": 1}
    assert "quá hạn" in subjects(town, "cchc@ductho")[-1].lower()


def test_mot_nhiem_vu_ba_nhom_ba_thoi_han() -> None:
    # II.2.2 của Sở Tư pháp: nhóm 3.3 Quý I, nhóm 3.4 Quý II, nhóm 3.5 thường xuyên.
    found = [(o.task_id, o.kind, o.due_on) for o in owed() if o.task_id.startswith("II.2.2/")]
    assert found == [
        ("II.2.2/a", "task", date(2024, 3, 31)),
        ("II.2.2/b", "task", date(2024, 6, 30)),
        ("II.2.2/c", "ongoing", None),
    ]
    # Xong nhóm Quý I thì nhóm ấy thôi nhắc; nhóm Quý II vẫn có hạn riêng và bị nhắc riêng.
    first_done = Report(date(2024, 3, 25), "II.2.2/a", "so-tu-phap-ha-tinh", "done")
    own = [
        t
        for t in told(year("II.2.2/a", "II.2.2/b", "II.2.2/c", reports=(first_done,)), "so-tu-phap-ha-tinh")
        if "II" in t
    ]
    assert own[:4] == [
        "21/03/2024 reminder II.2.2/a",
        "20/06/2024 reminder II.2.2/b",
        "28/06/2024 reminder II.2.2/b",
        "02/07/2024 overdue II.2.2/b",
    ]


def test_mot_o_chu_tri_hai_phan_hai_co_quan() -> None:
    # I.2.9: Sở Nội vụ đối với nhân rộng mô hình hay; Sở KH&CN đối với áp dụng các sáng kiến CCHC. Không ai làm thay ai.
    assert [(o.part, o.agency) for o in owed() if o.task_id == "I.2.9"] == [
        ("nhan-rong-mo-hinh-hay", "so-noi-vu-ha-tinh"),
        ("ap-dung-cac-sang-kien-cchc", "so-khoa-hoc-va-cong-nghe-ha-tinh"),
    ]


def test_van_ban_khong_neu_ten_co_quan_trung_uong_thi_khong_ai_bi_tinh_cham() -> None:
    duty = [o for o in owed() if o.task_id == "BC.4"]
    assert [(o.kind, o.agency, o.due_on) for o in duty] == [("unassigned", "?co-quan-trung-uong", date(2024, 1, 30))]
    silent = year("BC.4")
    assert [i.notice.kind for i in silent.issued if i.obligation.task_id == "BC.4"] == []


def central(id: str, name: str) -> Agency:
    return Agency(
        id, name, name, "central", "province", contacts=(Contact("focal", f"cchc@{id.replace('-', '')}.example"),)
    )


def with_central_agencies(workspace: Workspace) -> Workspace:
    """Danh bạ sau khi Sở Nội vụ thêm hai cơ quan Trung ương."""
    added = (central("co-quan-a", "Cơ quan Trung ương A"), central("co-quan-b", "Cơ quan Trung ương B"))
    groups = tuple(
        replace(group, kinds=("central",)) if group.id == "co-quan-trung-uong" else group
        for group in workspace.directory.groups
    )
    directory = replace(workspace.directory, agencies=(*workspace.directory.agencies, *added), groups=groups)
    return replace(workspace, directory=directory)


def test_them_co_quan_trung_uong_vao_danh_ba_roi_chon(town: Town) -> None:
    plan = only(HA_TINH, "BC.4")
    town.apply(plan, assign=False)
    # Danh bạ có thêm hai cơ quan; áp dụng lại chưa mở việc cho ai, Sở Nội vụ chọn một cơ quan.
    town.apply(with_central_agencies(plan), assign=False)
    assert counts(town, "?co-quan-trung-uong") == {"unassigned": 1}
    selecting.select_lead(town.app, "ha-tinh-2024", "BC.4", None, ["co-quan-a"], "so-noi-vu-ha-tinh", town.moment)
    assert counts(town, "co-quan-a")["in_term"] == 5  # kế hoạch, và bốn báo cáo định kỳ trong năm
    # “trước ngày 31/01/2024”: hạn thứ Ba 30/01, nhắc trước bảy ngày làm việc; từ 31/01 là quá hạn.
    days_until(town, date(2024, 1, 31))
    told_a = subjects(town, "cchc@coquana")
    assert any("30/01/2024" in subject for subject in told_a)
    assert "quá hạn" in told_a[-1].lower()
    assert subjects(town, "cchc@coquanb") == []
    assert counts(town, "co-quan-a")["overdue"] == 1


def test_bao_cao_quy_6_thang_nam_khong_bi_no_hai_lan() -> None:
    # BC.6 “theo quý, 6 tháng, năm và đột xuất (nếu có)” chính là báo cáo định kỳ: mỗi đơn vị bốn báo cáo một năm.
    duty = [o for o in owed() if o.task_id == "BC.6"]
    assert {o.kind for o in duty} == {"awaiting", "unassigned"}
    assert {o.question for o in duty} == {"đột xuất"}
    reports = Counter(o.agency for o in owed() if o.kind == "periodic_report")
    assert set(reports.values()) == {4}
    assert {o.agency for o in duty if o.kind == "awaiting"} <= set(reports)
    # Các xã báo cáo trong báo cáo của huyện.
    assert not any(agency.startswith("xa-") for agency in reports)


def test_bao_cao_muc_do_hai_long_moi_quy_mot_lan() -> None:
    # BC.3 không ghi ngày: hạn theo chế độ báo cáo, ngày 17 của tháng cuối quý.
    due = sorted({o.due_on for o in owed() if o.task_id == "BC.3" and o.due_on})
    assert due == [date(2024, 3, 17), date(2024, 6, 17), date(2024, 9, 17), date(2024, 12, 17)]
    assert Counter(o.agency for o in owed() if o.task_id == "BC.3")["so-y-te-ha-tinh"] == 4


def test_so_noi_vu_tong_hop_theo_quy_dinh_la_mot_dong_trong_bao_cao_cua_minh() -> None:
    found = [(o.task_id, o.kind, o.reviewer) for o in owed() if o.task_id in ("BC.5", "BC.7")]
    assert found == [
        ("BC.5", "ongoing", "van-phong-ubnd-tinh-ha-tinh"),
        ("BC.7", "ongoing", "van-phong-ubnd-tinh-ha-tinh"),
    ]
