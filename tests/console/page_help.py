"""What tests of the pages share: hidden fields, a filled form, a live server."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.testclient import TestClient

Visit = Callable[..., TestClient]
"""`visit(recipient)`: a client that has opened a link of theirs; `visit()`: a stranger's."""


def hidden(page: str, name: str) -> str:
    """The value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found.group(1)


def fields(client: TestClient, *obligation_ids: str, **typed: object) -> dict[str, object]:
    """A filled form as a browser sends it: its hidden fields fresh from the page, the rest as typed."""
    page = client.get("/viec/tra-loi", params={"viec": list(obligation_ids)})
    assert page.status_code == 200, page.text
    return {
        "csrf": hidden(page.text, "csrf"),
        "phieu": hidden(page.text, "phieu"),
        "viec": list(obligation_ids),
        **typed,
    }


@contextmanager
def live(app: Starlette) -> Iterator[str]:
    """The application on a real port of this machine; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with live_on(app, port) as base:
        yield base


@contextmanager
def live_on(app: Starlette, port: int) -> Iterator[str]:
    """The same on a port that was chosen before."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="info"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
