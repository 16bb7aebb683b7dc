"""The periodic report, one's contact and one's history with a real Chromium: a phone, no script, then axe-core."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from browser_help import serious
from office import AWAITING, JUSTICE, ONGOING, PLAN_ID, QUARTER, YEAR, Office, open_office
from page_help import live
from periodic_help import H1, Q1, at, send_report, text_of
from playwright.sync_api import Browser, BrowserContext, Page
from starlette.applications import Starlette
from town import shipped

from dondoc.console import console_app
from dondoc.services.periodic_lines import key_of

PHONE = {"width": 360, "height": 740}
DISTRICT = "ubnd-huyen-van-lam"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone with JavaScript off."""
    made = browser.new_context(viewport=PHONE, locale="vi-VN", java_script_enabled=False)
    made.set_default_timeout(15_000)
    yield made
    made.close()


@pytest.fixture
def base(pages: Starlette) -> Iterator[str]:
    with live(pages) as address:
        yield address


def fill(page: Page, line: str, words: str) -> None:
    page.locator(f"#{text_of(line)}").fill(words)


def test_a_whole_report_on_a_phone_with_a_draft_and_an_error(
    context: BrowserContext, base: str, office: Office
) -> None:
    page = context.new_page()
    page.goto(f"{base}/l/{office.link(JUSTICE)}")
    page.get_by_role("link", name=re.compile("Mở biểu mẫu báo cáo.*quý I năm")).click()
    assert page.get_by_role("heading", level=1).inner_text() == "Báo cáo quý I năm 2024"
    fill(page, ONGOING, "Đã đăng 12 tin, bài.\n\n  Dòng cuối ")
    region = page.get_by_role("region", name="Việc thường xuyên (1)")
    region.get_by_role("button", name="Lưu nháp").click()
    assert page.url.endswith("da-luu=thuong-xuyen#thuong-xuyen")
    assert "Đã lưu nháp lúc 09:00 ngày 20/3/2024. Chưa gửi." in region.inner_text()
    page.goto(f"{base}/viec")  # the phone rang
    page.get_by_role("link", name=re.compile("Mở biểu mẫu báo cáo.*quý I năm")).click()
    assert page.locator(f"#{text_of(ONGOING)}").input_value() == "Đã đăng 12 tin, bài.\n\n  Dòng cuối "

    document = page.locator(f"#s-{key_of(AWAITING)}")
    assert not document.is_visible()
    question = page.get_by_role("group", name="Đã xảy ra chưa?")
    question.get_by_label("Đã", exact=True).check()
    assert document.is_visible()
    document.fill("7/QĐ-UBND")
    page.locator(f"#n-{key_of(AWAITING)}").fill("1/4/2024")
    fill(page, QUARTER, "Đang trình ký")
    page.get_by_role("button", name="Gửi báo cáo").click()

    summary = page.get_by_role("alert")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    assert "sau hôm nay" in summary.inner_text()
    assert "Nội dung đã nhập được lưu nháp" in summary.inner_text()
    summary.get_by_role("link", name="Ghi tình hình thực hiện").click()
    assert page.url.endswith(f"#{text_of(YEAR)}")
    assert page.locator(f"#{text_of(QUARTER)}").input_value() == "Đang trình ký"
    fill(page, YEAR, "Không phát sinh")
    page.locator(f"#n-{key_of(AWAITING)}").fill("1/3/2024")
    page.get_by_role("button", name="Gửi báo cáo").click()

    assert page.get_by_role("heading", level=1).inner_text() == "Đã ghi nhận báo cáo"
    assert "Đã xảy ra: văn bản số 7/QĐ-UBND ngày 01/3/2024." in page.get_by_role("main").inner_text()
    assert office.case(ONGOING).answers[0].note == "Đã đăng 12 tin, bài.\n\n  Dòng cuối"
    assert [answer.kind for answer in office.case(Q1).answers] == ["done"]
    page.get_by_role("link", name="Về danh sách việc").click()
    page.get_by_role("link", name="Lịch sử trả lời").click()
    assert page.get_by_role("heading", name="5 câu trả lời").is_visible()


def test_enter_in_a_field_never_sends_half_a_report(context: BrowserContext, base: str, office: Office) -> None:
    page = context.new_page()
    page.goto(f"{base}/l/{office.link(JUSTICE)}")
    page.goto(base + at(Q1))
    page.locator("#so_van_ban").fill("9/BC")
    page.locator("#so_van_ban").press("Enter")
    page.wait_for_url("**da-luu=*")
    assert page.locator("#so_van_ban").input_value() == "9/BC"
    assert office.case(Q1).answers == ()


def test_a_contact_is_corrected_and_the_wish_taken_back(context: BrowserContext, base: str, office: Office) -> None:
    page = context.new_page()
    page.goto(f"{base}/l/{office.link(JUSTICE)}")
    page.get_by_role("link", name="Đầu mối nhận thư").click()
    page.get_by_label("Địa chỉ thư").fill("sai địa chỉ")
    page.get_by_role("button", name="Gửi đề nghị").click()
    page.get_by_role("alert").get_by_role("link").click()
    assert page.url.endswith("#thu")
    page.get_by_label("Địa chỉ thư").fill("phapche@sotuphap.hungyen.example")
    page.get_by_role("button", name="Gửi đề nghị").click()
    assert "vẫn gửi đến địa chỉ cũ" in page.get_by_role("status").inner_text()
    page.get_by_role("button", name="Rút đề nghị").click()
    assert "Đã rút đề nghị" in page.get_by_role("status").inner_text()


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_the_pages_fit_and_axe_finds_nothing_serious(
    browser: Browser, base: str, office: Office, scheme: str, width: int
) -> None:
    send_report(office, "bao-cao-1")
    made = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, locale="vi-VN", bypass_csp=True
    )  # type: ignore[call-overload]
    page = made.new_page()
    page.goto(f"{base}/l/{office.link(JUSTICE)}")
    for address in (at(H1), "/viec/bien-nhan-dinh-ky/bao-cao-1", "/viec/lich-su", "/viec/dau-moi"):
        page.goto(base + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        assert serious(page) == [], address
        levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map(e => +e.tagName[1])")
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False)), address
        picture(page, f"{address.split('/')[2]}-{width}-{scheme}")
    page.goto(base + at(H1))
    page.locator(f"#{text_of(YEAR)}").fill("")
    page.get_by_role("button", name="Gửi báo cáo").click()
    assert serious(page) == []
    picture(page, f"loi-{width}-{scheme}")
    made.close()


def test_a_districts_long_report_fits_a_phone(database_url: str, tmp_path: Path, context: BrowserContext) -> None:
    with open_office(database_url, tmp_path / "home", shipped(), date(2024, 1, 2)) as office:
        office.set(date(2024, 3, 15))
        with live(console_app(office.app)) as base:
            page = context.new_page()
            page.goto(f"{base}/l/{office.link(f'{DISTRICT}/focal')}")
            page.goto(base + at(f"{PLAN_ID}/bao-cao/-/2024-Q1/{DISTRICT}"))
            assert page.get_by_role("heading", name="Việc thường xuyên (32)").count() == 1
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
            areas = page.locator("textarea.line")
            areas.nth(areas.count() - 1).fill("dòng cuối cùng")
            page.get_by_role("button", name="Lưu nháp").last.click()
            assert page.locator("textarea.line").nth(areas.count() - 1).input_value() == "dòng cuối cùng"
            picture(page, "huyen-360")


def picture(page: Page, name: str) -> None:
    """Kept where DONDOC_TEST_PICTURES names a folder, to be looked at."""
    folder = os.environ.get("DONDOC_TEST_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
