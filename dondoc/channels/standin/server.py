"""The stand-in as a server on 127.0.0.1: in a thread for tests, or as a process of its own for the demo."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp

from dondoc import clock
from dondoc.channels.standin.account import Account, Identity
from dondoc.channels.standin.api import api_routes
from dondoc.channels.standin.control import control_routes
from dondoc.channels.standin.cutting import CuttableProtocol, CutWhenStopped
from dondoc.channels.standin.faults import Faults
from dondoc.channels.standin.pages import Pages, page_routes
from dondoc.channels.standin.people import Message

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
DEMO_APP_ID = "4000000000000000001"
DEMO_APP_SECRET = "demo-bi-mat"
DEMO_OA_ID = "1000000000000000001"
DEMO_OA_NAME = "Đôn đốc (OA mẫu)"
_STOP_SECONDS = 5
_WAITING = 128


def standin_app(account: Account, faults: Faults, now: Callable[[], datetime] = clock.now) -> ASGIApp:
    """Zalo's hosts, the control calls and the page over one account.

    `now` (aware) is the clock unless the account's own is pinned.
    Faults that cut a connection need a server that speaks `CuttableProtocol`, as ZaloStandIn does.
    """

    def moment() -> datetime:
        return account.pinned or now()

    routes = [
        *api_routes(account, faults, moment),
        *control_routes(account, faults, moment),
        *page_routes(account, faults, moment),
    ]
    handlers = {404: Pages(account, faults, moment).missing, OSError: _disk_failed}
    return CutWhenStopped(Starlette(routes=routes, exception_handlers=handlers))


class ZaloStandIn:
    """A server that behaves as Zalo documents, bound to 127.0.0.1; port 0 lets the system choose one.

    `url` takes the place of all of Zalo's hosts. What was delivered and the tokens live in `folder` and survive a
    restart. `welcoming`: every user id is a follower who interacted when first met; otherwise only people registered
    by `POST /control/people` exist. `now` is the clock (aware); `POST /control/clock` pins it.
    """

    def __init__(
        self,
        folder: Path,
        port: int = 0,
        *,
        welcoming: bool = False,
        app_id: str = DEMO_APP_ID,
        app_secret: str = DEMO_APP_SECRET,
        oa_id: str = DEMO_OA_ID,
        oa_name: str = DEMO_OA_NAME,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self.account = Account(folder, Identity(app_id, app_secret, oa_id, oa_name), welcoming)
        self.faults = Faults()
        self.port = port
        self._now = now
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The address, without a final slash; good after `start`."""
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        """Serve in a thread; returns when calls can be made. Raises OSError when the port is taken."""
        listener = self._listen()
        self._server = self._made()
        self._thread = threading.Thread(target=self._server.run, args=([listener],), name="zalo-stand-in", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the port and every connection; calls still waiting are cut. Harmless when it does not run."""
        if self._thread is None or self._server is None:
            return
        self._server.should_exit = True
        self._thread.join(_STOP_SECONDS)
        self._thread = self._server = None
        self.account.close()

    def run(self) -> None:
        """Serve in this thread until SIGTERM or Ctrl-C. Raises OSError when the port is taken."""
        listener = self._listen()
        with suppress(KeyboardInterrupt):
            self._made().run([listener])
        self.account.close()

    def messages(self) -> list[Message]:
        """Everything delivered so far, in that order."""
        return self.account.messages()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _listen(self) -> socket.socket:
        """Listening from now on: who connects before the server runs waits in the queue."""
        # With its protocol named: asyncio sends small answers at once only on sockets that say they are TCP.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((HOST, self.port))
            listener.listen(_WAITING)
        except OSError:
            listener.close()
            raise
        self.port = listener.getsockname()[1]
        log.info("Zalo stand-in on %s", self.url, extra={"action": "zalo_standin_started"})
        return listener

    def _made(self) -> _Server:
        app = standin_app(self.account, self.faults, self._now)
        return _Server(
            uvicorn.Config(app, http=CuttableProtocol, ws="none", lifespan="off", log_config=None, access_log=False)
        )


class _Server(uvicorn.Server):
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Calls that wait on purpose (slow, silent) would hold the server back: they are cut."""
        for task in self.server_state.tasks:
            task.cancel()
        await super().shutdown(sockets)


def _disk_failed(request: Request, error: Exception) -> Response:
    log.error("the stand-in cannot keep what it was told: %s", error, extra={"action": "zalo_standin_full"})
    return PlainTextResponse("the disk cannot be written", 500)
