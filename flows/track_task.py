"""One plan task's wake-up, on its own checkpoints (a deployment per task)."""

from __future__ import annotations

from prefect import flow

from dondoc.services import tracking
from flows._shared import artifact_key, finish, shared_app


@flow(name="track_task", description="Theo dõi một nhiệm vụ của kế hoạch: xem đến bước nào, xếp nội dung nhắc.")
def track_task(plan_id: str, task_id: str) -> dict[str, int]:
    """Sweep the task's obligations and publish where they stand."""
    app = shared_app()
    view = tracking.track_task(app, plan_id, task_id, app.now())
    counts = {"looked_at": view.swept.looked_at, "queued": view.swept.queued, "missed": view.swept.missed}
    return finish("task_tracked", counts, artifact_key(plan_id, task_id), view.markdown)
