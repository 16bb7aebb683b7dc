"""An agency's answer: what the rules allow, written once and whole, with its journal."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from office import AWAITING, JUSTICE, ONGOING, OTHERS, PLAN_ID, QUARTER, YEAR, Office, open_office, small
from sqlalchemy import event, func, select

from dondoc.domain.cases import standing
from dondoc.domain.decide import Notice
from dondoc.intake.files import Checked
from dondoc.services import answering, owed, reviewing
from dondoc.services.answering import AlreadyUsed, NotYours
from dondoc.services.books import book
from dondoc.services.replies import NotAllowed, Reply
from dondoc.store import notices
from dondoc.store.models import AnswerRow, FileRow, NoticeRow

MARCH_20 = date(2024, 3, 20)
JUSTICE_ONLY = frozenset({(PLAN_ID, "so-tu-phap")})
PDF = Checked("bc.pdf", "application/pdf", 10, "a" * 64)


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    with open_office(database_url, tmp_path / "home", small(), date(2024, 1, 2)) as opened:
        opened.set(MARCH_20)
        yield opened


def state(office: Office, obligation_id: str) -> tuple[str, str]:
    with office.app.sessions() as session:
        rules = book(office.app, session, PLAN_ID).rules
    where = standing(office.case(obligation_id), office.moment, rules)
    return where.work, where.time


def refused(office: Office, *ids: str, **reply: Any) -> list[tuple[str, str]]:
    """(field, message) of every objection; and nothing was written."""
    before = answers(office)
    with pytest.raises(NotAllowed) as error:
        office.submit(*ids, **reply)
    assert answers(office) == before
    return [(objection.field, objection.message) for objection in error.value.objections]


def answers(office: Office) -> int:
    with office.app.sessions() as session:
        return session.scalar(select(func.count()).select_from(AnswerRow)) or 0


def test_a_done_report_is_recorded_with_document_file_and_journal(office: Office) -> None:
    receipt = office.submit(
        QUARTER, kind="done", document_number=" 52/BC-STP\u202e ", document_date=date(2024, 3, 19), note="Đã ban hành.",
        files=(PDF,), by=JUSTICE,
    )  # fmt: skip
    answer = office.case(QUARTER).answers[0]
    assert (answer.kind, answer.at, answer.document_number) == ("done", office.moment, "52/BC-STP")
    assert (answer.document_date, answer.note, answer.id) == (date(2024, 3, 19), "Đã ban hành.", str(receipt.number))
    assert state(office, QUARTER) == ("reported", "due_soon")
    entry = office.journal(QUARTER)[-1]
    assert (entry.who, entry.action, entry.new) == (JUSTICE, "answered", "done")
    assert entry.why == "Báo cáo hoàn thành. Văn bản số 52/BC-STP ngày 19/03/2024. 1 tệp."
    with office.app.sessions() as session:
        file = session.scalars(select(FileRow)).one()
    assert (file.answer_id, file.name, file.sha256) == (receipt.number, "bc.pdf", "a" * 64)


def test_one_answer_for_many_is_all_or_nothing(office: Office) -> None:
    receipt = office.submit(QUARTER, YEAR, kind="progress", note="Đang lấy ý kiến.")
    assert receipt.obligation_ids == (QUARTER, YEAR)
    assert [office.case(key).answers[-1].note for key in (QUARTER, YEAR)] == ["Đang lấy ý kiến."] * 2
    found = refused(office, QUARTER, ONGOING, YEAR, kind="progress", note="x")
    assert found == [
        ("obligations", "Việc “2.2 (Thường xuyên)” là việc thường xuyên: tình hình được báo cáo trong báo cáo định kỳ.")
    ]


def test_an_answer_makes_the_next_sweep_look_today(office: Office) -> None:
    assert office.next_on(QUARTER) != MARCH_20
    office.submit(QUARTER, kind="progress", note="x")
    assert office.next_on(QUARTER) == MARCH_20


def test_a_done_report_drops_what_is_queued_and_leaves_the_rest(office: Office) -> None:
    rows = [
        (Notice(key, "remind_7", "1", "reminder", "lead", False, "Còn 7 ngày làm việc."), JUSTICE)
        for key in (QUARTER, YEAR)
    ]
    with office.app.sessions.begin() as session:
        notices.queue(session, rows, office.moment)
    office.submit(QUARTER, kind="done", note="xong")
    with office.app.sessions() as session:
        found = session.execute(
            select(NoticeRow.obligation_id, NoticeRow.status, NoticeRow.reason).where(NoticeRow.rule == "remind_7")
        ).all()
    assert sorted(tuple(row) for row in found) == [
        (QUARTER, "dropped", "Còn 7 ngày làm việc. Không gửi: Đơn vị đã báo cáo hoàn thành."),
        (YEAR, "queued", "Còn 7 ngày làm việc."),
    ]


def test_a_promise_pauses_the_ladder_and_may_reach_ten_working_days_past_due(office: Office) -> None:
    assert refused(office, QUARTER, kind="ack", until=date(2024, 4, 16)) == [
        ("until", "Việc “2.5 (Quý I/2024)”: ngày hẹn muộn nhất là Thứ Hai, 15/4/2024.")
    ]
    office.submit(QUARTER, kind="ack", until=date(2024, 4, 15))
    with office.app.sessions() as session:
        rules = book(office.app, session, PLAN_ID).rules
    office.set(date(2024, 4, 15))
    pause = standing(office.case(QUARTER), office.moment, rules).pause
    assert pause is not None
    assert pause.end == date(2024, 4, 15)
    office.set(date(2024, 4, 16))
    assert standing(office.case(QUARTER), office.moment, rules).pause is None
    assert state(office, QUARTER) == ("open", "overdue")


def test_a_promise_is_made_once(office: Office) -> None:
    office.submit(QUARTER, kind="ack", until=date(2024, 3, 25))
    field, message = refused(office, QUARTER, kind="ack", until=date(2024, 3, 29))[0]
    assert field == "kind"
    assert "đã hẹn đến Thứ Hai, 25/3/2024; mỗi việc chỉ hẹn một lần" in message


@pytest.mark.parametrize(
    ("today", "until", "words"),
    [
        (MARCH_20, date(2024, 3, 19), "Ngày hẹn Thứ Ba, 19/3/2024 đã qua"),
        (date(2024, 4, 16), date(2024, 4, 17), "không còn hẹn ngày được: ngày hẹn muộn nhất là Thứ Hai, 15/4/2024"),
    ],
)
def test_a_promise_in_the_past_or_too_late_is_refused(office: Office, today: date, until: date, words: str) -> None:
    office.set(today)
    assert words in refused(office, QUARTER, kind="ack", until=until)[0][1]


def test_the_last_day_of_a_promise_can_still_be_promised_on_that_day(office: Office) -> None:
    office.set(date(2024, 4, 15))
    office.submit(QUARTER, kind="ack", until=date(2024, 4, 15))
    assert office.case(QUARTER).answers[0].until == date(2024, 4, 15)


@pytest.mark.parametrize(
    ("number", "day", "field", "words"),
    [
        ("1/BC", date(2024, 3, 21), "document_date", "Thứ Năm, 21/3/2024 sau hôm nay"),
        ("1/BC", date(2014, 3, 1), "document_date", "kiểm tra lại năm"),
        ("1/BC", None, "document_date", "ghi cả ngày văn bản"),
        (None, MARCH_20, "document_number", "ghi cả số"),
    ],
)
def test_a_document_has_a_number_and_a_day_not_in_the_future(
    office: Office, number: str | None, day: date | None, field: str, words: str
) -> None:
    found = refused(office, QUARTER, kind="done", document_number=number, document_date=day)
    assert [name for name, _ in found] == [field]
    assert words in found[0][1]


def test_every_objection_comes_at_once(office: Office) -> None:
    found = refused(office, ONGOING, AWAITING, kind="done", document_number="1/BC", document_date=date(2025, 1, 1))
    assert [field for field, _ in found] == ["document_date", "obligations", "obligations"]


def test_a_form_sent_twice_is_recorded_once(office: Office) -> None:
    first = office.submit(QUARTER, YEAR, kind="progress", note="x", submission="p1")
    office.set(date(2024, 3, 21))
    again = office.submit(QUARTER, YEAR, kind="progress", note="x", submission="p1")
    assert (again.number, again.at, again.repeated) == (first.number, first.at, True)
    assert answers(office) == 2


@pytest.mark.parametrize("ids", [(QUARTER,), (YEAR,), (QUARTER, YEAR)])
def test_a_form_key_used_for_other_content_is_refused_and_what_was_recorded_stands(
    office: Office, ids: tuple[str, ...]
) -> None:
    office.submit(QUARTER, kind="progress", note="x", submission="p1")
    with pytest.raises(AlreadyUsed, match="đã được ghi nhận lúc 09:00 ngày 20/03/2024"):
        office.submit(*ids, kind="progress", note="khác" if ids == (QUARTER,) else "x", submission="p1")
    assert answers(office) == 1


def test_a_form_sent_twice_at_the_same_moment_is_recorded_once(office: Office) -> None:
    def send(_: int) -> int:
        reply = Reply("done", note="xong")
        return answering.submit(
            office.app, obligation_ids=[QUARTER, YEAR], reply=reply, by=JUSTICE, submission="p1", now=office.moment
        ).number

    with ThreadPoolExecutor(6) as pool:
        numbers = set(pool.map(send, range(6)))
    assert len(numbers) == 1
    assert answers(office) == 2


def test_a_done_report_sent_again_adds_to_the_one_that_waits_and_makes_nobody_late(office: Office) -> None:
    office.set(date(2024, 3, 29))
    office.submit(QUARTER, kind="done", note="thiếu tệp")
    office.set(date(2024, 4, 3))  # past the due day, because the review is slow
    second = office.submit(QUARTER, kind="done", note="đủ")
    first, last = office.case(QUARTER).answers
    assert (first.review, last.review, last.id) == (None, None, str(second.number))
    assert [found.answer_id for found in office.waiting()] == [second.number]
    office.set(date(2024, 4, 5))
    decided = reviewing.accept(office.app, QUARTER, by="so-noi-vu", now=office.moment)
    assert (decided.late, decided.submitted_on) == (False, date(2024, 3, 29))
    assert office.waiting() == ()


def test_a_return_holds_for_everything_sent_before_it(office: Office) -> None:
    office.submit(QUARTER, kind="done", note="thiếu tệp")
    office.submit(QUARTER, kind="done", note="đủ")
    office.set(date(2024, 3, 22))
    reviewing.return_(office.app, QUARTER, by="so-noi-vu", now=office.moment, reason="Chưa ký.")
    assert state(office, QUARTER)[0] == "returned"
    assert office.waiting() == ()


def test_other_answers_wait_while_a_done_report_is_under_review(office: Office) -> None:
    office.submit(QUARTER, kind="done", note="xong")
    for reply in ({"kind": "progress", "note": "x"}, {"kind": "ack", "until": date(2024, 3, 25)}):
        assert "đang chờ duyệt" in refused(office, QUARTER, **reply)[0][1]


def test_accepted_work_takes_no_more_answers(office: Office) -> None:
    office.submit(QUARTER, kind="done", note="xong")
    reviewing.accept(office.app, QUARTER, by="so-noi-vu", now=office.moment)
    assert "đã được chấp nhận hoàn thành" in refused(office, QUARTER, kind="done", note="nữa")[0][1]


def test_a_strangers_obligation_and_a_guessed_id_are_refused_alike_and_journaled(office: Office) -> None:
    texts = set()
    for strange in (OTHERS, "hung-yen-2024/không/có", "'; DROP TABLE answers; --", "x" * 5000, "a\x00b", "\ud800"):
        with pytest.raises(NotYours) as error:
            office.submit(QUARTER, strange, kind="progress", note="x", mandate=JUSTICE_ONLY, by=JUSTICE)
        texts.add(str(error.value))
    assert len(texts) == 1
    assert answers(office) == 0
    assert [(e.who, e.action) for e in office.journal(f"{QUARTER} (+1)")] == [(JUSTICE, "refused")] * 6


@pytest.mark.parametrize(
    "change",
    [
        {"submission": "x" * 65},
        {"submission": "a\nb"},
        {"note": "x" * 4001},
        {"document_number": "x" * 101, "document_date": MARCH_20},
        {"files": (PDF,) * 6},
    ],
)
def test_what_no_form_sends_is_refused(office: Office, change: dict[str, Any]) -> None:
    assert len(refused(office, QUARTER, kind="done", **{"note": "x", **change})) == 1


def test_too_many_or_no_obligations_are_refused(office: Office) -> None:
    assert refused(office, kind="done", note="x") == [("obligations", "Chưa chọn việc nào để báo cáo.")]
    assert refused(office, *(str(n) for n in range(201)), kind="done", note="x")[0][0] == "obligations"


HOSTILE = ("a\x00b\ud800", "😀" * 99, "<script>alert(1)</script>", "{{ 7*7 }}", "%s %(x)s", "\u202eabc", "ế" * 3000)


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_is_stored_as_text(office: Office, text: str) -> None:
    office.submit(QUARTER, kind="done", note=text, document_number=text[:50], document_date=MARCH_20)
    note = office.case(QUARTER).answers[0].note
    assert note == text.translate({0: None, 0xD800: None, 0x202E: None})


def test_a_receipt_shows_only_what_the_reader_may_see(office: Office) -> None:
    office.submit(QUARTER, OTHERS, kind="progress", note="x", submission="p1")
    with office.app.sessions() as session:
        own = answering.receipt(session, "p1", JUSTICE_ONLY)
        stranger = answering.receipt(session, "p1", frozenset({(PLAN_ID, "so-y-te")}))
    assert own is not None
    assert own.obligation_ids == (QUARTER,)
    assert stranger is None


def test_a_district_answers_for_its_communes_and_nobody_else_does(office: Office) -> None:
    with office.app.sessions() as session:
        books = owed.live_books(office.app, session)
    assert owed.mandate_of(books, "ubnd-huyen-van-lam/focal") == {
        (PLAN_ID, "ubnd-huyen-van-lam"),
        (PLAN_ID, "xa-huyen-van-lam"),
    }
    assert owed.mandate_of(books, JUSTICE) == {(PLAN_ID, "so-tu-phap")}
    for made_up in ("so-tu-phap", "", "/", "so-tu-phap/khác", "?cac-so/focal"):
        assert owed.mandate_of(books, made_up) == frozenset()


def test_reading_the_desk_takes_the_same_number_of_queries_however_much_is_owed(office: Office) -> None:
    counts = []
    for recipient in (JUSTICE, "so-noi-vu/focal"):
        seen: list[str] = []

        def listener(conn: Any, cursor: Any, statement: str, *rest: Any, into: list[str] = seen) -> None:
            into.append(statement)

        event.listen(office.app.engine, "before_cursor_execute", listener)
        with office.app.sessions() as session:
            found = owed.desk(office.app, session, recipient, office.moment)
        event.remove(office.app.engine, "before_cursor_execute", listener)
        counts.append((len(seen), len(found.owed) > 4))
    assert counts[0][0] == counts[1][0]
    assert counts[0][1]


def test_time_of_day_does_not_matter_for_the_day_of_a_report(office: Office) -> None:
    office.set(date(2024, 4, 1), time(23, 59))
    office.submit(QUARTER, kind="done", note="xong")
    assert reviewing.accept(office.app, QUARTER, by="so-noi-vu", now=office.moment).late is False
