"""A real Chromium: the supervisor's day, from signing in to signing out, without script, one decision by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import cast

import pytest
from browser_help import serious
from office import JUSTICE, QUARTER, YEAR, Office, open_office, small
from page_help import live
from playwright.sync_api import Browser, BrowserContext, Page, expect
from seat_help import PASSWORD, has_account
from sqlalchemy import select

from dondoc.console import console_app
from dondoc.services import composing, sweeping
from dondoc.services.app import Channel
from dondoc.store.models import MessageRow, ObligationRow

LEAD_TASK = "III.2.55"


class Silent:
    """A channel that is there; nothing is sent."""

    can_be_asked = False


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """An office PC with JavaScript off."""
    made = browser.new_context(viewport={"width": 1280, "height": 900}, locale="vi-VN", java_script_enabled=False)
    made.set_default_timeout(15_000)
    yield made
    made.close()


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """A morning in March on which something waits everywhere."""
    with open_office(database_url, tmp_path / "home", small(LEAD_TASK), date(2024, 1, 2)) as opened:
        opened.app = replace(opened.app, channels={"email": cast(Channel, Silent())})
        for day in (date(2024, 1, 22), date(2024, 2, 1), date(2024, 2, 19), date(2024, 3, 4), date(2024, 3, 18)):
            now = opened.set(day, time(8))
            sweeping.sweep(opened.app, now)
            composing.compose_day(opened.app, now)
        opened.submit(QUARTER, kind="done", note="Đã ban hành.", document_number="12/KH-STP",
                      document_date=date(2024, 3, 15), by=JUSTICE)  # fmt: skip
        opened.submit(YEAR, kind="done", note="Xong.", by=JUSTICE)
        opened.set(date(2024, 3, 20))
        has_account(opened, "lan")
        yield opened


@pytest.fixture
def page(context: BrowserContext, office: Office) -> Iterator[Page]:
    with live(console_app(office.app)) as base:
        opened = context.new_page()
        opened.goto(f"{base}/theo-doi/duyet")
        yield opened


def test_the_supervisors_day(page: Page, office: Office) -> None:
    """Sign in → inbox → one accepted by keyboard, one returned and taken back → a held message let go → agencies
    chosen → sign out."""
    sign_in(page)
    accept_by_keyboard(page)
    assert outcome(office, QUARTER) == "accepted"
    return_and_take_back(page)
    assert outcome(office, YEAR) is None
    number = let_one_go(page, office)
    assert status(office, number) == "ready"
    choose_agencies(page)
    with office.app.sessions() as session:
        chosen = select(ObligationRow.agency).where(ObligationRow.task_id == LEAD_TASK, ObligationRow.kind == "task")
        assert session.scalars(chosen).all() == ["ubnd-huyen-kim-dong"]
    page.get_by_role("button", name="Đăng xuất").click()
    page.goto(page.url.split("/dang-nhap")[0].rstrip("/") + "/theo-doi/duyet")
    expect(page.get_by_label("Tên đăng nhập")).to_be_visible()


def sign_in(page: Page) -> None:
    page.get_by_label("Tên đăng nhập").fill("lan")
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Chờ duyệt (2)")


def accept_by_keyboard(page: Page) -> None:
    page.get_by_role("link", name=re.compile(r"Đọc và quyết định\s*: Sở Tư pháp, Xây dựng")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Trả lời của Sở Tư pháp")
    tab_to(page, "Xem trước: chấp nhận")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Không còn nhắc, đôn đốc việc này.")).to_be_visible()
    tab_to(page, "Xác nhận: chấp nhận")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Đã ghi nhận")


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the button of that name has the focus."""
    wanted = page.get_by_role("button", name=name).element_handle()
    for _ in range(60):
        page.keyboard.press("Tab")
        if wanted is not None and page.evaluate("e => e === document.activeElement", wanted):
            return
    raise AssertionError(f"no way by keyboard to “{name}”")


