"""The worklist and the choice of who a conditional lead is: told first, done once, chosen anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from desk_help import confirmed, form, told
from office import AWAITING, Office, open_office, small
from seat_help import Seat, csrf_of
from sqlalchemy import select
from starlette.testclient import TestClient

from dondoc.console.desk.leads import address
from dondoc.domain.moments import local_day
from dondoc.services import guarding, worklist
from dondoc.services.alarms import Alarms
from dondoc.services.books import books
from dondoc.store import guards
from dondoc.store.models import GuardRow, NoticeRow, ObligationRow

HOME = "/theo-doi/can-lam"
PLAN, TASK, NAME = "hung-yen-2024", "III.2.55", "UBND cấp huyện có liên quan"
"""By the end of January, by those districts it concerns."""
WHERE = f"{HOME}/don-vi/{PLAN}/{TASK}"
TWO = ("ubnd-huyen-kim-dong", "ubnd-huyen-van-lam")


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """The office in March, with a task of a conditional lead besides."""
    workspace = small(TASK)
    with open_office(database_url, tmp_path / "home", workspace, date(2024, 1, 2)) as opened:
        opened.set(date(2024, 3, 20))
        yield opened


def members() -> set[str]:
    return {agency.id for agency in small().directory.agencies}


def owing(office: Office) -> dict[str, date | None]:
    """Who owes the task, and by which day."""
    with office.app.sessions() as session:
        rows = session.scalars(
            select(ObligationRow).where(ObligationRow.task_id == TASK, ObligationRow.withdrawn_at.is_(None))
        )
        return {row.agency: row.due_on for row in rows if row.kind != "unassigned"}


def page(client: TestClient) -> tuple[str, dict[str, Any]]:
    """The choice's form."""
    return form(client.get(f"{WHERE}?nhom={NAME}").text, nhom=NAME)


def choose(client: TestClient, *agencies: str) -> Any:
    where, fields = page(client)
    return client.post(where, data={**fields, "don_vi": list(agencies)})


def test_everything_has_its_empty_state(seat: Seat) -> None:
    said = told(seat("supervisor").get(HOME).text)
    for words in (
        "Không có điểm dừng nào", "Chưa có đơn vị nào báo sự kiện", "Mọi cơ quan cần nhắc đều có đầu mối",
        "Lịch làm việc của các kế hoạch đang theo dõi đã chính thức", "Không có cảnh báo nào",
    ):  # fmt: skip
        assert words in said, words


def test_a_lead_without_a_choice_waits_with_its_reason(office: Office, seat: Seat) -> None:
    client = seat("supervisor")
    said = told(client.get(HOME).text)
    assert "Chưa xác định đơn vị (1)" in said and NAME in said
    assert "Chưa chọn thì chưa ai phải làm, không ai bị tính chậm" in said
    assert client.get(f"{WHERE}?nhom=khác").status_code == 404
    with office.app.sessions() as session:
        found = next(worklist.conditional(books(office.app, session), local_day(office.moment)))
    assert client.get(address(found)).status_code == 200


def test_a_choice_tells_what_it_opens_and_is_made_once(office: Office, seat: Seat) -> None:
    client = seat("supervisor")
    assert set(TWO) <= members()
    preview = choose(client, *TWO)
    said = told(preview.text)
    assert owing(office) == {}
    assert "Mở 2 việc" in said and "chậm nhất Thứ Hai, 25/3/2024" in said  # nobody is late by a late choice
    done = confirmed(client, preview)
    assert "Đã ghi lựa chọn" in done.text
    assert owing(office) == dict.fromkeys(TWO, date(2024, 3, 25))
    entries = office.journal(f"{PLAN}/{TASK}")
    assert "Đã ghi lựa chọn" in confirmed(client, preview).text
    assert office.journal(f"{PLAN}/{TASK}") == entries
    assert "Mọi nhóm có điều kiện đã được chọn đơn vị" in client.get(HOME).text


def test_choosing_again_takes_back(office: Office, seat: Seat) -> None:
    client = seat("supervisor")
    confirmed(client, choose(client, *TWO))
    again = choose(client, TWO[0])
    assert "Rút 1 việc" in told(again.text)
    confirmed(client, again)
    assert set(owing(office)) == {TWO[0]}
    confirmed(client, choose(client))
    assert owing(office) == {}


