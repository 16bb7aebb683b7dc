"""Make a plan live: check, compare, write in one transaction, then keep Prefect's deployments in step."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from dondoc.domain.cases import Case
from dondoc.domain.diff import PlanDiff, diff
from dondoc.domain.moments import local_day
from dondoc.domain.obligations import Obligation, Scope, expand
from dondoc.domain.simulate import assignments
from dondoc.domain.workspace import Workspace
from dondoc.errors import ProblemsFound, Refused
from dondoc.loading import load_workspace
from dondoc.services import standings
from dondoc.services.app import App
from dondoc.services.books import Frozen, frozen, scopes
from dondoc.services.one_body import refuse_two_bodies
from dondoc.services.queueing import queue_notices
from dondoc.store import journal, notices, obligations, plans
from dondoc.store.arrays import is_one_of
from dondoc.store.models import ObligationRow
from dondoc.store.plans import NewPlan

MOST_CHANGED = 0.30
"""An apply that changes more of a plan than this stops and asks (DESIGN §2.10)."""

PLAN_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Applied:
    """What an apply did (or, in a dry run, would do). `written` is false when there was nothing to write."""

    plan_id: str
    diff: PlanDiff
    archived: bool
    written: bool
    queued: int = 0


def apply_file(
    app: App, file: Path, now: datetime, by: str, *, force: bool = False, live_from: date | None = None
) -> Applied:
    """Apply a plan file. Raises ProblemsFound with every error of the files, Refused when a guard stops it."""
    loaded = load_workspace(file, app.settings.config)
    errors = [problem for problem in loaded.problems if problem.severity == "error"]
    if errors or loaded.value is None:
        raise ProblemsFound(errors or loaded.problems)
    return apply_workspace(app, loaded.value, now, by, force=force, live_from=live_from)


def apply_named(app: App, plan_id: str, now: datetime, by: str, *, force: bool = False) -> Applied:
    """Apply `<plan_id>.yaml` of the plans folder. Raises Refused for what is no plan id: the name comes from a form."""
    if not PLAN_ID.fullmatch(plan_id):
        raise Refused(f"“{plan_id}” không phải mã kế hoạch: chỉ dùng chữ thường không dấu, số và dấu gạch nối.")
    return apply_file(app, app.settings.plans / f"{plan_id}.yaml", now, by, force=force)


def apply_workspace(
    app: App,
    workspace: Workspace,
    now: datetime,
    by: str,
    *,
    force: bool = False,
    live_from: date | None = None,
    assign: bool = True,
) -> Applied:
    """Apply loaded files, atomically: all of it or nothing. The same files again write nothing. Raises Refused when a
    guard stops it, or an agency id stands for another body in another live plan.

    `assign` queues the list of the year's tasks for what is new, where the ladder wants one.
    """
    new = Frozen(workspace.plan, workspace.directory, workspace.regime, workspace.ladder)
    with app.sessions.begin() as session:
        _one_at_a_time(session, new.plan.id)
        if live_from is not None or not is_over(new.plan.year, now):
            _one_at_a_time(session, "*")  # of two new plans at once the second must see the first
            refuse_two_bodies(session, new)
        applied = _Apply(app, session, new, now, by).run(force, live_from, assign)
    with app.sessions.begin() as session:
        standings.refresh(app, session, now)  # else the first page would wait for it
    return applied


def undo(app: App, plan_id: str, now: datetime, by: str) -> Applied:
    """Take back the last apply that changed something: the plan as it was before becomes live again.

    Raises Refused when there is none, or when it was the first (a plan that is no longer wanted is archived).
    """
    with app.sessions.begin() as session:
        _one_at_a_time(session, plan_id)
        last = next(iter(plans.applications(session, plan_id)), None)
        if last is None or last.workspace is None:
            raise Refused(f"Không có lần áp dụng nào trước đó của “{plan_id}” để quay lại.")
        return _Apply(app, session, frozen(last.workspace), now, by).run(force=True, live_from=None, assign=True)


def reapply(app: App, session: Session, plan_id: str, by: str, now: datetime) -> Applied:
    """Expand the applied plan anew, inside the caller's transaction, after something it depends on has changed.

    What is followed stays followed: only an apply archives a plan whose year is over.
    """
    row = plans.get_plan(session, plan_id, for_update=True)
    if row is None:
        raise Refused(f"Không có kế hoạch “{plan_id}” đang theo dõi.")
    new = _Apply(app, session, frozen(row.workspace), now, by)
    return new.run(True, row.live_from, assign=False, archived=row.archived)


def is_over(year: int, now: datetime) -> bool:
    """Whether a plan's year lies in the past: it is then applied as archive, without notices."""
    return year < local_day(now).year


