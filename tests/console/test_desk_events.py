"""The register of events: recorded in three steps, tied, taken back; what waits, and where each page leads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from desk_help import confirmed, form, forms, told
from office import AWAITING, JUSTICE, PLAN_ID, Office, open_office, small
from seat_help import Seat, csrf_of
from starlette.testclient import TestClient

from dondoc.domain.events import Event
from dondoc.services import event_register, events
from dondoc.services.event_choices import Choice

HOME = "/theo-doi/su-kien"
GUIDED, EXAMINED, CAPPED = "III.2.51", "II.2.21", "II.2.12"
"""Khi có văn bản hướng dẫn của bộ, ngành Trung ương; khi nhận được hồ sơ đề nghị thẩm định; by the end of January or by
the date of another plan."""
KEY = f"{PLAN_ID}/{GUIDED}/-"
GUIDANCE = {
    "loai": "guidance", "so": "3456/BNV-CCVC", "ngay": "10/3/2024", "noi_ban_hanh": "Bộ Nội vụ",
    "trich_yeu": "Hướng dẫn sắp xếp tổ chức bộ máy", "ghi_chu": "Văn bản đến số 12",
}  # fmt: skip
PDF = ("3456.pdf", b"%PDF-1.7\nhuong dan\n%%EOF", "application/pdf")


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """The office in March, with tasks that wait for guidance and for another plan besides."""
    with open_office(database_url, tmp_path / "home", small(GUIDED, CAPPED), date(2024, 1, 2)) as found:
        found.set(date(2024, 3, 20))
        yield found


def at(page: str, address: str) -> tuple[str, dict[str, Any]]:
    """The form of a page that goes to that address."""
    return next(one for one in forms(page) if one[0].endswith(address))


def document(client: TestClient, files: Any = None, **typed: str) -> httpx.Response:
    """The first step, as the page's form sends it."""
    where, fields = at(client.get(f"{HOME}/ghi").text, "/ghi")
    return client.post(where, data={**fields, **GUIDANCE, **typed}, files=files)


def chosen(client: TestClient, step: httpx.Response, **typed: Any) -> httpx.Response:
    """The second step; `buoc` is the button."""
    assert step.status_code == 200, told(step.text)
    where, fields = forms(step.text)[-1]
    return client.post(where, data={**fields, "buoc": "chon", **typed})


def recorded(office: Office, *choices: Choice, **other: str) -> str:
    words = {"subject": GUIDANCE["trich_yeu"], "number": GUIDANCE["so"], "issuer": "Bộ Nội vụ", **other}
    event = Event("guidance", date(2024, 3, 10), **words)
    return events.record(office.app, event, choices, by="so-noi-vu/a", now=office.moment).event_id


def states(office: Office) -> dict[str, str]:
    with office.app.sessions() as session:
        return {one.row.id: one.state for one in event_register.register(session).rows}


def test_an_event_is_recorded_in_three_steps_with_its_file(office: Office, seat: Seat) -> None:
    client = seat("supervisor")
    assert "Sổ chưa có sự kiện nào" in client.get(HOME).text
    step = document(client, files={"tep": PDF})
    said = told(step.text)
    assert "Đề xuất theo câu chữ (1)" in said and "trùng từ: hướng dẫn" in said and "3456.pdf" in said
    assert "không hạn, mốc phấn đấu sau 10 ngày làm việc" in said
    two = {"viec": KEY, f"cq:{KEY}": ["so-y-te", "so-tu-phap"], f"han:{KEY}": "ngay", f"ngay:{KEY}": "30/6/2024"}
    preview = chosen(client, step, **two)
    said = told(preview.text)
    assert "Sẽ mở 2 việc cho 2 cơ quan" in said and "Sở Y tế: hạn Chủ Nhật, 30/6/2024" in said
    assert "thư khẩn" in said and states(office) == {}
    done = confirmed(client, preview)
    assert done.status_code == 303
    page = client.get(done.headers["location"])
    said = told(page.text)
    for words in ("Đã ghi nhận", "Đã mở (1)", "Sở Tư pháp; Sở Y tế; hạn Chủ Nhật, 30/6/2024", "Văn bản đến số 12"):
        assert words in said, words
    assert "Sự kiện mở việc" in said and "so-y-te" not in said
    (id,) = states(office)
    file = page.text.partition('href="/theo-doi/su-kien/tep/')[2].partition('"')[0]
    download = client.get(f"{HOME}/tep/{file}")
    assert download.content == PDF[1] and "attachment" in download.headers["content-disposition"]
    # The same form again is told that the register has the document; nothing is opened twice.
    assert f"mã {id}" in told(confirmed_again(client, preview).text) and len(states(office)) == 1
    task = told(client.get(f"/theo-doi/ke-hoach/{PLAN_ID}/nhiem-vu/{GUIDED}").text)
    assert "Mở theo: 3456/BNV-CCVC ngày 10/03/2024" in task and "Ghi sự kiện" in task


