"""One message whole: its words, what it speaks of, every try, what was decided; and what may be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dondoc.console.desk.bench import LARGEST, Bench
from dondoc.console.desk.held import HERE, HOME
from dondoc.console.desk.seats import Seats
from dondoc.console.pages import Pages
from dondoc.console.wording import moment
from dondoc.domain.explain import KIND_NAMES
from dondoc.errors import Refused
from dondoc.services import outbox_views
from dondoc.services.app import App
from dondoc.services.books import Book, books
from dondoc.services.outbox_views import STATUS_NAMES
from dondoc.services.releasing import RELEASED
from dondoc.services.status import agency_name
from dondoc.services.waiting_mail import CHANNEL_NAMES, waiting_mail

ENTRY_NAMES = {
    "released": "cho gửi", "dropped": "bỏ", "undropped": "lấy lại", "held": "giữ lại", "reworded": "sửa lời",
    "settled": "rõ kết quả", "channel-switched": "đổi kênh", "expired": "quá ngày",
    "carried-on": "chuyển nội dung sang thư sau",
}  # fmt: skip


def message_routes(app: App, pages: Pages, seats: Seats, demo: bool) -> list[BaseRoute]:
    """The routes of this module."""
    return [Route(f"{HOME}/{{id:int}}", _Message(Bench(app, pages, seats, demo)).one, methods=["GET"])]


class _Message:
    def __init__(self, bench: Bench) -> None:
        self.bench, self.app = bench, bench.app

    def one(self, request: Request) -> Response:
        """One message whole: its words, lines, tries and what was decided."""
        number = request.path_params["id"]
        with self.app.sessions() as session:
            seat = self.bench.require(session, request)
            known = books(self.app, session)
        try:
            data = outbox_views.shown(self.app, number) if number <= LARGEST else {}
        except Refused:
            data = {}
        if not data:
            self.bench.refused(seat, f"message/{number}", "Mở thư không có.")
            raise HTTPException(404)
        for entry in (*data["attempts"], *data["journal"]):
            entry["when"] = moment(datetime.fromisoformat(entry.get("started_at") or entry["at"]))
        with self.app.sessions() as session:
            found = waiting_mail(session, known, outbox_views.STATUSES, ids=[number])
        actions = _possible(data["status"], data["journal"]) if seat.role == "supervisor" else ()
        return self.bench.show(
            seat, HERE, "message", data=data, mail=next(iter(found), None), actions=actions, kinds=KIND_NAMES,
            states=STATUS_NAMES, acts=ENTRY_NAMES,
            about={line["obligation"]: _about(known, line["obligation"]) for line in data["lines"]},
            channels=CHANNEL_NAMES,
        )  # fmt: skip


def _about(known: Mapping[str, Book], obligation_id: str) -> str:
    """The task and the agency that a line of a message is about."""
    plan_id, _, rest = obligation_id.partition("/")
    task_id, agency = rest.rsplit("/", 3)[0], obligation_id.rpartition("/")[2]
    if plan_id not in known:
        return obligation_id
    task = known[plan_id].plan.by_id.get(task_id)
    return f"{agency_name(known[plan_id], agency)}: {f'{task.id} {task.activity}' if task else 'Báo cáo định kỳ'}"


def _possible(status: str, journal: list[dict[str, Any]]) -> tuple[str, ...]:
    """What a person may do with a message in that state."""
    if status in RELEASED:
        return ("cho-gui", "bo")
    if status in ("ready", "retry"):
        return ("bo",)
    if status == "unknown":
        return ("da-den", "chua-den")
    last = next((entry for entry in reversed(journal) if entry["new"] == "dropped"), None)
    return ("lay-lai",) if status == "dropped" and last is not None and last["who"] != "dondoc" else ()
