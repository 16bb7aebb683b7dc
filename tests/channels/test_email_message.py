"""What the receiver gets is what was given: byte for byte, once, and with nothing smuggled in."""

from __future__ import annotations

import email.policy
from collections.abc import Callable
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from typing import cast

import pytest
from faulty_smtp import NOW, FaultySink, envelope
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dondoc.channels.email import EmailChannel
from dondoc.channels.envelope import Attachment, Envelope, is_address, message_id
from dondoc.channels.mime import message_bytes
from dondoc.channels.outcomes import Outcome

TEXT = """Sở Tư pháp Nội vụ Ủy ban nhân dân tỉnh Hưng Yên đôn đốc thực hiện kế hoạch cải cách hành chính nhiệm quá hạn
sắp đến chưa nhận được báo cáo kết quả rà soát hệ thống hóa văn bản quy phạm luật Đài Phát thanh - Truyền hình (lần 2)
"trích yếu" a=b =?utf-8?q?=41?= 31/3/2024; 100% [Đôn đốc] – … , . & <QĐ> \\ 🙂 x"""
SYLLABLES = [*TEXT.split(), "Nghe\u0302\u0323", "quye\u0302\u0301t"]
words = st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=40).map(" ".join)
names = st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=18).map(" ".join).filter(lambda t: len(t) <= 200)


def received(server: FaultySink, id: str | None = None) -> EmailMessage:
    content = server.mailbox.raw(id or server.mailbox.ids()[0])
    assert content is not None
    return cast(EmailMessage, message_from_bytes(content, policy=email.policy.default))


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(subject=words.filter(lambda text: len(text) <= 500), name=names)
def test_any_vietnamese_subject_and_name_survives(
    server: FaultySink, channel: EmailChannel, subject: str, name: str
) -> None:
    outcome = channel.send(envelope(subject=subject, to_name=name), NOW)
    mail = received(server, outcome.remote_id)
    (to,) = mail["To"].addresses
    assert (mail["Subject"], to.display_name, to.addr_spec) == (subject, name, "vanthu@sotuphap.hungyen.example")
    entry = server.mailbox.open(str(outcome.remote_id))
    assert entry is not None
    assert entry.entry.subject == subject


@settings(max_examples=200, deadline=None)
@given(subject=words.filter(lambda text: len(text) <= 500), name=names)
def test_headers_keep_the_limits_of_the_standards(subject: str, name: str) -> None:
    data = message_bytes(envelope(subject=subject, to_name=name), "dondoc@x.example", name, None, NOW)
    head = data.split(b"\r\n\r\n", 1)[0]
    assert data.isascii()
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert max(len(line) for line in head.split(b"\r\n")) <= 998
    written = next(line for line in head.replace(b"\r\n ", b" ").split(b"\r\n") if line.startswith(b"Subject: "))
    assert max(len(word) for word in written.split()) <= 75


def test_the_headers_are_all_there_and_once(server: FaultySink, channel: EmailChannel) -> None:
    given_id = message_id("so-tu-phap/focal/2024-03-25/digest", "sonoivu.hungyen.example")
    sent = envelope(headers={"X-Plan": "hung-yen-2024"}, reply_to="cchc@sonoivu.hungyen.example")
    assert channel.send(sent, NOW).kind == "sent"
    mail = received(server)
    assert [
        (name, str(value)) for name, value in mail.items() if name not in ("Content-Type", "Received", "MIME-Version")
    ] == [
        ("Return-Path", "<dondoc@sonoivu.hungyen.example>"),
        ("Delivered-To", "vanthu@sotuphap.hungyen.example"),
        ("From", "Sở Nội vụ tỉnh Hưng Yên <dondoc@sonoivu.hungyen.example>"),
        ("To", "Sở Tư pháp <vanthu@sotuphap.hungyen.example>"),
        ("Reply-To", "cchc@sonoivu.hungyen.example"),
        ("Subject", "[Đôn đốc] 2 việc quá hạn, 3 việc sắp đến hạn – Sở Tư pháp"),
        ("Date", "Mon, 25 Mar 2024 08:00:00 +0700"),
        ("Message-ID", given_id),
        ("Auto-Submitted", "auto-generated"),
        ("X-Dondoc-Message", given_id[1:33]),
        ("X-Plan", "hung-yen-2024"),
    ]


def test_a_second_try_carries_the_same_message_id(server: FaultySink, channel: EmailChannel) -> None:
    for _ in range(2):
        channel.send(envelope("a"), NOW)
    channel.send(envelope("b"), NOW)
    newest, *others = [entry.message_id for entry in server.mailbox.entries()]
    assert others == [message_id("a", "sonoivu.hungyen.example")] * 2
    assert newest != others[0]


