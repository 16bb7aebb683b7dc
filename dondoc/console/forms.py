"""The answer form: what was typed, what it means, and everything that is wrong with it at once."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from starlette.datastructures import FormData, UploadFile

from dondoc.console import kept
from dondoc.console.choices import HAPPENED_VALUE, agency_options
from dondoc.domain.moments import local_day
from dondoc.errors import Problem
from dondoc.intake.files import MAX_FILES, Checked
from dondoc.intake.texts import clean_line, clean_text, parse_day
from dondoc.services import attachments
from dondoc.services.app import App
from dondoc.services.owed import Owed
from dondoc.services.replies import (
    REPLY_KINDS,
    Objection,
    Reply,
    ReplyKind,
    document_objections,
    form_objections,
    objections,
)

FIELDS = {
    "obligations": "viec",
    "kind": "loai",
    "until": "ngay_hen",
    "wanted": "ngay_xin",
    "whose": "co_quan",
    "document_number": "so_van_ban",
    "document_date": "ngay_van_ban",
    "note": "ghi_chu",
    "files": "tep",
}
"""The Reply's fields by the names that the form gives them; `wanted` is the `until` of a wish for more time."""
_WITH_FILES = ("progress", "done", "extension", "not_applicable", "not_mine")


@dataclass(frozen=True)
class Typed:
    """The form as it came: texts as typed, so that a page can show them again."""

    chosen: tuple[str, ...]
    submission: str
    kind: str = ""
    until: str = ""
    document_number: str = ""
    document_date: str = ""
    note: str = ""
    files: tuple[Checked, ...] = ()
    file_problems: tuple[Problem, ...] = ()
    wanted: str = ""
    whose: str = ""

    @property
    def reply_kind(self) -> ReplyKind | None:
        """Which answer was chosen; None where it is none that the form knows."""
        value = "progress" if self.kind == HAPPENED_VALUE else self.kind
        return next((known for known in REPLY_KINDS if known == value), None)

    def with_new_key(self) -> Typed:
        """The same words under a submission key that was not used yet."""
        return replace(self, submission=secrets.token_urlsafe(24))


@dataclass(frozen=True)
class Reading:
    """A form understood: the reply (complete only without objections) and what is wrong, by field.

    `forged`: what no page of ours offers, in words for the journal.
    """

    reply: Reply | None
    objections: tuple[Objection, ...] = field(default=())
    forged: str = ""

    @property
    def by_field(self) -> dict[str, tuple[str, ...]]:
        """Distinct messages by the form's field names, in the order of the form."""
        found: dict[str, tuple[str, ...]] = {}
        is_wish = self.reply is not None and self.reply.kind == "extension"
        for name, shown in FIELDS.items():
            own = {"until": "" if is_wish else "until", "wanted": "until" if is_wish else ""}.get(name, name)
            messages = dict.fromkeys(o.message for o in self.objections if o.field == own)
            if messages:
                found[shown] = tuple(messages)
        return found


def blank(chosen: Iterable[str], kind: str = "") -> Typed:
    """An empty form for those obligations, with a submission key of its own."""
    return Typed(tuple(chosen), secrets.token_urlsafe(24), kind)


def read_form(form: FormData, app: App, csrf: str) -> Typed:
    """The form's fields; attached files are checked, scanned and, when good, kept. Blocking: call it off the event
    loop."""
    files, problems = _files(form, app, csrf)
    return Typed(
        chosen=tuple(dict.fromkeys(_texts(form, "viec"))),
        submission=clean_line(_text(form, "phieu")),
        kind=_text(form, "loai"),
        until=clean_line(_text(form, "ngay_hen")),
        document_number=clean_line(_text(form, "so_van_ban")),
        document_date=clean_line(_text(form, "ngay_van_ban")),
        note=clean_text(_text(form, "ghi_chu")),
        files=files,
        file_problems=problems,
        wanted=clean_line(_text(form, "ngay_xin")),
        whose=clean_line(_text(form, "co_quan")),
    )


