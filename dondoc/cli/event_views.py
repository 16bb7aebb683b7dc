"""`dondoc event list`, `show`, `waiting`, `propose`: the register, and what waits for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, cast, get_args

import typer

from dondoc.bootstrap import open_app
from dondoc.cli.decisions import AsJson, to_json
from dondoc.cli.event_options import EventId, PlanId, print_proposals, proposal_rows
from dondoc.cli.notice_words import print_table
from dondoc.domain.events import EVENT_KIND_NAMES
from dondoc.domain.moments import ZONE
from dondoc.errors import Refused
from dondoc.services import event_register, proposing
from dondoc.services.books import Book, books
from dondoc.services.event_register import STATE_NAMES, Entered, Listed
from dondoc.services.event_words import day_words
from dondoc.services.waiting_clauses import Clause, Waits, clauses
from dondoc.store import events
from dondoc.store.events import EventState
from dondoc.store.models import EventRow, OpeningRow

ALL = 1_000_000
State = Annotated[str | None, typer.Option(help="waiting (chờ gắn), open (đã mở việc), retracted, dismissed")]


def show_list(state: State = None, plan: PlanId = None, json: AsJson = False) -> None:
    """Sổ sự kiện, mới nhất trước."""
    if state is not None and state not in get_args(EventState):
        raise Refused(f"--state: không có tình trạng “{state}”; chọn {', '.join(get_args(EventState))}.")
    with open_app() as app, app.sessions() as session:
        found = event_register.register(session, state=cast("EventState | None", state), plan_id=plan, size=ALL).rows
    if json:
        typer.echo(to_json([_listed(one) for one in found]))
        return
    if not found:
        typer.echo("Không có sự kiện nào.")
        return
    print_table(("Mã", "Văn bản, sự việc", "Tình trạng"), map(_list_row, found), whole_first=True)


def _list_row(one: Listed) -> tuple[str, str, str]:
    row = one.row
    source = ", ".join(filter(None, (row.number, row.issuer))) or _kind(row)
    tasks = ", ".join(task for _, task in one.tasks)
    words = f"{row.on:%d/%m/%Y}. {source}: {row.subject}"
    return row.id, words, f"{STATE_NAMES[one.state]}{f': {tasks}' if tasks else ''}"


def show(event_id: EventId, json: AsJson = False) -> None:
    """Một sự kiện: văn bản, đã mở việc gì, của ai, đến đâu, nhật ký."""
    with open_app() as app, app.sessions() as session:
        found = event_register.entered(session, books(app, session), event_id, app.now())
    if found is None:
        raise Refused(f"Sự kiện “{event_id}” không có trong sổ.")
    if json:
        typer.echo(to_json(_entered(found)))
        return
    _print(found)


def show_waiting(plan: PlanId = None, json: AsJson = False) -> None:
    """Mọi điều kiện đang chờ sự kiện: nhiệm vụ, chờ gì, từ bao giờ, ai chờ, ai đã trả lời, nhiệm vụ trước, đề xuất."""
    with open_app() as app, app.sessions() as session:
        known = _chosen(books(app, session, live=True), plan)
        found = [one for one in clauses(session, known) if one.is_waiting]
        loose = [(row.id, events.to_event(row)) for row in events.waiting(session)]
    offered = proposing.proposed_to(found, loose)
    if json:
        typer.echo(to_json([_clause(one, offered.get(one.key, ())) for one in found]))
        return
    if not found:
        typer.echo("Không có điều kiện nào đang chờ sự kiện.")
        return
    several = len({one.book.plan.id for one in found}) > 1
    print_table(
        ("Nhiệm vụ", "Đang chờ", "Cơ quan chờ, đã trả lời", "Liên quan"),
        (_clause_row(one, offered.get(one.key, ()), several) for one in found),
        whole_first=True,
    )


def propose(event_id: EventId, json: AsJson = False) -> None:
    """Những điều kiện mà sự kiện này có thể mở, theo câu chữ. Chỉ là đề xuất, không mở gì."""
    with open_app() as app, app.sessions() as session:
        row = session.get(EventRow, event_id) if event_id.isprintable() else None
        if row is None:
            raise Refused(f"Sự kiện “{event_id}” không có trong sổ.")
        offered = proposing.proposed_among(events.to_event(row), clauses(session, books(app, session, live=True)))
    if json:
        typer.echo(to_json({"event": event_id, "proposals": proposal_rows(offered)}))
        return
    print_proposals(offered, event_id)


def _chosen(known: Mapping[str, Book], plan: str | None) -> Mapping[str, Book]:
    if plan is None:
        return known
    if plan not in known:
        names = ", ".join(known) or "chưa có kế hoạch nào"
        raise Refused(f"Không có kế hoạch “{plan}” đang theo dõi (đang có: {names}).")
    return {plan: known[plan]}


def _event(row: EventRow) -> dict[str, Any]:
    return {
        "event": row.id, "kind": row.kind, "number": row.number, "issuer": row.issuer, "date": row.on,
        "subject": row.subject, "note": row.note, "source": row.source, "recorded_at": row.recorded_at,
        "recorded_by": row.recorded_by,
    }  # fmt: skip


def _kind(row: EventRow) -> str:
    return EVENT_KIND_NAMES[events.to_event(row).kind]


def _listed(one: Listed) -> dict[str, Any]:
    tasks = [{"plan": plan, "task": task} for plan, task in one.tasks]
    return {**_event(one.row), "state": one.state, "tasks": tasks, "files": one.files}


def _entered(found: Entered) -> dict[str, Any]:
    row = found.row
    return {
        **_event(row), "state": found.state,
        "files": [{"name": f.name, "size": f.size, "sha256": f.sha256} for f in found.files],
        "openings": [_opening(one) for one in found.openings],
        "obligations": [
            {
                "obligation": one.case.obligation.id, "agency": one.case.obligation.agency, "work": one.where.work,
                "time": one.where.time, "due": one.case.obligation.due_on, "target": one.case.obligation.target_on,
            }
            for one in found.owed
        ],
        "retracted": _ended(row.retracted_at, row.retracted_by, row.retracted_why),
        "dismissed": _ended(row.dismissed_at, row.dismissed_by, row.dismissed_why),
        "journal": [
            {"at": e.at, "who": e.who, "action": e.action, "subject": e.subject, "why": e.why} for e in found.journal
        ],
    }  # fmt: skip


def _opening(one: OpeningRow) -> dict[str, Any]:
    return {
        "plan": one.plan_id, "task": one.task_id, "part": one.part, "agencies": one.agencies, "due": one.due_on,
        "no_due": one.no_due, "opened_at": one.at, "opened_by": one.by, "closed_at": one.closed_at,
        "closed_why": one.closed_why,
    }  # fmt: skip


def _ended(at: object, by: str | None, why: str | None) -> dict[str, Any] | None:
    return {"at": at, "by": by, "why": why} if at is not None else None


def _print(found: Entered) -> None:
    row = found.row
    facts = (
        ("Loại", _kind(row)), ("Số, ký hiệu", row.number), ("Cơ quan ban hành", row.issuer),
        ("Ngày", f"{row.on:%d/%m/%Y}"), ("Trích yếu", row.subject), ("Ghi chú", row.note),
        ("Tình trạng", STATE_NAMES[found.state]), ("Lý do", row.retracted_why or row.dismissed_why),
        ("Ghi vào sổ", f"{row.recorded_at.astimezone(ZONE):%H:%M %d/%m/%Y}, {row.recorded_by}"),
        ("Tệp", ", ".join(file.name for file in found.files)),
    )  # fmt: skip
    print_table((row.id, ""), ((name, words) for name, words in facts if words))
    if found.owed:
        print_table(
            ("Cơ quan", "Nhiệm vụ", "Ngày", "Việc"),
            (
                (
                    one.agency.name, one.case.obligation.task_id,
                    day_words(one.case.obligation.due_on, one.case.obligation.target_on), one.case.obligation.id,
                )
                for one in found.owed
            ),
        )  # fmt: skip
    print_table(
        ("Lúc", "Ai", "Nhật ký"),
        ((f"{e.at.astimezone(ZONE):%H:%M %d/%m/%Y}", e.who, e.why) for e in found.journal),
    )


def _clause(one: Clause, offered: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {
        "plan": one.book.plan.id, "task": one.task.id, "part": one.part.label, "activity": one.task.activity,
        "words": list(one.questions), "since": one.since, "capped": one.is_capped,
        "agencies": [_waits(each) for each in one.waits], "after": list(one.before),
        "after_proposed": list(one.task.after.proposed), "events": [id for id, _ in offered],
    }  # fmt: skip


def _waits(each: Waits) -> dict[str, Any]:
    said = None if each.happened is None else "happened" if each.happened else "not_happened"
    return {"agency": each.agency, "said": said, "said_at": each.said_at, "document": each.document or None}


def _clause_row(one: Clause, offered: Sequence[tuple[str, str]], several: bool) -> tuple[object, ...]:
    last = next(iter(one.answered), None)
    label = f" ({one.part.label})" if one.part.label else ""
    plan = f" ({one.book.plan.id})" if several else ""
    who = f"{len(one.waits)} chờ, {len(one.answered)} đã trả lời" if one.waits else "ngày trong kế hoạch vẫn tính"
    said = "" if last is None else f"; gần nhất: {last.name}, {_said(last)}"
    before = [f"sau {id}" for id in one.before] + [f"sau {id} (đề xuất)" for id in one.task.after.proposed]
    events_offered = [f"có thể do {words} ({id})" for id, words in offered]
    return (
        one.task.id, f"{'; '.join(one.questions)}{label}{plan}, từ {_short(one.since)}", f"{who}{said}",
        "; ".join((*before, *events_offered)),
    )  # fmt: skip


def _said(last: Waits) -> str:
    assert last.said_at is not None
    words = "đã xảy ra" if last.happened else "chưa xảy ra"
    document = f" ({last.document})" if last.document else ""
    return f"{words}{document}, {_short(last.said_at.astimezone(ZONE).date())}"


def _short(day: date) -> str:
    return f"{day:%d/%m/%Y}"
