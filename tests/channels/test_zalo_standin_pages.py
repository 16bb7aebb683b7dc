"""The page shows people what arrived and whom Zalo would let us write to; nothing written on it can do harm."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from standin_desk import HANG, NOW, Desk, desk, fresh
from test_sink_hostile import installed_browser

from dondoc.channels.standin.links import pieces
from dondoc.channels.standin.pages import SHOWN

HOSTILE = "<script>document.title='ran'</script><img src=x onerror=alert(1)> \"'>& javascript:alert(1) data:text/html,x"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("zalo")) as running:
        yield running


@pytest.fixture
def zalo(shared: Desk) -> Iterator[Desk]:
    with fresh(shared) as running:
        yield running


def page(zalo: Desk, path: str = f"/people/{HANG}") -> str:
    answer = zalo.client.get(path)
    assert answer.status_code == 200
    return answer.text


def test_before_anything_came_the_page_says_so_and_when_it_will(zalo: Desk) -> None:
    zalo.control("reset")
    html = page(zalo, "/")
    assert "Chưa có tin nào" in html
    assert "08:00" in html
    assert "Máy chủ Zalo mẫu – không gửi đi đâu cả" in html


def test_the_list_shows_the_newest_conversation_first_and_people_without_one_last(zalo: Desk) -> None:
    for id, name in (("1", "Sở Tư pháp"), ("2", "Sở Y tế"), ("3", "Sở Nội vụ")):
        zalo.person(id, display_name=name)
    zalo.cs("tin cũ", user_id="1")
    zalo.at(NOW + timedelta(minutes=1))
    zalo.cs("tin mới", user_id="3")
    html = page(zalo, "/")
    assert html.index("Sở Nội vụ") < html.index("Sở Tư pháp") < html.index("Sở Y tế")
    assert "4 người nhận, 2 tin đã gửi" in html
    assert ("tin cũ" in html, "25/03/2024 08:01" in html) == (True, True)


def test_a_conversation_shows_who_wrote_what_when(zalo: Desk) -> None:
    zalo.person(display_name="Trần Thị Hằng", last_interaction=(NOW - timedelta(hours=49)).isoformat())
    zalo.cs("Đề nghị gửi báo cáo:\nhttps://dondoc.example/l/abc.")
    html = page(zalo)
    assert "Trần Thị Hằng" in html
    assert "25/03/2024 08:00" in html
    assert "tính phí" in html
    link = '<a href="https://dondoc.example/l/abc" target="_blank" rel="noopener noreferrer">'
    assert link + "https://dondoc.example/l/abc</a>." in html


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(0), "mở đến 01/04/2024 08:00; miễn phí đến 27/03/2024 08:00"),
        (timedelta(days=3), "mở đến 29/03/2024 08:00; miễn phí đã hết lúc 24/03/2024 08:00"),
        (timedelta(days=8), "đã đóng lúc 24/03/2024 08:00"),
        (None, "chưa mở"),
    ],
)
def test_the_window_and_its_end_are_told(zalo: Desk, ago: timedelta | None, words: str) -> None:
    zalo.person(last_interaction=None if ago is None else (NOW - ago).isoformat())
    assert words in page(zalo)


def test_the_button_opens_a_window_that_was_shut(zalo: Desk) -> None:
    zalo.person(last_interaction=(NOW - timedelta(days=8)).isoformat())
    assert zalo.cs()["error"] == -230
    answer = zalo.client.post(f"/people/{HANG}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/people/{HANG}")
    assert "Tôi đã nhận được tin." in page(zalo)
    assert zalo.cs()["data"]["quota"] == {"quota_type": "reply"}


def test_a_form_on_another_site_cannot_press_the_button(zalo: Desk) -> None:
    for origin in ("https://evil.example", "null"):
        answer = zalo.client.post(f"/people/{HANG}", headers={"Origin": origin})
        assert answer.status_code == 403
    assert "Chưa có tin nào với người này" in page(zalo)


def test_hostile_texts_and_names_are_escaped_and_scripts_forbidden(zalo: Desk) -> None:
    hostile_id = "<script>'\"/&?#"
    zalo.person(hostile_id, display_name=HOSTILE)
    zalo.cs(HOSTILE, user_id=hostile_id)
    id = "%3Cscript%3E%27%22%2F%26%3F%23"
    assert f'href="/people/{id}"' in page(zalo, "/")
    for path in ("/", f"/people/{id}"):
        answer = zalo.client.get(path)
        assert answer.status_code == 200
        assert "<script" not in answer.text
        assert "<img" not in answer.text
        assert 'href="javascript' not in answer.text
        assert 'href="data' not in answer.text
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self';")
        assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("xem https://a.example/l/x?y=1&z=2#t.", ["https://a.example/l/x?y=1&z=2#t"]),
        ("(http://a.example), HTTPS://B.example!", ["http://a.example", "HTTPS://B.example"]),
        ('https://a.example/"onmouseover="x', ["https://a.example/"]),
        ("javascript:alert(1) data:x mailto:a@b.example www.a.example ftp://a.example file:///etc", []),
        ("javascript:alert('https://a.example')", ["https://a.example"]),
        ("https://", []),
        ("", []),
    ],
)
def test_only_http_addresses_become_links(text: str, addresses: list[str]) -> None:
    cut = pieces(text)
    assert [piece.address for piece in cut if piece.address] == addresses
    assert "".join(piece.text for piece in cut) == text


def test_faults_and_a_pinned_clock_are_shown_on_every_page(zalo: Desk) -> None:
    zalo.fault("cut_after", times=3)
    zalo.control("faults", do="down")
    zalo.at(NOW)
    for path in ("/", f"/people/{HANG}"):
        html = page(zalo, path)
        assert "gửi tin: làm xong rồi ngắt kết nối, không trả lời (còn 3 lần)" in html
        assert "mọi lời gọi: ngắt ngay mọi kết nối (đến khi xóa)" in html
        assert "Đồng hồ đang dừng ở 25/03/2024 08:00" in html
    zalo.client.delete("/control/faults")
    zalo.control("clock", now=None)
    assert "Đang thử" not in page(zalo, "/")


def test_a_long_conversation_opens_at_its_end_and_can_be_read_whole(zalo: Desk) -> None:
    for number in range(SHOWN + 1):
        zalo.cs(f"tin số {number}.")
    html, whole = page(zalo), page(zalo, f"/people/{HANG}?all=1")
    assert ("tin số 0." in html, "tin số 1." in html, "Xem cả 1 tin cũ hơn" in html) == (False, True, True)
    assert ("tin số 0." in whole, "tin cũ hơn" in whole) == (True, False)


def test_the_messages_are_told_as_json_newest_first(zalo: Desk) -> None:
    zalo.cs("một")
    zalo.cs("hai")
    answer = zalo.client.get("/api/messages")
    assert [message["text"] for message in answer.json()] == ["hai", "một"]
    assert set(answer.json()[0]) == {"message_id", "user_id", "text", "time", "charged", "tracking"}


@pytest.mark.parametrize("path", ["/people/1", "/nowhere", "/people/", "/v3.0/oa/message/transaction"])
def test_what_is_not_there_is_said_in_vietnamese(zalo: Desk, path: str) -> None:
    answer = zalo.client.get(path)
    assert (answer.status_code, "Không có trang này" in answer.text) == (404, True)
    assert zalo.client.post("/people/1").status_code == 404


def test_the_look_is_served(zalo: Desk) -> None:
    for path in ("/sink.css", "/standin.css"):
        answer = zalo.client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/css; charset=utf-8")


def test_in_a_real_browser_the_button_works_on_a_phone_and_nothing_runs(tmp_path: Path) -> None:
    with desk(tmp_path) as zalo, sync_playwright() as playwright:
        zalo.person(display_name=HOSTILE, last_interaction=(NOW - timedelta(days=6)).isoformat())
        zalo.consent()
        zalo.cs(HOSTILE + " https://a.example/" + "x" * 300)
        browser = playwright.chromium.launch(executable_path=installed_browser(), args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 360, "height": 700})
        tab.goto(zalo.standin.url)
        assert tab.evaluate("document.documentElement.scrollWidth") <= 360
        tab.locator("a.mail").click()
        tab.get_by_role("button", name="Người nhận nhắn lại").click()
        tab.get_by_text("Tôi đã nhận được tin.").wait_for()
        tab.wait_for_load_state()
        assert tab.title() != "ran"
        assert tab.evaluate("document.documentElement.scrollWidth") <= 360
        browser.close()
