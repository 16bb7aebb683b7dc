"""What waits too long for its reviewer: when that is said, to the reviewer alone (DEADLINES §4).

A window, not a day: it opens so many working days after the answer came, and stays open until somebody decides; then
one line, and one more each week.
"""

from __future__ import annotations

from datetime import date, timedelta

from dondoc.domain.cases import Case, Rules
from dondoc.domain.moments import local_day
from dondoc.domain.policy import UNREVIEWED

DECIDED_ON = ("done", "extension", "not_applicable", "not_mine")
"""Answers that a reviewer decides on."""
AGAIN_DAYS = 7


def waiting_since(case: Case) -> date | None:
    """The local day since which the oldest answer waits that nobody has decided on."""
    return next((local_day(a.at) for a in case.answers if a.kind in DECIDED_ON and a.review is None), None)


def line_due(case: Case, rules: Rules, today: date) -> tuple[str, str] | None:
    """The firing and the reason (Vietnamese) of the line that is due today, or None: on working days only."""
    since, opens = waiting_since(case), _opens(case, rules)
    if since is None or opens is None or today < opens or not _works(since, today, rules):
        return None
    said = _said(case, since)
    if said and (today - max(said)).days < AGAIN_DAYS:
        return None
    firing = f"{since}" if not said else f"{since}.{len(said) + 1}"
    return firing, f"Gửi {since:%d/%m/%Y}, đã chờ {rules.calendar.between(since, today)} ngày làm việc."


def next_line(case: Case, rules: Rules, today: date) -> date | None:
    """The first day after `today` on which such a line may be due; None when nothing waits or the calendar ends."""
    since, opens = waiting_since(case), _opens(case, rules)
    if since is None or opens is None:
        return None
    said = _said(case, since)
    if line_due(case, rules, today) is not None:
        said = [*said, today]
    again = max(said) + timedelta(days=AGAIN_DAYS) if said else opens
    return rules.calendar.try_roll(max(again, opens, today + timedelta(days=1)))


def sooner(*found: date | None) -> date | None:
    """The first of the days that are given."""
    return min((day for day in found if day is not None), default=None)


def is_about_now(case: Case, firing: str) -> bool:
    """Whether a line of that firing still speaks of what waits."""
    since = waiting_since(case)
    return since is not None and firing.partition(".")[0] == f"{since}"


def _works(since: date, today: date, rules: Rules) -> bool:
    """Whether today is a working day, and the days since then can be counted."""
    loaded = all(rules.calendar.covers(date(year, 1, 1)) for year in range(since.year, today.year + 1))
    return loaded and rules.calendar.is_working(today)


def _opens(case: Case, rules: Rules) -> date | None:
    since = waiting_since(case)
    return None if since is None else rules.calendar.try_add(since, rules.regime.unreviewed_days)


def _said(case: Case, since: date) -> list[date]:
    return [f.on for f in case.fired if f.rule == UNREVIEWED and f.firing.partition(".")[0] == f"{since}"]
