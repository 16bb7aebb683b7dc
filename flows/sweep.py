"""The safety net: finds what a missed wake-up left."""

from __future__ import annotations

from dataclasses import asdict

from prefect import flow

from dondoc.services import sweeping
from flows._shared import finish, shared_app


@flow(name="sweep", description="Quét toàn bộ: tìm việc đã đến bước mà lần chạy riêng bỏ lỡ, đếm và xếp nội dung nhắc.")
def sweep() -> dict[str, int]:
    """Look at every obligation whose day has come."""
    app = shared_app()
    return finish("swept", asdict(sweeping.sweep(app, app.now())))
