"""What the template of the periodic report is told: its head, its sections with their lines, what changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dondoc.console import wording
from dondoc.console.periodic_form import COUNTED, NO, PARTS, YES, TypedReport, field_name, parse_count
from dondoc.console.wording import Badge
from dondoc.intake.texts import clean_line, clean_text
from dondoc.rendering.wording import full_day, short_day, shorten
from dondoc.services.owed import Owed
from dondoc.services.periodic_lines import Line, Settled, Sheet, code_of, title_of
from dondoc.services.periodic_rules import line_words
from dondoc.services.reported import CHANGE_WORDS, KIND_WORDS, Change
from dondoc.store.report_lines import LineKind, ReportLine

MARKS: dict[Change, Badge | None] = {
    "first": None,
    "new": Badge("blue", "plus", CHANGE_WORDS["new"]),
    "changed": Badge("amber", "pencil", CHANGE_WORDS["changed"]),
    "same": Badge("grey", "loop", CHANGE_WORDS["same"]),
}
DONE_SINCE = Badge("green", "check", "Xong từ sau báo cáo trước")
AFTER_CUT_OFF = Badge("grey", "later", "Sau ngày chốt số liệu")
FOOT = "van-ban"
_SECTIONS: tuple[tuple[str, LineKind, str], ...] = (
    ("thuong-xuyen", "ongoing", "Ghi kết quả trong kỳ, ngắn gọn. Không có gì thì ghi “Không phát sinh”."),
    ("dang-thuc-hien", "progress", "Ghi tiến độ đến nay; thời hạn không đổi. Việc đã xong: báo cáo ở danh sách việc."),
    ("cho-su-kien", "question", "Sự kiện đã xảy ra chưa? Nếu đã: ghi số và ngày văn bản."),
    ("theo-vu-viec", "cases",
     "Đếm các vụ việc nhận trong kỳ số liệu của báo cáo này, và đến nay đã giải quyết ra sao. Không có thì ghi 0."),
    ("chi-tieu", "target", "Ghi kết quả đạt được đến ngày chốt số liệu; chưa có số liệu thì để trống."),
)  # fmt: skip
PLACES = (*(place for place, _, _ in _SECTIONS), FOOT)


@dataclass(frozen=True)
class HeadView:
    """What the report is: its name, its days and what it is for. `sent` when a version is under review."""

    name: str
    plan: str
    cut_off: str
    due: str
    badge: Badge
    sent: bool
    before: str


@dataclass(frozen=True)
class LineView:
    """One line with its fields as they were typed; `fields` are their names by part. `hint` stands beside numbers: what
    the register of events holds, and what is left of the cases."""

    id: str
    kind: LineKind
    code: str
    title: str
    agency: str
    badge: Badge | None
    due: str
    question: str
    mark: Badge | None
    before: str
    fields: dict[str, str]
    typed: dict[str, str]
    hint: str = ""


@dataclass(frozen=True)
class SectionView:
    """Lines under one heading."""

    place: str
    title: str
    hint: str
    lines: tuple[LineView, ...]


@dataclass(frozen=True)
class SettledView:
    """Work about which nothing need be typed."""

    code: str
    title: str
    agency: str
    badges: tuple[Badge, ...]
    words: str


def head_view(own: Owed, found: Sheet, now: datetime) -> HeadView:
    """The report's head."""
    days = found.cut_off
    cut_off = f"Từ {short_day(days[0])} đến hết {short_day(days[1])}" if days else ""
    before = found.before
    return HeadView(
        own.case.obligation.name, own.book.plan.title, cut_off, wording.due(own), wording.badge(own, now),
        own.where.work == "reported",
        f"{before.name[:1].lower()}{before.name[1:]}, gửi {wording.moment(before.at)}" if before else "",
    )  # fmt: skip


def sections(found: Sheet, typed: TypedReport) -> tuple[SectionView, ...]:
    """The sections that have lines, in the page's order."""
    several = len({line.owed.agency.id for line in found.lines if line.owed}) > 1
    views = [
        SectionView(
            place, KIND_WORDS[kind], hint, tuple(_line(found, one, typed, several) for one in found.lines_of(kind))
        )
        for place, kind, hint in _SECTIONS
    ]
    return tuple(view for view in views if view.lines)