def confirmed_again(client: TestClient, preview: httpx.Response) -> httpx.Response:
    where, fields = form(preview.text, buoc="xac-nhan")
    return client.post(where, data=fields)


def test_without_a_task_it_waits_on_the_worklist_until_tied_or_dismissed(office: Office, seat: Seat) -> None:
    client = seat("supervisor")
    preview = chosen(client, document(client))
    assert "chờ gắn với nhiệm vụ, ở trang Việc cần làm" in told(preview.text)
    confirmed(client, preview)
    (id,) = states(office)
    said = told(client.get("/theo-doi/can-lam").text)
    assert "chờ gắn với nhiệm vụ (1)" in said and f"{GUIDED} " in said
    assert "có thể mở" not in said and "Có thể mở 3456/BNV-CCVC" in told(client.get("/theo-doi/cho-su-kien").text)
    nothing = chosen(client, client.get(f"{HOME}/{id}/gan"))
    assert nothing.status_code == 422 and "Chọn ít nhất một nhiệm vụ" in nothing.text
    preview = chosen(client, client.get(f"{HOME}/{id}/gan"), viec=KEY, **{f"han:{KEY}": "khong"})
    assert "không hạn, mốc phấn đấu Thứ Tư, 03/4/2024" in told(preview.text)
    confirmed(client, preview)
    assert states(office) == {id: "open"}
    assert "Mọi sự kiện trong sổ đã được gắn" in client.get("/theo-doi/can-lam").text
    other = recorded(office, number="9/BNV")
    where = f"{HOME}/{other}/khong-mo"
    preview = client.post(where, data={"csrf": csrf_of(client), "ly_do": "Không liên quan."})
    assert confirmed(client, preview).status_code == 303
    assert states(office)[other] == "dismissed"
    found = told(client.get(f"{HOME}?loc=khong-mo&tim=huong+dan+sap+xep").text)
    assert "1 sự kiện" in found and "9/BNV" in found and "3456" not in found


def test_what_a_document_is_can_be_mended_until_it_opens_something(office: Office, seat: Seat) -> None:
    client = seat("supervisor")
    id = recorded(office)
    where, fields = at(client.get(f"{HOME}/{id}/sua").text, "/sua")
    wrong = client.post(where, data={**fields, **GUIDANCE, "ngay": ""})
    assert wrong.status_code == 422 and "Ghi ngày của sự kiện" in wrong.text
    done = client.post(where, data={**fields, **GUIDANCE, "so": "3457/BNV-CCVC"})
    assert done.status_code == 303 and "3457/BNV-CCVC" in client.get(done.headers["location"]).text
    assert sorted(states(office).values()) == ["retracted", "waiting"]
    opened = recorded(office, Choice(GUIDED))
    where, fields = f"{HOME}/{opened}/sua", {"csrf": csrf_of(client)}
    refused = client.post(where, data={**fields, **GUIDANCE})
    assert refused.status_code == 422 and "đã mở việc" in refused.text


