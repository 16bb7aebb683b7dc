"""What all flows do around their one service call."""

from __future__ import annotations

import atexit
import hashlib
import re
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cache

from prefect.artifacts import create_markdown_artifact
from prefect.logging import get_run_logger

from dondoc.bootstrap import open_app
from dondoc.services.app import App

_opening = threading.Lock()


def shared_app() -> App:
    """The process's one App: opened by its first run, shared by all threads, closed when the process ends."""
    with _opening:
        return _opened()


@cache
def _opened() -> App:
    stack = ExitStack()
    app = stack.enter_context(open_app())
    atexit.register(stack.close)
    return app


def finish(action: str, counts: Mapping[str, int], key: str | None = None, markdown: str = "") -> dict[str, int]:
    """Log the outcome under its stable `action`, publish the page under `key`, hand back the counts."""
    if key is not None:
        create_markdown_artifact(key=key, markdown=markdown)
    numbers = " ".join(f"{name}={number}" for name, number in counts.items())
    get_run_logger().info("action=%s %s", action, numbers, extra={"action": action})
    return dict(counts)


def artifact_key(plan_id: str, task_id: str) -> str:
    """The key of a task's page: Prefect allows a-z, 0-9 and "-" only. Two tasks never share one.

    Ids that are not written like these (other signs, small letters in a task's id) get a digest at the end.

    >>> artifact_key("hung-yen-2024", "III.2.79")
    'hung-yen-2024--iii-2-79'
    """
    plain = f"{_plain(plan_id)}--{_plain(task_id)}"
    if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", plan_id) and re.fullmatch(r"[A-Z0-9]+(\.[A-Z0-9]+)*", task_id):
        return plain
    return f"{plain}-{hashlib.sha256(f'{plan_id}/{task_id}'.encode()).hexdigest()[:8]}"


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
