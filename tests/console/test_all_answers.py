"""Every answer an agency may give, on the page: what is offered, what follows, what is refused, what stands."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from office import AWAITING, JUSTICE, ONGOING, OTHERS, QUARTER, YEAR, Office
from page_help import Visit, fields
from sqlalchemy import select
from starlette.testclient import TestClient
from test_answer_form import FORM, PDF, plain, recorded, refusals, send

from dondoc.services import extending, reviewing
from dondoc.store.models import AnswerRow, FileRow


def offered(client: TestClient, *ids: str) -> list[str]:
    """The answers that the form offers for these."""
    page = client.get(FORM, params={"viec": list(ids)}).text
    return re.findall(r'name="loai" id="loai-(\w+)"', page)


def form_words(client: TestClient, *ids: str) -> str:
    return plain(client.get(FORM, params={"viec": list(ids)}).text)


DATED = ["done", "progress", "ack", "extension", "not_applicable", "not_mine"]
EVENT = ["happened", "not_happened", "not_applicable", "not_mine"]


def test_what_is_offered_fits_everything_chosen(justice: TestClient) -> None:
    assert offered(justice, QUARTER) == offered(justice, QUARTER, YEAR) == DATED
    assert offered(justice, AWAITING) == EVENT
    assert offered(justice, QUARTER, AWAITING) == ["not_applicable", "not_mine"]
    assert offered(justice, ONGOING) == []


def test_an_answer_that_is_missing_says_why(office: Office, justice: TestClient) -> None:
    words = form_words(justice, QUARTER, AWAITING)
    assert "Đang thực hiện : trong các việc đã chọn có việc còn chờ sự kiện" in words
    assert "Đã hoàn thành : Việc “2.21" in words
    assert "Không có cách trả lời nào chung" in form_words(justice, ONGOING)
    office.submit(QUARTER, kind="ack", until=date(2024, 3, 29))
    assert offered(justice, QUARTER, YEAR) == [kind for kind in DATED if kind != "ack"]
    assert "đã hẹn đến Thứ Sáu, 29/3/2024; mỗi việc chỉ hẹn một lần" in form_words(justice, QUARTER, YEAR)
    office.submit(YEAR, kind="done", note="xong")
    assert offered(justice, YEAR) == ["done"]


def test_what_follows_stands_beside_each_answer(justice: TestClient) -> None:
    words = form_words(justice, QUARTER)
    assert (
        "Trong khi chờ, việc nhắc tạm dừng, lâu nhất đến ngày đề nghị và không quá 10 ngày làm việc sau hạn." in words
    )
    assert "được đồng ý thì không phải báo cáo" in words
    assert "Từ Thứ Hai, 01/4/2024 đến Thứ Năm, 30/5/2024." in words


def test_more_time_is_asked_for_with_a_file(office: Office, justice: TestClient) -> None:
    form = fields(justice, QUARTER, loai="extension", ngay_xin="12.4.2024", ghi_chu="Chờ Bộ.")
    found = send(justice, form, ("tờ trình.pdf", PDF))
    words = plain(justice.get(found.headers["location"]).text)
    assert "Xin gia hạn" in words
    assert "Đề nghị gia hạn đến Thứ Sáu, 12/4/2024" in words
    assert "Thời hạn chỉ đổi khi được đồng ý" in words
    assert "trả lời khác: đề nghị này được rút" in words
    answer = office.case(QUARTER).answers[0]
    assert (answer.kind, answer.until, answer.note) == ("extension", date(2024, 4, 12), "Chờ Bộ.")
    with office.app.sessions() as session:
        assert session.scalars(select(FileRow.name)).all() == ["tờ trình.pdf"]


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"ngay_xin": "", "ghi_chu": "x"}, "ngay_xin", "Ghi ngày đề nghị gia hạn đến."),
        ({"ngay_xin": "31/02/2024", "ghi_chu": "x"}, "ngay_xin", "Không đọc được ngày “31/02/2024”"),
        ({"ngay_xin": "12/4/2025", "ghi_chu": "x"}, "ngay_xin", "chỉ gia hạn được đến Thứ Năm, 30/5/2024"),
        ({"ngay_xin": "12/4/2024", "ghi_chu": ""}, "ghi_chu", "Ghi lý do, để người duyệt có căn cứ quyết định."),
    ],
)
def test_a_wish_that_cannot_be_taken_says_it_at_its_field(
    office: Office, justice: TestClient, typed: dict[str, str], field: str, words: str
) -> None:
    found = send(justice, fields(justice, QUARTER, loai="extension", **typed))
    assert found.status_code == 422
    told = re.findall(r'<li><a href="#(\w+)">([^<]+)</a></li>', found.text)
    assert [name for name, _ in told] == [field]
    assert words in told[0][1]
    assert re.search(rf'name="{field}"[^>]*aria-invalid="true"', found.text)
    assert recorded(office) == 0


def test_whose_it_is_is_chosen_from_the_directory(office: Office, justice: TestClient) -> None:
    page = justice.get(FORM, params={"viec": QUARTER}).text
    options = re.findall(r'<option value="([^"]*)">([^<]+)</option>', page[page.index('id="co_quan"') :])
    assert options[0] == ("", "Không rõ")
    assert ("so-tai-chinh", "Sở Tài chính") in options
    assert "so-tu-phap" not in dict(options)
    found = send(justice, fields(justice, QUARTER, loai="not_mine", co_quan="so-tai-chinh", ghi_chu="Ngân sách."))
    words = plain(justice.get(found.headers["location"]).text)
    assert "Không phải đơn vị tôi" in words
    assert "Việc của Sở Tài chính" in words
    assert office.case(QUARTER).answers[0].whose == "so-tai-chinh"


@pytest.mark.parametrize("forged", ["so-khong-co", "so-tu-phap", "<script>", "x" * 5000, "1\u202e\x07"])
def test_a_forged_agency_is_refused_and_journaled(office: Office, justice: TestClient, forged: str) -> None:
    found = send(justice, fields(justice, QUARTER, loai="not_mine", co_quan=forged, ghi_chu="x"))
    assert found.status_code == 422
    assert recorded(office) == 0
    assert [why.partition(":")[0] for _, why in refusals(office)] == ["Cơ quan lạ trong ô chọn"]


def test_a_forged_kind_is_refused_and_journaled(office: Office, justice: TestClient) -> None:
    for kind in ("accepted", "waive\u202e", "happened"):
        assert send(justice, fields(justice, QUARTER, loai=kind, ghi_chu="x")).status_code == 422
    assert [why for _, why in refusals(office)] == [f"Cách trả lời lạ: {k}" for k in ("accepted", "waive", "happened")]


def test_an_event_is_told_with_its_document(office: Office, justice: TestClient) -> None:
    assert send(justice, fields(justice, AWAITING, loai="not_happened")).status_code == 303
    assert "Đơn vị báo chưa xảy ra lúc 09:00 ngày 20/3/2024" in plain(justice.get("/viec").text)
    empty = send(justice, fields(justice, AWAITING, loai="happened"))
    assert "cho biết sự kiện đã xảy ra thế nào" in plain(empty.text)
    found = send(
        justice,
        fields(justice, AWAITING, loai="happened", so_van_ban="9/QĐ-BTP", ngay_van_ban="19/3/2024", ghi_chu="x"),
    )
    words = plain(justice.get(found.headers["location"]).text)
    assert "Đã xảy ra" in words
    assert "Số 9/QĐ-BTP, Thứ Ba, 19/3/2024" in words
    assert "Đơn vị báo sự kiện đã xảy ra" in plain(justice.get("/viec").text)
    last = office.case(AWAITING).answers[-1]
    assert (last.kind, last.document_number) == ("progress", "9/QĐ-BTP")


def test_what_stands_is_told_in_the_list_and_on_the_form(office: Office, justice: TestClient) -> None:
    office.submit(QUARTER, kind="extension", until=date(2024, 4, 12), note="x")
    office.submit(YEAR, kind="not_mine", note="x", whose="so-tai-chinh")
    words = plain(justice.get("/viec").text)
    assert "Đã xin gia hạn đến Thứ Sáu, 12/4/2024 lúc 09:00 ngày 20/3/2024; Sở Nội vụ đang xem xét." in words
    assert "Tạm dừng nhắc đến hết Thứ Sáu, 12/4/2024; hạn đang có không đổi" in words
    assert "Đã báo không phải việc mình (việc của Sở Tài chính)" in words
    assert "Chờ duyệt (1)" in words
    form = form_words(justice, QUARTER)
    assert "Gửi câu trả lời khác là rút đề nghị đó. Riêng “Đang thực hiện” không rút đề nghị gia hạn." in form


def test_what_was_taken_back_granted_or_refused_is_told(office: Office, justice: TestClient) -> None:
    office.submit(QUARTER, kind="not_applicable", note="x")
    office.submit(QUARTER, kind="progress", note="Nhầm.")
    assert "Đơn vị đã rút lại 09:00 ngày 20/3/2024." in plain(justice.get("/viec").text)
    office.submit(QUARTER, kind="extension", until=date(2024, 4, 12), note="x")
    extending.refuse(office.app, QUARTER, by="so-noi-vu", now=office.moment, reason="Không có căn cứ")
    assert "Sở Nội vụ không đồng ý đề nghị của đơn vị: Không có căn cứ." in plain(justice.get("/viec").text)
    office.submit(QUARTER, kind="extension", until=date(2024, 4, 12), note="có căn cứ")
    extending.grant(office.app, QUARTER, by="so-noi-vu", now=office.moment)
    words = plain(justice.get("/viec").text)
    assert "Đề nghị gia hạn đã được đồng ý; hạn ở trên là hạn mới." in words
    assert "Chậm nhất Thứ Sáu, 12/4/2024" in words


def test_accepted_as_not_applicable_it_is_done_with(office: Office, justice: TestClient) -> None:
    office.submit(QUARTER, kind="not_applicable", note="x")
    reviewing.accept(office.app, QUARTER, by="so-noi-vu", now=office.moment)
    assert offered(justice, QUARTER) == []
    assert "đã được miễn" in form_words(justice, QUARTER)


def test_another_agencys_work_is_not_asked_about(office: Office, justice: TestClient) -> None:
    form = {**fields(justice, QUARTER, loai="extension", ngay_xin="12/4/2024", ghi_chu="x"), "viec": [QUARTER, OTHERS]}
    assert send(justice, form).status_code == 404
    assert recorded(office) == 0
    assert refusals(office) == [(JUSTICE, "Việc không thuộc người gửi.")]


def test_the_same_request_sent_twice_leads_to_the_same_receipt(office: Office, justice: TestClient) -> None:
    for key, typed in (
        (QUARTER, {"loai": "extension", "ngay_xin": "12/4/2024"}),
        (YEAR, {"loai": "not_mine", "co_quan": "so-tai-chinh"}),
    ):
        form = fields(justice, key, ghi_chu="x", **typed)
        first, second = send(justice, form), send(justice, form)
        assert first.headers["location"] == second.headers["location"]
    assert recorded(office) == 2


HOSTILE = (
    "=HYPERLINK(\"http://x\")", "<img src=x onerror=alert(1)>", "{{ 7*7 }}", "\u202egpj.exe", "a\x00\x1b[31mb",
    "\ufeffx",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_reasons_and_names_are_shown_as_words(office: Office, justice: TestClient, text: str) -> None:
    form = fields(justice, QUARTER, loai="not_applicable", ghi_chu=text)
    found = justice.post(FORM, data=form, files=[("tep", (f"{text}.pdf", PDF))])
    assert found.status_code == 303
    for page in (justice.get(found.headers["location"]).text, justice.get("/viec").text):
        assert "<img" not in page
        assert not set(page) & set("\u202e\x00\x1b\ufeff")
    with office.app.sessions() as session:
        name, note = session.scalars(select(FileRow.name)).one(), session.scalars(select(AnswerRow.note)).one()
    assert not set(name + (note or "")) & set("\u202e\x00\x1b\ufeff")


def test_too_long_a_reason_is_refused_and_stays_typed(office: Office, justice: TestClient) -> None:
    found = send(justice, fields(justice, QUARTER, loai="not_mine", ghi_chu="ế" * 4_001))
    assert (found.status_code, "Nội dung dài quá 4.000 ký tự" in plain(found.text)) == (422, True)
    assert "ế" * 4_001 in found.text
    assert recorded(office) == 0


def test_a_district_names_no_commune_of_its_own_choice_as_whose(visit: Visit, office: Office) -> None:
    other: Any = visit("van-phong-ubnd-tinh/focal")
    assert "van-phong-ubnd-tinh" not in re.findall(
        r'<option value="([^"]*)"', other.get(FORM, params={"viec": OTHERS}).text
    )
