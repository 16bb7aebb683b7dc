"""The periodic report over HTTP: filled in, kept as a draft, refused where it is not one's own, sent once."""

from __future__ import annotations

import html
import re

import pytest
from office import AWAITING, JUSTICE, ONGOING, OTHERS, QUARTER, YEAR, Office
from page_help import Visit, hidden
from periodic_help import H1, OTHERS_Q1, Q1, at, report, text_of, typed_in
from sqlalchemy import event, func, select
from starlette.testclient import TestClient
from test_answer_form import plain, refusals

from dondoc.services.periodic_lines import key_of
from dondoc.store.models import AnswerRow, DraftRow, FileRow, ReportLineRow

PDF = b"%PDF-1.7\nbao cao\n%%EOF"
ANOTHER = "van-phong-ubnd-tinh/focal"


def rows(office: Office, table: type) -> int:
    with office.app.sessions() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_work_list_leads_to_the_reports_own_form(justice: TestClient) -> None:
    page = justice.get("/viec").text
    assert f'href="{at(Q1)}"' in page
    assert f'<input type="checkbox" name="viec" value="{Q1}">' not in page
    assert justice.get(at(Q1)).status_code == 200


def test_the_ordinary_form_takes_no_periodic_report(office: Office, justice: TestClient) -> None:
    found = justice.get("/viec/tra-loi", params={"viec": [QUARTER, Q1]})
    assert (found.status_code, found.headers["location"]) == (303, f"{at(Q1)}?rieng")
    page = justice.get("/viec/tra-loi", params={"viec": QUARTER}).text
    form = {"csrf": hidden(page, "csrf"), "phieu": "p", "viec": [QUARTER, Q1], "loai": "done", "ghi_chu": "x"}
    found = justice.post("/viec/tra-loi", data=form)
    assert found.status_code == 422
    assert "Báo cáo quý I năm 2024 có biểu mẫu riêng" in plain(found.text)
    assert rows(office, AnswerRow) == 0


def test_head_and_sections_say_what_is_asked(justice: TestClient) -> None:
    words = plain(justice.get(at(Q1)).text)
    assert "Từ 15/12/2023 đến hết 14/3/2024" in words
    assert "Chậm nhất Chủ Nhật, 17/3/2024 (ngày nghỉ, tính đến hết Thứ Hai, 18/3/2024)" in words
    for heading in ("Việc thường xuyên (1)", "Việc có thời hạn đang thực hiện (2)", "Việc chờ sự kiện (1)"):
        assert heading in words
    assert "so với báo cáo trước" not in words  # there is none


def test_a_report_with_a_file_ends_at_its_receipt(office: Office, justice: TestClient) -> None:
    form = report(justice, so_van_ban="9/BC-STP", ngay_van_ban="14/3/2024")
    found = justice.post(at(Q1), data=form, files=[("tep", ("báo cáo.pdf", PDF))])
    assert found.status_code == 303, plain(found.text)
    words = plain(justice.get(found.headers["location"]).text)
    assert "Đã ghi nhận báo cáo Số 1 , lúc 09:00 ngày 20/3/2024" in words
    assert "Số 9/BC-STP, Thứ Năm, 14/3/2024" in words
    assert "Kết quả 1" in words and "Chưa xảy ra." in words
    assert (rows(office, ReportLineRow), rows(office, FileRow)) == (4, 1)
    assert "Chờ duyệt (1)" in plain(justice.get("/viec").text)


