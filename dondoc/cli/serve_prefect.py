"""`dondoc serve deployments` and `worker`: our side of Prefect."""

from __future__ import annotations

import typer

from dondoc.bootstrap import open_app
from dondoc.scheduling import fixed, serving
from dondoc.services import scheduling


def deployments() -> None:
    """Đưa lịch chạy của mọi nhiệm vụ và các luồng cố định vào Prefect."""
    with open_app() as app:
        typer.echo(f"cố định: {fixed.ensure(api_url=scheduling.api_url(app), say=typer.echo)}")
        for plan_id, result in scheduling.sync_all(app, typer.echo).items():
            typer.echo(f"{plan_id}: {result}")


def worker() -> None:
    """Bộ chạy việc trong tiến trình."""
    fixed.read()  # imports the flows, which takes seconds: the first event of the day must not wait for that
    serving.main()
