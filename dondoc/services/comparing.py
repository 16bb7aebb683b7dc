"""Two plan files side by side: which tasks came, went or changed, and what that does to the obligations."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import date
from typing import Any

from dondoc.domain import clauses
from dondoc.domain.diff import PlanDiff, diff
from dondoc.domain.obligations import expand
from dondoc.domain.plan import Task
from dondoc.domain.workspace import Workspace
from dondoc.services.simulating import world_of

UNCOMPARED = frozenset({"line", "parts"})
"""Where a task stands in its file is no difference; its parts follow from its leads and clauses."""


@dataclass(frozen=True)
class Comparison:
    """Ids of added and removed tasks; for each changed one the fields with old and new value."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: dict[str, dict[str, tuple[Any, Any]]]
    obligations: PlanDiff

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        return not (self.added or self.removed or self.changed) and self.obligations.is_empty


def compare(old: Workspace, new: Workspace, today: date) -> Comparison:
    """Compare two plans by task id. Obligations are compared as an apply today would, ids without the plan's own."""
    before, after = old.plan.by_id, new.plan.by_id
    changed = {key: found for key, task in after.items() if key in before and (found := _fields(before[key], task))}
    target = world_of(new).scope
    existing = {o.id.replace(old.plan.id, new.plan.id, 1): o for o in expand(world_of(old).scope)}
    return Comparison(
        tuple(key for key in after if key not in before),
        tuple(key for key in before if key not in after),
        changed,
        diff(existing, expand(target), today, target),
    )


def _fields(old: Task, new: Task) -> dict[str, tuple[Any, Any]]:
    return {
        field.name: (_plain(getattr(old, field.name)), _plain(getattr(new, field.name)))
        for field in fields(Task)
        if field.name not in UNCOMPARED and getattr(old, field.name) != getattr(new, field.name)
    }


def _plain(value: Any) -> Any:
    if isinstance(value, clauses.Clause):
        return clauses.to_json(value)  # type: ignore[arg-type]
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def to_json(found: Comparison) -> dict[str, Any]:
    """For `plan diff --json`."""
    owed = found.obligations
    return {
        "added": list(found.added),
        "removed": list(found.removed),
        "changed": [
            {"id": key, "fields": {name: {"old": a, "new": b} for name, (a, b) in values.items()}}
            for key, values in found.changed.items()
        ],
        "obligations": {
            "new": [o.id for o in owed.new],
            "gone": [o.id for o in owed.gone],
            "changed": [c.new.id for c in owed.changed],
            "redated": [
                {"id": c.new.id, "old": _day(c.old.due_on), "new": _day(c.new.due_on)}
                for c in owed.changed
                if c.is_redated
            ],
            "unchanged": owed.unchanged,
        },
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
