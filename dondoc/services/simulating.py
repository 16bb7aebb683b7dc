"""The rehearsal: the whole year of a plan on a fake clock; nothing is sent or stored."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, get_args

from dondoc.domain.answers import ANSWER_KINDS
from dondoc.domain.directory import Agency
from dondoc.domain.obligations import Scope
from dondoc.domain.simulate import Issued, Report, ReviewWord, Simulation, World, simulate
from dondoc.errors import Problem, ProblemsFound
from dondoc.loading import Workspace

REVIEWS = get_args(ReviewWord)


def world_of(workspace: Workspace, selections: dict[tuple[str, str], frozenset[str]] | None = None) -> World:
    """The pure world of a loaded workspace."""
    scope = Scope(
        workspace.plan,
        workspace.directory,
        workspace.calendar,
        workspace.regime,
        workspace.ladder.id,
        selections or {},
    )
    return World(scope, workspace.ladder)


def rehearse(workspace: Workspace, reports: Iterable[Report] = ()) -> Simulation:
    """Simulate the plan's year; the same files give the same result on every run."""
    return simulate(world_of(workspace), reports)


def read_reports(path: Path, workspace: Workspace) -> tuple[Report, ...]:
    """The answers of a rehearsal, JSON lines. Raises ProblemsFound with every wrong line at once."""
    reports, problems = [], []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            reports.append(_report(json.loads(line), workspace))
        except (ValueError, KeyError, TypeError) as error:
            words = f"thiếu trường {error}" if isinstance(error, KeyError) else str(error)
            hint = 'Mỗi dòng: {"date": "2024-03-20", "task": "I.2.5", "agency": "so-tu-phap", "answer": "done"}'
            problems.append(
                Problem(str(path), number, "error", "bad-report", f"Không đọc được câu trả lời: {words}", hint)
            )
    if problems:
        raise ProblemsFound(problems)
    return tuple(reports)


def _report(row: dict[str, Any], workspace: Workspace) -> Report:
    answer, review = row["answer"], row.get("review", "accepted")
    if answer not in ANSWER_KINDS:
        raise ValueError(f"answer “{answer}” không thuộc {', '.join(ANSWER_KINDS)}")
    if review not in REVIEWS:
        raise ValueError(f"review “{review}” không thuộc {', '.join(REVIEWS)}")
    until = row.get("until")
    return Report(
        date.fromisoformat(row["date"]),
        str(row["task"]),
        _agency(str(row["agency"]), workspace),
        answer,
        row.get("occurrence"),
        date.fromisoformat(until) if until else None,
        review,
    )


def _agency(name: str, workspace: Workspace) -> str:
    if name in workspace.directory.by_id:
        return name
    found = workspace.directory.lookup(name)
    if isinstance(found, Agency):
        return found.id
    raise ValueError(f"không có cơ quan “{name}” trong danh bạ")


def to_json(workspace: Workspace, simulation: Simulation) -> dict[str, Any]:
    """The contract of `plan simulate --json` (DESIGN §5)."""
    summary: dict[str, dict[str, int]] = {}
    for issued in simulation.issued:
        month = summary.setdefault(f"{issued.on:%Y-%m}", {})
        month[issued.notice.kind] = month.get(issued.notice.kind, 0) + 1
    return {
        "plan_id": workspace.plan.id,
        "from": simulation.starts_on.isoformat(),
        "to": simulation.ends_on.isoformat(),
        "notices": [_notice(issued) for issued in simulation.issued],
        "messages": [
            {
                "id": draft.key,
                "date": draft.day.isoformat(),
                "recipient": draft.recipient.id,
                "channel": draft.recipient.contact.prefers,
                "notices": [
                    notice_id(line.notice.obligation_id, line.notice.rule, line.notice.firing) for line in draft.lines
                ],
                "status": "held" if draft.is_held else "sent",
            }
            for draft in simulation.drafts
        ],
        "summary": summary,
    }


def notice_id(obligation_id: str, rule: str, firing: str) -> str:
    """How a notice is referred to from its message: obligation, rule and firing (the recipient is the message's)."""
    return f"{obligation_id}#{rule}:{firing}"


def _notice(issued: Issued) -> dict[str, Any]:
    obligation, notice = issued.obligation, issued.notice
    return {
        "id": notice_id(obligation.id, notice.rule, notice.firing),
        "date": issued.on.isoformat(),
        "obligation": obligation.id,
        "task": obligation.task_id,
        "agency": obligation.agency,
        "occurrence": obligation.period,
        "kind": notice.kind,
        "due": obligation.due_on.isoformat() if obligation.due_on else None,
        "channel": issued.recipient.contact.prefers if issued.recipient else None,
        "recipient": issued.recipient.id if issued.recipient else None,
        "message": issued.message,
        "reason": notice.reason,
    }
