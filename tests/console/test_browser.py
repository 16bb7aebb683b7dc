"""A real Chromium: from the link in a real mail to the receipt, by mouse, by keyboard, on a phone, without script."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from office import JUSTICE, QUARTER, YEAR, Office, small
from page_help import live, live_on
from playwright.sync_api import Browser, BrowserContext, Page
from seat_help import PASSWORD
from starlette.applications import Starlette
from town import Town, open_town

from dondoc.channels.sink import Sink
from dondoc.console import console_app
from dondoc.services import accounts
from dondoc.store import obligations

PDF = b"%PDF-1.7\nminh chung\n%%EOF"
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone with JavaScript off: the page must not need it."""
    made = browser.new_context(viewport=PHONE, locale="vi-VN", java_script_enabled=False)
    made.set_default_timeout(15_000)
    yield made
    made.close()


@pytest.fixture
def base(pages: Starlette) -> Iterator[str]:
    with live(pages) as address:
        yield address


def test_from_the_mail_to_the_accepted_report(database_url: str, tmp_path: Path, context: BrowserContext) -> None:
    """Reminder in the sink → link → two tasks chosen → done with a PDF → receipt → Home Affairs signs in, reads and
    accepts one → the agency sees one under review and one done; the receipt comes by mail."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    sink = Sink(tmp_path / "sink")
    sink.start()
    town = open_town(database_url, tmp_path / "home", sink, date(2024, 1, 2))
    town.app = replace(town.app, settings=replace(town.app.settings, public_url=f"http://127.0.0.1:{port}"))
    town.apply(small())
    town.morning(date(2024, 3, 21))  # seven working days before the quarter's end
    mailbox = small().directory.recipient("so-tu-phap")
    assert mailbox is not None
    mail = town.mails(mailbox.contact.email)[-1]
    link = re.search(r"http://127\.0\.0\.1:\d+/l/[\w-]+", mail.text or "")
    assert link is not None
    try:
        with live_on(console_app(town.app), port):
            page = context.new_page()
            page.goto(link.group())
            assert page.url == f"http://127.0.0.1:{port}/viec"
            for key in (QUARTER, YEAR):
                page.locator(f'input[value="{key}"]').check()
            page.get_by_role("button", name="Báo cáo các việc đã chọn").click()
            assert page.get_by_role("heading", level=1).inner_text() == "Báo cáo 2 việc"
            page.get_by_role("radio", name="Đã hoàn thành", exact=True).check()
            page.get_by_role("textbox", name="Số, ký hiệu văn bản").fill("52/BC-STP")
            page.get_by_role("textbox", name="Ngày văn bản").fill("19/3/2024")
            page.get_by_label("Tệp minh chứng").set_input_files(
                {"name": "báo cáo.pdf", "mimeType": "application/pdf", "buffer": PDF}
            )
            page.get_by_role("button", name="Gửi báo cáo").click()
            assert page.get_by_role("heading", level=1).inner_text() == "Đã ghi nhận báo cáo"
            page.get_by_role("link", name="Về danh sách việc").click()
            waiting = page.get_by_role("region", name="Chờ duyệt (2)")
            assert waiting.locator("li.task").count() == 2
            with town.app.sessions() as session:
                cases = obligations.load_cases(session, ids=[QUARTER, YEAR])
            assert [case.answers[0].kind for case in cases] == ["done", "done"]
            accept_the_first(context.browser, port, town)
            page.reload()
            assert page.get_by_role("region", name="Chờ duyệt (1)").is_visible()
            assert page.get_by_role("region", name="Đã xong (1)").is_visible()
            town.morning(date(2024, 3, 22))
            assert any("Biên nhận" in mail.entry.subject for mail in town.mails(mailbox.contact.email))
    finally:
        town.app.engine.dispose()
        sink.stop()


def accept_the_first(browser: Browser | None, port: int, town: Town) -> None:
    """Home Affairs at its own PC: sign in, the oldest answer, its file, told first, confirmed."""
    assert browser is not None
    accounts.create(
        town.app, login="lan", name="Cán bộ theo dõi", agency="so-noi-vu", role="supervisor", password=PASSWORD,
        by="kiểm thử", now=town.moment, must_change=False,
    )  # fmt: skip
    desk = browser.new_context(viewport={"width": 1280, "height": 900}, locale="vi-VN", java_script_enabled=False)
    page = desk.new_page()
    page.goto(f"http://127.0.0.1:{port}/theo-doi/duyet")
    page.get_by_label("Tên đăng nhập").fill("lan")
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.get_by_role("link", name="Đọc và quyết định").first.click()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="báo cáo.pdf").first.click()
    assert Path(downloading.value.path()).read_bytes() == PDF
    page.get_by_role("button", name="Xem trước: chấp nhận").click()
    page.get_by_role("button", name="Xác nhận: chấp nhận").click()
    assert "Đã ghi nhận" in page.get_by_role("status").inner_text()
    desk.close()


def open_work(context: BrowserContext, base: str, office: Office) -> Page:
    page = context.new_page()
    page.goto(f"{base}/l/{office.link(JUSTICE)}")
    return page


def test_the_error_path_keeps_what_was_typed_and_leads_to_each_field(
    context: BrowserContext, base: str, office: Office
) -> None:
    page = open_work(context, base, office)
    page.locator(f'input[value="{QUARTER}"]').check()
    page.get_by_role("button", name="Báo cáo các việc đã chọn").click()
    page.get_by_role("radio", name="Xác nhận, hẹn ngày hoàn thành", exact=True).check()
    page.get_by_label("Ngày hẹn hoàn thành", exact=True).fill("30/4/2024")
    page.get_by_label("Nội dung", exact=True).fill("Đang trình ký.")
    page.get_by_role("button", name="Gửi báo cáo").click()
    summary = page.get_by_role("alert")
    assert "ngày hẹn muộn nhất là Thứ Hai, 15/4/2024" in summary.inner_text()
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    summary.get_by_role("link").click()
    field = page.get_by_label("Ngày hẹn hoàn thành", exact=True)
    assert (field.input_value(), page.get_by_label("Nội dung", exact=True).input_value()) == (
        "30/4/2024",
        "Đang trình ký.",
    )
    assert page.evaluate("document.activeElement.id") == "ngay_hen" or page.url.endswith("#ngay_hen")
    field.fill("15/4/2024")
    page.get_by_role("button", name="Gửi báo cáo").click()
    assert "Ngày hẹn" in page.get_by_role("main").inner_text()
    assert office.case(QUARTER).answers[0].until == date(2024, 4, 15)


def test_only_the_fields_of_the_chosen_answer_are_shown(context: BrowserContext, base: str, office: Office) -> None:
    page = open_work(context, base, office)
    page.get_by_role("link", name=re.compile("Báo cáo việc này")).first.click()
    shown = {
        "Đã hoàn thành": {"so_van_ban", "ngay_van_ban", "ghi_chu", "tep"},
        "Đang thực hiện": {"ghi_chu", "tep"},
        "Xác nhận, hẹn ngày hoàn thành": {"ngay_hen", "ghi_chu"},
    }
    every = set().union(*shown.values())
    assert {name for name in every if page.locator(f"#{name}").is_visible()} == set()
    for label, names in shown.items():
        page.get_by_role("radio", name=label, exact=True).check()
        assert {name for name in every if page.locator(f"#{name}").is_visible()} == names


def test_the_whole_way_by_keyboard_alone(context: BrowserContext, base: str, office: Office) -> None:
    page = open_work(context, base, office)
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Đến nội dung chính"
    tab_to(page, f'input[value="{QUARTER}"]')
    page.keyboard.press("Space")
    tab_to(page, ".bar button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/viec/tra-loi?*")
    tab_to(page, "#loai-done")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    tab_to(page, "#ghi_chu")
    page.keyboard.type("Đang lấy ý kiến")
    tab_to(page, ".actions button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/bien-nhan/*")
    assert office.case(QUARTER).answers[0].note == "Đang lấy ý kiến"


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until that element has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"Tab never reaches {selector}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_is_wider_than_its_screen_or_asks_anything_of_another_host(
    browser: Browser, base: str, office: Office, scheme: str, width: int
) -> None:
    long = "x" * 300
    office.submit(QUARTER, kind="progress", note=long, submission="dai")
    made = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, locale="vi-VN")
    page, foreign, complaints = made.new_page(), [], []
    page.on("request", lambda request: foreign.append(request.url) if not request.url.startswith(base) else None)
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{base}/l/{office.link(JUSTICE)}")
    addresses = ["/", "/viec", f"/viec/tra-loi?viec={QUARTER}&viec={YEAR}", "/viec/bien-nhan/dai"]
    for address in addresses:
        page.goto(base + address)
        for summary in page.locator("summary").all():
            if summary.is_visible():
                summary.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.fonts.check('16px \"Be Vietnam Pro\"', 'Đôn đốc')")
    made.close()
    assert (foreign, complaints) == ([], [])


def test_what_people_press_is_large_enough_and_everything_has_a_name(
    browser: Browser, base: str, office: Office
) -> None:
    made = browser.new_context(viewport=PHONE, locale="vi-VN")
    page = made.new_page()
    page.goto(f"{base}/l/{office.link(JUSTICE)}")
    for address in ("/viec", f"/viec/tra-loi?viec={QUARTER}"):
        page.goto(base + address)
        small_targets = page.evaluate(
            """() => [...document.querySelectorAll('button, .tally a, .pick, .choice, .button, .links a, summary')]
                .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 24)
                .map(e => e.outerHTML.slice(0, 80))"""
        )
        nameless = page.evaluate(
            """() => [...document.querySelectorAll('input:not([type=hidden]), textarea, button, a')]
                .filter(e => !(e.labels && e.labels.length) && !e.textContent.trim())
                .map(e => e.outerHTML.slice(0, 80))"""
        )
        levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map(e => +e.tagName[1])")
        assert (small_targets, nameless) == ([], [])
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))
        assert page.evaluate("document.documentElement.lang") == "vi"
    made.close()
