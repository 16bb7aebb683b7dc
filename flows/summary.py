"""The four-way count for whoever watches in Prefect."""

from __future__ import annotations

from prefect import flow

from dondoc.services import status
from flows._shared import finish, shared_app


@flow(name="summary", description="Bảng bốn nhóm theo cơ quan và lĩnh vực: đúng hạn, quá hạn, trong hạn, chưa xong.")
def summary() -> dict[str, int]:
    """Publish the count as it stands now."""
    app = shared_app()
    now = app.now()
    total = status.to_json(now, status.counts(app, now))["total"]
    return finish("summarised", total, "bon-nhom", status.summary_markdown(app, now))
