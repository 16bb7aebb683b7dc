"""A real SMTP server that fails where it is told to, and the values that the channel tests share."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aiosmtpd.smtp import SMTP, AuthResult

from dondoc.channels.envelope import Envelope, message_id
from dondoc.channels.sink import HOST, Sink

NOW = datetime(2024, 3, 25, 8, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
USER, PASSWORD = "dondoc", "mat-khau-rat-bi-mat"


@dataclass
class Faults:
    """What the server does wrong: a reply in the place of its own, or a cut connection at a point."""

    greeting: str | None = None
    mail: str | None = None
    rcpt: str | None = None
    data: str | None = None
    after_data: str | None = None
    drop: str | None = None  # greeting, mail, rcpt, data (after 354), after_data
    silent_after_data: bool = False
    close_after_message: bool = False
    close_politely: bool = False  # 421 to the next command before closing
    connections: int = 0


class FaultySmtp(SMTP):
    def __init__(self, faults: Faults, *args: Any, **kwargs: Any) -> None:
        self.faults = faults
        faults.connections += 1
        self._leaving = False
        super().__init__(*args, **kwargs)

    async def push(self, status: Any) -> None:
        text = status.decode() if isinstance(status, bytes) else status
        if text.startswith("220 ") and self.session is not None and self.session.host_name is None:
            if self.faults.drop == "greeting":
                return self.transport.abort()
            text = self.faults.greeting or text
        return await super().push(text)

    async def smtp_MAIL(self, arg: str | None) -> None:
        if self._leaving:
            await self.push("421 4.4.2 idle too long")
            self.transport.close()
        else:
            await self._fault("mail", super().smtp_MAIL(arg))

    async def smtp_RSET(self, arg: str | None) -> None:
        if self._leaving and not self.faults.close_politely:
            self.transport.abort()
        else:
            await super().smtp_RSET(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        await self._fault("rcpt", super().smtp_RCPT(arg))

    async def smtp_DATA(self, arg: str | None) -> None:
        if self.faults.drop == "data":
            await self.push("354 go on")
            self.transport.abort()
        else:
            await self._fault("data", super().smtp_DATA(arg))
            self._leaving = self.faults.close_after_message

    async def _fault(self, phase: str, usual: Any) -> None:
        reply = getattr(self.faults, phase)
        if self.faults.drop == phase:
            usual.close()
            self.transport.abort()
        elif reply is not None:
            usual.close()
            await self.push(reply)
        else:
            await usual


@dataclass
class FaultySink(Sink):
    folder: Path
    faults: Faults
    tls: ssl.SSLContext | None = None
    implicit_tls: bool = False
    options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(self.folder, now=lambda: NOW)

    async def _listen(self, loop: asyncio.AbstractEventLoop) -> asyncio.Server:
        context = self.tls if self.implicit_tls else None
        return await loop.create_server(self._protocol, HOST, self.port, ssl=context)

    def _protocol(self) -> SMTP:
        options = self.options if self.implicit_tls else {"tls_context": self.tls, **self.options}
        return FaultySmtp(self.faults, self, hostname=HOST, loop=self._loop, **options)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.faults.after_data:
            return self.faults.after_data
        answer = await super().handle_DATA(server, session, envelope)
        if self.faults.drop == "after_data":
            server.transport.abort()
        if self.faults.silent_after_data:
            await asyncio.sleep(30)
        return answer


def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    success = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=success, handled=success)


def envelope(key: str = "so-tu-phap/focal/2024-03-25/digest", **changes: Any) -> Envelope:
    plain = Envelope(
        to_address="vanthu@sotuphap.hungyen.example",
        to_name="Sở Tư pháp",
        subject="[Đôn đốc] 2 việc quá hạn, 3 việc sắp đến hạn – Sở Tư pháp",
        text="Kính gửi: Sở Tư pháp\n\nĐề nghị quý cơ quan gửi báo cáo.\n",
        html="<p>Kính gửi: <strong>Sở Tư pháp</strong></p>",
        message_id=message_id(key, "sonoivu.hungyen.example"),
    )
    return replace(plain, **changes)


@dataclass(frozen=True)
class Certificate:
    """A self-made certificate for 127.0.0.1 and the context of a server that shows it."""

    pem: Path
    context: ssl.SSLContext
