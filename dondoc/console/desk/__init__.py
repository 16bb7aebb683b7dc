"""The supervisor's area: pages for those who sign in. Each page module contributes its own routes."""

from __future__ import annotations

from starlette.routing import BaseRoute

from dondoc.console.desk.contact_changes import contact_routes
from dondoc.console.desk.decide import decide_routes
from dondoc.console.desk.events import event_routes
from dondoc.console.desk.heirs import heir_routes
from dondoc.console.desk.held import held_routes
from dondoc.console.desk.inbox import inbox_routes
from dondoc.console.desk.leads import lead_routes
from dondoc.console.desk.message import message_routes
from dondoc.console.desk.own_account import own_account_routes
from dondoc.console.desk.reading_routes import reading_routes
from dondoc.console.desk.seats import Seats
from dondoc.console.desk.sign_in import sign_in_routes
from dondoc.console.desk.stops import stop_routes
from dondoc.console.desk.waiting import waiting_routes
from dondoc.console.desk.worklist import worklist_routes
from dondoc.console.pages import Pages
from dondoc.console.visits import Visits
from dondoc.services.app import App


def desk_routes(app: App, pages: Pages, visits: Visits, demo: bool) -> list[BaseRoute]:
    """All routes of the supervisor's area. `visits` counts what strangers may write to the journal."""
    seats = Seats(app, visits)
    return [
        *sign_in_routes(app, pages, seats, demo),
        *own_account_routes(app, pages, seats, demo),
        *reading_routes(app, pages, seats, demo),
        *inbox_routes(app, pages, seats, demo),
        *decide_routes(app, pages, seats, demo),
        *held_routes(app, pages, seats, demo),
        *message_routes(app, pages, seats, demo),
        *stop_routes(app, pages, seats, demo),
        *worklist_routes(app, pages, seats, demo),
        *lead_routes(app, pages, seats, demo),
        *heir_routes(app, pages, seats, demo),
        *contact_routes(app, pages, seats, demo),
        *event_routes(app, pages, seats, demo),
        *waiting_routes(app, pages, seats, demo),
    ]
