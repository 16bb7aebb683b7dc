"""The reading pages: every number is the store's, every list holds what its number says, nothing shows raw."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from functools import cache
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import pytest
from office import JUSTICE, PLAN_ID, QUARTER, Office, open_office, small
from seat_help import HERE, PASSWORD, Seat, client_of, signed_in_client
from sqlalchemy import text
from starlette.testclient import TestClient
from town import open_town, shipped

from dondoc.console import console_app
from dondoc.console.desk.agency import masked
from dondoc.console.desk.downloads import HEAD, harmless
from dondoc.console.desk.plan import STATES
from dondoc.domain.counts import COUNTS
from dondoc.domain.explain import explain
from dondoc.intake.files import Checked, check_file, keep
from dondoc.services import passwords, reviewing, signing_in, status
from dondoc.services.books import book
from dondoc.store import accounts, obligations
from dondoc.store.models import AccountRow, FileRow

PLAN = f"/theo-doi/ke-hoach/{PLAN_ID}"
TASK = f"{PLAN}/nhiem-vu/I.2.5"
PAGES = (
    "/theo-doi", "/theo-doi/ke-hoach", "/theo-doi/co-quan", "/theo-doi/thu", PLAN, TASK, f"{PLAN}/nhiem-vu/bao-cao",
    "/theo-doi/co-quan/so-tu-phap", "/theo-doi/co-quan/so-noi-vu",
)  # fmt: skip
NewDatabase = Callable[[], AbstractContextManager[str]]
PDF = b"%PDF-1.7\nminh chung\n%%EOF"


@pytest.fixture(scope="module")
def whole(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The whole shipped plan on 10/4/2024: some done in time, late, waiting, returned; the rest as it may be."""
    home = tmp_path_factory.mktemp("home")
    with new_database() as url, open_office(url, home, shipped(), date(2024, 1, 2)) as opened:
        opened.set(date(2024, 4, 10))
        dated = sorted(o for o in _ids(opened) if "/1/" in o)
        for n, key in enumerate(dated[:24]):
            opened.set(date(2024, 3, 1) if n % 2 else date(2024, 4, 9))
            opened.submit(key, kind="done", note="xong", by=f"{key.rpartition('/')[2]}/focal")
            if n % 3 == 0:
                reviewing.accept(opened.app, key, by="kiểm thử", now=opened.moment)
            elif n % 3 == 1:
                reviewing.return_(opened.app, key, by="kiểm thử", now=opened.moment, reason="Thiếu phụ lục.")
        opened.set(date(2024, 4, 10))
        yield opened


@pytest.fixture(scope="module")
def reader(whole: Office) -> TestClient:
    """Somebody who may only read."""
    return signed_in_client(whole, console_app(whole.app), "read")


@pytest.fixture(scope="module")
def chair(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seat]:
    """As `seat`, in an office where nothing happens: for who only reads."""
    home = tmp_path_factory.mktemp("home")
    with new_database() as url, open_office(url, home, small(), date(2024, 1, 2)) as office:
        office.set(date(2024, 3, 20))
        pages = console_app(office.app)
        yield cache(lambda role: signed_in_client(office, pages, role))


def _ids(office: Office) -> list[str]:
    with office.app.sessions() as session:
        return [case.obligation.id for case in obligations.load_cases(session, plan_id=PLAN_ID)]


def words(page: str) -> str:
    """The page as it is read: no tags, one space."""
    body = page.partition("<body")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def how_many(page: str) -> int:
    """What the heading of a list says it holds."""
    found = re.search(r'id="ket-qua">([\d.]+) việc<', page)
    assert found is not None
    return int(found.group(1).replace(".", ""))


@pytest.mark.parametrize("role", ["read", "reviewer", "supervisor"])
@pytest.mark.parametrize("page", PAGES)
def test_every_role_reads_every_page_and_each_says_what_it_is_of_when_and_what_it_means(
    page: str, role: str, chair: Seat
) -> None:
    found = chair(role).get(page)
    assert found.status_code == 200
    assert len(re.findall("<h1", found.text)) == 1
    assert "Tình hình đến 09:00 ngày 20/3/2024" in words(found.text)
    assert "Trang này cho biết gì" in found.text
    assert " style=" not in found.text
    assert "<script" not in found.text


def test_the_overview_counts_as_dondoc_status_does(whole: Office, reader: TestClient) -> None:
    told = status.to_json(whole.moment, status.counts(whole.app, whole.moment))
    page = reader.get("/theo-doi").text
    for name, slug in SLUGS.items():
        link = re.escape(f"{PLAN}?trang-thai={slug}") + r'"[^>]*>(?:[^<]*<b>)?([\d.]+)<'
        found = re.search(link, page)
        assert found is not None, name
        assert int(found.group(1).replace(".", "")) == told["total"][name], name
    assert sum(told["total"].values()) > 1000
    for row in told["agencies"]:
        for name, slug in SLUGS.items():
            if row["agency"].startswith("?") or not row[name]:
                continue
            assert f'{PLAN}?co-quan={row["agency"]}&amp;trang-thai={slug}">{_n(row[name])}<' in page, (row, name)
    for row in told["sections"]:
        for name, slug in SLUGS.items():
            if row[name]:
                assert f'{PLAN}?linh-vuc={row["section"]}&amp;trang-thai={slug}">{_n(row[name])}<' in page


