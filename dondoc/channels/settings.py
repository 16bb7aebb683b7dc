"""What the email channel must know. Secrets are given by the caller, who reads them from the environment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from dondoc.channels.envelope import MAX_NAME, is_address
from dondoc.errors import SettingsError

Mode = Literal["plain", "starttls", "ssl"]
MODES = ("plain", "starttls", "ssl")
_HERE = ("127.0.0.1", "::1", "localhost")
_HOST = re.compile(r"[0-9A-Fa-f:]*:[0-9A-Fa-f:]+|[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")


class EmailSettingsError(SettingsError):
    """Settings that could never work. `fields` pairs each field's name with what is wrong, all of them at once."""

    def __init__(self, fields: tuple[tuple[str, str], ...]) -> None:
        self.fields = fields
        super().__init__("\n".join(f"email.{name}: {message}" for name, message in fields))


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """How to reach the mail server. `timeout` is in seconds, for connecting and for each reply.

    `ca_file` names a PEM bundle for a server whose certificate an authority's own CA signed; certificates are always
    verified. Raises EmailSettingsError for values that could never work, before any mail is tried.
    """

    host: str
    port: int
    mode: Mode
    sender: str
    sender_name: str = ""
    timeout: float = 30.0
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    reply_to: str | None = None
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        if problems := (*_server(self), *_mailboxes(self), *_login(self)):
            raise EmailSettingsError(problems)

    @property
    def domain(self) -> str:
        """The domain of the sender: the right-hand side of our Message-IDs and our name in EHLO."""
        return self.sender.rpartition("@")[2]


def _server(settings: EmailSettings) -> Iterator[tuple[str, str]]:
    if not _HOST.fullmatch(settings.host):
        yield "host", f"{settings.host!r} không phải tên máy chủ"
    if not 0 < settings.port < 65536:
        yield "port", f"cổng phải từ 1 đến 65535, không phải {settings.port}"
    if settings.mode not in MODES:
        yield "mode", f"{settings.mode!r} không có; chọn một trong: {', '.join(MODES)}"
    if not 0 < settings.timeout <= 600:
        yield "timeout", f"thời gian chờ phải lớn hơn 0 và không quá 600 giây, không phải {settings.timeout}"
    if settings.ca_file is not None and not settings.ca_file.is_file():
        yield "ca_file", f"không có tệp chứng thư {settings.ca_file}"


def _mailboxes(settings: EmailSettings) -> Iterator[tuple[str, str]]:
    for name, address in (("sender", settings.sender), ("reply_to", settings.reply_to)):
        if address is not None and not is_address(address):
            yield name, f"{address!r} không phải địa chỉ thư"
    if len(settings.sender_name) > MAX_NAME or not settings.sender_name.isprintable():
        yield "sender_name", f"tên người gửi dài quá {MAX_NAME} ký tự hoặc có ký tự xuống dòng"


def _login(settings: EmailSettings) -> Iterator[tuple[str, str]]:
    user, password = settings.user, settings.password
    if bool(user) != bool(password):
        yield "user", "DONDOC_SMTP_USER và DONDOC_SMTP_PASSWORD phải cùng có hoặc cùng để trống"
    elif user and password:
        if not (user.isascii() and password.isascii()):
            yield "user", "tên đăng nhập và mật khẩu chỉ được dùng ký tự ASCII"
        if settings.mode == "plain" and settings.host not in _HERE:
            yield "mode", "mật khẩu sẽ đi qua mạng không mã hóa; dùng starttls hoặc ssl"