def test_text_and_html_arrive_as_alternatives_word_for_word(server: FaultySink, channel: EmailChannel) -> None:
    text = "Kính gửi: Sở Tư pháp\n.\n..một dòng bắt đầu bằng dấu chấm\n\nTừ dài " + "nghiêng" * 200 + "\n"
    channel.send(envelope(text=text, html="<p>.</p>\n<p>ế</p>"), NOW)
    mail = received(server)
    assert mail.get_content_type() == "multipart/alternative"
    plain, html = (part.get_content().replace("\r\n", "\n") for part in mail.iter_parts())  # type: ignore[attr-defined]
    assert (plain, html) == (text, "<p>.</p>\n<p>ế</p>")


def test_a_message_without_html_is_plain_text_only(server: FaultySink, channel: EmailChannel) -> None:
    channel.send(envelope(html=None), NOW)
    assert [part.get_content_type() for part in received(server).iter_parts()] == ["text/plain"]


@pytest.mark.parametrize(
    "name", ["công văn.pdf", "Kế hoạch rà soát, đánh giá “TTHC” năm 2024 (bản 2).docx", "a.pdf", "ế" * 83 + ".xlsx"]
)
def test_attachments_keep_their_vietnamese_names_and_bytes(
    server: FaultySink, channel: EmailChannel, name: str
) -> None:
    content = bytes(range(256)) * 40
    channel.send(envelope(attachments=(Attachment(name, content, "application/pdf"),)), NOW)
    (attachment,) = received(server).iter_attachments()
    assert (attachment.get_filename(), attachment.get_content()) == (name, content)  # type: ignore[attr-defined]
    opened = server.mailbox.open(server.mailbox.ids()[0])
    assert opened is not None
    assert [(file.name, file.content) for file in opened.files] == [(name, content)]


BREAKS = ("x\r\nBcc: a@b.example", "x\nBcc: a@b.example", "x\rBcc: y", "x\u2028y", "x\u0085y", "x\x00y")


@pytest.mark.parametrize(
    "changes",
    [
        *({"subject": text} for text in BREAKS),
        *({"to_name": text} for text in BREAKS),
        *({"to_address": text} for text in ("a@b.example\r\nX: y", "a@b.example>, <c@d.example", "không@dấu.example")),
        *({"to_address": text} for text in ("", "a", "a@", "@b.example", "a b@c.example", "a@b..example", "-@-")),
        {"reply_to": "a@b.example\nBcc: c@d.example"},
        {"headers": {"X-A": "b\r\nBcc: c@d.example"}},
        {"headers": {"X-A\r\nBcc": "c@d.example"}},
        {"headers": {"bcc": "c@d.example"}},
        {"headers": {"Message-Id": "<other@d.example>"}},
        {"headers": {"Content-Type": "text/html"}},
        {"message_id": "<a@b>\r\nX: y"},
        {"message_id": "no angle brackets"},
        {"attachments": (Attachment("a.pdf\r\nX: y", b""),)},
        {"attachments": (Attachment("../../etc/passwd", b""),)},
        {"attachments": (Attachment("a.pdf", b"", "application/pdf\r\nX: y"),)},
        {"subject": "dài " * 200},
        {"attachments": (Attachment("ế" * 86 + ".xlsx", b""),)},
        {"text": "nửa ký tự \ud83d"},
    ],
    ids=repr,
)
def test_what_could_forge_a_header_is_refused_and_nothing_leaves(
    server: FaultySink, channel: EmailChannel, changes: dict[str, object]
) -> None:
    outcome = channel.send(envelope(**changes), NOW)
    assert (outcome.kind, outcome.code) == ("refused", None)
    assert server.mailbox.ids() == []


def test_a_refusal_says_which_part_is_wrong(channel: EmailChannel) -> None:
    assert channel.send(envelope(to_address="sai"), NOW) == Outcome(
        "refused", None, "to_address is not a mailbox address: 'sai'"
    )


@pytest.mark.parametrize("address", ["a@b.example", "van.thu+cchc@so-tu-phap.hungyen.example", "a@localhost"])
def test_ordinary_addresses_are_addresses(address: str) -> None:
    assert is_address(address)


def test_a_naive_now_is_our_own_mistake(channel: EmailChannel) -> None:
    with pytest.raises(ValueError, match="aware"):
        channel.send(envelope(), datetime(2024, 3, 25, 8, 0))


def test_a_sender_without_a_name_is_just_an_address(
    server: FaultySink, make_channel: Callable[..., EmailChannel]
) -> None:
    make_channel(server.port, sender_name="").send(envelope(to_name=""), NOW)
    mail = received(server)
    assert (str(mail["From"]), str(mail["To"])) == (
        "dondoc@sonoivu.hungyen.example",
        "vanthu@sotuphap.hungyen.example",
    )


def test_an_envelope_never_shows_its_files_when_printed() -> None:
    assert "b'" not in repr(Envelope("a@b.example", "", "", "", None, "<a@b>", (Attachment("a.pdf", b"secret"),)))