def test_every_problem_stands_at_its_field_and_in_the_summary_and_nothing_is_lost(
    office: Office, justice: TestClient
) -> None:
    awaiting = key_of(AWAITING)
    form = report(justice, ngay_van_ban="31/2/2024", so_van_ban="9/<b>", ghi_chu=" chung ")
    form |= {
        text_of(ONGOING): " \n ",
        text_of(YEAR): "Đã </textarea> & 1\n\n  2",
        f"c-{awaiting}": "da",
        f"n-{awaiting}": "hôm qua",
    }
    found = justice.post(at(Q1), data=form, files=[("tep", ("tốt.pdf", PDF)), ("tep", ("virus.pdf", b"MZ" + bytes(9)))])
    assert found.status_code == 422
    page = found.text
    summary = re.findall(r'<li><a href="#([\w-]+)">', page.split('role="alert"')[1].split("</ul>")[0])
    assert summary == [text_of(ONGOING), f"s-{awaiting}", f"n-{awaiting}", "ngay_van_ban", "tep"]
    for name in summary:
        assert f'id="{name}"' in page
        assert f'id="{name}-loi"' in page
    assert typed_in(page, text_of(YEAR)) == "Đã </textarea> & 1\n\n  2"
    assert typed_in(page, "so_van_ban") == "9/<b>"
    assert typed_in(page, "ngay_van_ban") == "31/2/2024"
    assert typed_in(page, f"n-{awaiting}") == "hôm qua"
    assert "tốt.pdf" in page
    assert "Nội dung đã nhập được lưu nháp" in page
    assert rows(office, AnswerRow) == 0
    again = justice.get(at(Q1)).text  # the browser was closed
    assert typed_in(again, text_of(YEAR)) == "Đã </textarea> & 1\n\n  2"
    claim = html.unescape(hidden(again, "da_nhan"))
    mended = form | {"ngay_van_ban": "13/3/2024", text_of(ONGOING): "x", f"c-{awaiting}": "chua", "da_nhan": claim}
    assert justice.post(at(Q1), data=mended).status_code == 303
    assert rows(office, FileRow) == 1
    assert office.case(YEAR).answers[0].note == "Đã </textarea> & 1\n\n  2"


def test_a_draft_comes_back_and_can_be_dropped(office: Office, justice: TestClient) -> None:
    form = report(justice, luu="thuong-xuyen") | {text_of(ONGOING): "Mới viết", text_of(YEAR): ""}
    saved = justice.post(at(Q1), data=form)
    assert (saved.status_code, saved.headers["location"]) == (303, f"{at(Q1)}?da-luu=thuong-xuyen#thuong-xuyen")
    assert rows(office, AnswerRow) == 0
    page = justice.get(saved.headers["location"]).text
    assert "Đã lưu nháp lúc 09:00 ngày 20/3/2024" in plain(page)
    assert (typed_in(page, text_of(ONGOING)), typed_in(page, text_of(YEAR))) == ("Mới viết", "")
    assert f'name="c-{key_of(AWAITING)}" value="chua" checked' in page
    assert "Đang mở bản nháp" in justice.get(at(Q1)).text
    assert justice.post(at(Q1), data={"csrf": form["csrf"], "bo": "1"}).status_code == 303
    assert rows(office, DraftRow) == 0


def test_a_draft_is_nobody_elses(visit: Visit, justice: TestClient) -> None:
    justice.post(at(Q1), data=report(justice, luu="x") | {text_of(ONGOING): "của tôi"})
    assert "của tôi" not in visit("so-tu-phap/head").get(at(Q1)).text


def test_the_next_report_is_filled_in_and_marks_what_changed(office: Office, justice: TestClient) -> None:
    justice.post(at(Q1), data=report(justice))
    page = justice.get(at(H1)).text
    assert typed_in(page, text_of(YEAR)) == "Kết quả 3"
    assert "Như báo cáo trước" in page and "Đã đổi" not in page
    changed = justice.post(at(H1), data=report(justice, H1, luu="van-ban") | {text_of(YEAR): "Khác"})
    page = justice.get(changed.headers["location"]).text
    assert "Đã đổi so với báo cáo trước" in page
    assert "Báo cáo trước ghi: “Kết quả 3”" in plain(page)


