"""A recorded event, answered at once (started by the automation that dondoc keeps in Prefect)."""

from __future__ import annotations

from dataclasses import asdict

from prefect import flow

from dondoc.services import responding
from flows._shared import finish, shared_app


@flow(
    name="on_event",
    flow_run_name="sự kiện {event_id}",
    description="Sự kiện vừa ghi: xem ngay các nhiệm vụ nó mở, gửi thư gấp trong giờ làm việc, chạy lịch của chúng.",
)
def on_event(event_id: str) -> dict[str, int]:
    """Look at the event's tasks, send what is urgent, wake their own deployments; a second run finds nothing to do."""
    app = shared_app()
    return finish("event_responded", asdict(responding.respond(app, event_id, app.now())))
