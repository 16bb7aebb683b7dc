"""The graph of a plan: the tasks of a file or of an applied plan, with the states of those that are followed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from dondoc.domain.dag import Dag, dag
from dondoc.domain.moments import local_day
from dondoc.domain.task_states import STATES, Summary, TaskState, summary
from dondoc.errors import Refused
from dondoc.services import standings
from dondoc.services.app import App
from dondoc.services.books import Book, book
from dondoc.store import standings as kept


def graph_of(session: Session, found: Book, now: datetime, *, everything: bool = False) -> Dag:
    """The graph of an applied plan as it stands at `now`. One query.

    Call `services.standings.refresh` before, in the same transaction. Raises Refused as `dag`.
    """
    return dag(found.plan, task_states(session, found.plan.id, now), now, everything=everything)


def applied_states(app: App, plan_id: str, now: datetime) -> Mapping[str, Summary]:
    """Where each task of an applied plan stands, by its id.

    Raises Refused when the plan is not applied, and when the store cannot be asked.
    """
    try:
        with app.sessions.begin() as session:
            book(app, session, plan_id)
            standings.refresh(app, session, now)
            return task_states(session, plan_id, now)
    except SQLAlchemyError as error:
        raise Refused("Không đọc được cơ sở dữ liệu: hãy kiểm tra dondoc up và DONDOC_DATABASE_URL.") from error


def task_states(session: Session, plan_id: str, now: datetime) -> Mapping[str, Summary]:
    """What is owed of each task, together; from the cache of standings."""
    found: dict[str, dict[TaskState, int]] = {}
    for task_id, name, number in kept.by_task(session, plan_id, local_day(now)):
        state = next(state for state in STATES if state == name)
        found.setdefault(task_id or "", {})[state] = number
    together = {task_id: summary(numbers) for task_id, numbers in found.items()}
    return {task_id: one for task_id, one in together.items() if one is not None}
