"""Named points at which a worker process is killed (SIGKILL, by itself): nothing of it can run any more.

A point wraps one function of the product or of the library under it, in the doomed process only; the product knows
nothing of it. Each entry of POINTS is (where, what it means in words, how to arm it).
"""

from __future__ import annotations

import itertools
import os
import signal
import smtplib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from dondoc.channels import email, smtp
from dondoc.channels.zalo import client, oauth
from dondoc.services import carrying, composing, delivering, envelopes, sending, settling, zalo_vault
from dondoc.store import attempts, claims, messages, notices, obligations, zalo_grants

Test = Callable[..., bool]
THIRD = 3


def die() -> None:
    """As `kill -9` does: no `finally`, no flush, no goodbye."""
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


def always(*_: Any, **__: Any) -> bool:
    return True


def after(owner: Any, name: str, nth: int = 1, when: Test = always) -> Callable[[], None]:
    """Die when the `nth` call that fits has returned."""
    return lambda: _wrap(owner, name, nth, when, before=False)


def before(owner: Any, name: str, nth: int = 1, when: Test = always) -> Callable[[], None]:
    """Die when the `nth` call that fits is about to be made."""
    return lambda: _wrap(owner, name, nth, when, before=True)


def _wrap(owner: Any, name: str, nth: int, when: Test, *, before: bool) -> None:
    usual = getattr(owner, name)
    numbers = itertools.count(1)

    def doomed(*args: Any, **kwargs: Any) -> Any:
        # Two threads come by: each call keeps the number it drew.
        is_mine = when(*args, **kwargs) and next(numbers) == nth
        if before and is_mine:
            die()
        result = usual(*args, **kwargs)
        if not before and is_mine:
            die()
        return result

    setattr(owner, name, doomed)


