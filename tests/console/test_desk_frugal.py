"""The reading pages ask the database as often for 1,000 obligations as for ten, and never wait for Prefect."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from datetime import time as time_of_day
from pathlib import Path

import pytest
from crowd import PLAN, TODAY, agency_id, crowd, settle
from office import PLAN_ID, Office, open_office, small
from seat_help import signed_in_client
from sqlalchemy import event
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from dondoc.console import console_app
from dondoc.console.desk.seats import Seats
from dondoc.console.desk.task import task_routes
from dondoc.console.pages import Pages
from dondoc.console.visits import Visits
from dondoc.domain.moments import at
from dondoc.scheduling.runs import FlowRun, PrefectAway, Runs
from dondoc.services.runs import RunBoard
from dondoc.store import migrate

TASK = crowd(5, 1).plan.tasks[0].id
ADDRESSES = (
    "/theo-doi", "/theo-doi/ke-hoach", "/theo-doi/co-quan", "/theo-doi/thu", "/theo-doi/thu?tinh-trang=sent",
    f"/theo-doi/ke-hoach/{PLAN}", f"/theo-doi/ke-hoach/{PLAN}?sap-xep=co-quan&tim=thu+tuc",
    f"/theo-doi/ke-hoach/{PLAN}?trang-thai=qua-han&sap-xep=han&thang=2024-q1", f"/theo-doi/ke-hoach/{PLAN}?trang=9",
    f"/theo-doi/ke-hoach/{PLAN}/danh-sach.csv", f"/theo-doi/ke-hoach/{PLAN}/so-do?tat-ca=1",
    f"/theo-doi/ke-hoach/{PLAN}/nhiem-vu/{TASK}",
    f"/theo-doi/co-quan/{agency_id(1)}", "/theo-doi/duyet", "/theo-doi/thu-giu", "/theo-doi/can-lam",
    "/theo-doi/su-kien", "/theo-doi/su-kien?tim=huong+dan&loc=da-mo", "/theo-doi/cho-su-kien",
)  # fmt: skip


@contextmanager
def asked(office: Office) -> Iterator[list[str]]:
    """The statements that the pages send meanwhile."""
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(office.app.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(office.app.engine, "before_cursor_execute", note)


def of_size(database_url: str, home: Path, tasks: int, agencies: int) -> dict[str, int]:
    """How many queries each page takes in a store of that size."""
    with open_office(database_url, home, small(), date(2024, 1, 2)) as office:
        settle(office.app, tasks, agencies)
        office.moment = at(TODAY)
        client = signed_in_client(office, console_app(office.app), "supervisor", agency="so-noi-vu")
        found = {}
        for address in ADDRESSES:
            assert client.get(address).status_code == 200, address
            with asked(office) as seen:
                client.get(address)
            found[address] = len(seen)
        return found


def test_the_number_of_queries_does_not_grow(database_url: str, empty_database_url: str, tmp_path: Path) -> None:
    migrate(empty_database_url)
    few = of_size(database_url, tmp_path / "a", 5, 2)
    many = of_size(empty_database_url, tmp_path / "b", 50, 20)
    assert few == many
    assert max(few.values()) <= 25


class Prefect:
    """Answers, is slow, or is away, as a test says."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer: Runs | None = Runs(
            (FlowRun("a", "COMPLETED", at(date(2024, 3, 19), time_of_day(7, 30))),),
            at(date(2024, 3, 21), time_of_day(7, 30)),
        )
        self.may_answer = threading.Event()
        self.may_answer.set()

    def __call__(self, _url: str, name: str) -> Runs:
        self.asked.append(name)
        self.may_answer.wait(5)
        if self.answer is None:
            raise PrefectAway("ConnectError")
        return self.answer


@pytest.fixture
def prefect() -> Iterator[Prefect]:
    made = Prefect()
    yield made
    made.may_answer.set()


@pytest.fixture
def reader(office: Office, prefect: Prefect) -> TestClient:
    """A reader of an application whose only page is the task's."""
    pages, visits = Pages(office.app.templates), Visits(office.app)
    seats = Seats(office.app, visits)
    board = RunBoard(office.app, prefect)
    routes = task_routes(office.app, pages, seats, False, board)
    assert all(isinstance(route, Route) for route in routes)
    return signed_in_client(office, Starlette(routes=routes), "read")


PAGE = f"/theo-doi/ke-hoach/{PLAN_ID}/nhiem-vu/I.2.5"


def test_the_last_and_the_next_run_are_told(reader: TestClient, prefect: Prefect) -> None:
    reader.get(PAGE)
    page = reader.get(PAGE).text
    assert "Lần tới: <b>07:30 ngày 21/3/2024</b>" in page
    assert "Đã chạy xong" in page
    assert prefect.asked == [f"{PLAN_ID}-I.2.5"]  # the second page was told what was heard ten seconds ago or less


def test_nobody_waits_for_a_slow_prefect(reader: TestClient, prefect: Prefect) -> None:
    prefect.may_answer.clear()
    began = time.monotonic()
    page = reader.get(PAGE).text
    assert time.monotonic() - began < 4  # it would answer after five
    assert "Đang hỏi Prefect" in page
    prefect.may_answer.set()


def test_a_prefect_that_is_away_is_said_calmly_and_left_alone(reader: TestClient, prefect: Prefect) -> None:
    prefect.answer = None
    reader.get(PAGE)
    time.sleep(0.1)
    assert "Prefect hiện không trả lời" in reader.get(PAGE).text
    reader.get(PAGE.replace("I.2.5", "I.2.8"))
    assert len(prefect.asked) == 1
