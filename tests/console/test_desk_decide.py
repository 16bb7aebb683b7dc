"""Deciding on one answer or one obligation: told first, done once, taken back, refused to whom it does not belong."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from desk_help import confirmed, decided, form, previewed, told
from office import AWAITING, JUSTICE, ONGOING, OTHERS, OWN, QUARTER, YEAR, Office
from periodic_help import H1, Q1, send_report
from seat_help import Seat, csrf_of
from sqlalchemy import select

from dondoc.domain.cases import Rules, standing
from dondoc.services.books import book
from dondoc.store.models import NoticeRow, ReportLineRow


def answered(office: Office, key: str = QUARTER, **reply: Any) -> str:
    """An answer that waits; the address of its page."""
    reply = {"kind": "done", "note": "xong", "by": JUSTICE} | reply
    return f"/theo-doi/duyet/{office.submit(key, **reply).number}"


def work(office: Office, key: str = QUARTER) -> str:
    return standing(office.case(key), office.moment, rules(office)).work


def rules(office: Office) -> Rules:
    with office.app.sessions() as session:
        return book(office.app, session, "hung-yen-2024").rules


def moves(office: Office, key: str = QUARTER) -> list[tuple[str, str]]:
    return [(entry.who, entry.action) for entry in office.journal(key)]


def test_the_page_tells_the_whole_answer(office: Office, seat: Seat) -> None:
    page = answered(
        office, document_number="125/BC-STP", document_date=date(2024, 3, 19), note="Đã ban hành <b>đủ</b>."
    )
    said = seat("supervisor").get(page)
    assert said.status_code == 200
    assert "&lt;b&gt;đủ&lt;/b&gt;" in said.text
    for words in ("Sở Tư pháp", "125/BC-STP", "Thứ Ba, 19/3/2024", "Xem trước: chấp nhận", "Xem trước: trả lại"):
        assert words in told(said.text)


def test_accepting_is_told_first_and_done_once(office: Office, seat: Seat) -> None:
    client, page = seat("supervisor"), answered(office)
    preview = previewed(client, page, "chap-nhan")
    assert (preview.status_code, work(office)) == (200, "reported")
    assert "Chưa có gì được ghi nhận" in preview.text
    done = confirmed(client, preview)
    assert (done.status_code, work(office)) == (303, "done")
    assert "Đã ghi nhận" in client.get(done.headers["location"]).text
    before = moves(office)
    again = confirmed(client, preview)
    assert (again.status_code, again.headers["location"]) == (303, done.headers["location"])
    assert moves(office) == before


def test_accepting_by_the_documents_date_tells_what_both_days_mean(office: Office, seat: Seat) -> None:
    office.set(date(2024, 4, 3))
    page = answered(office, document_number="9/BC", document_date=date(2024, 3, 29))
    client = seat("supervisor")
    said = told(client.get(page).text)
    assert "Ngày gửi báo cáo, Thứ Tư, 03/4/2024: tính là quá hạn" in said
    assert "Ngày văn bản, Thứ Sáu, 29/3/2024: tính là đúng hạn" in said
    after = decided(client, page, "chap-nhan", tinh_theo="van-ban")
    assert "Hoàn thành đúng hạn" in after.text


def test_returning_needs_a_reason_and_proposes_the_regimes_day(office: Office, seat: Seat) -> None:
    client, page = seat("supervisor"), answered(office)
    assert 'value="25/3/2024"' in client.get(page).text  # three working days from Wednesday 20/3
    without = previewed(client, page, "tra-lai")
    assert (without.status_code, work(office)) == (422, "reported")
    assert "Ghi lý do" in without.text
    unreadable = previewed(client, page, "tra-lai", **{"ly_do_tra-lai": "thiếu", "ngay_tra-lai": "mai"})
    assert unreadable.status_code == 422 and "Không đọc được ngày “mai”" in unreadable.text
    assert "thiếu" in unreadable.text
    decided(client, page, "tra-lai", **{"ly_do_tra-lai": "Thiếu phụ lục", "ngay_tra-lai": "27/3/2024"})
    review = office.case(QUARTER).answers[-1].review
    assert review is not None
    assert (review.outcome, review.reason, review.correct_by) == ("returned", "Thiếu phụ lục", date(2024, 3, 27))


def test_a_decision_is_taken_back_and_can_be_made_again(office: Office, seat: Seat) -> None:
    client, page = seat("supervisor"), answered(office)
    decided(client, page, "chap-nhan")
    back = decided(client, page, "hoan-tac", **{"ly_do_hoan-tac": "nhầm dòng"})
    assert work(office) == "reported"
    assert "hoàn tác quyết định chấp nhận" in told(back.text)
    decided(client, page, "chap-nhan")
    assert work(office) == "done"


def test_an_extension_is_granted_within_its_limits_or_refused(office: Office, seat: Seat) -> None:
    page = answered(office, kind="extension", until=date(2024, 4, 19), note="chờ ý kiến bộ")
    client = seat("supervisor")
    said = told(client.get(page).text)
    assert "muộn nhất Thứ Năm, 30/5/2024" in said and "Đã gia hạn 0 lần, tối đa 2 lần" in said
    assert 'value="19/4/2024"' in client.get(page).text
    too_far = previewed(client, page, "gia-han", **{"ngay_gia-han": "30/6/2024"})
    assert too_far.status_code == 409 and "muộn nhất là" in too_far.text
    assert ("so-noi-vu/supervisor", "refused") in moves(office)
    decided(client, page, "gia-han", **{"ngay_gia-han": "19/4/2024"})
    assert office.case(QUARTER).obligation.due_on == date(2024, 4, 19)
    decided(client, page, "hoan-tac", **{"ly_do_hoan-tac": "nhầm"})
    decided(client, page, "tu-choi", **{"ly_do_tu-choi": "không đủ lý do"})
    assert office.case(QUARTER).obligation.due_on == date(2024, 3, 31)


def test_not_mine_is_passed_on_to_the_agency_that_was_named(office: Office, seat: Seat) -> None:
    page = answered(office, kind="not_mine", whose="so-tai-chinh", note="thuộc Sở Tài chính")
    client = seat("supervisor")
    assert '<option value="so-tai-chinh" selected>' in client.get(page).text
    missing = previewed(client, page, "chuyen", don_vi="", **{"ly_do_chuyen": "đúng"})
    assert missing.status_code == 422 and "Chọn đơn vị nhận việc" in missing.text
    decided(client, page, "chuyen", don_vi="so-tai-chinh", **{"ly_do_chuyen": "đúng chức năng"})
    assert work(office) == "waived"
    assert office.case(QUARTER.replace("so-tu-phap", "so-tai-chinh")).obligation.agency == "so-tai-chinh"


def test_nothing_is_done_when_the_agency_has_sent_again(office: Office, seat: Seat) -> None:
    client, page = seat("supervisor"), answered(office)
    preview = previewed(client, page, "chap-nhan")
    newer = answered(office, note="bản đủ")
    late = confirmed(client, preview)
    assert (late.status_code, work(office)) == (409, "reported")
    assert "đã thay đổi" in late.text
    assert newer in client.get(page).text
    assert "Xem trước: chấp nhận" not in client.get(page).text


def test_nothing_is_done_when_another_reviewer_was_quicker(office: Office, seat: Seat) -> None:
    one, other, page = seat("supervisor"), seat("reviewer", agency="so-noi-vu"), answered(office)
    preview = previewed(one, page, "chap-nhan")
    decided(other, page, "tra-lai", **{"ly_do_tra-lai": "thiếu"})
    before = moves(office)
    late = confirmed(one, preview)
    assert late.status_code == 409 and "trả lại" in late.text
    assert moves(office) == [*before, ("so-noi-vu/supervisor", "refused")]


@pytest.mark.parametrize("key", [OWN, QUARTER])
def test_only_its_reviewer_decides(office: Office, seat: Seat, key: str) -> None:
    """Sở Nội vụ's own work is the office's to judge, everybody else's is Sở Nội vụ's; who may not sees no form."""
    page = answered(office, key, by=f"{key.rpartition('/')[2]}/focal")
    right, wrong = ("reviewer", "supervisor") if key == OWN else ("supervisor", "reviewer")
    fields = form(seat(right).get(page).text, quyet_dinh="chap-nhan")[1]
    client = seat(wrong)
    assert "Xem trước" not in client.get(page).text and "quyết định" in client.get(page).text
    for step in ({}, {"buoc": "xac-nhan"}):
        found = client.post(page, data={**fields, **step, "csrf": csrf_of(client)})
        assert (found.status_code, work(office, key)) == (409, "reported")
    assert moves(office, key)[-1][1] == "refused"
    assert "Xem trước" not in seat("read").get(page).text


GUESSED = ("duyet/999", "duyet/99999999999999999999", "viec/x", "viec/hung-yen-2024/I.2.5/-/1/so-khac", "viec/%00")


@pytest.mark.parametrize("address", [f"/theo-doi/{path}" for path in GUESSED])
def test_a_guessed_address_is_not_found(office: Office, seat: Seat, address: str) -> None:
    assert seat("supervisor").get(address).status_code == 404


def test_a_decision_that_does_not_exist_is_refused(office: Office, seat: Seat) -> None:
    client, page = seat("supervisor"), answered(office)
    where, fields = form(client.get(page).text, quyet_dinh="chap-nhan")
    assert client.post(where, data={**fields, "quyet_dinh": "xoa"}).status_code == 400
    assert work(office) == "reported"


def test_work_is_waived_and_the_waiver_lifted_without_an_answer(office: Office, seat: Seat) -> None:
    client, page = seat("supervisor"), f"/theo-doi/viec/{YEAR}"
    decided(client, page, "mien", ly_do_mien="Không còn căn cứ")
    assert work(office, YEAR) == "waived"
    assert "Bỏ quyết định miễn" in client.get(page).text
    decided(client, page, "bo-mien", **{"ly_do_bo-mien": "Có căn cứ mới"})
    assert work(office, YEAR) != "waived"


def test_time_that_nobody_asked_for_needs_day_and_reason(office: Office, seat: Seat) -> None:
    client, page = seat("supervisor"), f"/theo-doi/viec/{QUARTER}"
    bare = previewed(client, page, "gia-han")
    assert bare.status_code == 422
    assert "Ghi ngày gia hạn đến" in bare.text and "Ghi lý do" in bare.text
    decided(client, page, "gia-han", **{"ly_do_gia-han": "Bộ chậm hướng dẫn", "ngay_gia-han": "26/4/2024"})
    assert office.case(QUARTER).obligation.due_on == date(2024, 4, 26)


def test_an_awaiting_task_is_passed_on_and_given_back(office: Office, seat: Seat) -> None:
    client, page = seat("supervisor"), f"/theo-doi/viec/{AWAITING}"
    decided(client, page, "chuyen", don_vi="so-tai-chinh", ly_do_chuyen="đúng chức năng")
    assert work(office, AWAITING) == "waived"
    decided(client, page, "hoan-tac", **{"ly_do_hoan-tac": "nhầm"})
    assert work(office, AWAITING) == "awaiting"


def test_a_reminder_now_is_told_first_and_queued_once(office: Office, seat: Seat) -> None:
    client, page = seat("supervisor"), f"/theo-doi/viec/{QUARTER}"
    bare = previewed(client, page, "nhac")
    assert bare.status_code == 422 and "Ghi lý do" in bare.text
    preview = previewed(client, page, "nhac", ly_do_nhac="Họp giao ban <thứ Sáu>")
    assert queued(office) == 0 and "&lt;thứ Sáu&gt;" in preview.text
    assert "Đã ghi lời nhắc" in confirmed(client, preview).text
    assert queued(office) == 1
    again = confirmed(client, preview)
    assert again.status_code == 409 and "Hôm nay đã nhắc" in again.text
    assert queued(office) == 1


def test_reminding_now_is_the_supervisors(office: Office, seat: Seat) -> None:
    client = seat("reviewer", agency="so-noi-vu")
    page = f"/theo-doi/viec/{QUARTER}"
    assert "Nhắc ngay" not in client.get(page).text
    data = {"quyet_dinh": "nhac", "ly_do_nhac": "x", "buoc": "xac-nhan", "csrf": csrf_of(client)}
    assert client.post(page, data=data).status_code == 403
    assert queued(office) == 0 and moves(office)[-1][1] == "refused"


def test_another_plans_work_is_the_other_reviewers(office: Office, seat: Seat) -> None:
    """Reviewer of one agency, none of whose work this is: every decision without an answer is refused and journaled."""
    client, page = seat("reviewer"), f"/theo-doi/viec/{OTHERS}"
    assert "Xem trước" not in client.get(page).text
    mark = form(seat("supervisor").get(page).text, quyet_dinh="mien")[1]["dau"]
    data = {"quyet_dinh": "mien", "ly_do_mien": "x", "buoc": "xac-nhan", "dau": mark, "csrf": csrf_of(client)}
    assert client.post(page, data=data).status_code == 409
    assert work(office, OTHERS) != "waived" and moves(office, OTHERS)[-1][1] == "refused"


def queued(office: Office) -> int:
    with office.app.sessions() as session:
        rows = session.scalars(select(NoticeRow).where(NoticeRow.obligation_id == QUARTER, NoticeRow.rule == "pressed"))
        return len(rows.all())


def test_a_periodic_report_is_shown_line_by_line_with_what_changed(office: Office, seat: Seat) -> None:
    send_report(office, "quy-1")
    first = office.case(Q1).answers[-1].id
    client = seat("supervisor")
    page = told(client.get(f"/theo-doi/duyet/{first}").text)
    assert "Từng dòng của báo cáo (4)" in page and "Kết quả" in page and "Chưa" in page
    assert "báo cáo trước" not in page  # there is none
    office.set(date(2024, 6, 12))
    send_report(office, "6-thang", H1)
    with office.app.sessions.begin() as session:
        number = int(office.case(H1).answers[-1].id)
        line = session.scalars(
            select(ReportLineRow).where(ReportLineRow.answer_id == number, ReportLineRow.line == ONGOING)
        ).one()
        line.text = "Đã khác trước"
    page = told(seat("supervisor").get(f"/theo-doi/duyet/{number}").text)
    assert page.count("Đã đổi so với báo cáo trước") == 1 and "Đã khác trước Kỳ trước: Kết quả" in page
