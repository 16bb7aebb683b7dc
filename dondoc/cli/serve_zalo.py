"""`dondoc serve zalo`: the demo's stand-in for Zalo and the page to read what it received."""

from __future__ import annotations

import os

from dondoc import settings
from dondoc.channels.standin import DEMO_APP_ID, DEMO_APP_SECRET, DEMO_OA_ID, ZaloStandIn
from dondoc.errors import DondocError


def zalo() -> None:
    """Máy chủ Zalo mẫu của bản chạy thử: nhận tin như Zalo thật và trang đọc tin."""
    read = settings.read(os.environ, demo=True)
    server = ZaloStandIn(
        read.home / "zalo",
        read.zalo_port,
        welcoming=True,
        app_id=DEMO_APP_ID,
        app_secret=DEMO_APP_SECRET,
        oa_id=DEMO_OA_ID,
    )
    try:
        server.run()
    except OSError as error:
        raise DondocError(f"Không mở được cổng {read.zalo_port} (DONDOC_ZALO_PORT): {error.strerror}") from error
