"""Everything that decides about one plan, loaded together: what services work on."""

from __future__ import annotations

from dataclasses import dataclass

from dondoc.domain.calendar import WorkCalendar
from dondoc.domain.directory import Directory
from dondoc.domain.plan import Plan
from dondoc.domain.policy import Ladder
from dondoc.domain.regime import Regime


@dataclass(frozen=True)
class Workspace:
    """A plan with its directory, calendar, reporting regime and ladder; all names in the plan resolve in them."""

    plan: Plan
    directory: Directory
    calendar: WorkCalendar
    regime: Regime
    ladder: Ladder
