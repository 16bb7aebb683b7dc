"""The deadline of a task: its words parsed, or the clauses a person decided; and its parts (DEADLINES §3 "Parts")."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import get_args

from dondoc.domain import deadline
from dondoc.domain.clauses import (
    PERIODS,
    AnyClause,
    By,
    Every,
    Offset,
    Ongoing,
    Per,
    Relation,
    Side,
    Unit,
    Unknown,
    Upon,
    Within,
)
from dondoc.domain.directory import fold
from dondoc.domain.plan import Lead, Part
from dondoc.domain.slug import slug
from dondoc.errors import Severity
from dondoc.loading.cadences import HINT, is_due_word
from dondoc.loading.leads import Leads
from dondoc.loading.loaded import Report
from dondoc.loading.schema import Fields

RELATIONS: tuple[Relation, ...] = get_args(Relation)
UNITS: tuple[Unit, ...] = get_args(Unit)
SIDES: tuple[Side, ...] = get_args(Side)
TYPES = ("by", "within", "every", "ongoing", "upon", "offset", "per")
_CONVENTION = re.compile(r"(?<!tháng )\b(đầu|cuối) năm\b", re.IGNORECASE)

Clauses = tuple[AnyClause, ...]


@lru_cache(maxsize=20_000)
def parse(text: str, year: int) -> Clauses:
    """What a cell says, remembered: plans repeat the same few wordings."""
    return deadline.parse(text, year)


def read_clauses(fields: Fields, year: int) -> tuple[str, Clauses]:
    """The cell's words and its clauses; `clauses:` decides over the words."""
    text = fields.text("deadline") or ""
    if fields.has("clauses"):
        decided = (_clause(entry) for entry in fields.tables("clauses", f"{fields.what}, mục “clauses”"))
        return text, tuple(clause for clause in decided if clause is not None)
    return text, understood(text, year, fields.what, fields.line_of("deadline"), fields.report)


def understood(text: str, year: int, what: str, line: int, report: Report, severity: Severity = "error") -> Clauses:
    """The clauses of a cell; what is not understood is reported, never guessed."""
    clauses = parse(text, year)
    for clause in clauses:
        if isinstance(clause, Unknown):
            report.add(
                severity, line, "unknown-deadline", f"{what}: không hiểu chắc chắn thời hạn “{clause.text}”.",
                "Viết lại rõ hơn, hoặc ghi mục “clauses” do người có trách nhiệm quyết định.",
            )  # fmt: skip
    if match := _CONVENTION.search(text):
        quarter = "quý I" if match[1].casefold() == "đầu" else "quý IV"
        report.info(
            line, "convention", f"{what}: “{match[0]}” được hiểu là {quarter} (quy ước).",
            "Nếu kế hoạch muốn nói ngày khác, ghi rõ ngày trong mục “deadline”.",
        )  # fmt: skip
    return clauses


def read_parts(fields: Fields, leads: tuple[Lead, ...], clauses: Clauses, resolver: Leads) -> tuple[Part, ...]:
    """The parts of a task. Every label must be bound to leads and every lead must have a part."""
    if not fields.has("parts"):
        for name in dict.fromkeys(clause.label for clause in clauses if clause.label is not None):
            _unbound(fields, name)
        return (Part(None, leads, clauses),)
    parts = tuple(
        _part(entry, leads, clauses, resolver) for entry in fields.tables("parts", f"{fields.what}, mục “parts”")
    )
    bound = {fold(part.label) if part.label else None for part in parts}
    repeated = {replace(clause, label=None) for part in parts for clause in part.clauses}
    for label in dict.fromkeys(clause.label for clause in clauses if clause not in repeated):
        if (fold(label) if label else None) not in bound:
            _unbound(fields, label)
    _check_parts(fields, parts, leads)
    return parts