def places(found: Sheet) -> dict[str, str]:
    """Of which line each field is, in a few words: for the list of what is wrong."""
    return {
        field_name(part, line): " ".join(filter(None, (line.code, shorten(line.title, 60))))
        for line in found.lines
        for part in PARTS[line.kind]
    }


def _line(found: Sheet, line: Line, typed: TypedReport, several: bool) -> LineView:
    names = {part: field_name(part, line) for part in PARTS[line.kind]}
    words = {part: typed.get(name) for part, name in names.items()}
    owed = line.owed
    change = _change(found, line, words)
    returned = owed is not None and owed.where.work == "returned"
    overdue = owed is not None and owed.where.time == "overdue"
    badge = Badge("violet", "back", "Được trả lại để bổ sung") if returned else None
    return LineView(
        line.id, line.kind, line.code, line.title, owed.agency.name if owed and several else "",
        Badge("red", "alert", "Quá hạn") if overdue and not returned else badge,
        wording.due(owed) if owed and line.kind == "progress" else "",
        (owed.case.obligation.question or "") if owed and line.kind in ("question", "cases") else "",
        None if line.kind == "cases" and not any(words[part] for part in COUNTED) else MARKS[change],
        line_words(line.before) if line.before and change == "changed" else "", names, words,
        _cases_hint(line, words) if line.kind == "cases" else "",
    )  # fmt: skip


def _cases_hint(line: Line, words: dict[str, str]) -> str:
    received, on_time, late = (parse_count(clean_line(words[part])) for part in COUNTED)
    hint = f"Sổ sự kiện ghi {line.recorded} vụ việc trong kỳ." if line.recorded else ""
    if received is None or on_time is None or late is None or on_time + late > received:
        return hint
    return f"{hint} Còn đang giải quyết: {received - on_time - late}.".strip()


def _change(found: Sheet, line: Line, words: dict[str, str]) -> Change:
    if found.before is None:
        return "first"
    if line.before is None:
        return "new"
    return "same" if _says_the_same(line.before, words) else "changed"


def _says_the_same(before: ReportLine, words: dict[str, str]) -> bool:
    former = {
        "text": before.text or "", "value": before.value or "", "document_number": before.document_number or "",
        "document_date": short_day(before.document_date) if before.document_date else "",
        "happened": {True: YES, False: NO, None: ""}[before.happened],
        **{part: str(getattr(before, part)) for part in COUNTED},
    }  # fmt: skip
    return all(clean_text(text) == former[part] for part, text in words.items())


def settled(found: Sheet, now: datetime) -> tuple[SettledView, ...]:
    """Done, reported or asked about since the period began, each with its document."""
    several = len({one.owed.agency.id for one in found.settled}) > 1
    return tuple(_settled(found, one, several, now) for one in found.settled)


def _settled(found: Sheet, one: Settled, several: bool, now: datetime) -> SettledView:
    owed = one.owed
    marks = [wording.badge(owed, now)]
    marks += [DONE_SINCE] if one.was_asked and owed.where.work in ("done", "reported") else []
    marks += [AFTER_CUT_OFF] if one.after_cut_off else []
    agency = owed.agency.name if several else ""
    return SettledView(code_of(owed.task), title_of(owed), agency, tuple(marks), _document(owed))


def _document(owed: Owed) -> str:
    """The document of the last report on it, and its day."""
    answer = next((a for a in reversed(owed.case.answers) if a.kind in ("done", "not_applicable", "not_mine")), None)
    if answer is None:
        return ""
    day = full_day(answer.document_date) if answer.document_date else ""
    document = f"Văn bản số {answer.document_number}, {day}." if answer.document_number else ""
    note = f"“{answer.note}”" if answer.note else ""
    return " ".join(filter(None, (f"Gửi {wording.moment(answer.at)}.", document, note)))