SLUGS = {state: slug for slug, (state, _) in STATES.items() if state in COUNTS}


def _n(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def test_each_number_leads_to_a_list_of_that_many(whole: Office, reader: TestClient) -> None:
    page = reader.get("/theo-doi").text
    links = set(re.findall(rf'href="({PLAN}\?[^"]*)"[^>]*>(?:[^<]*<b>)?([\d.]+)<', page))
    assert len(links) > 100
    for address, number in sorted(links)[::9]:
        assert how_many(reader.get(unescape(address)).text) == int(number.replace(".", "")), address


def test_the_supervisors_own_work_stands_apart_and_is_in_the_total(reader: TestClient) -> None:
    page = words(reader.get("/theo-doi").text)
    by_agency, _, own = page.partition("Việc của chính cơ quan theo dõi")
    assert "Sở Nội vụ" in own.partition("Theo lĩnh vực")[0]
    assert "Sở Nội vụ" not in by_agency.partition("Theo cơ quan")[2]


def test_the_states_inside_the_counts_list_what_they_say(whole: Office, reader: TestClient) -> None:
    for slug, said in (("tra-lai", "Được trả lại để bổ sung"), ("da-bao-cao", "Đã báo cáo, chờ duyệt")):
        page = reader.get(PLAN, params={"trang-thai": slug}).text
        rows = page.count('class="who"')
        assert rows == how_many(page) > 0
        assert page.partition("<tbody")[2].count(said) == rows
    page = reader.get(PLAN, params={"trang-thai": "chua-den-ky"}).text
    assert how_many(page) > 0
    assert page.count("Bắt đầu từ") == page.count('class="who"')


@pytest.mark.parametrize("typed", ["thu tuc", "THỦ TỤC", "  thủ   tuc ", "tuc thu"])
def test_a_search_needs_no_accents(typed: str, reader: TestClient) -> None:
    page = reader.get(PLAN, params={"tim": typed}).text
    with_accents = reader.get(PLAN, params={"tim": "thủ tục"}).text
    assert how_many(page) == how_many(with_accents) > 0
    tasks = re.findall(r'class="task-head"><th[^>]*><a href="[^"]*">(.*?)</a>', page)
    assert tasks


def test_a_search_finds_code_product_and_deadline(reader: TestClient) -> None:
    for typed in ("III.2.62", "quy i/2024", "ke hoach kiem tra"):
        assert how_many(reader.get(PLAN, params={"tim": typed}).text) > 0, typed
    assert reader.get(PLAN, params={"tim": "I.2.5 zzz"}).text.count("Không có việc nào khớp") == 1


def test_filters_narrow_together(reader: TestClient) -> None:
    page = reader.get(PLAN, params={"co-quan": "so-tu-phap", "thang": "2024-q1", "linh-vuc": "I"}).text
    assert "I.2.5" in page
    assert "Đang lọc: Sở Tư pháp; I. " in page
    assert 'value="so-tu-phap" selected' in page
    assert 'value="2024-q1" selected' in page
    assert 0 < how_many(page) < how_many(reader.get(PLAN, params={"co-quan": "so-tu-phap"}).text)
    assert set(re.findall(r'class="who"><a href="/theo-doi/co-quan/([^"]*)"', page)) == {"so-tu-phap"}


@pytest.mark.parametrize("order", ["ke-hoach", "han", "co-quan"])
def test_the_pages_of_a_list_hold_each_row_once(order: str, reader: TestClient) -> None:
    params = {"trang-thai": "cho-su-kien", "sap-xep": order}
    seen, number = 0, 1
    while True:
        page = reader.get(PLAN, params={**params, "trang": str(number)}).text
        seen += page.count('class="who"')
        if 'rel="next"' not in page:
            break
        number += 1
    assert seen == how_many(page)
    assert number == -(-seen // 50)
    beyond = reader.get(PLAN, params={**params, "trang": "99999"}).text
    assert beyond.count('class="who"') == page.count('class="who"')


def test_rows_by_due_day_come_in_that_order(reader: TestClient) -> None:
    page = reader.get(PLAN, params={"sap-xep": "han", "trang-thai": "trong-han"}).text
    found = re.findall(r"Hạn: </span>Chậm nhất [^,]*, (\d+)/(\d+)/(\d{4})", page)
    days = [date(int(y), int(m), int(d)) for d, m, y in found]
    assert len(days) > 10
    assert days == sorted(days)


def test_the_file_holds_the_list_that_was_filtered(whole: Office, reader: TestClient) -> None:
    narrow = {"trang-thai": "qua-han", "sap-xep": "han"}
    found = reader.get(f"{PLAN}/danh-sach.csv", params=narrow)
    assert found.headers["content-type"] == "text/csv; charset=utf-8"
    assert found.headers["content-disposition"].startswith('attachment; filename="hung-yen-2024-')
    assert found.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(found.content.decode("utf-8-sig")), delimiter=";"))
    assert tuple(rows[0]) == HEAD
    assert len(rows) - 1 == how_many(reader.get(PLAN, params=narrow).text)
    every = reader.get(f"{PLAN}/danh-sach.csv").content.decode("utf-8-sig")
    assert sorted(row[-1] for row in csv.reader(io.StringIO(every), delimiter=";"))[1:] == sorted(_ids(whole))[0:]


