"""What an agency may ask for: more time, to be spared, to be rid of what is not its own; and taking that back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from office import AWAITING, JUSTICE, ONGOING, PLAN_ID, QUARTER, YEAR, Office, open_office, small
from sqlalchemy import select

from dondoc.domain.cases import Pause, standing
from dondoc.services import extending, reviewing
from dondoc.services.books import book
from dondoc.services.replies import WITHDRAWS, NotAllowed, waiting_request
from dondoc.store.models import AnswerRow

MARCH_20 = date(2024, 3, 20)
Q1_REPORT = f"{PLAN_ID}/bao-cao/-/2024-Q1/so-tu-phap"


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    with open_office(database_url, tmp_path / "home", small(), date(2024, 1, 2)) as opened:
        opened.set(MARCH_20)
        yield opened


def refused(office: Office, *ids: str, **reply: Any) -> list[tuple[str, str]]:
    """(field, message) of every objection."""
    with pytest.raises(NotAllowed) as error:
        office.submit(*ids, **reply)
    return [(objection.field, objection.message) for objection in error.value.objections]


def pause(office: Office, key: str = QUARTER) -> Pause | None:
    with office.app.sessions() as session:
        rules = book(office.app, session, PLAN_ID).rules
    return standing(office.case(key), office.moment, rules).pause


def outcomes(office: Office, key: str = QUARTER) -> list[tuple[str, str | None]]:
    """(kind, outcome) of every answer, oldest first."""
    with office.app.sessions() as session:
        rows = session.scalars(select(AnswerRow).where(AnswerRow.obligation_id == key).order_by(AnswerRow.id))
        return [(row.kind, row.outcome) for row in rows]


def ask(office: Office, key: str, kind: str) -> None:
    """One request of that kind."""
    more = {"extension": {"until": date(2024, 4, 12)}, "ack": {"until": date(2024, 3, 29)}}.get(kind, {})
    office.submit(key, kind=kind, note="Có lý do.", **more)


def test_a_wish_for_more_time_waits_and_pauses_the_ladder_up_to_the_limit_of_a_promise(office: Office) -> None:
    office.submit(QUARTER, kind="extension", until=date(2024, 5, 30), note="Chờ ý kiến của Bộ.", by=JUSTICE)
    answer = office.case(QUARTER).answers[0]
    assert (answer.kind, answer.until, answer.note, answer.review) == (
        "extension", date(2024, 5, 30), "Chờ ý kiến của Bộ.", None,
    )  # fmt: skip
    assert office.journal(QUARTER)[-1].why == "Xin gia hạn đến 30/05/2024."
    assert pause(office) == Pause(MARCH_20, date(2024, 4, 15), "đang xin gia hạn")
    assert office.case(QUARTER).obligation.due_on == date(2024, 3, 31)


@pytest.mark.parametrize(
    ("until", "words"),
    [
        (None, "Ghi ngày đề nghị gia hạn đến"),
        (date(2024, 3, 19), "Ngày đề nghị Thứ Ba, 19/3/2024 đã qua"),
        (date(2024, 3, 31), "phải sau hạn đang có, Chủ nhật, 31/3/2024"),
        (date(2024, 5, 31), "chỉ gia hạn được đến Thứ Năm, 30/5/2024 (60 ngày sau hạn đang có)"),
    ],
)
def test_more_time_has_its_limits(office: Office, until: date | None, words: str) -> None:
    field, message = refused(office, QUARTER, kind="extension", until=until, note="x")[0]
    assert field == "until"
    assert words in message


def test_who_is_late_may_ask_for_no_day_on_which_nobody_could_be_ready(office: Office) -> None:
    office.set(date(2024, 4, 9))  # Tuesday, a week after the due day
    _, message = refused(office, QUARTER, kind="extension", until=date(2024, 4, 11), note="x")[0]
    assert "ngày đề nghị sớm nhất là Thứ Sáu, 12/4/2024" in message
    office.submit(QUARTER, kind="extension", until=date(2024, 4, 12), note="x")


def test_a_day_that_may_be_asked_for_can_be_granted(office: Office) -> None:
    for until in (date(2024, 4, 1), date(2024, 5, 31)):
        office.submit(QUARTER, kind="extension", until=until, note="x")
        extending.grant(office.app, QUARTER, by="so-noi-vu", now=office.moment)
        assert office.case(QUARTER).obligation.due_on == until
    field, message = refused(office, QUARTER, kind="extension", until=date(2024, 6, 3), note="x")[0]
    assert (field, "đã được gia hạn 2 lần" in message) == ("kind", True)


def test_time_that_nobody_asked_for_counts_too(office: Office) -> None:
    for until in (date(2024, 4, 5), date(2024, 4, 12)):
        extending.grant(office.app, QUARTER, by="so-noi-vu", now=office.moment, until=until, why="Bộ đổi lịch.")
    assert (
        "đã được gia hạn 2 lần" in refused(office, QUARTER, kind="extension", until=date(2024, 4, 19), note="x")[0][1]
    )


def test_one_wish_waits_at_a_time(office: Office) -> None:
    ask(office, QUARTER, "extension")
    field, message = refused(office, QUARTER, kind="extension", until=date(2024, 4, 19), note="x")[0]
    assert (field, "đang có đề nghị gia hạn đến Thứ Sáu, 12/4/2024 chờ duyệt" in message) == ("kind", True)
    extending.refuse(office.app, QUARTER, by="so-noi-vu", now=office.moment, reason="Không có căn cứ.")
    ask(office, QUARTER, "extension")


def test_what_has_no_day_of_its_own_gets_no_more_time(office: Office) -> None:
    assert (
        "có hạn chung của mọi đơn vị"
        in refused(office, Q1_REPORT, kind="extension", until=date(2024, 4, 12), note="x")[0][1]
    )
    assert "còn chờ sự kiện" in refused(office, AWAITING, kind="extension", until=date(2024, 4, 12), note="x")[0][1]
    assert "thường xuyên" in refused(office, ONGOING, kind="extension", until=date(2024, 4, 12), note="x")[0][1]


@pytest.mark.parametrize("kind", ["extension", "not_applicable", "not_mine"])
def test_every_request_has_a_reason(office: Office, kind: str) -> None:
    found = refused(office, QUARTER, kind=kind, until=date(2024, 4, 12) if kind == "extension" else None, note=" \n ")
    assert found == [("note", "Ghi lý do, để người duyệt có căn cứ quyết định.")]


@pytest.mark.parametrize("kind", ["not_applicable", "not_mine"])
def test_being_spared_waits_for_a_reviewer_and_pauses_the_ladder_without_end(office: Office, kind: str) -> None:
    ask(office, QUARTER, kind)
    assert pause(office) == Pause(MARCH_20, None, "đã gửi, chờ duyệt")


def test_whose_it_is_may_be_named_or_left_open(office: Office) -> None:
    office.submit(QUARTER, kind="not_mine", note="Thuộc Sở Tài chính.", whose="so-tai-chinh")
    office.submit(YEAR, kind="not_mine", note="Không rõ của ai.")
    assert [office.case(key).answers[0].whose for key in (QUARTER, YEAR)] == ["so-tai-chinh", None]
    assert office.journal(QUARTER)[-1].why == "Không phải việc của đơn vị; việc của Sở Tài chính."


@pytest.mark.parametrize("whose", ["so-tu-phap", "so-khong-co", "'; DROP TABLE answers; --", "x" * 3000])
def test_no_agency_outside_the_directory_nor_the_owing_one_is_named(office: Office, whose: str) -> None:
    assert [field for field, _ in refused(office, QUARTER, kind="not_mine", note="x", whose=whose)] == ["whose"]


def test_an_event_has_happened_or_not(office: Office) -> None:
    office.submit(AWAITING, kind="not_happened")
    assert refused(office, AWAITING, kind="progress")[0][0] == "note"
    office.submit(AWAITING, kind="progress", document_number="12/QĐ-BTP", document_date=MARCH_20, note="Đã có kết quả.")
    last = office.case(AWAITING).answers[-1]
    assert (last.kind, last.document_number, last.document_date) == ("progress", "12/QĐ-BTP", MARCH_20)
    assert "chỉ dành cho việc chờ sự kiện" in refused(office, QUARTER, kind="not_happened")[0][1]
    assert "còn chờ sự kiện" in refused(office, AWAITING, kind="done", note="x")[0][1]


REQUESTS = ("extension", "not_applicable", "not_mine")


@pytest.mark.parametrize("request_kind", REQUESTS)
@pytest.mark.parametrize("answer", ["ack", "progress", "done", "extension", "not_applicable", "not_mine"])
def test_answering_otherwise_takes_an_own_request_back(office: Office, request_kind: str, answer: str) -> None:
    ask(office, QUARTER, request_kind)
    if request_kind == answer == "extension":
        assert refused(office, QUARTER, kind="extension", until=date(2024, 4, 19), note="x")[0][0] == "kind"
        return
    ask(office, QUARTER, answer)
    taken = request_kind in WITHDRAWS[answer]  # type: ignore[index]
    assert outcomes(office) == [(request_kind, "withdrawn" if taken else None), (answer, None)]
    assert taken == (answer != request_kind and (answer, request_kind) != ("progress", "extension"))
    written = [entry.who for entry in office.journal(QUARTER) if entry.action == "withdrawn"]
    assert written == (["đơn vị"] if taken else [])


def test_what_was_taken_back_pauses_the_ladder_no_more_from_the_next_day(office: Office) -> None:
    ask(office, QUARTER, "not_applicable")
    office.set(date(2024, 3, 22))
    office.submit(QUARTER, kind="progress", note="Đang làm.")
    office.set(date(2024, 3, 25))
    assert pause(office) is None


def test_a_decided_request_stands_and_is_not_taken_back(office: Office) -> None:
    ask(office, QUARTER, "extension")
    extending.grant(office.app, QUARTER, by="so-noi-vu", now=office.moment)
    office.submit(QUARTER, kind="done", note="xong")
    assert outcomes(office) == [("extension", "accepted"), ("done", None)]


def test_a_withdrawn_request_no_longer_waits_for_a_decision(office: Office) -> None:
    ask(office, QUARTER, "extension")
    assert waiting_request(office.case(QUARTER)) is not None
    office.submit(QUARTER, kind="ack", until=date(2024, 3, 29))
    assert waiting_request(office.case(QUARTER)) is None
    with pytest.raises(Exception, match="không có đề nghị gia hạn nào"):
        extending.refuse(office.app, QUARTER, by="so-noi-vu", now=office.moment, reason="x")


def test_while_a_done_report_waits_nothing_else_is_asked(office: Office) -> None:
    office.submit(QUARTER, kind="done", note="xong")
    for kind in REQUESTS:
        reply = {"until": date(2024, 4, 12)} if kind == "extension" else {}
        assert "đang chờ duyệt" in refused(office, QUARTER, kind=kind, note="x", **reply)[0][1]
    reviewing.accept(office.app, QUARTER, by="so-noi-vu", now=office.moment)
    assert "không cần báo cáo nữa" in refused(office, QUARTER, kind="not_mine", note="x")[0][1]
