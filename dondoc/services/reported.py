"""A periodic report that was sent, worded for the pages: each line, and how it differs from the report before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from dondoc.domain.directory import Directory
from dondoc.domain.plan import Plan
from dondoc.services import books
from dondoc.services.periodic_lines import code_of, target_id, target_words
from dondoc.services.periodic_rules import line_words
from dondoc.store import report_lines
from dondoc.store.arrays import is_one_of
from dondoc.store.models import AnswerRow, ObligationRow, PlanRow
from dondoc.store.report_lines import LineKind, ReportLine, SentReport

Change = Literal["first", "new", "changed", "same"]
CHANGE_WORDS: dict[Change, str] = {
    "first": "Báo cáo đầu tiên", "new": "Mới so với báo cáo trước", "changed": "Đã đổi so với báo cáo trước",
    "same": "Như báo cáo trước",
}  # fmt: skip
KIND_WORDS: dict[LineKind, str] = {
    "ongoing": "Việc thường xuyên", "progress": "Việc có thời hạn đang thực hiện", "question": "Việc chờ sự kiện",
    "cases": "Việc theo vụ việc", "target": "Chỉ tiêu",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReportedLine:
    """One line. `words` is what it says, `before` what the report before said where that differs."""

    id: str
    kind: LineKind
    code: str
    title: str
    agency: str
    question: str | None
    words: str
    change: Change
    before: str | None


@dataclass(frozen=True, slots=True)
class Reported:
    """A report: its lines by kind in the order they were sent; `gone` stood in the report before and no longer here
    (done, reported or waived since)."""

    answer_id: int
    obligation_id: str
    name: str
    before_name: str | None
    lines: tuple[ReportedLine, ...]
    gone: tuple[ReportedLine, ...]

    def sections(self) -> tuple[tuple[str, tuple[ReportedLine, ...]], ...]:
        """Headings with their lines, empty ones left out."""
        groups = (
            (words, tuple(line for line in self.lines if line.kind == kind)) for kind, words in KIND_WORDS.items()
        )
        return tuple((words, lines) for words, lines in groups if lines)


def report_of(session: Session, answer_id: int) -> Reported | None:
    """The report that came with an answer; None when the answer has no lines. A constant number of queries."""
    lines = report_lines.of_answer(session, answer_id)
    found = session.execute(
        select(ObligationRow, PlanRow)
        .join(AnswerRow, AnswerRow.obligation_id == ObligationRow.id)
        .join(PlanRow, PlanRow.id == ObligationRow.plan_id)
        .where(AnswerRow.id == answer_id)
    ).one_or_none()
    if found is None or not lines:
        return None
    row = found.ObligationRow
    before = report_lines.latest(session, row.plan_id, row.agency, before=answer_id)
    return _Wording(session, found.PlanRow, lines, before).report(answer_id, row)


class _Wording:
    """Words the lines of one report."""

    def __init__(
        self, session: Session, plan: PlanRow, lines: tuple[ReportLine, ...], before: SentReport | None
    ) -> None:
        files = books.applied_files(plan)
        self.plan: Plan = files.plan
        self.directory: Directory = files.directory
        self.lines, self.sent_before = lines, before
        self.before = {line.line: line for line in before.lines} if before else {}
        ids = [line.line for line in (*lines, *self.before.values())]
        wanted = select(ObligationRow).where(is_one_of(ObligationRow.id, ids))
        self.rows = {row.id: row for row in session.scalars(wanted)}
        self.targets = {target_id(self.plan, t, n): t for n, t in enumerate(self.plan.targets, 1)}

    def report(self, answer_id: int, row: ObligationRow) -> Reported:
        here = {line.line for line in self.lines}
        gone = tuple(self.line(line) for key, line in self.before.items() if key not in here)
        name = self.sent_before.name if self.sent_before else None
        return Reported(answer_id, row.id, row.name, name, tuple(self.line(line) for line in self.lines), gone)

    def line(self, line: ReportLine) -> ReportedLine:
        row, former = self.rows.get(line.line), self.before.get(line.line)
        code, title = self._title(line, row)
        agency = self.directory.by_id.get(row.agency) if row else None
        change: Change = "same" if former == line else "changed" if former else "new"
        return ReportedLine(
            line.line, line.kind, code, title, agency.name if agency else "", row.question if row else None,
            line_words(line), change if self.sent_before else "first",
            line_words(former) if former and change == "changed" else None,
        )  # fmt: skip

    def _title(self, line: ReportLine, row: ObligationRow | None) -> tuple[str, str]:
        if line.line in self.targets:
            target = self.targets[line.line]
            return target.get("code") or "", target_words(target)
        task = self.plan.by_id.get(row.task_id) if row else None
        return code_of(task), task.activity if task else line.line
