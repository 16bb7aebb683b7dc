"""Choose, answer, receipt over HTTP: what is recorded, what is refused, and that nothing typed is lost."""

from __future__ import annotations

import html
import re
from datetime import date
from typing import Any

import pytest
from office import AWAITING, JUSTICE, ONGOING, OTHERS, QUARTER, YEAR, Office
from page_help import Visit, fields, hidden
from sqlalchemy import func, select
from starlette.testclient import TestClient

from dondoc.console import guard
from dondoc.intake.files import MAX_FILE
from dondoc.store.models import AnswerRow, FileRow, JournalRow

PDF = b"%PDF-1.7\nminh chung\n%%EOF"
FORM = "/viec/tra-loi"


def send(client: TestClient, data: dict[str, object], *files: tuple[str, bytes]) -> Any:
    return client.post(FORM, data=data, files=[("tep", file) for file in files] or [("tep", ("", b""))])


def recorded(office: Office) -> int:
    with office.app.sessions() as session:
        return session.scalar(select(func.count()).select_from(AnswerRow)) or 0


def refusals(office: Office) -> list[tuple[str, str]]:
    with office.app.sessions() as session:
        rows = session.scalars(select(JournalRow).where(JournalRow.action == "refused").order_by(JournalRow.id))
        return [(row.who, row.why) for row in rows]


