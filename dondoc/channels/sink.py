"""The demo's mail server: it takes every mail, keeps it in a folder, and sends nothing anywhere."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from dondoc import clock
from dondoc.channels.mailbox import Mailbox

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
MAX_BYTES = 64 * 1024 * 1024
_STOP_SECONDS = 5


class Sink:
    """A real SMTP server in a thread of its own, bound to 127.0.0.1. Port 0 lets the system choose one."""

    def __init__(self, folder: Path, port: int = 0, now: Callable[[], datetime] = clock.now) -> None:
        self.mailbox = Mailbox(folder)
        self.port = port
        self._now = now
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None

    def start(self) -> None:
        """Listen; returns when mails can be sent. Raises OSError when the port is taken."""
        ready: Future[int] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), name="mail-sink", daemon=True)
        self._thread.start()
        self.port = ready.result()
        log.info("mail sink on %s:%s", HOST, self.port, extra={"action": "sink_started"})

    def stop(self) -> None:
        """Close the port and every connection; stored mails stay. Harmless when it does not run."""
        if self._thread is None or self._loop is None or self._stopping is None:
            return
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(_STOP_SECONDS)
        self._thread = None

    async def _serve(self, ready: Future[int]) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        try:
            server = await self._listen(self._loop)
        except OSError as error:
            ready.set_exception(error)
            return
        ready.set_result(server.sockets[0].getsockname()[1])
        await self._stopping.wait()
        server.close()  # asyncio.run then cancels the open sessions

    async def _listen(self, loop: asyncio.AbstractEventLoop) -> asyncio.Server:
        return await loop.create_server(self._protocol, HOST, self.port)

    def _protocol(self) -> SMTP:
        return SMTP(self, data_size_limit=MAX_BYTES, hostname=HOST, ident="dondoc mail sink", loop=self._loop)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """aiosmtpd's hook: keep the mail, then say so. A mail sent twice is kept twice."""
        content = envelope.original_content or b""
        try:
            id = self.mailbox.store(envelope.mail_from or "", envelope.rcpt_tos, content, self._now())
        except OSError:
            log.exception("the sink cannot keep a mail", extra={"action": "sink_full"})
            return "452 4.3.1 Insufficient system storage"
        return f"250 2.0.0 Ok: queued as {id}"
