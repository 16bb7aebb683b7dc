"""The periodic report's form: what was typed in each line, what it means, and everything that is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from starlette.datastructures import FormData

from dondoc.console import forms
from dondoc.console.forms import Typed
from dondoc.intake.files import Checked, path_of
from dondoc.intake.texts import clean_line, clean_text, parse_day
from dondoc.rendering.wording import short_day
from dondoc.services.periodic_lines import Line, Sheet
from dondoc.services.periodic_rules import Report, report_objections
from dondoc.services.replies import Objection, Reply, form_objections
from dondoc.store.report_lines import LineKind, ReportLine

PARTS: dict[LineKind, dict[str, str]] = {
    "ongoing": {"text": "t"},
    "progress": {"text": "t"},
    "question": {"happened": "c", "document_number": "s", "document_date": "n"},
    "cases": {"received": "r", "on_time": "d", "late": "q", "text": "t"},
    "target": {"happened": "c", "value": "g"},
}
"""The fields of a line by its kind: a ReportLine's attribute and the letter before the line's key in the form."""
COUNTED = ("received", "on_time", "late")
_COUNT = re.compile(r"[0-9]{1,12}|[0-9]{1,3}(\.[0-9]{3}){1,3}")
DOCUMENT = ("so_van_ban", "ngay_van_ban", "ghi_chu")
HEAD_FIELDS = {"obligations": "bao-cao", "document_number": "so_van_ban", "document_date": "ngay_van_ban",
               "note": "ghi_chu", "files": "tep"}  # fmt: skip
YES, NO = "da", "chua"


@dataclass(frozen=True)
class TypedReport:
    """The form as it came. `fields` holds every text as typed, by its field's name; `asked` the ids of the lines that
    stood on the page."""

    submission: str
    fields: Mapping[str, str]
    asked: tuple[str, ...] = ()
    files: tuple[Checked, ...] = ()
    wrong_files: tuple[Objection, ...] = ()

    def get(self, name: str) -> str:
        """What stands in a field."""
        return self.fields.get(name, "")

    def with_new_key(self) -> TypedReport:
        """The same words under a submission key that was not used yet."""
        return replace(self, submission=forms.blank(()).submission)

    def for_draft(self) -> dict[str, Any]:
        """What a draft keeps; `from_draft` reads it back."""
        return {"fields": dict(self.fields), "files": [asdict(file) for file in self.files]}


@dataclass(frozen=True)
class Reading:
    """A form understood, and what is wrong, by the form's field names in the order of the page."""

    report: Report
    wrong: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def field_name(part: str, line: Line) -> str:
    """The name and id of one field of a line."""
    return f"{PARTS[line.kind][part]}-{line.key}"


def kept_text(raw: str) -> str:
    """A text to be shown again as it was typed: plain line ends, and nothing that neither a page nor JSON can hold."""
    text = raw.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


def read(form: FormData, typed: Typed) -> TypedReport:
    """The form's fields; `typed` is what the ordinary form's reader made of document and files."""
    texts = {name: kept_text(value) for name, value in form.multi_items() if isinstance(value, str)}
    own = {name: text for name, text in texts.items() if name in DOCUMENT or name[1:2] == "-"}
    asked = [value for value in form.getlist("dong") if isinstance(value, str)]
    wrong = tuple(
        Objection("files", f"Tệp “{problem.file}”: {problem.message} {problem.hint}") for problem in typed.file_problems
    )
    return TypedReport(typed.submission, own, tuple(dict.fromkeys(asked)), typed.files, wrong)


def from_draft(found: Sheet, fields: Mapping[str, Any], home: Path) -> TypedReport:
    """What was saved, over what the last report gives for lines that the draft does not know."""
    start = from_last(found)
    files = (Checked(**raw) for raw in fields["files"])
    there = tuple(file for file in files if path_of(home, file.sha256).is_file())
    return replace(start, fields={**start.fields, **fields["fields"]}, files=there)


def from_last(found: Sheet) -> TypedReport:
    """A form filled in with what the last report says of each line, under a key of its own.

    Cases are counted anew for each period: their numbers are filled in only from an earlier version of this report.
    """
    known = {line.id: line.before for line in found.lines if line.kind != "cases" or found.is_again}
    fields = {
        field_name(part, line): _as_typed(getattr(known.get(line.id), part, None))
        for line in found.lines
        for part in PARTS[line.kind]
    }
    return TypedReport(forms.blank(()).submission, fields)


