"""From a draft to the words of a message: what the templates are told, and the rendered forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from dondoc.domain.cases import Case, standing
from dondoc.domain.compose import PRESSED, Draft
from dondoc.domain.compose import Line as DraftLine
from dondoc.domain.moments import at
from dondoc.domain.obligations import PERIODIC_TASK, Obligation
from dondoc.domain.plan import Task
from dondoc.domain.policy import DEFAULT, NoticeKind, To
from dondoc.rendering.context import Line, MessageContext, Morning, PlanReference, Role
from dondoc.services.books import Book

LINK_PLACEHOLDER = "LIEN-KET-CA-NHAN"
"""Stands for the token in a stored body: the token itself is put in only as the message leaves."""

_ROLES: dict[To, Role] = {
    "reviewer": "reviewer", "lead": "focal", "head": "head", "supervisor": "supervisor", "leader": "leader",
}  # fmt: skip
"""Whose words a message uses: of several audiences the last of these. Who has work of its own answers by its link, so a
reviewer's lines beside it change nothing in that."""


def context_of(
    draft: Draft, books: Mapping[str, Book], cases: Mapping[str, Case], link: str | None,
    morning: Morning | None = None,
) -> MessageContext:  # fmt: skip
    """What the templates may know of one draft. Its lines may come from several plans."""
    plans = list(dict.fromkeys(line.obligation.plan_id for line in draft.lines))
    first = books[plans[0]]
    owner = first.directory.by_id[draft.recipient.agency_id]
    audiences = {line.notice.to for line in draft.lines}
    return MessageContext(
        recipient_name=draft.recipient.contact.name or owner.name,
        role=_ROLES[max(audiences, key=list(_ROLES).index)],
        agency_name=owner.name,
        on=draft.day,
        plans=tuple(_reference(books[plan_id]) for plan_id in plans),
        supervisor_name=_supervisors(books[plan_id] for plan_id in plans),
        link=link,
        demo=any(books[plan_id].plan.demo for plan_id in plans),
        lines=tuple(_line(line, books[line.obligation.plan_id], cases, draft.day) for line in draft.lines),
        morning=morning,
    )


def _supervisors(found: Iterable[Book]) -> str:
    """Who follows these plans; several issuers may have one each."""
    return " và ".join(dict.fromkeys(book.directory.by_id[book.plan.supervisor].name for book in found))


def _reference(book: Book) -> PlanReference:
    plan = book.plan
    return PlanReference(plan.title, plan.issuer, plan.citation.number, plan.citation.issued_on)


def _line(line: DraftLine, book: Book, cases: Mapping[str, Case], day: date) -> Line:
    obligation, notice = line.obligation, line.notice
    task = book.plan.by_id.get(obligation.task_id)
    case = cases.get(obligation.id)
    where = standing(case, at(day), book.rules) if case else None
    return Line(
        kind=notice.kind,
        task_code=task.id if task else "",
        task_title=_title(line, book, task),
        plan_title=book.plan.title,
        product=", ".join(task.products) if task else "",
        deadline_words=task.deadline if task else "",
        period_label=_period(obligation),
        due_on=obligation.due_on,
        rolled_due_on=obligation.late_after if obligation.late_after != obligation.due_on else None,
        working_days=_working_days(obligation, book, day),
        coordinates=task.coordinate_names if task else (),
        agency_name=book.directory.by_id[obligation.agency].name,
        reason=notice.reason,
        history=_history(case, book) if notice.to in ("supervisor", "leader") else (),
        promise_until=where.promised_on if where else None,
        checkpoint_on=_checkpoint(line),
        due_on_day_off=obligation.due_on is not None and day < obligation.due_on,
        target_on=obligation.target_on if obligation.due_on is None else None,
        opened_by=obligation.name.removeprefix("Theo ") if obligation.opening is not None else "",
    )


def _title(line: DraftLine, book: Book, task: Task | None) -> str:
    """What is to be done; a district that also answers for its communes reads whose work a line is."""
    title = task.activity if task else line.obligation.name
    if line.notice.to not in ("lead", "head") or line.recipient.agency_id == line.obligation.agency:
        return title
    return f"{book.directory.by_id[line.obligation.agency].name}: {title}"


def _period(obligation: Obligation) -> str:
    unnamed = obligation.task_id == PERIODIC_TASK or obligation.period.isdigit() or obligation.opening is not None
    return "" if unnamed else obligation.name


def _working_days(obligation: Obligation, book: Book, day: date) -> int | None:
    calendar = book.rules.calendar
    if obligation.due_on is None or obligation.late_after is None:
        return None
    if not (calendar.covers(day) and calendar.covers(obligation.late_after)):
        return None
    if day > obligation.late_after:
        return -calendar.between(obligation.late_after, day)
    return calendar.between(day, obligation.due_on)


def _history(case: Case | None, book: Book) -> tuple[str, ...]:
    """What the agency and the supervisor were told of it, and nothing that never left."""
    kinds = {step.rule: step.kind for step in (*DEFAULT.steps, *book.frozen.ladder.steps) if step.to in _TOLD_TO}
    said = [f for f in case.fired if f.said and not f.superseded] if case else []
    names = [(f.on, PRESSED_NAME if f.rule == PRESSED else _FIRED.get(kinds.get(f.rule, "opened"), "")) for f in said]
    return tuple(f"{on:%d/%m/%Y}: {name}" for on, name in names if name)


_TOLD_TO = ("lead", "supervisor")
PRESSED_NAME = "nhắc theo đề nghị của cơ quan theo dõi"
_FIRED: dict[NoticeKind, str] = {
    "reminder": "nhắc trước hạn", "periodic_request": "đề nghị báo cáo", "overdue": "báo quá hạn",
    "urge_1": "đôn đốc lần 1", "urge_2": "đôn đốc lần 2",
    "escalation_supervisor": "đưa vào danh sách của cơ quan theo dõi",
}  # fmt: skip


def _checkpoint(line: DraftLine) -> date | None:
    rule, marks = line.notice.rule, line.obligation.checkpoints
    if not rule.startswith("checkpoint_"):
        return None
    number = int(rule.removeprefix("checkpoint_"))
    return marks[number - 1] if number <= len(marks) else None
