"""Guards (DESIGN §2.10): from which size on something stops and asks a person. Pure numbers, told with their reason."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date

from dondoc.domain.cases import Case
from dondoc.domain.compose import Draft
from dondoc.domain.decide import Decision
from dondoc.domain.policy import LATE_KINDS, Ladder

MOST_OVERDUE = 0.20
"""The share of a plan's open obligations that one sweep may call overdue for the first time."""
FEWEST_OVERDUE = 10
"""Below so many there is nothing to guard: in a small plan two late tasks are a quarter of it."""
MOST_MESSAGES = 1.5
"""How many times the messages that the rehearsal foresaw a day may have."""
FEWEST_MESSAGES = 20
"""Below so many a day is no flood, whatever was foreseen."""


def turns_overdue(case: Case, decision: Decision, ladder: Ladder) -> bool:
    """Whether this decision calls the obligation late for the first time since it got its present due day."""
    due_on = f"{case.obligation.due_on}"
    late_rules = {step.rule for step in ladder.steps if step.kind in LATE_KINDS}
    before = any(f.rule in late_rules and f.firing.partition(".")[0] == due_on for f in case.fired)
    return not before and any(n.rule in late_rules and not n.superseded for n in decision.notices)


def too_many_overdue(found: int, open_ones: int) -> bool:
    """Whether a sweep must stop and ask: `found` of a plan's open obligations would turn overdue at once."""
    return found >= FEWEST_OVERDUE and found > MOST_OVERDUE * open_ones


def too_many_messages(count: int, foreseen: int) -> bool:
    """Whether a day's messages must wait for a person, given what the rehearsal foresaw."""
    return count > max(FEWEST_MESSAGES, math.ceil(MOST_MESSAGES * foreseen))


def foreseen(drafts: Iterable[Draft], after: date | None, until: date) -> int:
    """How many messages a rehearsal has for the days after `after` up to `until`, each recipient and class once.

    Days on which nothing could be composed come together on the next one, still as one message per recipient.
    """
    return len({(d.recipient.id, d.klass) for d in drafts if d.day <= until and (after is None or d.day > after)})