def _as_typed(value: str | bool | int | date | None) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, int):
        return str(value)
    return short_day(value) if isinstance(value, date) else value or ""


def strange(typed: TypedReport, found: Sheet, known_keys: Mapping[str, str]) -> str | None:
    """The first line that is none of this report's, now or earlier: a forged form. `known_keys`: ids by key."""
    for line_id in typed.asked:
        if line_id not in found.known_ids:
            return line_id
    return next((name for name in typed.fields if name not in DOCUMENT and name[2:] not in known_keys), None)


def understand(typed: TypedReport, found: Sheet, now: datetime, known_keys: Mapping[str, str]) -> Reading:
    """What the form says, and every objection to it, each at its field."""
    unreadable: dict[str, tuple[str, ...]] = {}
    lines = tuple(_line(typed, line, unreadable) for line in found.lines)
    day = _day(typed.get("ngay_van_ban"), "ngay_van_ban", unreadable)
    reply = Reply("done", None, typed.get("so_van_ban"), day, typed.get("ghi_chu"), typed.files)
    report = Report(reply, lines).cleaned()
    objections = [
        *_settled_meanwhile(typed, found, known_keys), *typed.wrong_files,
        *form_objections((found.case.obligation.id,), report.reply, typed.submission),
        *report_objections(found, report, now),
    ]  # fmt: skip
    return Reading(report, _by_field(found, objections, unreadable))


def _line(typed: TypedReport, line: Line, unreadable: dict[str, tuple[str, ...]]) -> ReportLine:
    read = {part: typed.get(field_name(part, line)) for part in PARTS[line.kind]}
    choice = {YES: True, NO: False}.get(read.get("happened", ""))
    said = ReportLine(line.id, line.kind, happened=choice, text=clean_text(read.get("text", "")))
    if line.kind == "target":
        return replace(said, value=clean_line(read["value"]))
    if line.kind == "cases":
        received, on_time, late = (_count(read[part], field_name(part, line), unreadable) for part in COUNTED)
        return replace(said, received=received, on_time=on_time, late=late)
    if line.kind == "question" and choice:
        day = _day(read["document_date"], field_name("document_date", line), unreadable)
        return replace(said, document_number=clean_line(read["document_number"]), document_date=day)
    return said


def _count(text: str, name: str, unreadable: dict[str, tuple[str, ...]]) -> int | None:
    text = clean_line(text)
    number = parse_count(text)
    if text and number is None:
        unreadable[name] = (f"“{text[:40]}” không phải số vụ việc: ghi số nguyên không âm, ví dụ 12.",)
    return number


def parse_count(text: str) -> int | None:
    """A whole number as officers write it: "12", "1.234"; None for anything else."""
    return int(text.replace(".", "")) if _COUNT.fullmatch(text) else None


def _day(text: str, name: str, unreadable: dict[str, tuple[str, ...]]) -> date | None:
    text = clean_line(text)
    day = parse_day(text)
    if text and day is None:
        unreadable[name] = (f"Không đọc được ngày “{text[:40]}”: ghi theo mẫu 29/3/2024.",)
    return day


def _settled_meanwhile(typed: TypedReport, found: Sheet, known_keys: Mapping[str, str]) -> Iterator[Objection]:
    """Lines that are gone since the page was opened: what was typed there is told once more, then not asked for."""
    now_asked = {line.key for line in found.lines}
    titles = {key_id: key for key, key_id in known_keys.items()}
    for line_id in typed.asked:
        key = titles.get(line_id)
        text = clean_text(typed.get(f"t-{key}"))
        if key is not None and key not in now_asked and text:
            message = f"Một việc đã được báo cáo hoặc quyết định từ khi mở biểu mẫu; nội dung đã ghi: “{text[:300]}”."
            yield Objection("obligations", f"{message} Kiểm tra rồi gửi lại.")


def _by_field(
    found: Sheet, objections: Iterable[Objection], unreadable: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Messages by field, in the page's order; an unreadable day needs no second complaint that it is missing."""
    told: dict[str, tuple[str, ...]] = dict(unreadable)
    for objection in objections:
        line = found.by_id.get(objection.obligation_id or "")
        name = field_name(objection.field, line) if line else HEAD_FIELDS.get(objection.field, "bao-cao")
        if name not in unreadable and objection.message not in told.get(name, ()):
            told[name] = (*told.get(name, ()), objection.message)
    order = [field_name(part, line) for line in found.lines for part in PARTS[line.kind]]
    return {name: told[name] for name in ("bao-cao", *order, *DOCUMENT, "tep") if name in told}
