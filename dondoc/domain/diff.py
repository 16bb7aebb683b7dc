"""What applying a plan would change: existing obligations against desired ones, nothing written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from dondoc.domain.obligations import Obligation, Scope, redated


@dataclass(frozen=True)
class Change:
    """One obligation that stays but is written differently; `old` and `new` share the id."""

    old: Obligation
    new: Obligation

    @property
    def is_redated(self) -> bool:
        """Whether the due day moves: a journaled move, never backwards into lateness."""
        return self.old.due_on != self.new.due_on


@dataclass(frozen=True)
class PlanDiff:
    """New ones in the plan's order, changed ones, gone ones; and how many stay as they are."""

    new: tuple[Obligation, ...]
    changed: tuple[Change, ...]
    gone: tuple[Obligation, ...]
    unchanged: int

    @property
    def is_empty(self) -> bool:
        """Whether applying would write nothing."""
        return not (self.new or self.changed or self.gone)

    @property
    def share(self) -> float:
        """Changed and gone ones as a share of what exists (0 when nothing exists)."""
        touched = len(self.changed) + len(self.gone)
        existing = touched + self.unchanged
        return touched / existing if existing else 0.0


def diff(existing: Mapping[str, Obligation], desired: Sequence[Obligation], today: date, scope: Scope) -> PlanDiff:
    """Compare by id. A moved due day of something that is already there is re-dated by the rules, not just copied."""
    new, changed = [], []
    for obligation in desired:
        old = existing.get(obligation.id)
        if old is None:
            new.append(obligation)
            continue
        target = _kept(old, obligation, today, scope)
        if target != old:
            changed.append(Change(old, target))
    wanted = {obligation.id for obligation in desired}
    gone = tuple(old for key, old in existing.items() if key not in wanted)
    unchanged = len(existing) - len(changed) - len(gone)
    return PlanDiff(tuple(new), tuple(changed), gone, unchanged)


def _kept(old: Obligation, new: Obligation, today: date, scope: Scope) -> Obligation:
    """The new wording with what an open obligation keeps: its frozen ladder, and a due day that never jumps back."""
    kept = replace(new, ladder=old.ladder)
    if new.due_on is None or old.due_on is None or new.due_on == old.due_on:
        return kept
    moved = redated(replace(kept, due_on=old.due_on), new.due_on, today, scope)
    return replace(moved, checkpoints=new.checkpoints)
