"""Who a conditional lead is: the supervisor's choice, which opens the obligations of the chosen agencies."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dondoc.domain.directory import Agency, fold
from dondoc.domain.plan import Lead
from dondoc.errors import Refused
from dondoc.services.app import App
from dondoc.services.applying import Applied, reapply
from dondoc.services.books import Book, book
from dondoc.store import journal
from dondoc.store.arrays import is_one_of
from dondoc.store.models import ObligationRow, SelectionRow


def conditional_leads(app: App, plan_id: str) -> list[tuple[str, Lead, tuple[str, ...]]]:
    """The worklist: each conditional lead with its task and who is chosen so far (agency ids)."""
    with app.sessions() as session:
        found = book(app, session, plan_id)
    chosen = found.scope.selections
    return [
        (task.id, lead, tuple(sorted(chosen.get((task.id, lead.name), ()))))
        for task in found.plan.tasks
        for lead in dict.fromkeys(lead for part in task.parts for lead in part.leads)
        if lead.condition is not None
    ]


def select_lead(
    app: App, plan_id: str, task_id: str, lead: str | None, agencies: Collection[str], by: str, now: datetime
) -> Applied:
    """Say which agencies a conditional lead is; an empty choice takes the selection back.

    The choice replaces the one before; obligations of agencies no longer chosen are withdrawn with their history.
    Raises Refused naming what does not fit: the task, the lead, or an agency that the group does not hold.
    """
    with app.sessions.begin() as session:
        return _select(app, session, plan_id, task_id, lead, agencies, by, now)


@dataclass(frozen=True, slots=True)
class Opening:
    """An obligation that a choice would open, with the due day it would have (None: ongoing or waiting)."""

    obligation_id: str
    agency: str
    name: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a choice would do: what it opens, and the obligations (ids) that it withdraws with their history."""

    opens: tuple[Opening, ...]
    withdraws: tuple[str, ...]


def foresee(
    app: App, plan_id: str, task_id: str, lead: str | None, agencies: Collection[str], by: str, now: datetime
) -> Foreseen:
    """What `select_lead` would do, found by doing it and taking it back. Raises Refused as it does."""
    with app.sessions() as session:
        applied = _select(app, session, plan_id, task_id, lead, agencies, by, now)
        opens = [key.id for key in applied.diff.new if key.kind != "unassigned"]
        rows = session.scalars(
            select(ObligationRow).where(is_one_of(ObligationRow.id, opens)).order_by(ObligationRow.position)
        ).all()
        found = tuple(Opening(row.id, row.agency, row.name, row.due_on) for row in rows)
        gone = tuple(key.id for key in applied.diff.gone if key.kind != "unassigned")
        session.rollback()
    return Foreseen(found, gone)


def _select(
    app: App,
    session: Session,
    plan_id: str,
    task_id: str,
    lead: str | None,
    agencies: Collection[str],
    by: str,
    now: datetime,
) -> Applied:
    found = book(app, session, plan_id)
    wanted = _lead(found, task_id, lead)
    chosen = sorted({_member(found, wanted, name).id for name in agencies})
    _replace(session, plan_id, task_id, wanted.name, chosen, by, now)
    why = f"Chọn đơn vị cho “{wanted.name}”."
    subject = f"{plan_id}/{task_id}"
    journal.write(session, now, by, "lead-selected", subject, None, ", ".join(chosen) or "(không có)", why)
    return reapply(app, session, plan_id, by, now)


def _replace(
    session: Session, plan_id: str, task_id: str, lead: str, chosen: Collection[str], by: str, now: datetime
) -> None:
    own = (SelectionRow.plan_id == plan_id) & (SelectionRow.task_id == task_id) & (SelectionRow.lead == lead)
    session.execute(delete(SelectionRow).where(own))
    for agency in chosen:
        session.execute(
            insert(SelectionRow).values(plan_id=plan_id, task_id=task_id, lead=lead, agency=agency, at=now, by=by)
        )


def _lead(found: Book, task_id: str, name: str | None) -> Lead:
    task = found.plan.by_id.get(task_id)
    if task is None:
        raise Refused(f"Kế hoạch “{found.plan.id}” không có nhiệm vụ “{task_id}”.")
    leads = [lead for part in task.parts for lead in part.leads if lead.condition is not None]
    leads = list(dict.fromkeys(lead for lead in leads if name is None or fold(lead.name) == fold(name)))
    if len(leads) == 1:
        return leads[0]
    words = "; ".join(f"“{lead.name}”" for lead in leads)
    why = f"có nhiều nhóm, thêm --lead: {words}" if leads else "không có nhóm nào cần chọn đơn vị"
    raise Refused(f"Nhiệm vụ {task_id} {why}.")


def _member(found: Book, lead: Lead, name: str) -> Agency:
    directory = found.directory
    agency = directory.by_id.get(name) or directory.lookup(name)
    if not isinstance(agency, Agency):
        raise Refused(f"Không có cơ quan “{name}” trong danh bạ.")
    if lead.is_group and agency not in directory.members(directory.groups_by_id[lead.ref]):
        raise Refused(f"“{agency.name}” không thuộc nhóm “{lead.name}”.")
    return agency
