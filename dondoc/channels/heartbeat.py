"""The outside heartbeat: a watcher that is told daily that all is well, and raises the alarm when it is not told."""

from __future__ import annotations

import logging
from urllib.request import Request, urlopen

TIMEOUT_SECONDS = 10.0

log = logging.getLogger(__name__)


def ping(url: str) -> bool:
    """Tell the watcher at `url`, and say whether it heard. Never raises: the watcher's silence is its own alarm.

    The address is a secret (whoever knows it can keep the watcher quiet): neither it nor the error's text is logged.
    """
    try:
        with urlopen(Request(url, method="POST", data=b""), timeout=TIMEOUT_SECONDS) as answer:
            return bool(200 <= answer.status < 300)
    except OSError as error:
        log.warning("heartbeat not heard: %s", type(error).__name__, extra={"action": "heartbeat_failed"})
        return False
