"""Task ids that hold a "/" (Hà Tĩnh: II.2.1/b) and reporting duties on the pages: reachable, named as officers do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from desk_help import told
from office import Office, open_office
from page_help import Visit
from seat_help import Seat
from town import CONFIG, ROOT, only

from dondoc.domain.workspace import Workspace
from dondoc.errors import Refused
from dondoc.loading import load_workspace
from dondoc.services import tracking
from dondoc.services.applying import apply_workspace

HALF = "II.2.1/b"
NAME = "Sở, ban, ngành có liên quan"


@cache
def ha_tinh() -> Workspace:
    workspace = load_workspace(ROOT / "plans" / "ha-tinh-2024.yaml", CONFIG).require()
    return only(workspace, "II.2.1/a", HALF, "II.2.2/a", "BC.1", "BC.2")


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    with open_office(database_url, tmp_path / "home", ha_tinh(), date(2024, 1, 2)) as opened:
        yield opened


def test_who_a_slashed_task_belongs_to_can_be_chosen(office: Office, seat: Seat) -> None:
    client = seat("supervisor", agency="so-noi-vu-ha-tinh")
    assert f"{HALF} Ban hành các văn bản quy phạm pháp luật" in told(client.get("/theo-doi/can-lam").text)
    reply = client.get(f"/theo-doi/can-lam/don-vi/ha-tinh-2024/{HALF.replace('/', '~')}?nhom={NAME}")
    assert reply.status_code == 200
    assert "/theo-doi/ke-hoach/ha-tinh-2024/nhiem-vu/II.2.1~b" in reply.text
    assert client.get("/theo-doi/ke-hoach/ha-tinh-2024/nhiem-vu/II.2.1~b").status_code == 200


def test_a_duty_stands_in_the_plan_table_under_its_own_number(office: Office, seat: Seat) -> None:
    said = told(
        seat("supervisor", agency="so-noi-vu-ha-tinh").get("/theo-doi/ke-hoach/ha-tinh-2024?linh-vuc=bao-cao").text
    )
    assert "BC.1 Kế hoạch CCHC năm 2024, gửi UBND tỉnh (qua Sở Nội vụ)" in said


@pytest.mark.parametrize("asked", ["II.2.2/a", "ha-tinh-2024/II.2.2/a/-/1/so-tu-phap-ha-tinh"])
def test_a_slashed_task_is_explained_by_its_id_and_by_its_obligation(office: Office, asked: str) -> None:
    ((heading, sentences),) = tracking.explain_task(office.app, asked, office.moment)
    assert "Sở Tư pháp" in heading
    assert sentences


def test_two_plans_with_one_task_id_must_be_told_apart(office: Office) -> None:
    twin = replace(ha_tinh(), plan=replace(ha_tinh().plan, id="ha-tinh-2024-b"))
    apply_workspace(office.app, twin, office.moment, "kiểm thử")
    with pytest.raises(Refused, match="--plan"):
        tracking.explain_task(office.app, "II.2.2/a", office.moment)
    ((heading, _),) = tracking.explain_task(office.app, "II.2.2/a", office.moment, "ha-tinh-2024-b")
    assert "Sở Tư pháp" in heading


def test_a_district_that_answers_only_for_its_communes_sees_whose_work_it_is(office: Office, visit: Visit) -> None:
    work = "ha-tinh-2024/BC.2/-/1/xa-huyen-nghi-xuan"
    words = told(visit("ubnd-huyen-nghi-xuan/focal").get(f"/viec/tra-loi?viec={work}").text)
    assert "UBND cấp xã – huyện Nghi Xuân" in words
