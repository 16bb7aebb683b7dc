"""config/escalation.yaml → Ladder."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from dondoc.domain.policy import NOT_OF_A_LADDER, NOTICE_KINDS, Ladder, ObligationKind, Step, To
from dondoc.loading.loaded import Loaded, Report
from dondoc.loading.schema import Fields
from dondoc.loading.source import read_table

LONGEST = 250
AUDIENCES: tuple[To, ...] = tuple(to for to in get_args(To) if to != "reviewer")
KINDS = tuple(kind for kind in NOTICE_KINDS if kind not in NOT_OF_A_LADDER)
OBLIGATION_KINDS: tuple[ObligationKind, ...] = get_args(ObligationKind)


def load_ladder(path: Path) -> Loaded[Ladder]:
    """The ladder in that file."""
    report = Report(str(path))
    table = read_table(path, report)
    if table is None:
        return report.finish(None)
    fields = Fields(table, report, "Bậc đôn đốc")
    ladder = Ladder(
        id=fields.identifier("id") or "",
        title=fields.required("title"),
        steps=_steps(fields),
        assignment=fields.flag("assignment", default=True),
        assignment_held=fields.flag("assignment_held", default=True),
        outlook=fields.flag("outlook", default=True),
        cites=fields.text("cites") or "",
    )
    fields.close()
    return report.finish(ladder)


def _steps(fields: Fields) -> tuple[Step, ...]:
    if not fields.has("steps"):
        fields.missing("steps")
    found: dict[str, Step] = {}
    for entry in fields.tables("steps", "Bậc"):
        step = _step(entry)
        if step.rule in found:
            entry.report.error(entry.line, "duplicate-id", f"Bậc “{step.rule}” ghi hai lần.", "Mỗi bậc một tên riêng.")
        found[step.rule] = step
    return tuple(found.values())


def _step(fields: Fields) -> Step:
    rule = fields.required("rule")
    fields.what = f"Bậc “{rule}”" if rule else fields.what
    if not fields.has("kind"):
        fields.missing("kind")
    step = Step(
        rule=rule,
        kind=fields.choice("kind", KINDS, "reminder"),
        days=fields.number("days", -LONGEST, LONGEST, required=True) or 0,
        to=fields.choice("to", AUDIENCES, "lead"),
        held=fields.flag("held", default=False),
        weekly=fields.number("weekly", 0, 52) or 0,
        week_start=fields.flag("week_start", default=False),
        for_=_kinds(fields),
    )
    fields.close()
    return step


def _kinds(fields: Fields) -> tuple[ObligationKind, ...]:
    if not fields.has("for"):
        return Step("", "reminder", 0).for_
    found: list[ObligationKind] = []
    for text, line in fields.places("for"):
        kind = next((kind for kind in OBLIGATION_KINDS if kind == text), None)
        if kind is None:
            fields.report.error(
                line,
                "wrong-type",
                f"{fields.what}: không có loại việc “{text}”.",
                "Các loại: " + ", ".join(OBLIGATION_KINDS) + ".",
            )
        else:
            found.append(kind)
    return tuple(found)
