"""The sink keeps every mail it is given, in order, for as long as its folder lives."""

from __future__ import annotations

import smtplib
from pathlib import Path

import pytest
from faulty_smtp import NOW, envelope
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from dondoc.channels.email import EmailChannel
from dondoc.channels.envelope import Attachment, message_id
from dondoc.channels.settings import EmailSettings
from dondoc.channels.sink import HOST, Sink
from dondoc.channels.sink_pages import PAGE_SIZE, sink_app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "hộp thư"


@pytest.fixture
def page(folder: Path) -> TestClient:
    return TestClient(sink_app(folder))


def send(folder: Path, *envelopes_: object) -> None:
    sink = Sink(folder, now=lambda: NOW)
    sink.start()
    channel = EmailChannel(EmailSettings(HOST, sink.port, "plain", "dondoc@sonoivu.hungyen.example", "Sở Nội vụ"))
    for each in envelopes_:
        assert channel.send(each, NOW).kind == "sent"  # type: ignore[arg-type]
    channel.close()
    sink.stop()


def test_mails_survive_a_restart_and_go_on_counting(folder: Path, page: TestClient) -> None:
    send(folder, envelope(subject="một"))
    send(folder, envelope(subject="hai"))
    assert [(m["id"], m["subject"]) for m in page.get("/api/messages").json()] == [
        ("00000002", "hai"),
        ("00000001", "một"),
    ]


def test_the_same_mail_twice_is_kept_twice(folder: Path, page: TestClient) -> None:
    send(folder, envelope(), envelope())
    assert len(page.get("/api/messages").json()) == 2


def test_a_stopped_sink_takes_nothing_and_may_start_again_on_its_port(folder: Path) -> None:
    sink = Sink(folder)
    sink.start()
    port = sink.port
    sink.stop()
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP(HOST, port, timeout=2)
    again = Sink(folder, port)
    again.start()
    again.stop()
    assert again.port == port


def test_a_taken_port_is_told_at_once(folder: Path) -> None:
    sink = Sink(folder)
    sink.start()
    with pytest.raises(OSError):
        Sink(folder, sink.port).start()
    sink.stop()


def test_two_sinks_on_one_folder_lose_nothing(folder: Path, page: TestClient) -> None:
    sinks = [Sink(folder, now=lambda: NOW) for _ in range(2)]
    for sink in sinks:
        sink.start()
    channels = [EmailChannel(EmailSettings(HOST, sink.port, "plain", "a@b.example")) for sink in sinks]
    for n in range(10):
        channels[n % 2].send(envelope(str(n)), NOW)
    for each in (*channels,):
        each.close()
    for sink in sinks:
        sink.stop()
    assert [m["id"] for m in page.get("/api/messages").json()] == [f"{n:08}" for n in range(10, 0, -1)]


def test_a_folder_that_cannot_be_written_costs_no_mail(tmp_path: Path) -> None:
    in_the_way = tmp_path / "tệp"
    in_the_way.write_text("")
    sink = Sink(in_the_way, now=lambda: NOW)
    sink.start()
    channel = EmailChannel(EmailSettings(HOST, sink.port, "plain", "a@b.example"))
    assert (channel.send(envelope(), NOW).kind, channel.send(envelope(), NOW).code) == ("retry", 452)
    channel.close()
    sink.stop()


def test_the_api_tells_one_mail_whole(folder: Path, page: TestClient) -> None:
    send(folder, envelope("a", attachments=(Attachment("công văn.pdf", b"123", "application/pdf"),)))
    mail = page.get("/api/messages/00000001").json()
    headers = mail.pop("headers")
    id = message_id("a", "sonoivu.hungyen.example")
    assert mail == {
        "id": "00000001",
        "to": ["vanthu@sotuphap.hungyen.example"],
        "to_names": "Sở Tư pháp <vanthu@sotuphap.hungyen.example>",
        "from": "Sở Nội vụ <dondoc@sonoivu.hungyen.example>",
        "subject": "[Đôn đốc] 2 việc quá hạn, 3 việc sắp đến hạn – Sở Tư pháp",
        "date": "2024-03-25T08:00:00+07:00",
        "message_id": id,
        "key": id[1:33],
        "text": "Kính gửi: Sở Tư pháp\n\nĐề nghị quý cơ quan gửi báo cáo.\n",
        "html": "<p>Kính gửi: <strong>Sở Tư pháp</strong></p>",
        "files": [{"name": "công văn.pdf", "mime_type": "application/pdf", "bytes": 3}],
    }
    assert ["Auto-Submitted", "auto-generated"] in headers


