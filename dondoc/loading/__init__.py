"""From files that people edit to values of the core, with every problem of a file at once."""

from dondoc.domain.shift import shift
from dondoc.domain.workspace import Workspace
from dondoc.loading.calendars import load_calendar
from dondoc.loading.criteria import load_index, load_points
from dondoc.loading.directories import load_directory
from dondoc.loading.ladders import load_ladder
from dondoc.loading.loaded import Loaded
from dondoc.loading.plans import load_plan
from dondoc.loading.regimes import load_regime, load_regimes
from dondoc.loading.workspace import load_workspace

__all__ = [
    "Loaded",
    "Workspace",
    "load_calendar",
    "load_directory",
    "load_index",
    "load_ladder",
    "load_plan",
    "load_points",
    "load_regime",
    "load_regimes",
    "load_workspace",
    "shift",
]