def test_taking_back_tells_what_closes_and_keeps_the_history(office: Office, seat: Seat) -> None:
    client = seat("supervisor")
    id = recorded(office, Choice(GUIDED, agencies=("so-y-te",), due_on=date(2024, 6, 30)))
    where, fields = at(client.get(f"{HOME}/{id}").text, "/lay-lai")
    assert "Ghi lý do" in client.post(where, data=fields).text
    preview = client.post(where, data={**fields, "ly_do": "Ghi nhầm văn bản."})
    assert "Sẽ rút 1 việc đã mở" in told(preview.text) and f"Sở Y tế: {GUIDED}" in told(preview.text)
    assert states(office) == {id: "open"}
    done = confirmed(client, preview)
    said = told(client.get(done.headers["location"]).text)
    assert "Đã lấy lại (1)" in said and "Ghi nhầm văn bản." in said and "Gắn" not in said
    assert states(office) == {id: "retracted"}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"loai": "la"}, "Chọn loại sự kiện"),
        ({"ngay": "31/2/2024"}, "Không đọc được ngày “31/2/2024”"),
        ({"ngay": "21/3/2024"}, "chưa đến: ghi sự kiện khi đã xảy ra"),
        ({"trich_yeu": " "}, "Ghi trích yếu"),
        ({"so": "9" * 101}, "dài quá 100 ký tự"),
        ({"lan": "0"}, "Ghi một số từ 1"),
    ],
)
def test_what_is_wrong_with_the_document_is_told_beside_its_field(
    office: Office, seat: Seat, typed: dict[str, str], words: str
) -> None:
    found = document(seat("supervisor"), **typed)
    assert (found.status_code, words in told(found.text), states(office)) == (422, True, {})
    assert "Văn bản đến số 12" in found.text


def test_what_is_wrong_with_the_choice_is_told_and_nothing_is_lost(office: Office, seat: Seat) -> None:
    client = seat("supervisor")
    step = document(client, files={"tep": PDF})
    for typed, words in (
        ({f"han:{KEY}": "ngay", f"ngay:{KEY}": "mai"}, "không đọc được ngày hạn “mai”"),
        ({f"ngay:{KEY}": "30/6/2024"}, "không chọn “Hạn của văn bản”"),
        ({f"han:{KEY}": "ngay", f"ngay:{KEY}": "1/3/2024"}, "trước ngày của sự kiện"),
        ({f"cq:{KEY}": "so-trang"}, "Danh bạ không có cơ quan “so-trang”"),
        ({"viec": [KEY, "x/y/z"]}, "không còn trong danh sách"),
    ):
        again = chosen(client, step, **{"viec": KEY, **typed})
        assert (again.status_code, words in told(again.text)) == (422, True), words
        assert "3456.pdf" in again.text and states(office) == {}
    bad = document(client, files={"tep": ("a.exe", b"MZ\x90", "application/pdf")})
    assert bad.status_code == 422 and "a.exe" in bad.text


def test_an_agency_sees_by_which_document_and_only_a_target(office: Office, seat: Seat, justice: TestClient) -> None:
    recorded(office, Choice(GUIDED, agencies=("so-tu-phap",), no_due=True))
    said = told(justice.get("/viec").text)
    assert "Mốc phấn đấu Thứ Tư, 03/4/2024" in said
    assert "Văn bản số 3456/BNV-CCVC ngày 10/3/2024 của Bộ Nội vụ: Hướng dẫn sắp xếp tổ chức bộ máy" in said
    card = said.partition("3456/BNV-CCVC")[0].rpartition("III.2.51")[2] + said.partition("3456/BNV-CCVC")[2][:300]
    assert "không có hạn" not in card and "Chậm nhất" not in card


def test_the_agencys_word_leads_to_a_filled_form(office: Office, seat: Seat) -> None:
    office.submit(AWAITING, kind="progress", document_number="9/QĐ-BTP", document_date=date(2024, 3, 19), by=JUSTICE)
    client = seat("supervisor")
    page = client.get("/theo-doi/can-lam").text
    address = page.partition('href="/theo-doi/su-kien/ghi?')[2].partition('"')[0].replace("&amp;", "&")
    shown = client.get(f"{HOME}/ghi?{address}").text
    assert 'value="9/QĐ-BTP"' in shown and 'value="19/3/2024"' in shown
    where, fields = at(shown, "/ghi")
    step = client.post(where, data={**fields, **GUIDANCE})
    assert f'value="{PLAN_ID}/{EXAMINED}/-" checked' in step.text
    assert "1 đã trả lời" in told(client.get("/theo-doi/cho-su-kien").text)


def test_who_only_reads_finds_no_way_to_record(office: Office, seat: Seat) -> None:
    id = recorded(office)
    client = seat("read")
    for address in (HOME, f"{HOME}/{id}", "/theo-doi/cho-su-kien", "/theo-doi/can-lam"):
        text = client.get(address).text
        assert "/theo-doi/su-kien/ghi" not in text and "Xem trước" not in text and "/gan" not in text, address
    assert client.get(f"{HOME}/sk-khong-co").status_code == 404