def test_an_empty_mailbox_says_so_and_says_when_mail_will_come(page: TestClient) -> None:
    html = page.get("/").text
    assert "Chưa có thư nào" in html
    assert "08:00" in html


def test_the_list_is_newest_first_and_can_be_narrowed_to_one_recipient(folder: Path, page: TestClient) -> None:
    other = {"to_address": "a+b@x.example", "to_name": "Sở Y tế"}
    send(folder, envelope(subject="một"), envelope(subject="hai", **other), envelope(subject="ba"))
    html = page.get("/").text
    assert html.index("ba</span>") < html.index("hai</span>") < html.index("một</span>")
    assert "Tất cả (3 thư)" in html
    assert "vanthu@sotuphap.hungyen.example (2)" in html
    narrowed = page.get("/", params={"to": "a+b@x.example"}).text
    assert "hai</span>" in narrowed
    assert "ba</span>" not in narrowed
    assert [m["subject"] for m in page.get("/api/messages", params={"to": "a+b@x.example"}).json()] == ["hai"]


def test_a_long_list_is_shown_in_pages(folder: Path, page: TestClient) -> None:
    send(folder, *(envelope(subject=f"thư số {n}.") for n in range(PAGE_SIZE + 1)))
    first, second = page.get("/").text, page.get("/", params={"page": "2"}).text
    assert "Trang 1/2" in first
    assert ("thư số 0." in first, "thư số 0." in second) == (False, True)
    assert page.get("/", params={"page": "x"}).text == first


def test_the_personal_link_in_the_text_can_be_pressed(folder: Path, page: TestClient) -> None:
    send(folder, envelope(text="Bấm vào đây để trả lời:\nhttps://dondoc.hungyen.example/l/abc\n"))
    html = page.get("/messages/00000001?view=text").text
    assert '<a href="https://dondoc.hungyen.example/l/abc" rel="noopener noreferrer" target="_blank">' in html


def test_attachments_and_the_raw_mail_are_downloads(folder: Path, page: TestClient) -> None:
    send(folder, envelope(attachments=(Attachment("công văn.html", b"<script>", "text/html"),)))
    file = page.get("/messages/00000001/files/1")
    assert (file.content, file.headers["content-type"]) == (b"<script>", "application/octet-stream")
    assert file.headers["content-disposition"] == "attachment; filename*=utf-8''c%C3%B4ng%20v%C4%83n.html"
    raw = page.get("/messages/00000001/raw")
    assert raw.content.startswith(b"Return-Path: <dondoc@sonoivu.hungyen.example>\r\nDelivered-To: vanthu@")
    assert raw.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "path",
    ["/messages/00000009", "/messages/..%2f..%2fetc%2fpasswd", "/messages/1", "/messages/00000009/html", "/nowhere",
     "/messages/00000001/files/1", "/messages/00000001/files/0", "/api/messages/x"],
)  # fmt: skip
def test_what_is_not_there_is_said_in_vietnamese(folder: Path, page: TestClient, path: str) -> None:
    send(folder, envelope())
    answer = page.get(path)
    assert (answer.status_code, "Không có thư này" in answer.text) == (404, True)


def test_the_pages_work_under_any_path(folder: Path) -> None:
    send(folder, envelope())
    page = TestClient(Starlette(routes=[Mount("/thu", sink_app(folder))]))
    assert 'href="/thu/messages/00000001"' in page.get("/thu/").text
    detail = page.get("/thu/messages/00000001").text
    assert 'src="/thu/messages/00000001/html"' in detail
    assert page.get("/thu/sink.css").status_code == 200