def return_and_take_back(page: Page) -> None:
    page.get_by_role("link", name="Xem trả lời kế tiếp đang chờ").click()
    page.get_by_role("button", name="Xem trước: trả lại").click()
    expect(page.get_by_role("alert")).to_contain_text("Ghi lý do")
    page.get_by_label("Lý do, cần bổ sung gì").fill("Thiếu danh mục văn bản")
    page.get_by_role("button", name="Xem trước: trả lại").click()
    expect(page.get_by_role("main")).to_contain_text("Thứ Hai, 25/3/2024")
    page.get_by_role("button", name="Xác nhận: trả lại").click()
    expect(page.get_by_role("status")).to_contain_text("Thiếu danh mục văn bản")
    page.get_by_label("Lý do hoàn tác").fill("Danh mục có trong tệp")
    page.get_by_role("button", name="Xem trước: hoàn tác").click()
    page.get_by_role("button", name="Xác nhận: hoàn tác").click()
    expect(page.get_by_role("status")).to_contain_text("Danh mục có trong tệp")


def let_one_go(page: Page, office: Office) -> int:
    number = next(m.id for m in mails(office) if m.names_late)
    page.get_by_role("navigation", name="Các trang").get_by_role("link", name="Thư giữ lại").click()
    page.locator(f'input[name="thu"][value="{number}"]').check()
    page.get_by_role("button", name="Xem trước: cho gửi", exact=True).click()
    page.get_by_role("checkbox", name=re.compile("Tôi đã kiểm tra")).check()
    page.get_by_role("button", name="Xác nhận: cho gửi 1 thư").click()
    expect(page.get_by_role("status")).to_contain_text("Đã cho gửi 1 thư")
    return number


def choose_agencies(page: Page) -> None:
    page.get_by_role("navigation", name="Các trang").get_by_role("link", name="Cần làm").click()
    page.get_by_role("link", name=re.compile(r"Chọn đơn vị\s*:")).click()
    page.get_by_label("UBND huyện Kim Động").check()
    page.get_by_role("button", name="Xem trước").click()
    expect(page.get_by_role("main")).to_contain_text("Mở 1 việc")
    page.get_by_role("button", name="Xác nhận lựa chọn").click()
    expect(page.get_by_role("status")).to_contain_text("Đã ghi lựa chọn")


def outcome(office: Office, key: str) -> str | None:
    review = office.case(key).answers[-1].review
    return review.outcome if review else None


def mails(office: Office) -> list[MessageRow]:
    with office.app.sessions() as session:
        return list(session.scalars(select(MessageRow).order_by(MessageRow.id)))


def status(office: Office, number: int) -> str:
    return next(m.status for m in mails(office) if m.id == number)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_shown_before_and_after_a_decision_fits_a_phone(browser: Browser, office: Office, scheme: str) -> None:
    """The steps that have no address of their own: 360 px wide, nothing serious for axe."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, locale="vi-VN", color_scheme=scheme, bypass_csp=True,  # type: ignore[arg-type]
    )  # fmt: skip
    with live(console_app(office.app)) as base:
        page = context.new_page()
        page.goto(f"{base}/theo-doi/duyet")
        sign_in(page)
        page.goto(f"{base}/theo-doi/duyet/1")
        for step in ("Xem trước: trả lại", "Xem trước: chấp nhận", "Xác nhận: chấp nhận"):
            fits(page, step)
        page.goto(f"{base}/theo-doi/duyet")
        page.locator('input[name="tra_loi"]').first.check()
        fits(page, "Xem trước: chấp nhận")
        page.goto(f"{base}/theo-doi/thu-giu")
        page.locator(f'input[name="thu"][value="{next(m.id for m in mails(office) if m.names_late)}"]').check()
        fits(page, "Xem trước: cho gửi")
        page.get_by_role("checkbox", name=re.compile("Tôi đã kiểm tra")).check()
        fits(page, "Xác nhận: cho gửi 1 thư")
    context.close()


def fits(page: Page, step: str) -> None:
    """Press that button and look at what comes."""
    page.get_by_role("button", name=step, exact=True).click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), step
    assert serious(page) == [], step
