"""Making a plan live from the Prefect page; the same as `dondoc plan apply`."""

from __future__ import annotations

from prefect import flow
from prefect.logging import get_run_logger

from dondoc.services import applying, scheduling, succession
from flows._shared import finish, shared_app


@flow(name="load_plan", description="Đưa một kế hoạch trong thư mục kế hoạch vào theo dõi; chạy lại không ghi gì.")
def load_plan(plan_id: str, force: bool = False) -> dict[str, int]:
    """Apply `<plan_id>.yaml` of the plans folder and bring its deployments into step."""
    app = shared_app()
    applied = applying.apply_named(app, plan_id, app.now(), "Prefect", force=force)
    succession.after_apply(app, applied, app.now())
    scheduling.sync_all(app, get_run_logger().info)
    counts = {"new": len(applied.diff.new), "changed": len(applied.diff.changed), "gone": len(applied.diff.gone)}
    return finish("plan_loaded", counts)
