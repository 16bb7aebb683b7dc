"""The process under test: the product, opened as `dondoc deliver` opens it; does what it is told until it is killed."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import asdict
from datetime import datetime
from multiprocessing.connection import Connection
from typing import Any

from fault_points import POINTS
from town import ROOT

from dondoc.bootstrap import open_app
from dondoc.rendering.checking import check_templates
from dondoc.services import delivering, guarding, pressing, releasing, sweeping, tracking
from dondoc.services.app import App
from dondoc.store import messages

check_templates(ROOT / "templates")
"""So that they are compiled in the process from which all workers are forked, not in each."""
WHO = "người theo dõi (kiểm thử)"


def serve(pipe: Connection, env: dict[str, str]) -> None:
    """Answer commands `(word, moment, argument)` with a dict, one at a time; ends when the pipe does."""
    with ExitStack() as stack:
        app: App | None = None
        while True:
            try:
                word, moment, argument = pipe.recv()
            except EOFError:
                return
            os.environ["DONDOC_NOW"] = moment
            app = app or stack.enter_context(open_app(env))
            try:
                pipe.send(_DO[word](app, datetime.fromisoformat(moment), argument))
            except Exception as error:  # told to the driver, as Prefect is told of a failed run
                pipe.send({"failed": str(error).splitlines()[0][:120]})


def _deliver(app: App, now: datetime, point: str | None) -> dict[str, Any]:
    if point is not None:
        POINTS[point].arm()
    return asdict(delivering.deliver(app, now))


def _sweep(app: App, now: datetime, point: str | None) -> dict[str, Any]:
    if point is not None:
        POINTS[point].arm()
    return asdict(sweeping.sweep(app, now))


def _track(app: App, now: datetime, task: str) -> dict[str, Any]:
    return {"state": tracking.track_task(app, "hung-yen-2024", task, now).state}


def _release(app: App, now: datetime, _: object) -> dict[str, Any]:
    with app.sessions() as session:
        held = [row.id for row in messages.find(session, status="held")]
    return {"released": len(releasing.release(app, held, WHO, now))}


def _allow(app: App, now: datetime, _: object) -> dict[str, Any]:
    waiting = guarding.waiting(app)
    for guard in waiting:
        guarding.answer(app, guard["id"], "allowed", WHO, "Đã xem: kế hoạch vào theo dõi muộn.", now)
    return {"allowed": len(waiting)}


def _press(app: App, now: datetime, task: str) -> dict[str, Any]:
    return {"queued": pressing.remind_now(app, "hung-yen-2024", task, WHO, "Chủ tịch hỏi.", now)}


_DO = {"deliver": _deliver, "sweep": _sweep, "track": _track, "release": _release, "press": _press, "allow": _allow}
