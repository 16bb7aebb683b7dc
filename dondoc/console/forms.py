"""The answer form: what was typed, what it means, and everything that is wrong with it at once."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from starlette.datastructures import FormData, UploadFile

from dondoc.console import kept
from dondoc.domain.moments import local_day
from dondoc.errors import Problem
from dondoc.intake.files import MAX_FILES, Checked, check_file, keep
from dondoc.intake.texts import clean_line, clean_text, parse_day
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
    "document_number": "so_van_ban",
    "document_date": "ngay_van_ban",
    "note": "ghi_chu",
    "files": "tep",
}
"""The Reply's fields by the names that the form gives them."""


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

    def with_new_key(self) -> Typed:
        """The same words under a submission key that was not used yet."""
        return replace(self, submission=secrets.token_urlsafe(24))


@dataclass(frozen=True)
class Reading:
    """A form understood: the reply (complete only without objections) and what is wrong, by field."""

    reply: Reply | None
    objections: tuple[Objection, ...] = field(default=())

    @property
    def by_field(self) -> dict[str, tuple[str, ...]]:
        """Distinct messages by the form's field names, in the order of the form."""
        found: dict[str, tuple[str, ...]] = {}
        for name, shown in FIELDS.items():
            messages = dict.fromkeys(o.message for o in self.objections if o.field == name)
            if messages:
                found[shown] = tuple(messages)
        return found


def blank(chosen: Iterable[str], kind: str = "") -> Typed:
    """An empty form for those obligations, with a submission key of its own."""
    return Typed(tuple(chosen), secrets.token_urlsafe(24), kind)


def read_form(form: FormData, home: Path, csrf: str) -> Typed:
    """The form's fields; attached files are checked and, when good, kept. Blocking: call it off the event loop."""
    files, problems = _files(form, home, csrf)
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
    )


def understand(typed: Typed, found: Mapping[str, Owed], now: datetime) -> Reading:
    """What the form says, and every objection to it: unreadable or missing fields, then the rules of each case.

    Only the fields of the chosen kind are looked at: what else was typed stays in the form and is not recorded.
    """
    wrong = list(_file_objections(typed))
    if typed.kind not in REPLY_KINDS:
        wrong.insert(0, Objection("kind", "Chọn một cách trả lời."))
        return Reading(None, tuple(wrong))
    reply, unreadable = _reply(typed, typed.kind)
    wrong.extend(unreadable)
    wrong.extend(_missing(typed, reply))
    wrong.extend(form_objections(typed.chosen, reply, typed.submission))
    owed = [found[key] for key in typed.chosen]
    year = min((o.book.plan.year for o in owed), default=local_day(now).year)
    if not any(objection.field.startswith("document") for objection in wrong):
        wrong.extend(document_objections(reply, year, local_day(now)))
    for one in owed:
        wrong.extend(objections(one.case, reply, one.book, now))
    return Reading(reply, tuple(wrong))


def _reply(typed: Typed, kind: ReplyKind) -> tuple[Reply, list[Objection]]:
    wrong: list[Objection] = []
    if kind == "ack":
        return Reply(kind, _day(typed.until, "until", wrong), note=typed.note).cleaned(), wrong
    if kind == "progress":
        return Reply(kind, note=typed.note, files=typed.files).cleaned(), wrong
    day = _day(typed.document_date, "document_date", wrong)
    return Reply(kind, None, typed.document_number, day, typed.note, typed.files).cleaned(), wrong


def _day(text: str, name: str, wrong: list[Objection]) -> date | None:
    day = parse_day(text)
    if text and day is None:
        wrong.append(Objection(name, f"Không đọc được ngày “{text[:40]}”: ghi theo mẫu 29/3/2024."))
    return day


def _missing(typed: Typed, reply: Reply) -> Iterator[Objection]:
    if reply.kind == "ack" and not typed.until:
        yield Objection("until", "Ghi ngày hẹn hoàn thành.")
    if reply.kind == "progress" and reply.note is None:
        yield Objection("note", "Ghi vài dòng về tình hình thực hiện.")
    empty = not (reply.document_number or typed.document_date or reply.note or reply.files or typed.file_problems)
    if reply.kind == "done" and empty:
        message = "Ghi số và ngày văn bản, hoặc đính kèm tệp, hoặc viết vài dòng kết quả, để có căn cứ duyệt."
        yield Objection("document_number", message)


def _file_objections(typed: Typed) -> Iterator[Objection]:
    for problem in typed.file_problems:
        yield Objection("files", f"Tệp “{problem.file}”: {problem.message} {problem.hint}")


def _files(form: FormData, home: Path, csrf: str) -> tuple[tuple[Checked, ...], tuple[Problem, ...]]:
    files = [file for text in _texts(form, "da_nhan") if (file := kept.claimed(home, csrf, text)) is not None]
    problems: list[Problem] = []
    uploads = [value for value in form.getlist("tep") if isinstance(value, UploadFile) and value.filename]
    for upload in uploads[: MAX_FILES + 1]:
        judged = check_file(upload.filename or "", upload.file)
        if isinstance(judged, Problem):
            problems.append(judged)
        else:
            keep(home, judged, upload.file)
            files.append(judged)
    return tuple(dict.fromkeys(files)), tuple(problems)


def _texts(form: FormData, name: str) -> list[str]:
    return [value for value in form.getlist(name) if isinstance(value, str)]


def _text(form: FormData, name: str) -> str:
    return next(iter(_texts(form, name)), "")