def understand(typed: Typed, found: Mapping[str, Owed], now: datetime) -> Reading:
    """What the form says, and every objection to it: unreadable or missing fields, then the rules of each case.

    Only the fields of the chosen kind are looked at: what else was typed stays in the form and is not recorded.
    """
    wrong = list(file_objections(typed))
    owed = [found[key] for key in typed.chosen]
    kind = typed.reply_kind
    if kind is None or (typed.kind == HAPPENED_VALUE and any(o.where.work != "awaiting" for o in owed)):
        wrong.insert(0, Objection("kind", "Chọn một cách trả lời."))
        return Reading(None, tuple(wrong), f"Cách trả lời lạ: {clean_line(typed.kind)[:60]}" if typed.kind else "")
    reply, unreadable = _reply(typed, kind)
    wrong.extend(unreadable)
    wrong.extend(_missing(typed, reply))
    wrong.extend(form_objections(typed.chosen, reply, typed.submission))
    year = min((o.book.plan.year for o in owed), default=local_day(now).year)
    if not any(objection.field.startswith("document") for objection in wrong):
        wrong.extend(document_objections(reply, year, local_day(now)))
    said = {objection.field for objection in wrong if objection.field != "obligations"}
    for one in owed:
        wrong.extend(o for o in objections(one.case, reply, one.book, now) if o.field not in said)
    return Reading(reply, tuple(wrong), _forged_agency(reply, owed, now))


def _forged_agency(reply: Reply, owed: Sequence[Owed], now: datetime) -> str:
    if reply.whose is None or any(key == reply.whose for key, _ in agency_options(owed, now)):
        return ""
    return f"Cơ quan lạ trong ô chọn: {reply.whose[:60]}"


def _reply(typed: Typed, kind: ReplyKind) -> tuple[Reply, list[Objection]]:
    """Each kind has its own fields; files are not asked for where nothing has to be proved."""
    wrong: list[Objection] = []
    until, number, day = None, None, None
    if kind in ("ack", "extension"):
        until = _day(typed.until if kind == "ack" else typed.wanted, "until", wrong)
    if kind == "done" or typed.kind == HAPPENED_VALUE:
        number, day = typed.document_number, _day(typed.document_date, "document_date", wrong)
    files = typed.files if kind in _WITH_FILES else ()
    whose = typed.whose if kind == "not_mine" else None
    return Reply(kind, until, number, day, typed.note, files, whose).cleaned(), wrong


def _day(text: str, name: str, wrong: list[Objection]) -> date | None:
    day = parse_day(text)
    if text and day is None:
        wrong.append(Objection(name, f"Không đọc được ngày “{text[:40]}”: ghi theo mẫu 29/3/2024."))
    return day


def _missing(typed: Typed, reply: Reply) -> Iterator[Objection]:
    if reply.kind == "ack" and not typed.until:
        yield Objection("until", "Ghi ngày hẹn hoàn thành.")
    if typed.kind == "progress" and reply.note is None:
        yield Objection("note", "Ghi vài dòng về tình hình thực hiện.")
    empty = not (reply.document_number or typed.document_date or reply.note or reply.files or typed.file_problems)
    if reply.kind == "done" and empty:
        message = "Ghi số và ngày văn bản, hoặc đính kèm tệp, hoặc viết vài dòng kết quả, để có căn cứ duyệt."
        yield Objection("document_number", message)


def file_objections(typed: Typed) -> Iterator[Objection]:
    """What is wrong with the files that came with it."""
    for problem in typed.file_problems:
        yield Objection("files", f"Tệp “{problem.file}”: {problem.message} {problem.hint}")


def _files(form: FormData, app: App, csrf: str) -> tuple[tuple[Checked, ...], tuple[Problem, ...]]:
    home = app.settings.home
    files = [file for text in _texts(form, "da_nhan") if (file := kept.claimed(home, csrf, text)) is not None]
    problems: list[Problem] = []
    uploads = [value for value in form.getlist("tep") if isinstance(value, UploadFile) and value.filename]
    for upload in uploads[: MAX_FILES + 1]:
        judged = attachments.take(app, upload.filename or "", upload.file)
        problems.append(judged) if isinstance(judged, Problem) else files.append(judged)
    return tuple(dict.fromkeys(files)), tuple(problems)


def _texts(form: FormData, name: str) -> list[str]:
    return [value for value in form.getlist(name) if isinstance(value, str)]


def _text(form: FormData, name: str) -> str:
    return next(iter(_texts(form, name)), "")
