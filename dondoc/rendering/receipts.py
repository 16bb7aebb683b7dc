"""The receipt of an answer in its four forms: what was recorded, for which work, under which number."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from dondoc.errors import Problem, ProblemsFound
from dondoc.rendering.faults import fault
from dondoc.rendering.notices import FORMS, MAX_SUBJECT, MAX_ZALO, Rendered
from dondoc.rendering.sandbox import NoticeEnvironment, bounded
from dondoc.rendering.wording import FILTERS, shorten

FOLDER = "receipt"


@dataclass(frozen=True, slots=True)
class ReceiptTask:
    """One task that was answered. `deadline` is in words; it says when, never how late."""

    code: str
    title: str
    deadline: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptFile:
    """One file that was taken; `size` in words (1,2 MB)."""

    name: str
    size: str


@dataclass(frozen=True, slots=True)
class ReceiptContext:
    """What a receipt's template may know. `answer` and `consequence` are ready to print, `at` is a moment in words.

    `until_label` says what `until` is (a promised day, a wanted one); `whose` names the agency that the answer names.
    """

    number: int
    at: str
    recipient_name: str
    agency_name: str
    supervisor_name: str
    answer: str
    consequence: str
    tasks: tuple[ReceiptTask, ...]
    files: tuple[ReceiptFile, ...] = ()
    until_label: str = ""
    until: date | None = None
    whose: str = ""
    document_number: str = ""
    document_date: date | None = None
    note: str = ""
    link: str | None = None
    demo: bool = False


_KNOWN = ("receipt", *(f.name for kind in (ReceiptContext, ReceiptTask, ReceiptFile) for f in fields(kind)), *FILTERS)


class ReceiptRenderer:
    """Writes receipts with the templates under `folder`/receipt."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / FOLDER
        self._environment = NoticeEnvironment(self.folder, FILTERS)

    def render(self, context: ReceiptContext) -> Rendered:
        """The four forms. Raises ProblemsFound with file, line and hint when a template cannot be used as it stands."""
        receipt = _one_line(context)
        subject = " ".join(self._run("subject.txt", receipt).split())
        if not subject:
            file = str(self.folder / "subject.txt")
            problem = Problem(file, None, "error", "template.empty", "mẫu cho kết quả rỗng", "viết lại mẫu này")
            raise ProblemsFound([problem])
        return Rendered(
            shorten(subject, MAX_SUBJECT), _tidy(self._run("body.txt", receipt)),
            self._run("body.html", receipt).strip() + "\n", _tidy(self._run("zalo.txt", receipt))[:MAX_ZALO].strip(),
        )  # fmt: skip

    def _run(self, name: str, receipt: ReceiptContext) -> str:
        try:
            return bounded(self._environment.get_template(name), {"receipt": receipt})
        except Exception as error:  # a slip in an edited template can raise anything; it becomes one Problem
            raise ProblemsFound([fault(error, self.folder, name, _KNOWN)]) from error


def check_receipt(folder: Path) -> tuple[Problem, ...]:
    """The Problems of the receipt's templates, found by writing samples with them; `folder` holds all templates."""
    missing = [folder / FOLDER / form for form in FORMS if not (folder / FOLDER / form).is_file()]
    hint = "chép lại tệp đó từ kho mã nguồn"
    if missing:
        return tuple(
            Problem(str(file), None, "error", "template.missing", f"thiếu tệp mẫu {FOLDER}/{file.name}", hint)
            for file in missing
        )
    found: dict[Problem, None] = {}
    for context in (SAMPLE, replace(SAMPLE, files=(), until=None, whose="", document_number="", link=None, note="")):
        try:
            ReceiptRenderer(folder).render(context)
        except ProblemsFound as error:
            found.update(dict.fromkeys(error.problems))
    return tuple(found)


SAMPLE = ReceiptContext(
    number=125,
    at="14:05 ngày 29/3/2024",
    recipient_name="Sở Tư pháp",
    agency_name="Sở Tư pháp",
    supervisor_name="Sở Nội vụ",
    answer="Xin gia hạn",
    consequence="Người duyệt sẽ quyết định; thời hạn của kế hoạch chưa đổi.",
    tasks=(ReceiptTask("I.2.5", "Xây dựng Kế hoạch kiểm tra, rà soát văn bản QPPL", "Chậm nhất Chủ Nhật, 31/3/2024"),),
    files=(ReceiptFile("to-trinh.pdf", "1,2 MB"),),
    until_label="Đề nghị gia hạn đến",
    until=date(2024, 4, 15),
    whose="Sở Tài chính",
    document_number="52/TTr-STP",
    document_date=date(2024, 3, 29),
    note="Chờ ý kiến của Bộ Tư pháp.",
    link="https://dondoc.example/l/mau",
    demo=True,
)
"""For `dondoc template preview` and the check: it holds everything that a receipt may hold."""


def _one_line(context: ReceiptContext) -> ReceiptContext:
    """Every text in one line: what somebody typed cannot pass for another line of the receipt."""
    tasks = tuple(replace(task, code=_joined(task.code), title=_joined(task.title)) for task in context.tasks)
    files = tuple(replace(file, name=_joined(file.name)) for file in context.files)
    texts: dict[str, Any] = {
        field.name: _joined(value)
        for field in fields(context)
        if isinstance(value := getattr(context, field.name), str)
    }
    return replace(context, **texts, tasks=tasks, files=files)


def _joined(text: str) -> str:
    return " ".join(text.split())


def _tidy(text: str) -> str:
    text = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"