def _one_at_a_time(session: Session, plan_id: str) -> None:
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"apply:{plan_id}"})


class _Apply:
    """One apply inside one transaction."""

    def __init__(self, app: App, session: Session, new: Frozen, now: datetime, by: str) -> None:
        self.app, self.session, self.new, self.now, self.by = app, session, new, now, by
        self.today = local_day(now)
        self.row = plans.get_plan(session, new.plan.id, for_update=True)
        self.workspace = new.to_json()
        canonical = json.dumps(self.workspace, sort_keys=True, ensure_ascii=False)
        self.digest = hashlib.sha256(canonical.encode()).hexdigest()
        self.scope = self._scope()

    def _scope(self) -> Scope:
        plan_id = self.new.plan.id
        return scopes(self.app, self.session, {plan_id: self.new})[plan_id]

    def run(self, force: bool, live_from: date | None, assign: bool, archived: bool | None = None) -> Applied:
        """Compare, guard, write. `archived` None: as the plan's year says."""
        plan = self.new.plan
        if archived is None:
            archived = is_over(plan.year, self.now) and live_from is None
        desired = expand(self.scope)
        found = diff(self._existing(), desired, self.today, self.scope)
        same_text = self.row is not None and self.row.digest == self.digest
        same_life = self.row is not None and (self.row.archived, self.row.live_from) == (archived, live_from)
        if same_text and same_life and found.is_empty:
            return Applied(plan.id, found, archived, written=False)
        if found.share > MOST_CHANGED and not force:
            raise Refused(
                f"Lần áp dụng này đổi hoặc bỏ {found.share:.0%} số việc đang theo dõi của “{plan.id}” "
                f"({len(found.changed)} đổi, {len(found.gone)} bỏ). Kiểm tra lại tệp; nếu đúng ý, thêm --force."
            )
        self._save_plan(archived, live_from, found)
        self._write(found, {o.id: n for n, o in enumerate(desired)}, archived, live_from)
        queued = self._assign(found.new) if assign and not archived else 0
        return Applied(plan.id, found, archived, written=True, queued=queued)

    def _existing(self) -> dict[str, Obligation]:
        """What stands in the store as the plan said it: an extension moved `due_on`, the plan did not."""
        rows = self.session.scalars(
            select(ObligationRow).where(ObligationRow.plan_id == self.new.plan.id, ObligationRow.withdrawn_at.is_(None))
        )
        return {row.id: _as_planned(row, self.scope) for row in rows}

    def _save_plan(self, archived: bool, live_from: date | None, found: PlanDiff) -> None:
        plan = self.new.plan
        summary = {"new": len(found.new), "changed": len(found.changed), "gone": len(found.gone)}
        row = NewPlan(plan.id, plan.year, plan.title, self.digest, self.workspace, archived, live_from)
        plans.save_plan(self.session, row, summary, self.by, self.now)
        why = f"{summary['new']} việc mới, {summary['changed']} việc đổi, {summary['gone']} việc bỏ"
        journal.write(self.session, self.now, self.by, "plan-applied", plan.id, None, self.digest[:12], why)

    def _write(self, found: PlanDiff, positions: dict[str, int], archived: bool, live_from: date | None) -> None:
        returning = self._bring_back(found.new)
        fresh = [o for o in found.new if o.id not in returning]
        obligations.insert_obligations(self.session, fresh, self.new.ladder, self.now, positions)
        if self.row is not None:
            self._be_fair_to(fresh)
        for change in found.changed:
            self._change(change.old, change.new)
        for gone in found.gone:
            obligations.withdraw(self.session, gone.id, self.now)
            notices.drop_queued(self.session, [gone.id], "Việc không còn trong kế hoạch.")
            journal.write(
                self.session, self.now, self.by, "withdrawn", gone.id, None, None, "Không còn trong kế hoạch."
            )
        looks = {o.id: _first_look(o, archived, live_from) for o in found.new}
        looks |= {change.new.id: None if archived else self.today for change in found.changed}
        obligations.set_next(self.session, looks)

    def _be_fair_to(self, fresh: Iterable[Obligation]) -> None:
        """What begins to be owed after its own due day, by a late selection or a later version of the plan, is due a
        few working days from now: nobody becomes late by somebody else's decision."""
        earliest = self.scope.earliest(self.today)
        for late in (o for o in fresh if o.late_after is not None and o.late_after < earliest):
            self._give_time(late, late.due_on, "Mới được giao sau thời hạn của kế hoạch.")

    def _give_time(self, late: Obligation, old: date | None, why: str) -> None:
        day = self.scope.earliest(self.today)
        obligations.redate(self.session, late.id, day, self.scope.late_after(day), ())
        journal.write(self.session, self.now, self.by, "redated", late.id, _text(old), _text(day), why)

    def _bring_back(self, wanted: Iterable[Obligation]) -> set[str]:
        """Obligations that were withdrawn before and are wanted again keep their row and history."""
        rows = self.session.scalars(
            select(ObligationRow).where(
                is_one_of(ObligationRow.id, [o.id for o in wanted]), ObligationRow.withdrawn_at.is_not(None)
            )
        ).all()
        by_id = {o.id: o for o in wanted}
        for row in rows:
            gone_on = local_day(row.withdrawn_at) if row.withdrawn_at is not None else self.today
            row.withdrawn_at = None
            journal.write(self.session, self.now, self.by, "restored", row.id, None, None, "Có lại trong kế hoạch.")
            self._change(_as_planned(row, self.scope), by_id[row.id])
            if row.late_after is not None and gone_on <= row.late_after < self.today:
                self.session.flush()
                self._give_time(by_id[row.id], row.due_on, "Thời hạn đã qua trong lúc việc không có trong kế hoạch.")
        return {row.id for row in rows}

    def _change(self, old: Obligation, new: Obligation) -> None:
        row = self.session.get_one(ObligationRow, new.id)
        moved = old.due_on != new.due_on
        if moved or row.due_on == row.planned_on:
            # A longer extension already granted is kept: a plan change never takes time away from it.
            keep = row.due_on is not None and new.due_on is not None and row.due_on > new.due_on and not _as_is(row)
            if not keep:
                journal.write(
                    self.session, self.now, self.by, "redated", row.id,
                    _text(row.due_on), _text(new.due_on), "Kế hoạch đổi thời hạn.",
                )  # fmt: skip
                row.due_on, row.late_after = new.due_on, new.late_after
        row.planned_on = new.due_on
        row.kind, row.name, row.opens_on, row.reviewer = new.kind, new.name, new.opens_on, new.reviewer
        row.checkpoints = [mark.isoformat() for mark in new.checkpoints]
        row.question, row.condition, row.is_window = new.question, new.condition, new.is_window
        row.target_on, row.opening = new.target_on, new.opening

    def _assign(self, new: tuple[Obligation, ...]) -> int:
        """The list of the year's tasks for what is new, held for release."""
        if not self.new.ladder.assignment:
            return 0
        lines = list(assignments((Case(o) for o in new), self.new.ladder))
        return queue_notices(self.session, self.new.plan, self.new.directory, lines, self.now)


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _as_is(row: ObligationRow) -> bool:
    return row.due_on == row.planned_on


def _as_planned(row: ObligationRow, scope: Scope) -> Obligation:
    found = obligations.to_obligation(row)
    if _as_is(row) or row.planned_on is None:
        return found
    return replace(found, due_on=row.planned_on, late_after=scope.late_after(row.planned_on))


def _first_look(obligation: Obligation, archived: bool, live_from: date | None) -> date | None:
    if archived or obligation.kind not in ("task", "periodic_report"):
        return None
    return max(obligation.opens_on, live_from) if live_from else obligation.opens_on
