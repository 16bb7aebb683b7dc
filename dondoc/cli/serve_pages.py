"""`dondoc serve console`: the agencies' pages."""

from __future__ import annotations

import gc
import logging
import os

import uvicorn

from dondoc.bootstrap import DEMO, open_app
from dondoc.console import Addresses, console_app


def console() -> None:
    """Trang trả lời của đơn vị."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    with open_app() as app:
        read = app.settings
        demo = os.environ.get(DEMO) == "1"
        addresses = Addresses(
            sink=f"http://127.0.0.1:{read.sink_port}" if demo else None,
            zalo=f"http://127.0.0.1:{read.zalo_port}" if demo else None,
            prefect=f"http://127.0.0.1:{read.prefect_port}" if demo else None,
        )
        pages = console_app(app, addresses)
        # What is loaded stays: looking through it again and again cost single requests a tenth of a second.
        gc.collect()
        gc.freeze()
        uvicorn.run(pages, host=read.host, port=read.port, log_level="info", proxy_headers=False)