@pytest.mark.parametrize("cell", ["=1+1", "+84", "-1", "@SUM", "\t=1", "\r=1", " =1", "\u00a0=1", " @x"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless("Sở Tư pháp – 1") == "Sở Tư pháp – 1"


HOSTILE = [
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "%",
    "a\x00b",
    "\u202eabc",
    "x" * 5000,
    "\ud7ff\U0001f4a9",
    "=cmd",
]


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_words_only_find_nothing(typed: str, chair: Seat) -> None:
    client = chair("read")
    for name in ("tim", "co-quan", "linh-vuc", "trang-thai", "thang", "sap-xep", "trang"):
        found = client.get(PLAN, params={name: typed})
        assert found.status_code == 200, name
        assert "<script>" not in found.text
        assert client.get(f"{PLAN}/danh-sach.csv", params={name: typed}).status_code == 200
    assert client.get(TASK, params={"trang": typed}).status_code == 200


def test_a_choice_that_does_not_exist_is_told(chair: Seat) -> None:
    page = words(chair("read").get(PLAN, params={"co-quan": "khong-co", "trang-thai": "xyz"}).text)
    assert "Không có lựa chọn “khong-co”, “xyz”" in page


@pytest.mark.parametrize(
    "address",
    [
        "/theo-doi/ke-hoach/khong-co", "/theo-doi?ke-hoach=khong-co", f"{PLAN}/nhiem-vu/khong-co",
        f"{PLAN}/nhiem-vu/I.2.5%00", f"{PLAN}/nhiem-vu/..%2F..", "/theo-doi/co-quan/khong-co", "/theo-doi/co-quan/%00",
        "/theo-doi/co-quan/%3Fcac-so", "/theo-doi/thu?tinh-trang=xyz", "/theo-doi/tep/0", "/theo-doi/tep/99",
        f"/theo-doi/tep/{2**70}", f"{TASK}?co-quan=khong-co", "/theo-doi/ke-hoach/khong-co/danh-sach.csv",
    ],
)  # fmt: skip
def test_what_does_not_exist_is_not_found(address: str, chair: Seat) -> None:
    assert chair("read").get(address).status_code == 404


def test_the_task_page_explains_as_dondoc_explain_does(office: Office, seat: Seat) -> None:
    office.submit(
        QUARTER, kind="done", note="xong", document_number="1/BC", document_date=date(2024, 3, 20), by=JUSTICE
    )
    reviewing.return_(office.app, QUARTER, by="so-noi-vu/a", now=office.moment, reason="Thiếu phụ lục")
    page = words(seat("read").get(TASK).text)
    with office.app.sessions() as session:
        found = book(office.app, session, PLAN_ID)
        snapshot = found.snapshot(obligations.load_ladders(session))
    for sentence in explain(office.case(QUARTER), snapshot, office.moment):
        assert sentence in page
    for said in ("“Quý I/2024”", "Từ 01/01/2024 đến hết 31/03/2024", "Sở Tư pháp (đầu mối)", "Trả lại để bổ sung"):
        assert said in page


def test_the_journal_shows_no_name_of_the_code(office: Office, seat: Seat) -> None:
    office.submit(QUARTER, kind="ack", until=date(2024, 4, 10), by=JUSTICE)
    page = words(seat("read").get(TASK).text).partition("Diễn biến")[2]
    assert "Đơn vị trả lời" in page
    assert "answered" not in page
    assert "Xác nhận và hẹn ngày" in page


def test_an_attached_file_is_a_download_in_a_sandbox(office: Office, seat: Seat) -> None:
    stream = io.BytesIO(PDF)
    checked = check_file("báo cáo.pdf", stream)
    assert isinstance(checked, Checked)
    keep(office.app.settings.home, checked, stream)
    office.submit(QUARTER, kind="done", note="xong", files=(checked,), by=JUSTICE)
    client = seat("read")
    link = re.search(r'href="(/theo-doi/tep/\d+)"', client.get(TASK).text)
    assert link is not None
    found = client.get(link.group(1))
    assert found.content == PDF
    assert found.headers["content-disposition"].startswith("attachment;")
    assert found.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert found.headers["cache-control"] == "private, no-store"
    with office.app.sessions.begin() as session:
        session.get_one(FileRow, int(link.group(1).rpartition("/")[2])).sha256 = "0" * 64
    assert client.get(link.group(1)).status_code == 404


def test_a_report_that_waits_leads_the_reviewer_to_it_and_a_reader_nowhere(office: Office, seat: Seat) -> None:
    office.submit(QUARTER, kind="done", note="xong", by=JUSTICE)
    with office.app.sessions() as session:
        answer = obligations.load_case(session, QUARTER)
        assert answer is not None
    link = f"/theo-doi/duyet/{answer.answers[0].id}"
    assert link in seat("supervisor").get(TASK).text
    assert link not in seat("read").get(TASK).text


def test_what_waits_for_somebody_is_on_the_overview(office: Office, seat: Seat) -> None:
    office.submit(QUARTER, kind="done", note="xong", by=JUSTICE)
    office.submit(QUARTER, kind="done", note="bổ sung", by=JUSTICE)
    office.set(date(2024, 3, 26))
    page = words(seat("read").get("/theo-doi").text)
    assert "1 báo cáo, đề nghị chờ duyệt" in page
    assert "Cũ nhất gửi ngày 20/3/2024, đã chờ 4 ngày làm việc." in page


def test_an_agency_without_work_messages_or_answers_says_so(chair: Seat) -> None:
    page = words(chair("read").get("/theo-doi/co-quan/so-y-te").text)
    for said in ("không nợ việc nào", "Chưa có câu trả lời nào", "Chưa có thư nào", "Chưa cấp liên kết nào"):
        assert said in page


def test_the_agency_page_tells_when_its_link_was_opened(office: Office, seat: Seat, visit: object) -> None:
    office.link(JUSTICE)
    address = "/theo-doi/co-quan/so-tu-phap"
    assert "Chưa mở lần nào" in words(seat("read").get(address).text)
    assert visit(JUSTICE) is not None  # type: ignore[operator]
    assert "Mở gần nhất 09:00 ngày 20/3/2024" in words(seat("read").get(address).text)


@pytest.mark.parametrize(
    ("whole_text", "told"),
    [("an.nguyen@hungyen.gov.vn", "an…@hungyen.gov.vn"), ("0912345678", "09…78"), ("123", "…"), (None, ""), ("", "")],
)
def test_what_is_personal_is_masked(whole_text: str | None, told: str) -> None:
    assert masked(whole_text) == told


def test_without_any_plan_the_pages_say_what_to_do(database_url: str, tmp_path: Path) -> None:
    town = open_town(database_url, tmp_path / "home", SimpleNamespace(port=9, mailbox=None), date(2024, 1, 2))  # type: ignore[arg-type]
    town.app = replace(town.app, settings=replace(town.app.settings, public_url=HERE))
    with town.app.sessions.begin() as session:
        row = dict.fromkeys(("login", "name", "agency", "role", "created_by"), "read")
        moments = dict.fromkeys(("password_at", "created_at"), town.moment)
        accounts.add(session, AccountRow(**row, **moments, password=passwords.hashed(PASSWORD), failures=0))
    client = client_of(console_app(town.app))
    entered = signing_in.sign_in(town.app, "read", PASSWORD, town.moment)
    assert entered is not None
    client.cookies.set("dondoc-ban", entered.cookie, domain="127.0.0.1", path="/")
    try:
        assert "Chưa có kế hoạch nào được áp dụng" in client.get("/theo-doi").text
        assert "Chưa có kế hoạch nào được áp dụng" in client.get("/theo-doi/ke-hoach").text
        assert "Chưa có cơ quan nào được giao việc" in client.get("/theo-doi/co-quan").text
    finally:
        town.app.engine.dispose()


def test_an_archived_plan_reminds_nobody_and_says_so(archived: None, reader: TestClient) -> None:
    page = words(reader.get(PLAN, params={"trang-thai": "qua-han"}).text)
    assert "Kế hoạch đã lưu trữ: giữ số liệu, không nhắc nữa." in page
    assert "nếu đến lúc đó chưa có báo cáo" not in page


@pytest.fixture
def archived(whole: Office) -> Iterator[None]:
    """The plan is archived as long as the test looks."""
    with whole.app.sessions.begin() as session:
        session.execute(text("UPDATE plans SET archived = true"))
    yield
    with whole.app.sessions.begin() as session:
        session.execute(text("UPDATE plans SET archived = false"))
