"""`dondoc serve migrate` and `seed`: what must be in the database before the rest starts."""

from __future__ import annotations

import os

import typer

from dondoc.bootstrap import DEMO, open_app
from dondoc.services import demo, demo_accounts
from dondoc.store import migrate as migrate_store


def migrate() -> None:
    """Đưa cơ sở dữ liệu đến phiên bản hiện tại."""
    with open_app() as app:
        migrate_store(app.engine.url.render_as_string(hide_password=False))


def seed() -> None:
    """Kế hoạch và lịch sử của bản chạy thử."""
    with open_app() as app:
        if not demo.seed(app, app.now(), typer.echo):
            typer.echo("Đã có dữ liệu chạy thử.")
        if os.environ.get(DEMO) == "1":
            demo_accounts.ensure(app, app.now())
