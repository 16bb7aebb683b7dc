"""/viec/lich-su: all that was answered, newest first, with decisions, files and the message that asked."""

from __future__ import annotations

import io
from datetime import date, time

import pytest
from office import JUSTICE, OTHERS, PLAN_ID, QUARTER, YEAR, Office
from page_help import Visit
from periodic_help import Q1, at, report
from sqlalchemy import event
from starlette.testclient import TestClient
from test_answer_form import plain

from dondoc.intake.files import Checked, check_file, keep
from dondoc.services import answer_history, reviewing
from dondoc.store.models import MessageRow, NoticeRow

PAGE = "/viec/lich-su"
PDF = b"%PDF-1.7\nminh chung\n%%EOF"


def kept(office: Office) -> Checked:
    stream = io.BytesIO(PDF)
    checked = check_file("kết quả.pdf", stream)
    assert isinstance(checked, Checked)
    keep(office.app.settings.home, checked, stream)
    return checked


def message(office: Office, recipient: str = JUSTICE, subject: str = "Nhắc việc quý I") -> None:
    """A message that left yesterday with a line about the quarter's work."""
    sent = office.moment.replace(day=19)
    with office.app.sessions.begin() as session:
        row = MessageRow(
            recipient=recipient, day=sent.date(), klass="digest", plan_id=PLAN_ID, agency="so-tu-phap", channel="email",
            address="a@b.example", address_name="", header_id=recipient, subject=subject, body_text="", body_html="",
            body_zalo="", status="sent", reason="", created_at=sent, sent_at=sent,
        )  # fmt: skip
        session.add(row)
        session.flush()
        session.add(
            NoticeRow(
                obligation_id=QUARTER, rule="before_7", firing="2024-03-31", recipient=recipient, kind="reminder",
                audience="lead", held=False, on=sent.date(), created_at=sent, status="composed", reason="",
                message_id=row.id,
            )
        )  # fmt: skip


def test_an_empty_history_says_where_to_begin(justice: TestClient) -> None:
    assert "Chưa gửi câu trả lời nào" in plain(justice.get(PAGE).text)
    assert f'href="{PAGE}"' in justice.get("/viec").text


def test_each_answer_with_its_decision_files_and_the_message_that_asked(office: Office, visit: Visit) -> None:
    message(office)
    message(office, "so-noi-vu/focal", "Của người khác")
    office.submit(YEAR, kind="progress", note="Đang <làm>", by=JUSTICE)
    office.set(date(2024, 3, 21))
    office.submit(
        QUARTER, kind="done", document_number="5/BC", document_date=date(2024, 3, 20), files=(kept(office),),
        by=JUSTICE, submission="phiếu 1",
    )  # fmt: skip
    office.set(date(2024, 3, 22), time(10))
    reviewing.return_(office.app, QUARTER, by="so-noi-vu", now=office.moment, reason="Thiếu phụ lục")
    page = visit(JUSTICE).get(PAGE).text
    words = plain(page)
    assert words.index("Đã hoàn thành , 09:00 ngày 21/3/2024") < words.index("Đang thực hiện , 09:00 ngày 20/3/2024")
    assert "Được trả lại 10:00 ngày 22/3/2024. Lý do: “Thiếu phụ lục”." in words
    assert "Số 5/BC, Thứ Tư, 20/3/2024" in words
    assert "Nhắc việc quý I (19/3/2024)" in words
    assert "Của người khác" not in words
    assert "Đang &lt;làm&gt;" in page
    assert 'href="/viec/bien-nhan/phi%E1%BA%BFu%201"' in page
    assert "kết quả.pdf" in page


def test_it_is_found_by_number_and_words_without_accents_and_by_kind(office: Office, justice: TestClient) -> None:
    office.submit(QUARTER, kind="progress", note="một", by=JUSTICE)
    office.submit(YEAR, kind="ack", until=date(2024, 4, 1), by=JUSTICE)
    justice.post(at(Q1), data=report(justice))

    def count(**query: str) -> int:
        return justice.get(PAGE, params=query).text.count("Xem biên nhận")

    assert count() == 7
    assert count(tim="I.2.5") == 2
    assert count(tim="xay dung") >= 1
    assert count(tim="BAO CAO QUY") == 1
    assert count(loai="ack") == 1
    assert count(loai="ack", tim="I.2.5") == 0
    assert count(loai="khong-co") == 7
    assert count(tim="%") == count(tim="'; DROP TABLE") == 0


def test_thirty_a_page(office: Office, justice: TestClient) -> None:
    for number in range(31):
        office.submit(QUARTER, kind="progress", note=f"lần {number}", by=JUSTICE)
    first = justice.get(PAGE).text
    assert first.count("Xem biên nhận") == 30
    assert "trang 1 / 2" in plain(first)
    assert f'href="{PAGE}?trang=2"' in first
    last = justice.get(PAGE, params={"trang": "2"}).text
    assert (last.count("Xem biên nhận"), "lần 0" in last) == (1, True)


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30, "99", "²", ""])
def test_a_page_that_is_none_gives_one_that_is(page: str, office: Office, justice: TestClient) -> None:
    office.submit(QUARTER, kind="progress", note="một", by=JUSTICE)
    assert justice.get(PAGE, params={"trang": page}).text.count("Xem biên nhận") == 1


@pytest.mark.parametrize(
    "query", [{"tim": "\0"}, {"tim": "x" * 9_000}, {"tim": "\ud800".encode("utf-8", "surrogatepass")}]
)
def test_hostile_searches_find_nothing(query: dict[str, str], justice: TestClient) -> None:
    assert justice.get(PAGE, params=query).status_code == 200


def test_nobody_sees_anothers_answers(office: Office, visit: Visit) -> None:
    office.submit(OTHERS, kind="progress", note="riêng", by="van-phong-ubnd-tinh/focal")
    assert "riêng" not in visit(JUSTICE).get(PAGE).text
    assert visit().get(PAGE).status_code == 403


def test_it_costs_a_constant_number_of_queries(office: Office, justice: TestClient) -> None:
    seen: list[str] = []
    event.listen(office.app.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))

    def queries() -> int:
        seen.clear()
        assert justice.get(PAGE, params={"tim": "a"}).status_code == 200
        return len(seen)

    office.submit(QUARTER, kind="progress", note="một", by=JUSTICE)
    before = queries()
    for number in range(10):
        office.submit(QUARTER, YEAR, kind="progress", note=f"{number}", by=JUSTICE)
    assert queries() == before
    assert answer_history.PAGE == 30