def plain(page: str) -> str:
    """The page's words, without tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_a_done_report_for_two_with_a_file_ends_at_a_receipt(office: Office, justice: TestClient) -> None:
    form = fields(
        justice, QUARTER, YEAR, loai="done", so_van_ban="52/BC-STP", ngay_van_ban="19.3.2024", ghi_chu="Đã ban hành."
    )
    found = send(justice, form, ("báo cáo.pdf", PDF))
    assert found.status_code == 303
    receipt = justice.get(found.headers["location"])
    words = plain(receipt.text)
    assert "Đã ghi nhận báo cáo Số 1 , lúc 09:00 ngày 20/3/2024" in words
    assert "Số 52/BC-STP, Thứ Ba, 19/3/2024" in words
    assert "báo cáo.pdf" in words
    assert words.count("Đã báo cáo, chờ duyệt") == 2
    for key in (QUARTER, YEAR):
        answer = office.case(key).answers[0]
        assert (answer.kind, answer.document_number, answer.document_date) == ("done", "52/BC-STP", date(2024, 3, 19))
        assert office.journal(key)[-1].who == JUSTICE
    with office.app.sessions() as session:
        assert len(set(session.scalars(select(FileRow.sha256)))) == 1
        assert len(session.scalars(select(FileRow.id)).all()) == 2


def test_the_attached_file_comes_back_byte_for_byte_as_a_download(justice: TestClient) -> None:
    send(justice, fields(justice, QUARTER, loai="done"), ("kết quả\u202e 1.pdf", PDF))
    work = justice.get("/viec").text
    address = re.search(r'href="(/tep/\d+)"', work)
    assert address is not None
    found = justice.get(address.group(1))
    assert found.content == PDF
    assert found.headers["content-type"] == "application/pdf"
    assert found.headers["x-content-type-options"] == "nosniff"
    assert found.headers["content-disposition"] == "attachment; filename*=utf-8''k%E1%BA%BFt%20qu%E1%BA%A3%201.pdf"
    assert found.headers["content-security-policy"].startswith("sandbox")


def test_a_promise_says_the_latest_day_that_is_possible(office: Office, justice: TestClient) -> None:
    found = send(justice, fields(justice, QUARTER, loai="ack", ngay_hen="16/4/2024"))
    assert found.status_code == 422
    assert "ngày hẹn muộn nhất là Thứ Hai, 15/4/2024" in plain(found.text)
    assert recorded(office) == 0
    assert send(justice, fields(justice, QUARTER, loai="ack", ngay_hen="15042024")).status_code == 303
    assert office.case(QUARTER).answers[0].until == date(2024, 4, 15)


def test_progress_needs_a_few_words(office: Office, justice: TestClient) -> None:
    found = send(justice, fields(justice, QUARTER, loai="progress", ghi_chu=" \n "))
    assert "Ghi vài dòng về tình hình thực hiện" in found.text
    assert send(justice, fields(justice, QUARTER, loai="progress", ghi_chu="Đang làm")).status_code == 303
    assert office.case(QUARTER).answers[0].note == "Đang làm"


def test_only_the_fields_of_the_chosen_kind_are_recorded(office: Office, justice: TestClient) -> None:
    form = fields(justice, QUARTER, loai="progress", ghi_chu="x", ngay_hen="rác", so_van_ban="9", ngay_van_ban="rác")
    assert send(justice, form).status_code == 303
    answer = office.case(QUARTER).answers[0]
    assert (answer.until, answer.document_number, answer.document_date) == (None, None, None)


def test_all_errors_come_at_once_linked_to_their_fields_and_what_was_typed_stays(
    office: Office, justice: TestClient
) -> None:
    form = fields(justice, QUARTER, loai="done", so_van_ban='12"/<b>BC', ngay_van_ban="31/02/2024", ghi_chu="Đã </x>")
    found = send(justice, form, ("tốt.pdf", PDF), ("virus.pdf", b"MZ" + bytes(99)))
    assert found.status_code == 422
    page = found.text
    assert "<title>Cần sửa:" in page
    summary = re.findall(r'<li><a href="#(\w+)">([^<]+)</a></li>', page)
    assert [(name, html.unescape(words)) for name, words in summary] == [
        ("ngay_van_ban", "Không đọc được ngày “31/02/2024”: ghi theo mẫu 29/3/2024."),
        ("tep", "Tệp “virus.pdf”: nội dung thật là một chương trình Windows. Mở tệp, lưu lại đúng định dạng rồi gửi."),
    ]
    for name, _ in summary:
        assert f'id="{name}"' in page
        assert f'id="{name}-loi"' in page
        assert re.search(rf'name="{name}"[^>]*aria-describedby="[^"]*{name}-loi"[^>]*aria-invalid="true"', page)
    assert refusals(office) == [(JUSTICE, "Không nhận tệp: nội dung thật là một chương trình Windows.")]
    assert 'value="12&#34;/&lt;b&gt;BC"' in page
    assert 'value="31/02/2024"' in page
    assert "Đã &lt;/x&gt;</textarea>" in page
    assert re.search(r'id="loai-done"[^>]* checked', page)
    assert recorded(office) == 0


def test_a_good_file_need_not_be_sent_again_after_an_error(office: Office, justice: TestClient) -> None:
    form = fields(justice, QUARTER, loai="done", so_van_ban="1/BC", ngay_van_ban="99/99/2024")
    page = send(justice, form, ("tốt.pdf", PDF)).text
    again = {**form, "ngay_van_ban": "19/3/2024", "da_nhan": html.unescape(hidden(page, "da_nhan"))}
    assert send(justice, again).status_code == 303
    with office.app.sessions() as session:
        assert session.scalars(select(FileRow.name)).all() == ["tốt.pdf"]


def test_a_claim_on_a_kept_file_is_worth_nothing_forged_or_in_another_session(
    office: Office, justice: TestClient, visit: Visit
) -> None:
    form = fields(justice, QUARTER, loai="done", ghi_chu="x", ngay_van_ban="99")
    claim = html.unescape(hidden(send(justice, form, ("mật.pdf", PDF)).text, "da_nhan"))
    other = visit("van-phong-ubnd-tinh/focal")
    assert send(other, fields(other, OTHERS, loai="done", ghi_chu="x", da_nhan=claim)).status_code == 303
    forged = [claim[:-1] + ("0" if claim[-1] != "0" else "1"), "e30=.x", ".", "x" * 9000, "đ.đ"]
    assert send(justice, fields(justice, QUARTER, loai="done", ghi_chu="x", da_nhan=forged)).status_code == 303
    with office.app.sessions() as session:
        assert session.scalars(select(FileRow.name)).all() == []


def test_the_same_form_sent_twice_leads_to_the_same_receipt(office: Office, justice: TestClient) -> None:
    for typed in ({"loai": "done", "ghi_chu": "xong"}, {"loai": "ack", "ngay_hen": "29/3/2024"}):
        key = {"done": YEAR, "ack": QUARTER}[typed["loai"]]
        form = fields(justice, key, **typed)
        first, second = send(justice, form), send(justice, form)
        assert (first.status_code, second.status_code) == (303, 303)
        assert first.headers["location"] == second.headers["location"]
    assert recorded(office) == 2


def test_going_back_and_sending_other_content_is_never_silently_dropped(office: Office, justice: TestClient) -> None:
    form = fields(justice, QUARTER, loai="progress", ghi_chu="lần một")
    send(justice, form)
    found = send(justice, {**form, "ghi_chu": "lần hai"})
    assert found.status_code == 409
    assert "đã được ghi nhận lúc 09:00 ngày 20/03/2024 (số 1)" in plain(found.text)
    assert "lần hai</textarea>" in found.text
    assert refusals(office) == [(JUSTICE, "Biểu mẫu số 1 được gửi lại với nội dung khác.")]
    fresh = {**form, "ghi_chu": "lần hai", "phieu": hidden(found.text, "phieu")}
    assert fresh["phieu"] != form["phieu"]
    assert send(justice, fresh).status_code == 303
    assert [answer.note for answer in office.case(QUARTER).answers] == ["lần một", "lần hai"]


@pytest.mark.parametrize("token", ["", "x", "ế", None])
def test_a_form_without_the_sessions_token_records_nothing(
    office: Office, justice: TestClient, token: str | None
) -> None:
    form = fields(justice, QUARTER, loai="done", ghi_chu="x")
    form["csrf"] = token if token is not None else hidden(justice.get(FORM, params={"viec": QUARTER}).text, "phieu")
    found = send(justice, form)
    assert found.status_code == 403
    assert "Chưa có gì được ghi nhận" in found.text
    assert recorded(office) == 0
    assert refusals(office) == [(JUSTICE, "Biểu mẫu không có mã của phiên làm việc.")]


def test_the_token_of_another_session_of_the_same_agency_is_refused(
    office: Office, justice: TestClient, visit: Visit
) -> None:
    form = fields(visit(JUSTICE), QUARTER, loai="done", ghi_chu="x")
    assert send(justice, form).status_code == 403
    assert recorded(office) == 0


def test_another_agencys_work_is_neither_shown_nor_answered(office: Office, justice: TestClient) -> None:
    shown = justice.get(FORM, params={"viec": [QUARTER, OTHERS]})
    assert shown.status_code == 404
    form = {**fields(justice, QUARTER, loai="done", ghi_chu="x"), "viec": [QUARTER, OTHERS]}
    sent = send(justice, form)
    assert (sent.status_code, "Không tìm thấy việc này" in sent.text) == (404, True)
    assert recorded(office) == 0
    assert refusals(office) == [(JUSTICE, "Việc không thuộc người gửi.")] * 2


@pytest.mark.parametrize(
    ("key", "words"),
    [(ONGOING, "là việc thường xuyên"), (AWAITING, "còn chờ sự kiện")],
)
def test_what_is_not_to_be_answered_says_why(office: Office, justice: TestClient, key: str, words: str) -> None:
    found = send(justice, fields(justice, key, QUARTER, loai="done", ghi_chu="x"))
    assert found.status_code == 422
    assert words in plain(found.text)
    assert recorded(office) == 0


def test_choosing_nothing_leads_back_with_a_word(justice: TestClient) -> None:
    found = justice.get(FORM)
    assert found.status_code == 303
    assert "Chưa chọn việc nào" in justice.get(found.headers["location"]).text
    assert send(justice, {**fields(justice, QUARTER, loai="done", ghi_chu="x"), "viec": []}).status_code == 422


@pytest.mark.parametrize("kind", ["", "accepted", "waive", "DONE", "happened"])
def test_an_answer_of_no_known_kind_is_refused(office: Office, justice: TestClient, kind: str) -> None:
    found = send(justice, fields(justice, QUARTER, loai=kind, ghi_chu="x"))
    assert (found.status_code, "Chọn một cách trả lời" in found.text) == (422, True)
    assert recorded(office) == 0


def test_a_file_above_20_mb_is_refused_by_name(office: Office, justice: TestClient) -> None:
    found = send(justice, fields(justice, QUARTER, loai="done", ghi_chu="x"), ("to.pdf", PDF + bytes(MAX_FILE)))
    assert found.status_code == 422
    assert "Tệp “to.pdf”: tệp lớn hơn 20 MB" in plain(found.text)
    assert recorded(office) == 0


def test_more_files_than_allowed_are_refused(office: Office, justice: TestClient) -> None:
    six = [(f"{n}.pdf", PDF + str(n).encode()) for n in range(6)]
    found = send(justice, fields(justice, QUARTER, loai="done", ghi_chu="x"), *six)
    assert (found.status_code, "tối đa 5 tệp" in plain(found.text)) == (422, True)
    assert recorded(office) == 0


def test_a_body_above_the_limit_is_refused_whether_declared_or_not(
    office: Office, justice: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "MAX_BODY", 100_000)
    form = fields(justice, QUARTER, loai="done", ghi_chu="x")
    declared = send(justice, form, ("to.pdf", PDF + bytes(100_000)))
    chunked = justice.post(
        FORM, content=(b"x" * 1000 for _ in range(200)), headers={"content-type": "multipart/form-data; boundary=x"}
    )
    assert (declared.status_code, chunked.status_code) == (413, 413)
    assert "Tệp gửi lên quá lớn" in declared.text
    assert refusals(office) == [(JUSTICE, "Dữ liệu gửi lên quá lớn.")] * 2
    assert recorded(office) == 0


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{}", "application/json", 403),
        (b"rac", "multipart/form-data; boundary=x", 400),
        (b"rac", "multipart/form-data", 400),
        (b"--x\r\n\r\nrac", "multipart/form-data; boundary=x", 403),
        (b"csrf=" + b"x" * 200_000, "application/x-www-form-urlencoded", 403),
        (b"&".join(b"viec=%d" % n for n in range(900)), "application/x-www-form-urlencoded", 403),
    ],
)
def test_a_body_that_no_browser_sends_is_refused_with_a_page(
    office: Office, justice: TestClient, content: bytes, kind: str, status: int
) -> None:
    found = justice.post(FORM, content=content, headers={"content-type": kind})
    assert found.status_code in (status, 400)
    assert "<h1>" in found.text
    assert recorded(office) == 0
    assert len(refusals(office)) == 1


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "{{ 7*7 }}", "{% raw %}", "&lt;b&gt;", "'\"><img src=x>"]
)
def test_hostile_words_are_shown_as_words(justice: TestClient, text: str) -> None:
    form = fields(justice, QUARTER, loai="done", so_van_ban=text, ngay_van_ban="19/3/2024", ghi_chu=text)
    receipt = justice.get(send(justice, form, (f"{text}.pdf", PDF)).headers["location"])
    for page in (receipt.text, justice.get("/viec").text):
        assert "<script" not in page
        assert "<img" not in page
        assert html.escape(text, quote=False).replace("'", "&#39;").replace('"', "&#34;") in page


def test_a_done_report_can_be_sent_again_from_the_page_until_it_is_reviewed(
    office: Office, justice: TestClient
) -> None:
    send(justice, fields(justice, QUARTER, loai="done", ghi_chu="thiếu"))
    send(justice, fields(justice, QUARTER, loai="done", ghi_chu="đủ"))
    words = plain(justice.get("/viec").text)
    assert "“thiếu”" in words
    assert "“đủ”" in words
    assert [answer.review for answer in office.case(QUARTER).answers] == [None, None]
