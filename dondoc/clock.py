"""The one reader of the clock. Everything else takes `now` as an argument."""

from __future__ import annotations

import os
from datetime import datetime

import pendulum

from dondoc.errors import SettingsError

ZONE = "Asia/Ho_Chi_Minh"


def now() -> datetime:
    """The present moment, aware, in Asia/Ho_Chi_Minh.

    `DONDOC_NOW` (ISO 8601 with offset) pins it for rehearsals and journey tests.
    Raises SettingsError when that value cannot be read.
    """
    pinned = os.environ.get("DONDOC_NOW")
    if not pinned:
        return pendulum.now(ZONE)
    try:
        moment = pendulum.parse(pinned, tz=ZONE)
    except ValueError as error:
        raise SettingsError(f"DONDOC_NOW={pinned!r} is not an ISO 8601 date-time: {error}") from error
    if not isinstance(moment, pendulum.DateTime):
        raise SettingsError(f"DONDOC_NOW={pinned!r} is not a date-time")
    return moment.in_timezone(ZONE)


def machine_now() -> datetime:
    """The machine's own clock in UTC, whatever `DONDOC_NOW` pins: for what other programs date, not for ours."""
    return pendulum.now("UTC")
