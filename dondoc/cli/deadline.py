"""`dondoc deadline`: what wordings of the "Thời gian" column mean, one a line (DEADLINES §1–2)."""

from __future__ import annotations

import json as jsonlib
import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from dondoc.domain.clause_words import describe
from dondoc.domain.clauses import to_json
from dondoc.domain.deadline import RULE_TITLES, ReadClause, Reading
from dondoc.domain.deadline import explain as explain_cell

EMPTY = "(để trống: không có thời hạn)"


def deadline(
    year: Annotated[int, typer.Option(help="Năm của kế hoạch, dùng khi lời văn không ghi năm", min=2000, max=2099)],
    json: Annotated[bool, typer.Option("--json", help="Mỗi dòng một mảng JSON các mệnh đề")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Nêu quy tắc nào đã đọc những chữ nào")] = False,
) -> None:
    """Đọc các cụm từ thời hạn từ đầu vào chuẩn, mỗi dòng một cụm; chỗ không hiểu chắc chắn được nói rõ, không đoán."""
    show = _for_machines if json else _for_people
    for phrase in _phrases():
        print(show(explain_cell(phrase, year), explained=explain), flush=True)


def _phrases() -> Iterator[str]:
    """The lines of standard input as they come; bytes that are no UTF-8 become U+FFFD."""
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", errors="replace").rstrip("\r\n")


def _for_machines(reading: Reading, *, explained: bool) -> str:
    """One JSON array; `rule` and `words` are added to each clause on request."""
    clauses = [_clause(part, explained=explained) for part in reading.parts]
    return jsonlib.dumps(clauses, ensure_ascii=False)


def _clause(part: ReadClause, *, explained: bool) -> dict[str, Any]:
    found = to_json(part.clause)
    return found | {"rule": part.rule, "words": part.words} if explained else found


def _for_people(reading: Reading, *, explained: bool) -> str:
    """The phrase, then each clause on a line of its own."""
    lines = [reading.text or EMPTY]
    for part in reading.parts:
        lines.append(f"  → {describe(part.clause)}")
        if explained:
            lines.append(f"    {part.rule} ({RULE_TITLES[part.rule]}): “{part.words}”")
    return "\n".join(lines)
