"""`dondoc serve sink`: the demo's mail server and the page to read what it received."""

from __future__ import annotations

import os

import uvicorn

from dondoc import settings
from dondoc.channels.sink import Sink
from dondoc.channels.sink_pages import sink_app


def sink() -> None:
    """Hộp thư mẫu của bản chạy thử: máy chủ SMTP thật và trang đọc thư."""
    read = settings.read(os.environ, demo=True)
    server = Sink(read.home / "sink", port=read.sink_smtp_port)
    server.start()
    try:
        uvicorn.run(sink_app(read.home / "sink"), host="127.0.0.1", port=read.sink_port, log_level="warning")
    finally:
        server.stop()