def test_a_choice_on_a_page_that_is_old_is_not_made(office: Office, seat: Seat) -> None:
    one, other = seat("supervisor"), seat("supervisor", agency="so-noi-vu")
    preview = choose(one, *TWO)
    confirmed(other, choose(other, TWO[0]))
    late = confirmed(one, preview)
    assert late.status_code == 409 and "Có người đã chọn lại" in late.text
    assert set(owing(office)) == {TWO[0]}


@pytest.mark.parametrize("agencies", [(), ("so-tu-phap",), ("khong-co",), ("<b>",)])
def test_a_choice_that_does_not_fit_is_refused(office: Office, seat: Seat, agencies: tuple[str, ...]) -> None:
    found = choose(seat("supervisor"), *agencies)
    assert found.status_code == 422 and "Chưa ghi nhận" in found.text
    assert owing(office) == {}


def test_only_the_supervisor_chooses_and_answers(office: Office, seat: Seat) -> None:
    stopped(office)
    for role in ("reviewer", "read"):
        client = seat(role)
        text = client.get(HOME).text + client.get(f"{WHERE}?nhom={NAME}").text
        assert "Xem trước" not in text and "UBND huyện Kim Động" in text
        data = {"csrf": csrf_of(client), "nhom": NAME, "don_vi": TWO[0], "buoc": "xac-nhan"}
        assert client.post(WHERE, data=data).status_code == 403
        data = {"csrf": csrf_of(client), "tra_loi": "cho-di", "ly_do": "x", "buoc": "xac-nhan"}
        assert client.post(f"{HOME}/diem-dung/1", data=data).status_code == 403
    assert owing(office) == {} and len(guarding.waiting(office.app)) == 1


def stopped(office: Office) -> None:
    with office.app.sessions.begin() as session:
        guards.stop(session, guards.OVERDUE, PLAN, local_day(office.moment), 30, 100, office.moment)


@pytest.mark.parametrize(("answer", "decision"), [("cho-di", "allowed"), ("giu-lai", "refused")])
def test_a_guards_question_is_answered(office: Office, seat: Seat, answer: str, decision: str) -> None:
    stopped(office)
    client, where = seat("supervisor"), f"{HOME}/diem-dung/1"
    assert "30 việc cùng lúc sắp bị gọi là quá hạn" in told(client.get(HOME).text)
    data = {"csrf": csrf_of(client), "tra_loi": answer, "ly_do": "đã kiểm tra lịch"}
    assert client.post(where, data={**data, "ly_do": ""}).status_code == 422
    assert client.post(where, data={**data, "tra_loi": "x"}).status_code == 400
    preview = client.post(where, data=data)
    assert decision_of(office) is None
    assert confirmed(client, preview).status_code == 200
    assert decision_of(office) == decision
    assert confirmed(client, preview).status_code == 409
    assert client.post(f"{HOME}/diem-dung/77", data=data).status_code == 409


def decision_of(office: Office) -> str | None:
    with office.app.sessions() as session:
        return session.scalars(select(GuardRow.decision)).one()


def test_what_waits_for_a_person_is_listed(office: Office, seat: Seat) -> None:
    Alarms(office.app.sessions, lambda: office.moment, None)("thu", "Máy chủ thư <không> trả lời.")
    office.submit(
        AWAITING, kind="progress", note="Bộ đã ban hành", by="so-tu-phap/focal",
        document_number="12/TT-BNV", document_date=date(2024, 3, 15),
    )  # fmt: skip
    with office.app.sessions.begin() as session:
        session.add(
            NoticeRow(
                obligation_id=AWAITING,
                rule="x",
                firing="1",
                recipient="",
                kind="reminder",
                audience="lead",
                held=False,
                on=date(2024, 3, 20),
                created_at=office.moment,
                status="no_contact",
                reason="",
            )  # fmt: skip
        )
    said = told(seat("read").get(HOME).text)
    assert "Máy chủ thư <không> trả lời." in said
    assert "Đơn vị báo sự kiện đã xảy ra (1)" in said and "số 12/TT-BNV ngày 15/03/2024" in said
    assert "Sở Tư pháp : 1 nội dung nhắc chưa đến được ai" in said
