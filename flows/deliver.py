"""Composing and sending what the outbox holds."""

from __future__ import annotations

from dataclasses import asdict

from prefect import flow

from dondoc.services import delivering
from flows._shared import finish, shared_app


@flow(name="deliver", description="Soạn thư của ngày và gửi những gì hộp chờ gửi đang giữ, trong giờ làm việc.")
def deliver() -> dict[str, int]:
    """Sweep, compose and send; a second run at the same moment finds nothing to send."""
    app = shared_app()
    return finish("delivered", asdict(delivering.deliver(app, app.now())))
