"""Operators' alarms: on record once per key and day, in the log, and told to the address that the office set."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from apprise import Apprise, NotifyFormat, NotifyType
from sqlalchemy.orm import Session, sessionmaker

from dondoc.domain.moments import local_day
from dondoc.store import alarms

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]


class Alarms:
    """Raises alarms. `url` is any address Apprise knows (a secret: never logged); None: record and log only."""

    def __init__(self, sessions: sessionmaker[Session], now: Clock, url: str | None) -> None:
        self._sessions, self._now, self._url = sessions, now, url

    def __call__(self, key: str, words: str) -> bool:
        """Say it once per key and local day; `words` are Vietnamese and hold no secret. Returns whether it was new.

        Uses a transaction of its own, so that an alarm stays on record whatever becomes of the caller's work. Never
        raises for what the outside does.
        """
        now = self._now()
        with self._sessions.begin() as session:
            new = alarms.enter(session, key, local_day(now), words, now)
        if new:
            log.error("alarm %s: %s", key, words, extra={"action": "alarm", "key": key})
            if self._url is not None and _tell(self._url, words):
                with self._sessions.begin() as session:
                    alarms.heard(session, key, local_day(now))
        return new


def _tell(url: str, words: str) -> bool:
    # Apprise's own log would repeat the address, with its password, when a plugin fails.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    outside = Apprise()
    if not outside.add(url):
        log.error("DONDOC_ALARM_URL is not an Apprise address", extra={"action": "alarm_url_wrong"})
        return False
    try:
        return bool(outside.notify(words, "dondoc", NotifyType.WARNING, body_format=NotifyFormat.TEXT))
    except Exception as error:  # a plugin may raise anything, and its text may hold the address
        log.error("alarm not told: %s", type(error).__name__, extra={"action": "alarm_not_told"})
        return False
