"""A real Chromium: more time, "not ours", an event, a draft, from list to receipt; on a phone, without script."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from browser_help import OF_THE_SCREEN, serious
from office import AWAITING, JUSTICE, QUARTER, YEAR, Office
from page_help import live
from playwright.sync_api import Browser, BrowserContext, Page
from starlette.applications import Starlette

PHONE = {"width": 360, "height": 780}
PDF = b"%PDF-1.7\nto trinh\n%%EOF"


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


def chosen(context: BrowserContext, base: str, office: Office, *ids: str) -> Page:
    """The form for these, by way of the list."""
    page = context.new_page()
    page.goto(f"{base}/l/{office.link(JUSTICE)}")
    for summary in page.locator("section.group > details > summary").all():
        summary.click()
    for key in ids:
        page.locator(f'input[value="{key}"]').check()
    page.get_by_role("button", name="Báo cáo các việc đã chọn").click()
    return page


def choose(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).check()


def test_more_time_for_a_task_from_the_list_to_the_receipt(context: BrowserContext, base: str, office: Office) -> None:
    page = chosen(context, base, office, QUARTER)
    choose(page, "Xin gia hạn")
    day = page.get_by_label("Ngày đề nghị gia hạn đến", exact=True)
    assert "Từ Thứ Hai, 01/4/2024 đến Thứ Năm, 30/5/2024." in page.locator("#ngay_xin-goi-y").inner_text()
    day.fill("31/3/2024")
    page.get_by_role("button", name="Gửi báo cáo").click()
    summary = page.get_by_role("alert")
    assert "ngày đề nghị phải sau hạn đang có" in summary.inner_text()
    assert "Ghi lý do" in summary.inner_text()
    page.get_by_label("Ngày đề nghị gia hạn đến", exact=True).fill("12/4/2024")
    page.get_by_label("Nội dung", exact=True).fill("Chờ ý kiến của Bộ Tư pháp.")
    page.get_by_label("Tệp minh chứng").set_input_files(
        {"name": "tờ trình.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    page.get_by_role("button", name="Gửi báo cáo").click()
    receipt = page.get_by_role("main").inner_text()
    assert page.get_by_role("heading", level=1).inner_text() == "Đã ghi nhận báo cáo"
    assert "Thứ Sáu, 12/4/2024" in receipt
    assert "tờ trình.pdf" in receipt
    page.get_by_role("link", name="Về danh sách việc").click()
    assert "Đã xin gia hạn đến Thứ Sáu, 12/4/2024" in page.get_by_role("main").inner_text()
    assert office.case(QUARTER).answers[0].until == date(2024, 4, 12)


def test_not_ours_for_two_tasks_from_the_list_to_the_receipt(
    context: BrowserContext, base: str, office: Office
) -> None:
    page = chosen(context, base, office, QUARTER, YEAR)
    choose(page, "Không phải đơn vị tôi")
    page.get_by_label("Việc này của đơn vị nào", exact=True).select_option(label="Sở Tài chính")
    page.get_by_label("Nội dung", exact=True).fill("Thuộc chức năng quản lý ngân sách.")
    page.get_by_role("button", name="Gửi báo cáo").click()
    assert "Sở Tài chính" in page.get_by_role("main").inner_text()
    page.get_by_role("link", name="Về danh sách việc").click()
    waiting = page.get_by_role("region", name="Chờ duyệt (2)")
    assert waiting.locator("li.task").count() == 2
    assert [office.case(key).answers[0].whose for key in (QUARTER, YEAR)] == ["so-tai-chinh"] * 2


def test_an_event_from_the_folded_list_to_the_receipt(context: BrowserContext, base: str, office: Office) -> None:
    page = chosen(context, base, office, AWAITING)
    choose(page, "Đã xảy ra")
    page.get_by_label("Số, ký hiệu văn bản").fill("9/QĐ-BTP")
    page.get_by_label("Ngày văn bản").fill("19/3/2024")
    page.get_by_role("button", name="Gửi báo cáo").click()
    assert "9/QĐ-BTP" in page.get_by_role("main").inner_text()
    assert office.case(AWAITING).answers[0].kind == "progress"


def test_a_draft_is_kept_and_gone_on_with(context: BrowserContext, base: str, office: Office) -> None:
    page = chosen(context, base, office, QUARTER)
    choose(page, "Không phát sinh, không thuộc thẩm quyền")
    page.get_by_label("Nội dung", exact=True).fill("Dở dang.")
    page.get_by_role("button", name="Lưu nháp").click()
    assert "Đã lưu nháp. Chưa có gì được gửi." in page.get_by_role("region", name="Bản nháp (1)").inner_text()
    page.get_by_role("link", name="Viết tiếp").click()
    assert page.get_by_label("Nội dung", exact=True).input_value() == "Dở dang."
    page.get_by_role("button", name="Gửi báo cáo").click()
    page.get_by_role("link", name="Về danh sách việc").click()
    assert page.get_by_role("region", name="Bản nháp").count() == 0
    assert office.case(QUARTER).answers[0].kind == "not_applicable"


def test_only_the_fields_of_the_chosen_answer_are_there(context: BrowserContext, base: str, office: Office) -> None:
    page = chosen(context, base, office, QUARTER)
    shown = {
        "Đã hoàn thành": {"so_van_ban", "ngay_van_ban", "ghi_chu", "tep"},
        "Xin gia hạn": {"ngay_xin", "ghi_chu", "tep"},
        "Không phát sinh, không thuộc thẩm quyền": {"ghi_chu", "tep"},
        "Không phải đơn vị tôi": {"co_quan", "ghi_chu", "tep"},
    }
    every = set().union(*shown.values()) | {"ngay_hen"}
    for label, names in shown.items():
        choose(page, label)
        assert {name for name in every if page.locator(f"#{name}").is_visible()} == names
        hint = page.locator("#ghi_chu").get_attribute("aria-describedby")
        assert hint == "ghi_chu-goi-y"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_by_axe_and_nothing_beside_the_screen(
    browser: Browser, base: str, office: Office, scheme: str, tmp_path: Path
) -> None:
    office.submit(QUARTER, kind="extension", until=date(2024, 4, 12), note="x" * 300, submission="xin", by=JUSTICE)
    made = browser.new_context(
        viewport={"width": 320, "height": 800}, color_scheme=scheme, bypass_csp=True, locale="vi-VN"
    )
    page = made.new_page()
    page.goto(f"{base}/l/{office.link(JUSTICE)}")
    page.goto(f"{base}/viec/tra-loi?viec={QUARTER}&viec={YEAR}")
    page.get_by_role("radio", name="Không phải đơn vị tôi").check()
    page.get_by_role("button", name="Gửi báo cáo").click()  # with errors, kept as a draft
    addresses = ["", "/viec", f"/viec/tra-loi?viec={QUARTER}", f"/viec/tra-loi?viec={AWAITING}", "/viec/bien-nhan/xin"]
    for address in addresses:
        if address:
            page.goto(base + address)
        for summary in page.locator("summary").all():
            if summary.is_visible():
                summary.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
        assert serious(page, None if scheme == "light" else OF_THE_SCREEN) == [], address
    made.close()
