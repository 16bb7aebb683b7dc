"""Keeps Prefect's per-task deployments in step with the applied plans, and the automations that start them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date

from dondoc.domain.cases import Case
from dondoc.domain.looking import checkpoints
from dondoc.domain.obligations import Obligation, expand
from dondoc.domain.plan import Task
from dondoc.scheduling import automations, deployments
from dondoc.scheduling.deployments import SyncResult, TaskDeployment
from dondoc.services.app import App
from dondoc.services.books import Book, books


def api_url(app: App) -> str:
    """The Prefect that wakes us: PREFECT_API_URL, else the one that `dondoc up` starts on this machine."""
    return app.settings.prefect_address


def sync_all(app: App, say: Callable[[str], None]) -> dict[str, SyncResult]:
    """Bring every applied plan's deployments and our automations into Prefect by diff; a second call writes nothing.

    Raises PrefectError when Prefect does not answer: nothing is lost, the next call brings it up to date.
    """
    now = app.now()
    with app.sessions() as session:
        found = books(app, session)
    automations.ensure(api_url=api_url(app), say=say)
    return {
        plan_id: deployments.sync(plan_id, [] if book.archived else wanted(book), say, now=now, api_url=api_url(app))
        for plan_id, book in found.items()
    }


def sync_tasks(app: App, tasks: Collection[tuple[str, str]], say: Callable[[str], None]) -> SyncResult:
    """As `sync_all`, for these tasks alone (plan id, task id): an event gave them new days to be looked at.

    Raises PrefectError when Prefect does not answer.
    """
    now, total = app.now(), SyncResult()
    with app.sessions() as session:
        found = books(app, session, live=True)
    for plan_id in {plan_id for plan_id, _ in tasks} & found.keys():
        some = [one for one in wanted(found[plan_id]) if (plan_id, one.task_id) in tasks]
        total += deployments.sync(plan_id, some, say, now=now, api_url=api_url(app), whole=False)
    return total


def wanted(book: Book) -> list[TaskDeployment]:
    """One deployment per plan task: its checkpoints are those of all its obligations in the year.

    A task without dated obligations (ongoing, awaiting) is looked at on the days of the periodic reports, whose lines
    account for it.
    """
    by_task: dict[str, list[Obligation]] = {}
    obligations = expand(book.scope)
    for obligation in obligations:
        by_task.setdefault(obligation.task_id, []).append(obligation)
    reports = _days(book, (o for o in obligations if o.kind == "periodic_report"))
    return [_deployment(book, task, by_task.get(task.id, []), reports) for task in book.plan.tasks]


def _deployment(book: Book, task: Task, owed: list[Obligation], reports: tuple[date, ...]) -> TaskDeployment:
    dated = [o for o in owed if o.due_on is not None]
    days = _days(book, dated) if dated else reports
    return TaskDeployment(
        name=deployments.name_of(book.plan.id, task.id),
        plan_id=book.plan.id,
        task_id=task.id,
        description=_description(book, task),
        tags=(f"ke-hoach:{book.plan.id}", f"linh-vuc:{task.section}", *_lead_tags(book, task)),
        checkpoints=days,
    )


def _days(book: Book, owed: Iterable[Obligation]) -> tuple[date, ...]:
    ladder, rules = book.frozen.ladder, book.rules
    found = {day for obligation in owed for day in checkpoints(Case(obligation), ladder, rules)}
    return tuple(sorted(day for day in found if rules.calendar.covers(day)))


def _description(book: Book, task: Task) -> str:
    return "\n\n".join(
        part
        for part in (
            f"**{task.id} {task.activity}**",
            f"Sản phẩm: {', '.join(task.products)}." if task.products else "",
            f"Chủ trì: {task.lead_words}.",
            f"Phối hợp: {task.coordinate_raw}." if task.coordinate_raw else "",
            f"Thời hạn: {task.deadline or 'không ghi'}.",
            f"Ghi chú: {task.note}" if task.note else "",
            f"Kế hoạch: {book.plan.title}.",
        )
        if part
    )


def _lead_tags(book: Book, task: Task) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"chu-tri:{lead.ref}" for part in task.parts for lead in part.leads))
