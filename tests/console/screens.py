"""Takes the pictures of docs/screens anew (`make screens`): every page of the gallery, wide and phone, light and dark.

No test: pytest collects it only when it is named.
"""

from __future__ import annotations

from pathlib import Path

from gallery import Shown
from playwright.sync_api import Page
from test_accessibility import PHONE, WIDE, Gallery, shown  # noqa: F401 the fixture
from town import ROOT

FOLDER = ROOT / "docs" / "screens"
TALLEST, SCALE, QUALITY = 1200, 0.7, 45
"""Pixels of a page that a picture shows (the rest looks like what is above), and how small it is kept."""
IN_ALL_LOOKS = ("work", "answer", "overview", "task", "inbox")
"""The others are kept in two looks; axe and the browser tests see all pages in both."""


def test_take(shown: Gallery) -> None:  # noqa: F811
    for old in FOLDER.glob("*.jpg"):
        old.unlink()
    for viewport, size in ((WIDE, "wide"), (PHONE, "phone")):
        for scheme in ("light", "dark"):
            for who in ("stranger", "agency", "supervisor"):
                context = shown.looking(who, viewport, scheme, SCALE)
                page = context.new_page()
                for one in (found for found in shown.found if found.who == who and _is_kept(found, size, scheme)):
                    page.goto(shown.base + one.path)
                    _take(page, FOLDER / f"{one.name}-{size}-{scheme}.jpg")
                context.close()


def _is_kept(page: Shown, size: str, scheme: str) -> bool:
    return page.name in IN_ALL_LOOKS or (size, scheme) in (("wide", "light"), ("phone", "dark"))


def _take(page: Page, path: Path) -> None:
    height = page.evaluate("document.documentElement.scrollHeight")
    assert page.viewport_size is not None
    width = page.viewport_size["width"]
    clip = {"x": 0, "y": 0, "width": width, "height": min(height, TALLEST)}
    page.screenshot(path=path, type="jpeg", quality=QUALITY, full_page=True, clip=clip)
