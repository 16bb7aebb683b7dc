"""The reviewer's decision: accepted by the day that counts, or returned with a reason and a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from office import JUSTICE, OTHERS, OWN, PLAN_ID, QUARTER, YEAR, Office, open_office, small

from dondoc.domain.cases import standing
from dondoc.errors import Refused
from dondoc.services import reviewing
from dondoc.services.books import book


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    with open_office(database_url, tmp_path / "home", small(), date(2024, 1, 2)) as opened:
        opened.set(date(2024, 4, 3))
        opened.submit(QUARTER, kind="done", document_number="52/BC-STP", document_date=date(2024, 3, 29), by=JUSTICE)
        yield opened


def test_timeliness_is_the_moment_of_submission_never_of_acceptance(office: Office) -> None:
    office.set(date(2024, 4, 1))
    office.submit(OTHERS, kind="done", note="xong")
    office.set(date(2024, 5, 20))
    found = reviewing.accept(office.app, OTHERS, by="so-noi-vu", now=office.moment)
    assert (found.submitted_on, found.late) == (date(2024, 4, 1), True)
    assert (reviewing.accept(office.app, QUARTER, by="so-noi-vu", now=office.moment)).late is True


def test_the_documents_date_counts_when_the_reviewer_confirms_it(office: Office) -> None:
    found = reviewing.accept(office.app, QUARTER, by="so-noi-vu", now=office.moment, document_date_counts=True)
    assert (found.submitted_on, found.late) == (date(2024, 3, 29), False)
    with office.app.sessions() as session:
        where = standing(office.case(QUARTER), office.moment, book(office.app, session, PLAN_ID).rules)
    assert (where.work, where.late, where.submitted_on) == ("done", False, date(2024, 3, 29))
    entry = office.journal(QUARTER)[-1]
    assert (entry.who, entry.action, entry.why) == ("so-noi-vu", "accepted", "Tính theo ngày văn bản 29/03/2024.")


def test_a_documents_date_that_is_missing_cannot_count(office: Office) -> None:
    office.submit(YEAR, kind="done", note="xong")
    with pytest.raises(Refused, match="không ghi ngày văn bản"):
        reviewing.accept(office.app, YEAR, by="so-noi-vu", now=office.moment, document_date_counts=True)


def test_a_return_gives_a_reason_and_three_working_days(office: Office) -> None:
    office.set(date(2024, 4, 4))
    found = reviewing.return_(office.app, QUARTER, by="so-noi-vu", now=office.moment, reason=" Thiếu chữ ký. ")
    assert found.correct_by == date(2024, 4, 9)
    review = office.case(QUARTER).answers[0].review
    assert review is not None
    assert (review.outcome, review.reason, review.correct_by) == ("returned", "Thiếu chữ ký.", date(2024, 4, 9))
    assert office.next_on(QUARTER) == date(2024, 4, 4)
    assert office.journal(QUARTER)[-1].why == "Thiếu chữ ký. Bổ sung trước hết ngày 09/04/2024."


@pytest.mark.parametrize("reason", ["", "  \n", "\x00\u202e", "x" * 2001])
def test_a_return_without_a_reason_is_refused(office: Office, reason: str) -> None:
    with pytest.raises(Refused, match="phải nêu lý do"):
        reviewing.return_(office.app, QUARTER, by="so-noi-vu", now=office.moment, reason=reason)


def test_a_correction_day_in_the_past_is_refused(office: Office) -> None:
    with pytest.raises(Refused, match="đã qua"):
        reviewing.return_(
            office.app, QUARTER, by="so-noi-vu", now=office.moment, reason="x", correct_by=date(2024, 4, 2)
        )


@pytest.mark.parametrize("by", ["so-tu-phap", "so-tu-phap/focal", "so-y-te", "so-y-te/head"])
def test_only_the_reviewer_decides_never_the_owing_agency(office: Office, by: str) -> None:
    with pytest.raises(Refused, match="Người duyệt việc này là Sở Nội vụ"):
        reviewing.accept(office.app, QUARTER, by=by, now=office.moment)
    assert office.case(QUARTER).answers[0].review is None


def test_the_supervisors_own_work_is_reviewed_by_the_office_of_the_committee(office: Office) -> None:
    office.submit(OWN, kind="done", note="xong")
    with pytest.raises(Refused, match="Người duyệt việc này là Văn phòng UBND tỉnh"):
        reviewing.accept(office.app, OWN, by="so-noi-vu", now=office.moment)
    assert reviewing.accept(office.app, OWN, by="van-phong-ubnd-tinh", now=office.moment).outcome == "accepted"


def test_a_decision_is_made_once(office: Office) -> None:
    reviewing.accept(office.app, QUARTER, by="so-noi-vu", now=office.moment)
    with pytest.raises(Refused, match="không có báo cáo hoàn thành nào đang chờ duyệt"):
        reviewing.return_(office.app, QUARTER, by="so-noi-vu", now=office.moment, reason="x")


def test_a_report_that_was_replaced_since_it_was_read_is_not_accepted_by_mistake(office: Office) -> None:
    read = office.waiting()[0].answer_id
    newer = office.submit(QUARTER, kind="done", note="bản sửa").number
    with pytest.raises(Refused, match=f"đang chờ duyệt là số {newer}, không phải số {read}"):
        reviewing.accept(office.app, QUARTER, by="so-noi-vu", now=office.moment, answer_id=read)
    assert reviewing.accept(office.app, QUARTER, by="so-noi-vu", now=office.moment, answer_id=newer).answer_id == newer


def test_unknown_work_is_refused(office: Office) -> None:
    with pytest.raises(Refused, match="Không có việc “x”"):
        reviewing.accept(office.app, "x", by="so-noi-vu", now=office.moment)


def test_what_waits_for_review_is_listed_oldest_first(office: Office) -> None:
    office.set(date(2024, 4, 4))
    office.submit(YEAR, kind="done", note="x")
    found = office.waiting(PLAN_ID)
    assert [one.obligation_id for one in found] == [QUARTER, YEAR]
    assert (found[0].agency, found[0].reviewer, found[0].document_number) == ("so-tu-phap", "so-noi-vu", "52/BC-STP")
    assert office.waiting("khac") == ()
