"""The daily proof that nothing was forgotten."""

from __future__ import annotations

from prefect import flow

from dondoc.services import auditing
from flows._shared import finish, shared_app


@flow(name="audit", description="Kiểm tra cuối ngày: mọi việc chưa xong đều có bước tiếp theo hoặc có lý do.")
def audit() -> dict[str, int]:
    """Publish the audit's page; changes nothing."""
    app = shared_app()
    found = auditing.audit_and_report(app, app.now())
    counts = {"open": found.open, "without_next": len(found.without_next)}
    return finish("audited", counts, "kiem-tra", found.markdown)
