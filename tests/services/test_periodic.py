"""The periodic report through the service: which lines it has, what each says of its work, and that it is said once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from office import AWAITING, JUSTICE, ONGOING, OTHERS, PLAN_ID, QUARTER, YEAR, Office, open_office, small
from sqlalchemy import func, select

from dondoc.domain.obligations import PERIODIC_TASK
from dondoc.services import answering, owed, periodic, reviewing
from dondoc.services.answering import Mandate
from dondoc.services.periodic_lines import Sheet, sheet
from dondoc.services.periodic_rules import Report
from dondoc.services.replies import NotAllowed, Reply
from dondoc.services.reported import Reported, report_of
from dondoc.store import drafts, obligations, report_lines
from dondoc.store.models import AnswerRow, DraftRow, JournalRow
from dondoc.store.report_lines import ReportLine

Q1 = f"{PLAN_ID}/{PERIODIC_TASK}/-/2024-Q1/so-tu-phap"
H1 = f"{PLAN_ID}/{PERIODIC_TASK}/-/2024-H1/so-tu-phap"
DISTRICT = "ubnd-huyen-van-lam"


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """The office on Friday 15/3/2024, two days before the first report is due."""
    with open_office(database_url, tmp_path / "home", small(), date(2024, 1, 2)) as opened:
        opened.set(date(2024, 3, 15))
        yield opened


def sheet_of(office: Office, key: str = Q1) -> Sheet:
    with office.app.sessions() as session:
        case = obligations.load_case(session, key)
        assert case is not None
        book = owed.live_books(office.app, session)[PLAN_ID]
        return sheet(session, book, case, office.moment)


def mandate(office: Office, recipient: str = JUSTICE) -> Mandate:
    with office.app.sessions() as session:
        return owed.mandate_of(owed.live_books(office.app, session), recipient)


def line(found: Sheet, key: str, **said: object) -> ReportLine:
    return ReportLine(key, found.by_id[key].kind, **said)  # type: ignore[arg-type]


def filled(found: Sheet, **words: str) -> tuple[ReportLine, ...]:
    """Every line with something in it."""
    return tuple(
        ReportLine(one.id, one.kind, happened=False)
        if one.kind == "question"
        else ReportLine(one.id, one.kind, text=words.get(one.kind, f"Kết quả {one.code}"))
        for one in found.lines
    )


def send(office: Office, lines: tuple[ReportLine, ...], key: str = Q1, form: str = "phieu", **reply: object):  # type: ignore[no-untyped-def]
    return periodic.submit(
        office.app, obligation_id=key, report=Report(Reply("done", **reply), lines), by=JUSTICE,  # type: ignore[arg-type]
        submission=form, now=office.moment, mandate=mandate(office),
    )  # fmt: skip


def counted(office: Office) -> dict[str, int]:
    with office.app.sessions() as session:
        return dict(session.execute(select(AnswerRow.kind, func.count()).group_by(AnswerRow.kind)).tuples().all())


def told(office: Office, number: int) -> Reported:
    with office.app.sessions() as session:
        found = report_of(session, number)
    assert found is not None
    return found


def test_the_lines_are_ongoing_work_open_dated_work_and_waiting_clauses(office: Office) -> None:
    found = sheet_of(office)
    assert [(one.id, one.kind) for one in found.lines] == [
        (ONGOING, "ongoing"), (QUARTER, "progress"), (YEAR, "progress"), (AWAITING, "question"),
    ]  # fmt: skip
    assert found.cut_off == (date(2023, 12, 15), date(2024, 3, 14))
    assert (found.settled, found.before) == ((), None)


def test_each_line_answers_for_its_own_work(office: Office) -> None:
    found = sheet_of(office)
    lines = (
        line(found, ONGOING, text="  Đã làm\r\nđều đặn "), line(found, QUARTER, text="Đang trình ký"),
        line(found, YEAR, text="Không phát sinh"),
        line(found, AWAITING, happened=True, document_number="7/QĐ", document_date=date(2024, 3, 1)),
    )  # fmt: skip
    receipt = send(office, lines, document_number="9/BC-STP", document_date=date(2024, 3, 15))
    assert [(a.kind, a.document_number) for a in office.case(Q1).answers] == [("done", "9/BC-STP")]
    assert office.case(Q1).answers[0].id == str(receipt.number)
    assert [(a.kind, a.note) for a in office.case(ONGOING).answers] == [("progress", "Đã làm\nđều đặn")]
    assert [a.note for a in office.case(QUARTER).answers] == ["Đang trình ký"]
    waiting = office.case(AWAITING).answers[0]
    assert (waiting.kind, waiting.document_number, waiting.document_date) == ("progress", "7/QĐ", date(2024, 3, 1))
    assert office.journal(Q1)[-1].why == "Gửi báo cáo quý I năm 2024: 4 dòng, 0 tệp."
    assert "Đã xảy ra, văn bản số 7/QĐ ngày 01/03/2024" in office.journal(AWAITING)[-1].why
    report = told(office, receipt.number)
    assert [(one.id, one.change) for one in report.lines] == [
        (ONGOING, "first"), (QUARTER, "first"), (YEAR, "first"), (AWAITING, "first"),
    ]  # fmt: skip
    assert report.sections()[-1][1][0].words == "Đã xảy ra: văn bản số 7/QĐ ngày 01/3/2024."


def test_not_yet_is_an_answer_of_the_waiting_work(office: Office) -> None:
    send(office, filled(sheet_of(office)))
    assert [a.kind for a in office.case(AWAITING).answers] == ["not_happened"]
    assert counted(office) == {"done": 1, "progress": 3, "not_happened": 1}


def test_everything_wrong_comes_at_once_and_nothing_is_stored(office: Office) -> None:
    found = sheet_of(office)
    lines = (
        line(found, QUARTER, text="x" * 4_001),
        line(found, AWAITING, happened=True, document_number="7/QĐ", document_date=date(2024, 3, 16)),
    )  # fmt: skip
    with pytest.raises(NotAllowed) as refused:
        send(office, lines, document_number="9/BC")
    assert [(o.field, o.obligation_id) for o in refused.value.objections] == [
        ("document_date", None), ("text", ONGOING), ("text", QUARTER), ("text", YEAR), ("document_date", AWAITING),
    ]  # fmt: skip
    assert counted(office) == {}


def test_a_has_happened_needs_its_document(office: Office) -> None:
    found = sheet_of(office)
    lines = tuple(replace(one, happened=True) if one.kind == "question" else one for one in filled(found))
    with pytest.raises(NotAllowed, match="Đã xảy ra thì ghi số và ngày văn bản"):
        send(office, lines)


def test_the_same_form_again_is_harmless_and_with_other_words_it_is_used_up(office: Office) -> None:
    lines = filled(sheet_of(office))
    first = send(office, lines)
    again = send(office, lines)
    assert (again.number, again.repeated) == (first.number, True)
    with pytest.raises(answering.AlreadyUsed):
        send(office, (replace(lines[0], text="khác"), *lines[1:]))
    with pytest.raises(answering.AlreadyUsed):
        send(office, lines, note="thêm")
    assert counted(office) == {"done": 1, "progress": 3, "not_happened": 1}


def test_sent_again_during_the_review_it_adds_and_only_changed_lines_answer_anew(office: Office) -> None:
    lines = filled(sheet_of(office))
    send(office, lines, form="một")
    office.set(date(2024, 3, 25))
    found = sheet_of(office)
    assert found.is_again
    second = send(office, (replace(lines[0], text="Bổ sung"), *lines[1:]), form="hai")
    assert counted(office) == {"done": 2, "progress": 4, "not_happened": 1}
    changes = {one.id: (one.change, one.before) for one in told(office, second.number).lines}
    assert changes[ONGOING] == ("changed", "Kết quả I.2.2")
    assert changes[YEAR] == ("same", None)
    accepted = reviewing.accept(office.app, Q1, by="so-noi-vu", now=office.moment)
    assert (accepted.submitted_on, accepted.late) == (date(2024, 3, 15), False)
    with pytest.raises(NotAllowed, match="đã được chấp nhận"):
        send(office, lines, form="ba")


def test_the_next_report_is_filled_in_from_the_last_and_says_what_is_new_and_done_since(office: Office) -> None:
    send(office, filled(sheet_of(office)))
    office.submit(QUARTER, kind="done", document_number="52/BC", document_date=date(2024, 3, 15))
    office.set(date(2024, 6, 14))
    found = sheet_of(office, H1)
    assert {one.id: one.before and one.before.text for one in found.lines} == {
        ONGOING: "Kết quả I.2.2", YEAR: "Kết quả I.2.8", AWAITING: None,
    }  # fmt: skip
    assert found.by_id[AWAITING].before == ReportLine(AWAITING, "question", happened=False)
    assert [(one.owed.case.obligation.id, one.was_asked) for one in found.settled] == [(QUARTER, True)]
    sent = send(office, filled(found), key=H1, form="sáu tháng")
    report = told(office, sent.number)
    assert report.before_name == "Báo cáo quý I năm 2024"
    assert [one.id for one in report.gone] == [QUARTER]


def test_two_forms_at_once_are_recorded_one_after_the_other(office: Office) -> None:
    """Two browsers send, and an ordinary form on a line's work comes between: no deadlock, nothing twice."""
    lines = filled(sheet_of(office))
    sendings = [
        lambda: send(office, lines, form="một"), lambda: send(office, lines, form="một"),
        lambda: send(office, lines, form="hai"),
        lambda: office.submit(YEAR, QUARTER, kind="progress", note="x", submission="ba"),
    ]  # fmt: skip
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(sending) for sending in sendings]:
            done.result(timeout=30)
    assert counted(office) == {"done": 2, "progress": 5, "not_happened": 1}


