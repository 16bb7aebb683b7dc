"""All pages that only read."""

from __future__ import annotations

from starlette.routing import BaseRoute

from dondoc.console.desk.agency import agency_routes
from dondoc.console.desk.criteria import criteria_routes
from dondoc.console.desk.downloads import file_routes
from dondoc.console.desk.graph import graph_routes
from dondoc.console.desk.overview import overview_routes
from dondoc.console.desk.plan import plan_routes
from dondoc.console.desk.seats import Seats
from dondoc.console.desk.targets import target_routes
from dondoc.console.desk.task import task_routes
from dondoc.console.pages import Pages
from dondoc.services.app import App


def reading_routes(app: App, pages: Pages, seats: Seats, demo: bool) -> list[BaseRoute]:
    """Their routes; the task page's before the plan's."""
    given = (app, pages, seats, demo)
    return [
        *overview_routes(*given),
        *task_routes(*given),
        *plan_routes(*given),
        *graph_routes(*given),
        *target_routes(*given),
        *criteria_routes(*given),
        *agency_routes(*given),
        *file_routes(*given),
    ]
