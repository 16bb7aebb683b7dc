"""Signing in with a real Chromium: without script, by keyboard, on a phone, from a webmail's page, against a hostile
one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser_help import serious
from office import Office
from page_help import live
from playwright.sync_api import Browser, BrowserContext, Page, expect
from seat_help import PASSWORD, has_account
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

PHONE = {"width": 360, "height": 740}


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone with JavaScript off."""
    made = browser.new_context(viewport=PHONE, locale="vi-VN", java_script_enabled=False)
    made.set_default_timeout(15_000)
    yield made
    made.close()


@pytest.fixture
def base(office: Office, pages: Starlette) -> Iterator[str]:
    has_account(office, "supervisor")
    with live(pages) as address:
        yield address


def sign_in(page: Page, base: str, password: str = PASSWORD) -> None:
    page.goto(f"{base}/tai-khoan")
    page.get_by_label("Tên đăng nhập").fill("supervisor")
    page.get_by_label("Mật khẩu").fill(password)
    page.get_by_role("button", name="Đăng nhập").click()


def test_in_by_keyboard_a_new_password_and_out_again(base: str, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{base}/tai-khoan")
    assert page.url == f"{base}/dang-nhap?ve=/tai-khoan"
    expect(page.get_by_label("Tên đăng nhập")).to_be_focused()
    page.keyboard.type("supervisor")
    page.keyboard.press("Tab")
    page.keyboard.type("sai mất rồi nhé")
    page.keyboard.press("Enter")
    assert "Chưa đăng nhập được" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("Tên đăng nhập").input_value() == "supervisor"
    expect(page.get_by_label("Mật khẩu")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}/tai-khoan")
    page.get_by_label("Mật khẩu hiện tại").fill(PASSWORD)
    page.get_by_label("Mật khẩu mới", exact=True).fill("một câu khác hẳn")
    page.get_by_label("Nhập lại mật khẩu mới").fill("một câu khác hẳn")
    page.get_by_role("button", name="Đổi mật khẩu").click()
    assert "Đã đổi mật khẩu" in page.get_by_role("status").inner_text()
    page.get_by_role("button", name="Đăng xuất", exact=True).click()
    page.wait_for_url(f"{base}/dang-nhap")
    page.go_back()
    page.reload()
    assert "/dang-nhap" in page.url


def other_site(target: str) -> Starlette:
    """A page on another site with a link into ours, and forms that send themselves to ours when pressed."""
    page = f"""<!doctype html><a href="{target}/tai-khoan">thư</a>
        <form method="post" action="{target}/dang-xuat"><button>quà</button></form>
        <form method="post" action="{target}/dang-nhap"><input name="ten" value="supervisor">
        <input name="mat_khau" value="{PASSWORD}"><button>thưởng</button></form>"""
    return Starlette(routes=[Route("/", lambda request: HTMLResponse(page))])


def test_a_link_from_a_webmail_finds_one_signed_in_and_its_forms_do_nothing(base: str, context: BrowserContext) -> None:
    page = context.new_page()
    sign_in(page, base)
    page.wait_for_url(f"{base}/tai-khoan")
    with live(other_site(base)) as there:
        mail = there.replace("127.0.0.1", "localhost")
        page.goto(mail)
        page.get_by_role("link", name="thư").click()
        page.wait_for_url(f"{base}/tai-khoan")
        assert "Cán bộ supervisor" in page.inner_text("main")
        page.goto(mail)
        page.get_by_role("button", name="quà").click()
        page.wait_for_url(f"{base}/**")
        page.goto(f"{base}/tai-khoan")
        assert page.url == f"{base}/tai-khoan"
        stranger = context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
        victim = stranger.new_page()
        victim.goto(f"{base}/dang-nhap")
        victim.goto(mail)
        victim.get_by_role("button", name="thưởng").click()
        victim.wait_for_url(f"{base}/dang-nhap")
        assert "đã cũ" in victim.get_by_role("alert").inner_text()
        assert "dondoc-ban" not in {cookie["name"] for cookie in stranger.cookies()}
        stranger.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_serious_by_axe_and_nothing_beside_the_screen(
    base: str, browser: Browser, width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 800}, locale="vi-VN", color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for address in ("/dang-nhap", "/tai-khoan"):
        if address == "/tai-khoan":
            sign_in(page, base, "sai mất rồi nhé")
            assert serious(page) == []
            sign_in(page, base)
            page.get_by_label("Mật khẩu hiện tại").fill("x")
            page.get_by_label("Mật khẩu mới", exact=True).fill("x")
            page.get_by_label("Nhập lại mật khẩu mới").fill("x")
            page.get_by_role("button", name="Đổi mật khẩu").click()
        else:
            page.goto(f"{base}{address}")
        assert serious(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert all(url.startswith(base) for url in asked)
    context.close()
