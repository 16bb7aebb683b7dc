"""Every page in a real Chromium: no serious finding of axe-core, nothing from elsewhere, no error, no overflow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager

import pytest
from browser_help import OF_THE_SCREEN, serious
from gallery import AGENCY, Shown, open_gallery
from page_help import live
from playwright.sync_api import Browser, BrowserContext, Page, Request
from seat_help import signed_in_client
from starlette.applications import Starlette
from starlette.routing import Route

COOKIE = "dondoc-ban"
PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1280, "height": 900}
NO_PAGE = {"/healthz", "/l/{token}", "/tep/{id:int}", "/theo-doi/tep/{id:int}", "/theo-doi/su-kien/tep/{id:int}"}
"""GET routes that show no page: health, the link that leads on, files."""


@pytest.fixture(scope="module")
def shown(
    new_database: Callable[[], AbstractContextManager[str]], tmp_path_factory: pytest.TempPathFactory, browser: Browser
) -> Iterator[Gallery]:
    """The gallery, live, with a browser for each who looks at it; nobody changes anything."""
    home = tmp_path_factory.mktemp("home")
    with new_database() as url, open_gallery(url, home) as (office, pages, found), live(pages) as base:
        client = signed_in_client(office, pages, "supervisor")
        desk = {"name": COOKIE, "value": client.cookies[COOKIE], "url": base}
        yield Gallery(base, f"/l/{office.link(f'{AGENCY}/focal')}", desk, browser, pages, found)


class Gallery:
    def __init__(
        self,
        base: str,
        link: str,
        desk: dict[str, str],
        browser: Browser,
        pages: Starlette,
        found: list[Shown],
    ) -> None:
        self.base, self.link, self.desk, self.browser, self.pages, self.found = base, link, desk, browser, pages, found

    def looking(self, who: str, viewport: dict[str, int], scheme: str, scale: float = 1) -> BrowserContext:
        """A browser window of that visitor."""
        context = self.browser.new_context(
            viewport=viewport,
            color_scheme=scheme,
            locale="vi-VN",
            device_scale_factor=scale,
        )
        context.set_default_timeout(20_000)
        if who == "supervisor":
            context.add_cookies([self.desk])  # type: ignore[list-item]
        elif who == "agency":
            context.new_page().goto(self.base + self.link)
        return context


def test_every_page_is_in_the_gallery(shown: Gallery) -> None:
    """A page without a place in the gallery would be looked at by nobody."""
    routes = [r for r in shown.pages.routes if isinstance(r, Route) and r.methods and "GET" in r.methods]
    left = {r.path for r in routes if not r.path.endswith((".csv", ".svg", ".mmd"))} - NO_PAGE
    for page in shown.found:
        left -= {r.path for r in routes if r.path_regex.fullmatch(page.path.partition("?")[0])}
    assert left == set()


@pytest.mark.parametrize(
    ("viewport", "scheme", "rules"),
    [(WIDE, "light", None), (PHONE, "dark", OF_THE_SCREEN)],
    ids=["wide-light", "phone-dark"],
)
def test_no_page_has_a_serious_finding(
    shown: Gallery, viewport: dict[str, int], scheme: str, rules: Sequence[str] | None
) -> None:
    wrong: list[str] = []
    for who in ("stranger", "agency", "supervisor"):
        context = shown.looking(who, viewport, scheme)
        page = context.new_page()
        errors = _listen(page, shown.base)
        for one in (found for found in shown.found if found.who == who and found.name != "no-session"):
            answer = page.goto(shown.base + one.path)
            assert answer is not None
            wrong += [f"{one.name}: {answer.status}"] if answer.status >= 400 else []
            wrong += [f"{one.name}: {finding}" for finding in (*serious(page, rules), *_overflow(page))]
            wrong += [f"{one.name}: {said}" for said in errors]
            errors.clear()
        context.close()
    assert wrong == []


def _listen(page: Page, base: str) -> list[str]:
    """What the browser says that must not be: a request that leaves this machine, an error, a refused policy."""
    said: list[str] = []

    def asked(request: Request) -> None:
        if not request.url.startswith((base, "data:")):
            said.append(f"asks {request.url}")

    page.on("request", asked)
    page.on("pageerror", lambda error: said.append(f"error {error}"))
    page.on("console", lambda message: said.append(f"console {message.text}") if message.type == "error" else None)
    return said


def _overflow(page: Page) -> list[str]:
    """A page that must be pushed sideways is none for a phone."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{wide} px too wide"] if wide > 0 else []
