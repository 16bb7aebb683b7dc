"""A mail that means harm can neither run anything nor load anything when it is read in the sink."""

from __future__ import annotations

import http.server
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import sync_playwright
from starlette.testclient import TestClient

from dondoc.channels.mailbox import Mailbox
from dondoc.channels.sink_pages import sink_app

HOSTILE_HTML = """<html><head><base href="{outside}"><meta http-equiv="refresh" content="0;url={outside}refresh">
<link rel="stylesheet" href="{outside}style.css"><script src="{outside}script.js"></script></head>
<body onload="document.title='ran'"><p id="told">Kính gửi: Sở Tư pháp</p>
<script>parent.document.title = 'ran'; document.title = 'ran'; fetch('{outside}fetch');</script>
<img src="{outside}pixel.png" onerror="document.title='ran'"><img src=x onerror="top.location='{outside}top'">
<iframe src="{outside}frame"></iframe><iframe srcdoc="<script>top.document.title='ran'</script>"></iframe>
<style>@import url({outside}import.css); p {{ background: url({outside}background.png) }}</style>
<form action="{outside}form"><button id="send">Gửi</button></form><object data="{outside}object"></object>
<a id="script" href="javascript:document.title='ran'">1</a><a id="away" target="_top" href="{outside}away">2</a>
<a id="link" href="{outside}link">3</a></body></html>"""
HOSTILE_SUBJECT = "<script>document.title='ran'</script>\"'>&"


def installed_browser() -> str:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next(path for path in map(shutil.which, names) if path is not None)


def mail(html: str) -> bytes:
    lines = [
        f"Subject: {HOSTILE_SUBJECT}",
        "From: =?utf-8?q?=3Cimg_src=3Dx_onerror=3D=22document.title=3D'ran'=22=3E?= <a@b.example>",
        'To: "</title><script>document.title=1</script>" <x@y.example>',
        "Date: not a date",
        "X-Broken: =?utf-8?b?!!!?= =?nonsense-charset?q?=41?=",
        "MIME-Version: 1.0",
        'Content-Type: multipart/mixed; boundary="b"',
        "",
        "--b",
        "Content-Type: text/plain; charset=nonsense",
        "",
        "javascript:alert(1) <script>document.title='ran'</script>",
        "--b",
        "Content-Type: text/html; charset=utf-8",
        "",
        html,
        "--b",
        "Content-Type: text/html; name*=utf-8''..%2F..%2F%0D%0AX-Injected%3A%20y.html",
        "Content-Disposition: attachment; filename*=utf-8''..%2F%0D%0AX-Injected%3A%20y.html",
        "",
        "<script>document.title='ran'</script>",
        "--b--",
        "",
    ]
    return "\r\n".join(lines).encode()


@pytest.fixture
def outside() -> Iterator[tuple[str, list[str]]]:
    """A web server elsewhere, and every address that was asked of it."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"outside")

        do_POST = do_GET

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", asked
    server.shutdown()
    server.server_close()


@pytest.fixture
def folder(tmp_path: Path, outside: tuple[str, list[str]]) -> Path:
    html = HOSTILE_HTML.format(outside=outside[0]).replace("\n", "\r\n")
    Mailbox(tmp_path).store("a@b.example", ["x@y.example"], mail(html), datetime(2024, 3, 25, tzinfo=UTC))
    return tmp_path


@pytest.fixture
def site(folder: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(sink_app(folder), port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


def test_pages_escape_everything_and_forbid_scripts(folder: Path) -> None:
    page = TestClient(sink_app(folder))
    for path in (
        "/",
        "/messages/00000001?view=html",
        "/messages/00000001?view=text",
        "/messages/00000001?view=headers",
    ):
        answer = page.get(path)
        assert answer.status_code == 200
        assert "<script" not in answer.text
        assert "<img" not in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_the_mails_own_html_is_served_in_a_sandbox_only(folder: Path) -> None:
    page = TestClient(sink_app(folder))
    answer = page.get("/messages/00000001/html")
    policy = answer.headers["content-security-policy"].split("; ")
    assert policy == [
        "sandbox allow-popups allow-popups-to-escape-sandbox",
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    ]
    assert (answer.headers["x-content-type-options"], answer.headers["referrer-policy"]) == ("nosniff", "no-referrer")
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.get("/messages/00000001").text


def test_a_file_name_cannot_forge_a_header(folder: Path) -> None:
    answer = TestClient(sink_app(folder)).get("/messages/00000001/files/1")
    assert "x-injected" not in answer.headers
    assert answer.headers["content-disposition"].startswith("attachment; filename*=utf-8''..%2F")


def test_in_a_real_browser_nothing_runs_and_nothing_is_loaded(site: str, outside: tuple[str, list[str]]) -> None:
    address, asked = outside
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed_browser(), args=["--no-sandbox"])
        page = browser.new_page()
        for path in (f"{site}/", f"{site}/messages/00000001/html", f"{site}/messages/00000001"):
            page.goto(path)
            page.wait_for_load_state("networkidle")
            assert page.url == path
            assert page.title() != "ran"
        frame = page.frame_locator("iframe.body")
        assert frame.locator("#told").inner_text() == "Kính gửi: Sở Tư pháp"
        frame.locator("#send").click()
        frame.locator("#script").click(modifiers=[])
        page.wait_for_timeout(300)
        assert page.title() != "ran"
        assert asked == []
        # What must work: a link, pressed by a person, opens in a tab of its own.
        with page.context.expect_page() as opened:
            frame.locator("#link").click()
        opened.value.wait_for_load_state()
        assert (opened.value.url, page.url) == (f"{address}link", f"{site}/messages/00000001")
        browser.close()
    assert [path for path in asked if path != "/favicon.ico"] == ["/link"]
