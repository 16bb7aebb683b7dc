"""The stories of tests/cases/su-kien-hung-yen-2024.yaml: one for each clause that waits, and their table in the docs.

After a change of the stories write the table anew: .venv/bin/python tests/event_stories.py
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML
from town import ROOT, shipped

from dondoc.domain.clauses import AnyClause, Per, Upon
from dondoc.domain.directory import Agency
from dondoc.domain.events import EVENT_KINDS, Event, EventKind
from dondoc.domain.moments import at
from dondoc.domain.plan import Task

FILE = ROOT / "tests" / "cases" / "su-kien-hung-yen-2024.yaml"
TABLE = ROOT / "docs" / "waiting.md"
NO_DUE = "không hạn"
ALL = re.compile(r"mọi cơ quan chủ trì \((\d+)\)")
HEAD = """# Việc chờ sự kiện của kế hoạch Hưng Yên 2024

Một việc trong năm việc không có ngày. Bảng này đi qua từng lời chờ của kế hoạch, 22 lời “khi”, “sau khi” và 13 lời
“theo”: sự kiện nào mở việc, ai phải làm, đến ngày nào. Số, ngày văn bản là ví dụ. Mỗi dòng được kiểm thử trên cơ sở dữ
liệu thật. Bảng làm từ `tests/cases/su-kien-hung-yen-2024.yaml` bằng `.venv/bin/python tests/event_stories.py`, đừng sửa
ở đây.

- **Mốc phấn đấu**: ngày để nhắc khi không ai ghi hạn; qua mốc không tính quá hạn, không đôn đốc.
- **Đếm theo vụ việc**: không mở việc; báo số nhận, đúng hạn, quá hạn trong báo cáo định kỳ; ghi sổ chỉ để
  đối chiếu số.
- **Chỉ là ghi chú**: không mở việc, không hỏi.
- Cùng lời không bao giờ tự mở việc thứ hai: người ghi chọn từng nhiệm vụ.

| nhiệm vụ | lời của kế hoạch | sự kiện, ngày ghi sổ | ai phải làm | hạn hay mốc | vì sao |
|---|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Story:
    """One entry of the file, as written there."""

    no: int
    task: str
    clause: str
    remark: str | None = None
    counted: str | None = None
    event: str | None = None
    product: str | None = None
    recorded: str | None = None
    selected: str = ""
    sets: str | None = None
    owed: str = ""
    by: str = ""
    why: str = ""
    concerns: str = ""

    @property
    def moment(self) -> datetime:
        """When it is recorded, or the product accepted."""
        read = datetime.strptime(self.recorded or "", "%d/%m/%Y %H:%M")
        return at(read.date(), read.time())

    @property
    def what(self) -> Event:
        """The event that a person records."""
        kind, number, issuer, on, subject = (word.strip() for word in (self.event or "").split("|"))
        assert kind in EVENT_KINDS, kind
        return Event(cast(EventKind, kind), day(on), subject, number or None, issuer or None)

    @property
    def source(self) -> tuple[str, str, date]:
        """The task before, the agency (id) that reports its product, and on which day."""
        task, agency, on = (word.strip() for word in (self.product or "").split("|"))
        return task, agency_id(agency), day(on)

    @property
    def due_on(self) -> date | None:
        """The day that the document sets."""
        return day(self.sets) if self.sets and self.sets != NO_DUE else None

    @property
    def who(self) -> frozenset[str] | int:
        """Who owes it: agencies (ids), or how many all are."""
        every = ALL.fullmatch(self.owed)
        return int(every[1]) if every else frozenset(ids(self.owed))

    @property
    def aim(self) -> tuple[str, date]:
        """ "hạn" or "mốc phấn đấu", and the day."""
        words, _, on = self.by.rpartition(" ")
        return words, day(on)


def day(text: str) -> date:
    """ "31/01/2024"."""
    d, m, y = (int(part) for part in text.split("/"))
    return date(y, m, d)


def agency_id(name: str) -> str:
    """The agency of that name."""
    found = shipped().directory.lookup(name.strip())
    assert isinstance(found, Agency), name
    return found.id


def ids(names: str) -> tuple[str, ...]:
    """The agencies of "Sở Y tế; Sở Xây dựng"."""
    return tuple(agency_id(name) for name in names.split(";") if name.strip())


def stories() -> list[Story]:
    """All entries; a misspelt key is an error of the file."""
    rows: list[dict[str, Any]] = YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))
    return [Story(concerns=row.pop("for", ""), **row) for row in rows]


def words_of(clause: AnyClause) -> str | None:
    """A clause that waits as the stories write it; None for any other."""
    if isinstance(clause, Upon):
        return f"upon: {clause.event}"
    return f"per: {clause.reference}" if isinstance(clause, Per) else None


def table() -> str:
    """The page of the docs."""
    return HEAD + "".join(f"| {' | '.join(_cells(story))} |\n" for story in stories())


def _cells(story: Story) -> Iterator[str]:
    task: Task = shipped().plan.by_id[story.task]
    several = sum(words_of(clause) is not None for clause in task.clauses) > 1
    yield f"{story.no} ({story.task})"
    yield task.deadline + (f" (lời “{story.clause.partition(': ')[2]}”)" if several else "")
    if story.remark or story.counted:
        yield from ("—", "—", "—")
        yield f"chỉ là ghi chú: {story.remark}" if story.remark else f"đếm theo vụ việc: {story.counted}"
        return
    yield f"{_event(story)}; {'duyệt' if story.product else 'ghi'} {story.recorded}"
    yield story.owed
    yield f"{story.by}{' (văn bản không ghi hạn)' if story.sets == NO_DUE else ''}"
    yield story.why


def _event(story: Story) -> str:
    if story.product:
        task, agency, on = (word.strip() for word in story.product.split("|"))
        return f"{agency} báo cáo kết quả nhiệm vụ {task} ngày {on}"
    event = story.what
    number = f"{event.number} " if event.number else ""
    return f"{number}ngày {event.on:%d/%m/%Y} ({event.issuer}): {event.subject}"


if __name__ == "__main__":
    Path(TABLE).write_text(table(), encoding="utf-8")
