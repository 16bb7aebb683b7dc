"""The processes that `dondoc up` starts; each can also be run alone by an operator's own supervisor."""

from __future__ import annotations

import logging
import os

import typer
import uvicorn

from dondoc import settings as settings_module
from dondoc.bootstrap import DEMO, open_app
from dondoc.console import Addresses, console_app
from dondoc.scheduling import fixed, serving
from dondoc.services import demo, scheduling
from dondoc.store import migrate as migrate_store

serve_app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")


@serve_app.command()
def migrate() -> None:
    """Đưa cơ sở dữ liệu đến phiên bản hiện tại."""
    with open_app() as app:
        migrate_store(app.engine.url.render_as_string(hide_password=False))


@serve_app.command()
def console() -> None:
    """Trang trả lời của đơn vị."""
    with open_app() as app:
        read = app.settings
        is_demo = os.environ.get(DEMO) == "1"
        addresses = Addresses(
            sink=f"http://127.0.0.1:{read.sink_port}" if is_demo else None,
            prefect=f"http://127.0.0.1:{read.prefect_port}" if is_demo else None,
        )
        uvicorn.run(console_app(app, addresses), host=read.host, port=read.port, log_level="info", proxy_headers=False)


@serve_app.command()
def sink() -> None:
    """Hộp thư mẫu của bản chạy thử: máy chủ SMTP thật và trang đọc thư."""
    from dondoc.channels.sink import Sink  # only the demo needs aiosmtpd
    from dondoc.channels.sink_pages import sink_app

    read = settings_module.read(os.environ, demo=True)
    folder = read.home / "sink"
    server = Sink(folder, port=read.sink_smtp_port)
    server.start()
    try:
        uvicorn.run(sink_app(folder), host="127.0.0.1", port=read.sink_port, log_level="warning")
    finally:
        server.stop()


@serve_app.command()
def seed() -> None:
    """Kế hoạch và lịch sử của bản chạy thử."""
    with open_app() as app:
        if not demo.seed(app, app.now(), typer.echo):
            typer.echo("Đã có dữ liệu chạy thử.")


@serve_app.command()
def deployments() -> None:
    """Đưa lịch chạy của mọi nhiệm vụ và các luồng cố định vào Prefect."""
    with open_app() as app:
        fixed.ensure(api_url=scheduling.api_url(app), say=typer.echo)
        for plan_id, result in scheduling.sync_all(app, typer.echo).items():
            typer.echo(f"{plan_id}: {result}")


@serve_app.command()
def worker() -> None:
    """Bộ chạy việc trong tiến trình."""
    serving.main()