def _part(fields: Fields, leads: tuple[Lead, ...], clauses: Clauses, resolver: Leads) -> Part:
    label: str | None = fields.text("label")
    own = fields.text("clause")
    _, found = resolver.read(fields, ()) if fields.has("leads") else ((), leads)
    if own is not None:
        bound = understood(own, resolver.year, fields.what, fields.line_of("clause"), fields.report)
    else:
        wanted = fold(label) if label else None
        bound = tuple(c for c in clauses if (fold(c.label) if c.label else None) == wanted)
    if not bound:
        fields.report.error(
            fields.line, "unbound-label", f"{fields.what}: ô thời hạn không có phần nào ghi “{label or ''}”.",
            "Ghi label đúng như trong ô thời hạn, hoặc ghi thời hạn của phần này vào mục “clause”.",
        )  # fmt: skip
    key = fields.identifier("key", required=False) or (slug(label) if label else "")
    fields.close()
    return Part(label, found, tuple(replace(c, label=label) for c in bound), key)


def _unbound(fields: Fields, label: str | None) -> None:
    which = f"“{label}”" if label else "không ghi nhãn"
    fields.report.error(
        fields.line_of("deadline"), "unbound-label", f"{fields.what}: phần thời hạn {which} chưa giao cho cơ quan nào.",
        "Thêm mục “parts” với một dòng “label” cho mỗi phần (xem docs/plan-files.md).",
    )  # fmt: skip


def _check_parts(fields: Fields, parts: tuple[Part, ...], leads: tuple[Lead, ...]) -> None:
    keys = [part.key for part in parts]
    if len(set(keys)) < len(keys):
        fields.report.error(
            fields.line_of("parts"),
            "duplicate-id",
            f"{fields.what}: hai phần việc trùng nhãn.",
            "Đặt “label” hoặc “key” khác nhau.",
        )
    used = {fold(lead.name) for part in parts for lead in part.leads}
    for name in dict.fromkeys(lead.name for lead in leads):
        if fold(name) not in used:
            fields.report.error(
                fields.line_of("parts"), "unbound-lead", f"{fields.what}: “{name}” chủ trì mà không có phần việc.",
                "Thêm tên này vào “leads” của một phần.",
            )  # fmt: skip


def _clause(fields: Fields) -> AnyClause | None:
    kind = fields.choice("type", TYPES, "")
    if not fields.has("type"):
        fields.missing("type")
    clause = _of_type(kind, fields)
    if clause is not None:
        clause = replace(clause, label=fields.text("label"), immediate=fields.flag("immediate", default=False))
    fields.close()
    return clause


def _of_type(kind: str, fields: Fields) -> AnyClause | None:
    if kind == "by":
        day = fields.day("date", required=True)
        return By(date=day) if day else None
    if kind == "within":
        return _window(fields)
    if kind == "every":
        return _cadence(fields)
    if kind == "ongoing":
        return Ongoing()
    if kind == "upon":
        return Upon(event=fields.required("event"), relation=fields.choice("relation", RELATIONS, "when"))
    if kind == "offset":
        amount = fields.number("amount", 0, 10_000, required=True) or 0
        unit, side = fields.choice("unit", UNITS, "day"), fields.choice("side", SIDES, "after")
        return Offset(amount=amount, unit=unit, from_=fields.required("from"), side=side)
    return Per(reference=fields.required("reference")) if kind == "per" else None


def _cadence(fields: Fields) -> AnyClause:
    period, on = fields.choice("period", PERIODS, "month"), fields.text("on")
    if on is not None and not is_due_word(period, on):
        fields.report.error(fields.line_of("on"), "wrong-type", f"{fields.what}: không hiểu “on: {on}”.", HINT)
        on = None
    return Every(period=period, on=on)


def _window(fields: Fields) -> AnyClause | None:
    start, end = fields.day("start", required=True), fields.day("end", required=True)
    if start is None or end is None:
        return None
    if start > end:
        fields.report.error(
            fields.line_of("end"), "bad-date", f"{fields.what}: “end” trước “start”.", "Sửa một trong hai ngày."
        )
    return Within(start=start, end=end)
