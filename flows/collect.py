"""The watched folder of incoming documents."""

from __future__ import annotations

from dataclasses import asdict

from prefect import flow

from dondoc.services import incoming
from flows._shared import finish, shared_app


@flow(name="collect", description="Nhận văn bản trong thư mục công văn đến; người xác nhận rồi mới mở việc.")
def collect() -> dict[str, int]:
    """Take in every complete file; one that was taken in before changes nothing."""
    app = shared_app()
    return finish("collected", asdict(incoming.collect(app, app.now())))
