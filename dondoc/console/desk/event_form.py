"""The form of an event: what was typed, its files, and everything that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from starlette.datastructures import UploadFile

from dondoc.console import kept
from dondoc.console.desk.bench import Typed, hidden
from dondoc.domain.events import EVENT_KIND_NAMES, Event, EventKind
from dondoc.domain.moments import local_day
from dondoc.errors import Problem
from dondoc.intake.files import MAX_FILES, Checked
from dondoc.intake.texts import clean_line, clean_text, parse_day
from dondoc.rendering.wording import full_day, short_day
from dondoc.services import attachments
from dondoc.services.app import App
from dondoc.store.events import NewFile

OFFERED: Mapping[EventKind, str] = {kind: words for kind, words in EVENT_KIND_NAMES.items() if kind != "product"}
"""The kinds that a person records; products are recorded as they are accepted."""
TEXTS = ("loai", "so", "noi_ban_hanh", "ngay", "trich_yeu", "ghi_chu", "lan")
LONGEST = 1_000
MOST_AGAIN = 999


@dataclass(frozen=True)
class EventForm:
    """The form as it came: texts as typed, so that a page can show them again, and files that are kept already."""

    texts: Mapping[str, str]
    files: tuple[Checked, ...] = ()
    problems: tuple[Problem, ...] = ()

    def __getitem__(self, name: str) -> str:
        return self.texts.get(name, "")

    def hidden(self, app: App, csrf: str) -> tuple[tuple[str, str], ...]:
        """Everything as hidden fields, for the next step of the same session."""
        claims = [kept.claim(app.settings.home, csrf, file) for file in self.files]
        return hidden(**{name: self[name] for name in TEXTS}, da_nhan=claims)

    @property
    def note(self) -> str | None:
        """The note, None without one."""
        return self["ghi_chu"] or None

    @property
    def new_files(self) -> tuple[NewFile, ...]:
        """Its documents, for the store."""
        return tuple(NewFile(file.name, file.media_type, file.size, file.sha256) for file in self.files)


@dataclass(frozen=True)
class Understood:
    """What the form says, and what is wrong with it by field; without any there is an event."""

    event: Event | None
    wrong: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def prefilled(query: Mapping[str, str]) -> EventForm:
    """What a link carries: names as the form's, hyphens for underscores."""
    return EventForm({name: clean_line(query.get(name.replace("_", "-"), ""))[:LONGEST] for name in TEXTS})


def of(event: Event) -> EventForm:
    """The form as it would have been filled for that event."""
    return EventForm({
        "loai": event.kind, "so": event.number or "", "noi_ban_hanh": event.issuer or "", "ngay": short_day(event.on),
        "trich_yeu": event.subject,
    })  # fmt: skip


def read(typed: Typed, app: App, csrf: str) -> EventForm:
    """The form's fields; attached files are checked, scanned and, when good, kept. Blocking."""
    texts = {name: typed.line(name) for name in TEXTS} | {"ghi_chu": typed.text("ghi_chu")}
    home = app.settings.home
    files = [file for text in typed.lines("da_nhan") if (file := kept.claimed(home, csrf, text)) is not None]
    problems: list[Problem] = []
    uploads = [value for value in typed.form.getlist("tep") if isinstance(value, UploadFile) and value.filename]
    for upload in uploads[: MAX_FILES + 1]:
        judged = attachments.take(app, upload.filename or "", upload.file)
        problems.append(judged) if isinstance(judged, Problem) else files.append(judged)
    return EventForm(texts, tuple(dict.fromkeys(files)), tuple(problems))


def understand(form: EventForm, now: datetime) -> Understood:
    """The event that the form describes, or every objection; the register's own rules are not asked here."""
    wrong: dict[str, tuple[str, ...]] = {}
    for name, message in _objections(form, now):
        wrong[name] = (*wrong.get(name, ()), message)
    kind, on = _kind(form), parse_day(form["ngay"])
    if wrong or kind is None or on is None:
        return Understood(None, wrong)
    again = int(form["lan"] or "1")
    return Understood(Event(kind, on, form["trich_yeu"], form["so"] or None, form["noi_ban_hanh"] or None, again))


def _kind(form: EventForm) -> EventKind | None:
    return next((kind for kind in OFFERED if kind == form["loai"]), None)


def _objections(form: EventForm, now: datetime) -> Iterator[tuple[str, str]]:
    if _kind(form) is None:
        yield "loai", "Chọn loại sự kiện."
    on, today = parse_day(form["ngay"]), local_day(now)
    if on is None:
        typed = f"Không đọc được ngày “{form['ngay'][:40]}”: ghi" if form["ngay"] else "Ghi ngày của sự kiện"
        yield "ngay", f"{typed} theo mẫu 29/3/2024."
    elif on > today:
        yield "ngay", f"Ngày {full_day(on)} chưa đến: ghi sự kiện khi đã xảy ra."
    if not form["trich_yeu"]:
        yield "trich_yeu", "Ghi trích yếu hoặc nội dung sự kiện."
    again = form["lan"]
    if again and not (again.isascii() and again.isdigit() and 1 <= int(again[:9]) <= MOST_AGAIN):
        yield "lan", f"Ghi một số từ 1 đến {MOST_AGAIN}, hoặc để trống."
    if len(form.files) > MAX_FILES:
        yield "tep", f"Tối đa {MAX_FILES} tệp."
    for problem in form.problems:
        yield "tep", f"Tệp “{problem.file}”: {problem.message} {problem.hint}"


def document_words(event: Event) -> str:
    """Number, issuer and day of a document in one line; the kind where there is no number."""
    what = f"{EVENT_KIND_NAMES[event.kind]} số {event.number}" if event.number else EVENT_KIND_NAMES[event.kind]
    issuer = f" của {event.issuer}" if event.issuer else ""
    return clean_text(f"{what}{issuer}, ngày {event.on:%d/%m/%Y}")