def test_a_replayed_form_leads_to_its_receipt_and_changed_it_must_be_sent_anew(
    office: Office, justice: TestClient
) -> None:
    form = report(justice)
    first = justice.post(at(Q1), data=form)
    again = justice.post(at(Q1), data=form)
    assert (again.status_code, again.headers["location"]) == (303, first.headers["location"])
    other = justice.post(at(Q1), data=form | {text_of(YEAR): "Khác"})
    assert other.status_code == 409
    assert "đã được ghi nhận lúc 09:00 ngày 20/03/2024" in plain(other.text)
    assert typed_in(other.text, text_of(YEAR)) == "Khác"
    assert hidden(other.text, "phieu") != form["phieu"]
    assert rows(office, AnswerRow) == 5
    assert refusals(office)[-1] == (JUSTICE, "Biểu mẫu số 1 được gửi lại với nội dung khác.")


@pytest.mark.parametrize("key", [OTHERS_Q1, QUARTER, "x", "%00", "x" * 3_000])
def test_no_other_obligation_opens_here(key: str, office: Office, justice: TestClient) -> None:
    form = {"csrf": report(justice)["csrf"], "phieu": "p"}
    assert justice.get(at(key)).status_code == 404
    assert justice.post(at(key), data=form).status_code == 404
    assert refusals(office) == [(JUSTICE, "Báo cáo không thuộc người gửi.")] * 2


@pytest.mark.parametrize(
    "forged", [{"dong": [ONGOING, OTHERS]}, {f"t-{key_of(OTHERS)}": "x"}, {"t-<b>": "x"}, {"dong": [Q1]}]
)
@pytest.mark.parametrize("button", [{}, {"luu": "thuong-xuyen"}], ids=["send", "save"])
def test_forged_lines_are_refused_and_journaled(
    forged: dict[str, object], button: dict[str, str], office: Office, justice: TestClient
) -> None:
    found = justice.post(at(Q1), data=report(justice) | forged | button)
    assert found.status_code == 404
    assert refusals(office) == [(JUSTICE, "Dòng báo cáo không thuộc người gửi.")]
    assert (rows(office, AnswerRow), rows(office, DraftRow)) == (0, 0)


def test_without_the_sessions_token_nothing_is_taken(office: Office, justice: TestClient) -> None:
    assert justice.post(at(Q1), data=report(justice, csrf="x")).status_code == 403
    assert justice.post(at(Q1), data={"bo": "1"}).status_code == 403
    assert rows(office, AnswerRow) == 0


def test_what_was_typed_for_work_settled_meanwhile_is_told_once_and_not_lost(
    office: Office, justice: TestClient
) -> None:
    form = report(justice)
    office.submit(QUARTER, kind="done", note="xong")
    found = justice.post(at(Q1), data=form)
    assert found.status_code == 422
    assert "nội dung đã ghi: “Kết quả 2”" in plain(found.text)
    fresh = report(justice)
    del fresh[text_of(QUARTER)]
    fresh["dong"] = [ONGOING, YEAR, AWAITING]
    assert justice.post(at(Q1), data=fresh).status_code == 303
    assert [a.kind for a in office.case(QUARTER).answers] == ["done"]


def test_receipts_are_for_who_sent_them(visit: Visit, justice: TestClient) -> None:
    receipt = justice.post(at(Q1), data=report(justice)).headers["location"]
    assert visit(ANOTHER).get(receipt).status_code == 404
    assert visit().get(receipt).status_code == 403
    assert justice.get("/viec/bien-nhan-dinh-ky/%00").status_code == 404


def test_the_form_costs_a_constant_number_of_queries(office: Office, justice: TestClient) -> None:
    seen: list[str] = []
    event.listen(office.app.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))

    def asked() -> int:
        seen.clear()
        assert justice.get(at(H1)).status_code == 200
        return len(seen)

    justice.post(at(Q1), data=report(justice))
    before = asked()
    for number in range(5):
        office.submit(QUARTER, YEAR, kind="progress", note=f"lần {number}")
    assert asked() == before
