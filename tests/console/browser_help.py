"""The installed Chromium for tests of the pages, and axe-core's word on a page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run",
    "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip

OF_THE_SCREEN = ("color-contrast", "link-in-text-block", "scrollable-region-focusable")
"""The rules of axe whose answer depends on colours and room; all others are asked once for each page."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser; its absence fails the tests, it never skips them."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    assert path is not None, "không thấy trình duyệt: chạy `apt-get install -y chromium` rồi thử lại"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield launched
        launched.close()


def serious(page: Page, rules: Sequence[str] | None = None) -> list[str]:
    """What axe-core calls serious or critical, by all its rules or by these; the page's context must allow scripts and
    bypass the policy."""
    chosen = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else {}
    found = Axe().run(page, options={"resultTypes": ["violations"], **chosen}).response["violations"]
    return [
        f"{one['id']}: {node['html']}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