def test_what_was_reported_meanwhile_is_left_out_not_answered_over(office: Office) -> None:
    lines = filled(sheet_of(office))
    office.submit(QUARTER, kind="done", note="xong")
    send(office, lines)
    assert [a.kind for a in office.case(QUARTER).answers] == ["done"]


@pytest.mark.parametrize("key", [OTHERS, "hung-yen-2024/I.2.2/-/ca-nam/so-tai-chinh", "\0", "x" * 5_000])
def test_a_forged_line_is_refused_and_journaled(office: Office, key: str) -> None:
    with pytest.raises(answering.NotYours):
        send(office, (*filled(sheet_of(office)), ReportLine(key, "progress", text="của người khác")))
    with office.app.sessions() as session:
        refused = session.scalars(select(JournalRow).where(JournalRow.action == "refused")).all()
    assert [(row.who, row.subject) for row in refused] == [(JUSTICE, Q1)]
    assert counted(office) == {}


@pytest.mark.parametrize("key", [Q1.replace("so-tu-phap", "so-noi-vu"), QUARTER, "không có", "\ud800", ""])
def test_only_an_own_periodic_report_can_be_sent(office: Office, key: str) -> None:
    with pytest.raises(answering.NotYours):
        send(office, (), key=key)
    assert counted(office) == {}


