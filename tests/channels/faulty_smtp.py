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
Reply = str | bytes


@dataclass
class Faults:
    """What the server does wrong: a reply in the place of its own, or a cut connection at a point.

    Every field may be set while the server runs and holds for the next command; only `down` needs `FaultySink.set`.
    A reply may be bytes, and may have several lines ("550-…\\r\\n550 …").
    """

    greeting: Reply | None = None
    ehlo: Reply | None = None
    mail: Reply | None = None
    rcpt: Reply | None = None
    data: Reply | None = None
    after_data: Reply | None = None  # in the place of storing the mail
    refuse: dict[str, Reply] = field(default_factory=dict)  # the reply to RCPT by address, for the others there is none
    greylist: Reply | None = None  # the reply to the first RCPT of each address; the second is taken
    lie_after_data: Reply | None = None  # stores the mail, then answers so
    lie_ok: bool = False  # answers 250 and stores nothing
    # Where it cuts: greeting, ehlo, mail, rcpt, command (DATA), data (after 354), after_dot, after_data (stored).
    drop: str | None = None
    slow: dict[str, float] = field(default_factory=dict)  # seconds before the reply: greeting, ehlo, …, after_data
    down: bool = False  # refuses connections
    silent_after_data: bool = False
    close_after_message: bool = False
    close_politely: bool = False  # 421 to the next command before closing
    connections: int = 0
    seen: set[str] = field(default_factory=set)  # the addresses that greylisting knows


class FaultySmtp(SMTP):
    def __init__(self, faults: Faults, *args: Any, **kwargs: Any) -> None:
        self.faults = faults
        faults.connections += 1
        self._leaving = False
        self._greeted = False
        super().__init__(*args, **kwargs)

    async def push(self, status: Any) -> None:
        reply = _bytes(status)
        if not self._greeted:
            self._greeted = True
            await asyncio.sleep(self.faults.slow.get("greeting", 0))
            if self.faults.drop == "greeting":
                return self.transport.abort()
            reply = _bytes(status if self.faults.greeting is None else self.faults.greeting)
        return await super().push(reply)

    async def smtp_EHLO(self, arg: str | None) -> None:
        await self._fault("ehlo", super().smtp_EHLO, arg)

    async def smtp_HELO(self, arg: str | None) -> None:
        await self._fault("ehlo", super().smtp_HELO, arg)

    async def smtp_MAIL(self, arg: str | None) -> None:
        if self._leaving:
            await self.push("421 4.4.2 idle too long")
            self.transport.close()
        else:
            await self._fault("mail", super().smtp_MAIL, arg)

    async def smtp_RSET(self, arg: str | None) -> None:
        if self._leaving and not self.faults.close_politely:
            self.transport.abort()
        else:
            await super().smtp_RSET(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        address = (arg or "").partition("<")[2].partition(">")[0]
        known, faults = address in self.faults.seen, self.faults
        faults.seen.add(address)
        stranger = None if known else faults.greylist
        await self._fault("rcpt", super().smtp_RCPT, arg, faults.refuse.get(address, stranger))

    async def smtp_DATA(self, arg: str | None) -> None:
        if self.faults.drop == "data":
            await self.push("354 go on")
            self.transport.abort()
        else:
            await self._fault("data", super().smtp_DATA, arg)
            self._leaving = self.faults.close_after_message

    async def _fault(self, phase: str, usual: Any, arg: str | None, reply: Reply | None = None) -> None:
        await asyncio.sleep(self.faults.slow.get(phase, 0))
        reply = getattr(self.faults, phase) if reply is None else reply
        if self.faults.drop == ("command" if phase == "data" else phase):
            self.transport.abort()
        elif reply is not None:
            await self.push(reply)
        else:
            await usual(arg)


@dataclass
class FaultySink(Sink):
    folder: Path
    faults: Faults
    tls: ssl.SSLContext | None = None
    implicit_tls: bool = False
    options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(self.folder, now=lambda: NOW)

    def set(self, **changes: Any) -> None:
        """Change faults while it runs; `down` closes the port and every connection, or opens the same port again."""
        was_down = self.faults.down
        for name, value in changes.items():
            if not hasattr(self.faults, name):
                raise AttributeError(f"no such fault: {name}")
            setattr(self.faults, name, value)
        if self.faults.down != was_down:
            (self.stop if self.faults.down else self.start)()

    async def _listen(self, loop: asyncio.AbstractEventLoop) -> asyncio.Server:
        context = self.tls if self.implicit_tls else None
        return await loop.create_server(self._protocol, HOST, self.port, ssl=context)

    def _protocol(self) -> SMTP:
        options = self.options if self.implicit_tls else {"tls_context": self.tls, **self.options}
        return FaultySmtp(self.faults, self, hostname=HOST, loop=self._loop, **options)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> Reply:
        faults = self.faults
        if faults.drop == "after_dot":
            server.transport.abort()
        if faults.after_data or faults.lie_ok or faults.drop == "after_dot":
            answer = faults.after_data or "250 2.0.0 Ok: queued as 99999999"
        else:
            answer = await super().handle_DATA(server, session, envelope)
        if faults.drop == "after_data":
            server.transport.abort()
        await asyncio.sleep(30 if faults.silent_after_data else faults.slow.get("after_data", 0))
        return faults.lie_after_data or answer


def _bytes(reply: Reply) -> bytes:
    return reply if isinstance(reply, bytes) else reply.encode()


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
