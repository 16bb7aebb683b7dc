"""/viec/lich-su: everything the visitor's agencies answered, what was decided on it, and what asked for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dondoc.console import wording
from dondoc.console.pages import Pages
from dondoc.console.visits import Visits
from dondoc.console.wording import Badge
from dondoc.domain.answers import ANSWER_KINDS, Answer, AnswerKind, Review
from dondoc.intake.texts import clean_line
from dondoc.rendering.wording import full_day, short_day
from dondoc.services.answer_history import LONGEST_SEARCH, History, Past, history
from dondoc.services.app import App
from dondoc.services.periodic import KIND
from dondoc.services.periodic_lines import code_of
from dondoc.services.reply_words import REPLY_NAMES, reply_name
from dondoc.store.models import FileRow

ADDRESS = "/viec/lich-su"
HIGHEST_PAGE = 100_000
SENT = "Đã gửi báo cáo"
_OUTCOMES = {
    "accepted": ("green", "check", "Được chấp nhận"),
    "returned": ("violet", "back", "Được trả lại"),
    "withdrawn": ("grey", "dash", "Đơn vị đã rút"),
}
_WAITING = ("done", "extension", "not_applicable", "not_mine")


@dataclass(frozen=True)
class PastView:
    """One answer, worded. `receipt` is the address of its receipt."""

    at: str
    kind: str
    code: str
    title: str
    period: str
    agency: str
    badge: Badge | None
    facts: tuple[tuple[str, str], ...]
    note: str
    decisions: tuple[str, ...]
    files: tuple[FileRow, ...]
    asked: str
    receipt: str
    within_report: bool


def history_routes(app: App, pages: Pages, visits: Visits) -> list[BaseRoute]:
    """The route of one's own history."""
    return [Route(ADDRESS, HistoryPage(app, pages, visits).show, methods=["GET"])]


class HistoryPage:
    """The list with its filter, thirty answers a page."""

    def __init__(self, app: App, pages: Pages, visits: Visits) -> None:
        self.app, self.pages, self.visits = app, pages, visits

    def show(self, request: Request) -> Response:
        """One page of it."""
        search = clean_line(request.query_params.get("tim", "")[: 4 * LONGEST_SEARCH])[:LONGEST_SEARCH]
        kind = next((known for known in ANSWER_KINDS if known == request.query_params.get("loai")), None)
        with self.app.sessions() as session:
            visitor = self.visits.require(session, request)
            found = history(
                self.app,
                session,
                visitor.recipient,
                search=search,
                kind=kind,
                page=_page(request.query_params.get("trang", "1")),
            )
            several = len({past.agency.id for past in found.entries}) > 1
            names = (book.directory.by_id.get(visitor.agency) for book in found.books.values())
            return self.pages.show(
                "history", who=next((agency.name for agency in names if agency), visitor.agency),
                demo=any(book.plan.demo for book in found.books.values()), search=search, kind=kind or "",
                kinds=list(REPLY_NAMES.items()), found=found, entries=[_view(past, several) for past in found.entries],
                newer=_address(found, search, kind, -1), older=_address(found, search, kind, 1),
                longest=LONGEST_SEARCH,
            )  # fmt: skip


def _page(text: str) -> int:
    return min(int(text), HIGHEST_PAGE) if text.isascii() and text.isdecimal() and len(text) < 9 else 1


def _address(found: History, search: str, kind: AnswerKind | None, step: int) -> str:
    """The neighbouring page's address; "" where there is none."""
    page = found.page + step
    if not 1 <= page <= found.pages:
        return ""
    fields = {"tim": search, "loai": kind or "", "trang": str(page)}
    return f"{ADDRESS}?{urlencode({name: value for name, value in fields.items() if value})}"


def _view(past: Past, several: bool) -> PastView:
    answer, obligation, task = past.answer, past.obligation, past.task
    is_report = obligation.kind == KIND
    form = "bien-nhan-dinh-ky" if is_report or past.within_report else "bien-nhan"
    asked = f"{past.asked.subject} ({short_day(past.asked.day)})" if past.asked else ""
    return PastView(
        wording.moment(answer.at),
        SENT if is_report and answer.kind == "done" else reply_name(answer.kind, (obligation.kind,)),
        code_of(task),
        task.activity if task else obligation.name,
        "" if task is None or obligation.period.isdigit() else obligation.name,
        past.agency.name if several else "", _badge(answer), tuple(_facts(past)), answer.note or "",
        tuple(_decisions(answer)), past.files, asked, f"/viec/{form}/{quote(past.receipt, safe='')}",
        past.within_report,
    )  # fmt: skip


def _badge(answer: Answer) -> Badge | None:
    if answer.review is not None:
        return Badge(*_OUTCOMES[answer.review.outcome])
    return Badge("blue", "wait", "Chờ duyệt") if answer.kind in _WAITING else None


def _facts(past: Past) -> Iterator[tuple[str, str]]:
    answer = past.answer
    if answer.until is not None:
        yield ("Đề nghị đến" if answer.kind == "extension" else "Ngày hẹn"), full_day(answer.until)
    whose = past.book.directory.by_id.get(answer.whose or "")
    if whose is not None:
        yield "Việc của", whose.name
    if answer.document_number:
        day = f", {full_day(answer.document_date)}" if answer.document_date else ""
        yield "Văn bản", f"Số {answer.document_number}{day}"


def _decisions(answer: Answer) -> Iterator[str]:
    """The decision in force, and those that were taken back, in sentences."""
    if answer.review is not None:
        yield _decided(answer.review)
    for undone in reversed(answer.undone):
        yield f"{_decided(undone.review)} Quyết định này đã được rút lại {wording.moment(undone.at)}."


def _decided(review: Review) -> str:
    words = [f"{_OUTCOMES[review.outcome][2]} {wording.moment(review.at)}."]
    if review.reason:
        words.append(f"Lý do: “{review.reason}”.")
    if review.correct_by is not None:
        words.append(f"Bổ sung trước hết {full_day(review.correct_by)}.")
    if review.until is not None:
        words.append(f"Hạn mới: {full_day(review.until)}.")
    return " ".join(words)