def _half_of_a_body() -> None:
    usual = smtplib.SMTP.send

    def send(self: smtplib.SMTP, data: Any) -> None:
        if isinstance(data, bytes) and len(data) > 2000:
            usual(self, data[: len(data) // 2])
            time.sleep(0.05)
            die()
        usual(self, data)

    smtplib.SMTP.send = send  # type: ignore[assignment]


def _is_dot(_: Any, data: Any) -> bool:
    return bool(data == smtp._DOT)


def _is_data(_: Any, command: str, *args: Any) -> bool:
    return command == "DATA"


def _is_rcpt(_: Any, command: str, *args: Any) -> bool:
    return command.upper() == "RCPT"


def _is_message(_: Any, path: str, *args: Any) -> bool:
    return path.endswith("/message/cs")


def _is_window(_: Any, path: str, *args: Any) -> bool:
    return path.endswith("/quota/message")


def _asks_message(_: Any, request: httpx.Request) -> bool:
    return request.url.path.endswith("/message/cs")


@dataclass(frozen=True)
class Point:
    """Where a worker dies; `arm` is called in its process just before the run."""

    name: str
    words: str
    arm: Callable[[], None]


def _points(*rows: tuple[str, str, Callable[[], None]]) -> dict[str, Point]:
    return {name: Point(name, words, arm) for name, words, arm in rows}


POINTS = _points(
    ("sweep.locked", "quét: đã khóa các việc, chưa quyết định", after(obligations, "load_cases")),
    ("sweep.queued", "quét: đã ghi sổ nhắc, chưa commit", after(notices, "queue")),
    ("sweep.looked", "quét: đã ghi ngày xem lại, chưa commit", after(obligations, "set_next")),
    ("sweep.done", "quét: vừa commit xong", after(delivering, "sweep")),
    ("compose.carried", "soạn: vừa chuyển nội dung của thư cũ", after(carrying, "carry_on")),
    ("compose.locked", "soạn: đã khóa hàng chờ", after(notices, "queued")),
    ("compose.first", "soạn: đã ghi thư thứ nhất", after(messages, "create")),
    ("compose.linked", "soạn: đã gắn nội dung vào thư thứ ba", after(notices, "composed", THIRD)),
    ("compose.uncommitted", "soạn: đã ghi mọi thư, chưa commit", after(composing, "_write")),
    ("compose.done", "soạn: vừa commit xong", after(delivering, "compose_day")),
    ("claim.uncommitted", "nhận gửi: đã đánh dấu, chưa commit", after(claims, "claim_next", THIRD)),
    ("claim.linked", "nhận gửi: đã cấp liên kết, chưa commit", after(envelopes, "issue_link", THIRD)),
    ("claim.done", "nhận gửi: vừa commit, chưa gửi byte nào", before(sending._Run, "_try", THIRD)),
    ("send.worded", "gửi: đã dựng thư", after(email, "message_bytes", THIRD)),
    ("send.connected", "gửi: vừa nối tới máy chủ thư", after(smtp.SmtpConnection, "_connect")),
    ("send.mail", "gửi: sau MAIL FROM", after(smtp.SmtpConnection, "_mail", THIRD)),
    ("send.rcpt", "gửi: sau RCPT TO", after(smtplib.SMTP, "docmd", THIRD, _is_rcpt)),
    ("send.data", "gửi: sau 354, trước nội dung", after(smtplib.SMTP, "docmd", THIRD, _is_data)),
    ("send.half", "gửi: giữa nội dung", _half_of_a_body),
    ("send.undotted", "gửi: hết nội dung, trước dấu chấm", before(smtplib.SMTP, "send", THIRD, _is_dot)),
    ("send.dotted", "gửi: sau dấu chấm, trước trả lời", after(smtplib.SMTP, "send", THIRD, _is_dot)),
    ("send.answered", "gửi: đã có trả lời 250, chưa ghi", after(smtp.SmtpConnection, "_finish", THIRD)),
    ("record.before", "ghi kết quả: chưa ghi", before(sending._Run, "_record", THIRD)),
    ("record.uncommitted", "ghi kết quả: đã ghi, chưa commit", after(attempts, "record", THIRD)),
    ("record.done", "ghi kết quả: vừa commit (cùng lần nhận kế tiếp)", after(sending._Run, "_step", THIRD + 1)),
    ("zalo.window", "Zalo: đã hỏi cửa sổ nhắn tin, chưa gửi", after(client.OaApi, "post", 2, _is_window)),
    ("zalo.before", "Zalo: sắp gửi tin", before(client.OaApi, "post", 2, _is_message)),
    (
        "zalo.wire",
        "Zalo: câu trả lời đã tới máy, chưa đọc",
        after(httpx.HTTPTransport, "handle_request", 2, _asks_message),
    ),
    ("zalo.answered", "Zalo: đã đọc trả lời, chưa ghi", after(client.OaApi, "post", 2, _is_message)),
    ("refresh.unmarked", "đổi mã Zalo: sắp ghi dấu", before(zalo_grants, "mark_pending")),
    ("refresh.uncommitted", "đổi mã Zalo: đã ghi dấu, chưa commit", after(zalo_grants, "mark_pending")),
    ("refresh.marked", "đổi mã Zalo: đã commit dấu, chưa gọi Zalo", before(oauth.OauthClient, "refresh")),
    ("refresh.answered", "đổi mã Zalo: Zalo đã đổi, chưa lưu cặp mới", after(oauth.OauthClient, "refresh")),
    ("refresh.unsaved", "đổi mã Zalo: đã lưu, chưa commit", after(zalo_grants, "replace")),
    ("refresh.saved", "đổi mã Zalo: vừa commit, chưa dùng", after(zalo_vault.Vault, "replace")),
    ("settle.asked", "hỏi lại: đã có trả lời, chưa ghi", after(settling, "_answers")),
    ("settle.uncommitted", "hỏi lại: đã ghi, chưa commit", after(settling, "_write")),
)
