"""What an agency sees: its own work and its communes', grouped by state, each with its day, reason and next step."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest
from office import AWAITING, JUSTICE, OTHERS, QUARTER, YEAR, Office, open_office, small
from page_help import Visit, live
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.testclient import TestClient
from town import only, shipped

from dondoc.console import Addresses, console_app
from dondoc.console.visits import MOST_STRANGERS_AN_HOUR
from dondoc.services import linking, reviewing
from dondoc.store.models import JournalRow, SessionRow


def groups(page: str) -> dict[str, list[str]]:
    """Badges by heading, in the order of the page."""
    found: dict[str, list[str]] = {}
    for section in re.findall(r'<section class="group".*?</section>', page, re.S):
        title = re.search(r"<h[23][^>]*>(.*?) \(\d+\)</h", section)
        assert title is not None
        badges = re.findall(r'<span class="badge \w+">.*?</svg>\s*(.*?)</span>', section, re.S)
        found[html.unescape(title.group(1))] = [html.unescape(words.strip()) for words in badges]
    return found


def card(page: str, obligation_id: str) -> str:
    """The words of one card."""
    start = page.index(f'value="{obligation_id}"')
    text = page[start : page.index("</li>", page.index('<div class="links">', start))]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


@pytest.mark.parametrize(
    ("today", "group", "badge"),
    [
        (date(2024, 3, 19), "Đang thực hiện", "Đang thực hiện, trong hạn"),
        (date(2024, 3, 20), "Sắp đến hạn", "Còn 7 ngày làm việc"),
        (date(2024, 3, 28), "Sắp đến hạn", "Còn 1 ngày làm việc"),
        (date(2024, 3, 29), "Sắp đến hạn", "Ngày cuối: Thứ Hai, 01/4/2024"),
        (date(2024, 3, 31), "Sắp đến hạn", "Ngày cuối: Thứ Hai, 01/4/2024"),
        (date(2024, 4, 1), "Sắp đến hạn", "Hôm nay là ngày cuối"),
        (date(2024, 4, 2), "Quá hạn", "Quá hạn 1 ngày làm việc"),
        (date(2024, 4, 8), "Quá hạn", "Quá hạn 5 ngày làm việc"),
    ],
)
def test_the_state_is_told_in_words_day_by_day(
    office: Office, justice: TestClient, today: date, group: str, badge: str
) -> None:
    office.set(today)
    client = TestClient(justice.app, base_url="http://127.0.0.1:8080")
    page = client.get(f"/l/{office.link(JUSTICE)}").text
    assert badge in groups(page)[group]


def test_a_card_tells_plan_words_day_product_partners_and_what_comes_next(justice: TestClient) -> None:
    words = card(justice.get("/viec").text, QUARTER)
    assert "I.2.5 Xây dựng, tham mưu UBND tỉnh ban hành Kế hoạch kiểm tra, rà soát, hệ thống hóa văn bản QPPL" in words
    assert "Chậm nhất Chủ Nhật, 31/3/2024 (ngày nghỉ, tính đến hết Thứ Hai, 01/4/2024)" in words
    assert "Kế hoạch ghi: “Quý I/2024”" in words
    assert "Sản phẩm Kế hoạch" in words
    assert "Phối hợp Các sở, ban, ngành" in words
    assert "Nhắc việc sắp đến hạn: Thứ Năm, 21/3/2024, nếu đến lúc đó chưa có báo cáo." in words


def test_the_groups_follow_the_life_of_a_task(office: Office, justice: TestClient) -> None:
    def where() -> str:
        page = justice.get("/viec").text
        return next(name for name, _ in groups(page).items() if QUARTER in section(page, name))

    def section(page: str, name: str) -> str:
        return next(s for s in re.findall(r'<section class="group".*?</section>', page, re.S) if f">{name} (" in s)

    assert where() == "Sắp đến hạn"
    office.submit(QUARTER, kind="done", note="xong")
    assert where() == "Chờ duyệt"
    reviewing.return_(office.app, QUARTER, by="so-noi-vu", now=office.moment, reason="Thiếu chữ ký")
    assert where() == "Được trả lại"
    words = card(justice.get("/viec").text, QUARTER)
    assert "Sở Nội vụ trả lại: Thiếu chữ ký." in words
    assert "gửi lại trước hết Thứ Hai, 25/3/2024" in words
    office.submit(QUARTER, kind="done", note="đã ký")
    reviewing.accept(office.app, QUARTER, by="so-noi-vu", now=office.moment)
    page = justice.get("/viec").text
    assert groups(page)["Đã xong"] == ["Hoàn thành đúng hạn"]
    assert f'value="{QUARTER}"' not in page


def test_a_promise_is_shown_with_its_pause(office: Office, justice: TestClient) -> None:
    office.submit(QUARTER, kind="ack", until=date(2024, 3, 29))
    words = card(justice.get("/viec").text, QUARTER)
    assert "Đơn vị đã hẹn hoàn thành ngày Thứ Sáu, 29/3/2024." in words
    assert "Tạm dừng nhắc đến hết Thứ Sáu, 29/3/2024; hạn của kế hoạch không đổi." in words


def test_ongoing_work_cannot_be_chosen_and_what_awaits_an_event_can(justice: TestClient) -> None:
    page = justice.get("/viec").text
    found = groups(page)
    assert found["Thường xuyên"] == ["Thường xuyên"]
    assert found["Chờ sự kiện"] == ["Chờ sự kiện"]
    assert re.findall(r'type="checkbox" name="viec" value="[^"]*/(?:ca-nam|cho-1)/([^"]*)"', page) == ["so-tu-phap"]
    assert f'type="checkbox" name="viec" value="{AWAITING}"' in page


def test_nothing_of_another_agency_is_on_the_page(justice: TestClient, visit: Visit) -> None:
    assert OTHERS not in justice.get("/viec").text
    assert QUARTER not in visit("van-phong-ubnd-tinh/focal").get("/viec").text


def test_a_contact_with_nothing_to_do_sees_a_friendly_page(visit: Visit) -> None:
    for recipient in ("so-y-te/focal", "ubnd-tinh/head", "khong-con/focal"):
        page = visit(recipient).get("/viec")
        assert page.status_code == 200
        assert "Hiện không có việc nào" in page.text


def test_a_district_sees_its_communes_work_under_their_own_name(database_url: str, tmp_path: Path) -> None:
    communes = next(
        task.id for task in shipped().plan.tasks
        if any("cấp xã" in lead.name for part in task.parts for lead in part.leads) and "Quý" in task.deadline
    )  # fmt: skip
    workspace = only(shipped(), communes, "III.2.54")
    with open_office(database_url, tmp_path / "home", workspace, date(2024, 3, 20)) as office:
        client = TestClient(console_app(office.app), base_url="http://127.0.0.1:8080")
        page = client.get(f"/l/{office.link('ubnd-huyen-van-lam/focal')}").text
    names = re.findall(r'<section class="agency"[^>]*><h2[^>]*>(.*?)</h2>', page)
    assert names == ["UBND huyện Văn Lâm", "UBND cấp xã – huyện Văn Lâm"]
    ids = re.findall(r'id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_the_demo_says_so_on_every_page(database_url: str, tmp_path: Path) -> None:
    workspace = replace(small(), plan=replace(small().plan, demo=True))
    with open_office(database_url, tmp_path / "home", workspace, date(2024, 3, 20)) as office:
        app = console_app(office.app, Addresses("http://127.0.0.1:8026", "http://127.0.0.1:4200"))
        client = TestClient(app, base_url="http://127.0.0.1:8080")
        client.get(f"/l/{office.link(JUSTICE)}")
        for address in ("/", "/viec", f"/viec/tra-loi?viec={YEAR}", "/l/khong-co", "/khong-co"):
            assert "Bản chạy thử: số liệu minh họa" in client.get(address).text
        start = client.get("/").text
    assert 'href="http://127.0.0.1:8026"' in start
    assert 'href="http://127.0.0.1:4200"' in start
    assert "Đang thực hiện trong hạn" in start


def test_outside_the_demo_the_start_page_tells_no_numbers_and_no_addresses(visit: Visit) -> None:
    page = visit().get("/").text
    assert "trong hạn" not in page
    assert "Bản chạy thử" not in page
    assert "Prefect" not in page


@pytest.mark.parametrize(
    ("make", "status", "words"),
    [("unknown", 404, "không đúng"), ("expired", 410, "đã hết hạn"), ("revoked", 410, "đã được thu hồi")],
)
def test_a_link_that_opens_nothing_says_what_to_do(
    office: Office, visit: Visit, make: str, status: int, words: str
) -> None:
    token = office.link(JUSTICE, days=1)
    if make == "expired":
        office.moment += timedelta(days=1)
    elif make == "revoked":
        linking.revoke_links(office.app, "so-tu-phap", by="quản trị", now=office.moment, why="thử")
    found = visit().get(f"/l/{'x' * 43 if make == 'unknown' else token}")
    assert found.status_code == status
    assert words in found.text
    assert "liên hệ Sở Nội vụ" in found.text
    assert "set-cookie" not in found.headers
    assert token not in found.text
    with office.app.sessions() as session:
        assert session.scalars(select(JournalRow.who).where(JournalRow.action == "refused")).all() == ["khách không rõ"]


def test_guessing_links_cannot_fill_the_journal(office: Office, visit: Visit) -> None:
    client = visit()
    for n in range(MOST_STRANGERS_AN_HOUR + 20):
        assert client.get(f"/l/{n}").status_code == 404
    with office.app.sessions() as session:
        rows = session.scalars(select(JournalRow.id).where(JournalRow.action == "refused")).all()
    assert len(rows) == MOST_STRANGERS_AN_HOUR


def test_the_cookie_is_for_this_site_and_no_script(office: Office, visit: Visit) -> None:
    found = visit().get(f"/l/{office.link(JUSTICE)}")
    cookie = found.headers["set-cookie"]
    assert re.fullmatch(r"dondoc=[\w-]{43}; HttpOnly; Path=/; SameSite=lax", cookie)
    assert (found.headers["location"], found.headers["referrer-policy"]) == ("/viec", "no-referrer")


def test_over_https_the_cookie_is_secure_and_bound_to_the_host(database_url: str, tmp_path: Path) -> None:
    url = "https://dondoc.example"
    with open_office(database_url, tmp_path / "home", small(), date(2024, 3, 20), public_url=url) as office:
        client = TestClient(console_app(office.app), base_url=url, follow_redirects=False)
        cookie = client.get(f"/l/{office.link(JUSTICE)}").headers["set-cookie"]
        assert re.fullmatch(r"__Host-dondoc=[\w-]{43}; HttpOnly; Path=/; SameSite=lax; Secure", cookie)
        assert client.get("/viec").status_code == 200


@pytest.mark.parametrize("cookie", ["", "x", "a" * 43, "đ", '"', "a" * 5000])
def test_a_guessed_cookie_opens_nothing(office: Office, visit: Visit, cookie: str) -> None:
    office.link(JUSTICE)
    found = visit().get("/viec", headers={"cookie": f"dondoc={cookie}".encode()})
    assert (found.status_code, "Cần mở lại liên kết trong thư" in found.text) == (403, True)


def test_the_session_ends_with_its_time_and_the_page_says_how_to_go_on(office: Office, justice: TestClient) -> None:
    office.moment += timedelta(hours=12)
    found = justice.get("/viec")
    assert (found.status_code, "Mở thư nhắc việc mới nhất" in found.text) == (403, True)
    with office.app.sessions() as session:
        assert len(session.scalars(select(SessionRow)).all()) == 1


def test_no_token_reaches_the_servers_log(
    office: Office, pages: Starlette, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    token = office.link(JUSTICE)
    with live(pages) as base, httpx.Client(base_url=base) as client:
        assert client.get(f"/l/{token}").status_code == 303
        assert client.get(f"/l/{token}?utm=1").status_code == 303
        assert client.get(f"/l/{token}x").status_code == 404
    captured = capsys.readouterr()
    assert captured.out.count("GET /l/***") == 3
    assert token not in captured.out + captured.err + caplog.text


def test_health_answers_while_the_database_does(office: Office, visit: Visit) -> None:
    assert visit().get("/healthz").text == "ok\n"


def test_a_guessed_receipt_is_refused_and_journaled(office: Office, visit: Visit) -> None:
    office.submit(QUARTER, kind="done", note="xong", by=JUSTICE, submission="phieu-cua-so")
    other = visit("van-phong-ubnd-tinh/focal")
    for address in ("/viec/bien-nhan/phieu-cua-so", "/viec/bien-nhan-dinh-ky/phieu-cua-so"):
        assert other.get(address).status_code == 404
    told = [entry.why for entry in office.journal("form:phieu-cua-so")]
    assert told == ["Mở biên nhận không thuộc đơn vị."] * 2