def test_sending_stops_the_reminder_and_forgets_the_draft(office: Office) -> None:
    with office.app.sessions.begin() as session:
        periodic.save_draft(session, JUSTICE, Q1, {"fields": {"t-1": "x"}, "files": []}, office.moment)
    send(office, filled(sheet_of(office)))
    assert office.next_on(Q1) == date(2024, 3, 15)
    with office.app.sessions() as session:
        assert session.scalars(select(DraftRow)).all() == []


def test_a_district_reports_for_its_communes(database_url: str, tmp_path: Path) -> None:
    from town import only, shipped

    whole = shipped()
    tasks = [t.id for t in whole.plan.tasks if any(lead.is_group for part in t.parts for lead in part.leads)]
    with open_office(database_url, tmp_path / "home", only(whole, *tasks), date(2024, 1, 2)) as office:
        office.set(date(2024, 3, 15))
        found = sheet_of(office, f"{PLAN_ID}/{PERIODIC_TASK}/-/2024-Q1/{DISTRICT}")
        agencies = {one.owed.agency.id for one in found.lines if one.owed}
        assert agencies == {DISTRICT, "xa-huyen-van-lam"}


def test_targets_that_name_the_agency_are_lines(database_url: str, tmp_path: Path) -> None:
    targets = (
        {"code": "1", "group": None, "text": "Sở Tư pháp rà soát văn bản", "measures": [
            {"what": "văn bản", "comparator": ">=", "value": 95, "unit": "%"}]},
        {"code": None, "group": None, "text": "Các cơ quan khác", "measures": []},
    )  # fmt: skip
    workspace = replace(small(), plan=replace(small().plan, targets=targets))
    with open_office(database_url, tmp_path / "home", workspace, date(2024, 1, 2)) as office:
        office.set(date(2024, 3, 15))
        found = sheet_of(office)
        (target,) = found.lines_of("target")
        assert target.title == "Sở Tư pháp rà soát văn bản (văn bản >= 95 %)"
        others = tuple(one for one in filled(found) if one.kind != "target")
        with pytest.raises(NotAllowed, match="chọn đạt hoặc chưa đạt"):
            send(office, (*others, ReportLine(target.id, "target", value="96 %")))
        sent = send(office, (*others, ReportLine(target.id, "target", value="96 %", happened=True)))
        assert told(office, sent.number).sections()[-1][1][0].words == "Đạt: 96 %"
        with office.app.sessions() as session:
            latest = report_lines.latest(session, PLAN_ID, "so-tu-phap")
        assert latest is not None and latest.answer_id == sent.number


def test_work_on_which_a_request_waits_is_not_asked_about(office: Office) -> None:
    office.submit(YEAR, kind="not_applicable", note="Không có văn bản nào.")
    found = sheet_of(office)
    assert YEAR not in found.by_id
    assert [one.owed.case.obligation.id for one in found.settled] == [YEAR]


def test_drafts_are_each_recipients_own(office: Office) -> None:
    with office.app.sessions.begin() as session:
        periodic.save_draft(session, JUSTICE, Q1, {"fields": {}, "files": []}, office.moment)
        assert drafts.get(session, "so-tu-phap/head", periodic.draft_form(Q1)) is None
