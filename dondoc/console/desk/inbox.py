"""What waits for a decision, the oldest first; many at once accepted, or returned for one reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dondoc.console import wording
from dondoc.console.desk.addresses import with_query
from dondoc.console.desk.bench import DECIDERS, NO_REASON, SINCE_CHANGED, Bench, Preview, Told, Typed, hidden
from dondoc.console.desk.bench import Item as PreviewItem
from dondoc.console.desk.inbox_rows import KINDS, agencies_of, rows_of, title_of
from dondoc.console.desk.reading import page_number
from dondoc.console.desk.seats import Seats
from dondoc.console.desk.wishes import mark
from dondoc.console.pages import Pages
from dondoc.domain.answers import AnswerKind
from dondoc.domain.moments import at, local_day
from dondoc.errors import Refused
from dondoc.intake.texts import clean_line
from dondoc.rendering.wording import full_day
from dondoc.services import foretelling, inbox, reviewing
from dondoc.services.accounts import SignedIn
from dondoc.services.app import App
from dondoc.services.books import Book, books
from dondoc.services.foretelling import Accept, Return
from dondoc.services.reviewing import ReviewedMany
from dondoc.services.status import agency_name
from dondoc.store import obligations
from dondoc.store.models import AnswerRow, ObligationRow

HERE = "duyet"
HOME = "/theo-doi/duyet"
MOST_TODAY = 50
ACTIONS = {"chap-nhan": "Chấp nhận", "tra-lai": "Trả lại"}


def inbox_routes(app: App, pages: Pages, seats: Seats, demo: bool) -> list[BaseRoute]:
    """The routes of this module."""
    page = _Inbox(Bench(app, pages, seats, demo))
    return [
        Route(HOME, page.list, methods=["GET"]),
        Route(f"{HOME}/nhieu/{{action}}", page.many, methods=["POST"]),
    ]


@dataclass(frozen=True)
class _Wanted:
    """How the list is narrowed: ids as in the address, "" for all."""

    kind: str = ""
    plan: str = ""
    agency: str = ""
    mine: bool = False

    def query(self) -> dict[str, str]:
        return {
            "loai": self.kind, "ke-hoach": self.plan, "co-quan": self.agency, "cua-toi": "1" if self.mine else "",
        }  # fmt: skip


class _Inbox:
    def __init__(self, bench: Bench) -> None:
        self.bench, self.app, self.seats = bench, bench.app, bench.seats

    def list(self, request: Request) -> Response:
        """Everything that waits, narrowed as the address says."""
        with self.app.sessions() as session:
            seat = self.bench.require(session, request)
            read = {name: clean_line(request.query_params.get(name, ""))[:200] for name in _NAMES}
            wanted = _Wanted(read["loai"], read["ke-hoach"], read["co-quan"], bool(read["cua-toi"]))
            return self._page(session, seat, wanted, page_number(request), done="xong" in request.query_params)

    def _page(
        self, session: Session, seat: SignedIn, wanted: _Wanted, page: int = 1, *, done: bool = False,
        wrong: tuple[str, ...] = (), typed: Typed | None = None,
    ) -> Response:  # fmt: skip
        now, known = self.app.now(), books(self.app, session)
        kind = next((k for k in KINDS if k == wanted.kind), None)
        found = inbox.inbox(
            self.app, session, now, reviewer=seat.agency if wanted.mine else None, plan_id=wanted.plan or None,
            kind=kind, agency=wanted.agency or None, page=page,
        )  # fmt: skip
        rows = rows_of(session, found.items, known, seat)
        ways = {
            n: with_query(HOME, {**wanted.query(), "trang": str(n)}) for n in (found.page - 1, found.page + 1)
            if 1 <= n <= found.pages
        }  # fmt: skip
        return self.bench.show(
            seat, HERE, "inbox", 422 if wrong else 200, rows=rows, found=found, ways=ways, wanted=wanted, kinds=KINDS,
            plans=[(key, book.plan.title) for key, book in known.items()], agencies=agencies_of(known), wrong=wrong,
            chosen=set(typed.numbers("tra_loi")) if typed else set(), reason=typed.text("ly_do") if typed else "",
            day=typed.line("ngay") if typed else "", decided=self._decided(session, seat, now, known), done=done,
            may=any(row.choosable for row in rows), most=inbox.PAGE,
        )  # fmt: skip

    def _decided(
        self, session: Session, seat: SignedIn, now: datetime, known: Mapping[str, Book]
    ) -> Sequence[tuple[int, str, str]]:
        """What this person decided today, newest first: number, what it was about, what was decided."""
        rows = session.execute(
            select(AnswerRow, ObligationRow)
            .join(ObligationRow, ObligationRow.id == AnswerRow.obligation_id)
            .where(AnswerRow.reviewed_by == seat.by, AnswerRow.reviewed_at >= at(local_day(now), time.min))
            .order_by(AnswerRow.reviewed_at.desc(), AnswerRow.id.desc())
            .limit(MOST_TODAY)
        ).tuples()
        outcomes = {"accepted": "chấp nhận", "returned": "trả lại"}
        return [
            (a.id, f"{agency_name(known[o.plan_id], o.agency)}, {title_of(known[o.plan_id], o.task_id, o.name)}",
             f"{outcomes[a.outcome or '']} lúc {wording.moment(a.reviewed_at or a.at)}")
            for a, o in rows if o.plan_id in known
        ]  # fmt: skip

    async def many(self, request: Request) -> Response:
        """Accept all that was chosen, or return all for one reason: first told, then done."""
        seat, form = await self.seats.form(request, *DECIDERS)
        if request.path_params["action"] not in ACTIONS:
            raise HTTPException(404)
        return await run_in_threadpool(self._many, seat, request.path_params["action"], Typed(form))

    def _many(self, seat: SignedIn, action: str, typed: Typed) -> Response:
        ids = typed.numbers("tra_loi")
        wanted = _Wanted(typed.line("loai"), typed.line("ke-hoach"), typed.line("co-quan"), bool(typed.line("cua-toi")))
        with self.app.sessions() as session:
            wrong = tuple(_wrong(action, ids, typed))
            if wrong:
                return self._page(session, seat, wanted, wrong=wrong, typed=typed)
            known = books(self.app, session)
            found = _answers(session, ids)
            marks = _marks(session, found)
        strange = [row.id for _, row in found if row.plan_id not in known or row.reviewer != seat.agency]
        if len(found) < len(ids) or strange:
            subject = strange[0] if strange else f"answer/{ids[0]}"
            self.bench.refused(seat, subject, "Chọn câu trả lời không có, hoặc không do mình duyệt.")
            raise HTTPException(403, "role")
        if typed.is_confirmed:
            return self._do(seat, action, typed, [(a, row, marks[a.id]) for a, row in found])
        return self._tell(seat, action, typed, found, known, marks)

    def _do(
        self, seat: SignedIn, action: str, typed: Typed, found: Sequence[tuple[AnswerRow, ObligationRow, str]]
    ) -> Response:
        """What has changed since it was shown stays as it is; the same form sent again finds its own decisions."""
        seen, now, by = set(typed.lines("dau")), self.app.now(), seat.by
        fresh = [(row.id, answer.id) for answer, row, mark in found if mark in seen]
        changed = {row.id: f"{row.id}: {SINCE_CHANGED}" for a, row, m in found if m not in seen and not _is_done(a, by)}
        done = ReviewedMany()
        if fresh and action == "chap-nhan":
            done = reviewing.accept_many(self.app, fresh, by=by, now=now)
        elif fresh:
            done = reviewing.return_many(
                self.app, fresh, by=by, now=now, reason=typed.text("ly_do"), correct_by=typed.day("ngay")
            )
        refused = changed | done.refused
        if not refused:
            return RedirectResponse(f"{HOME}?xong#hom-nay", 303)
        for key, why in refused.items():
            self.bench.refused(seat, key, why)
        title = f"{ACTIONS[action]}: đã ghi {len(done.reviewed)}, chưa ghi {len(refused)}"
        told = Told(title, ("Những trả lời sau chưa được ghi nhận:",), tuple(refused.values()),
                    ((HOME, "Về danh sách chờ duyệt"),), "amber", "alert")  # fmt: skip
        return self.bench.told(seat, HERE, told, 409)

    def _tell(
        self, seat: SignedIn, action: str, typed: Typed, found: Sequence[tuple[AnswerRow, ObligationRow]],
        known: Mapping[str, Book], marks: Mapping[int, str],
    ) -> Response:  # fmt: skip
        items = tuple(self._item(seat, action, typed, answer, row, known[row.plan_id]) for answer, row in found)
        good = [answer.id for (answer, _), item in zip(found, items, strict=True) if not item.wrong]
        day, reason = typed.day("ngay"), typed.text("ly_do") if action == "tra-lai" else ""
        said = [("Bổ sung trước hết", full_day(day))] if day and action == "tra-lai" else []
        preview = Preview(
            f"{ACTIONS[action]} {len(good)} trả lời", f"{HOME}/nhieu/{action}", HOME,
            f"Xác nhận: {ACTIONS[action].lower()} {len(good)} trả lời", items,
            (*said, *((("Lý do", reason),) if reason else ())),
            hidden(tra_loi=good, ly_do=reason, ngay=typed.line("ngay"), dau=[marks[n] for n in good]),
            possible=bool(good),
        )  # fmt: skip
        return self.bench.preview(seat, HERE, preview)

    def _item(
        self, seat: SignedIn, action: str, typed: Typed, answer: AnswerRow, row: ObligationRow, book: Book
    ) -> PreviewItem:
        title, agency = title_of(book, row.task_id, row.name), agency_name(book, row.agency)
        facts = (f"{agency}. {KINDS.get(_kind(answer), answer.kind)}, gửi {wording.moment(answer.at)}.",)
        planned: Accept | Return = Accept(row.id, seat.by, answer.id)
        if action == "tra-lai":
            planned = Return(row.id, seat.by, answer.id, typed.day("ngay"), typed.text("ly_do"))
        try:
            return PreviewItem(title, facts, foretelling.foretell(self.app, planned, self.app.now()))
        except Refused as error:
            return PreviewItem(title, facts, wrong=str(error))


_NAMES = ("loai", "ke-hoach", "co-quan", "cua-toi")


def _wrong(action: str, ids: Sequence[int], typed: Typed) -> list[str]:
    if not ids:
        return ["Đánh dấu ít nhất một trả lời."]
    if len(ids) > inbox.PAGE:
        return [f"Mỗi lần nhiều nhất {inbox.PAGE} trả lời."]
    wrong = [NO_REASON] if action == "tra-lai" and not typed.text("ly_do") else []
    if action == "tra-lai" and typed.line("ngay") and typed.day("ngay") is None:
        wrong.append(f"Không đọc được ngày “{typed.line('ngay')[:40]}”: ghi theo mẫu 29/3/2024.")
    return wrong


def _is_done(answer: AnswerRow, by: str) -> bool:
    """Decided already by the same person: the form was sent again."""
    return answer.outcome is not None and answer.reviewed_by == by


def _answers(session: Session, ids: Sequence[int]) -> Sequence[tuple[AnswerRow, ObligationRow]]:
    statement = select(AnswerRow, ObligationRow).join(ObligationRow, ObligationRow.id == AnswerRow.obligation_id)
    return list(session.execute(statement.where(AnswerRow.id.in_(ids)).order_by(AnswerRow.at, AnswerRow.id)).tuples())


def _marks(session: Session, found: Sequence[tuple[AnswerRow, ObligationRow]]) -> dict[int, str]:
    """The mark of each answer's obligation, by the answer's number."""
    cases = {case.obligation.id: case for case in obligations.load_cases(session, ids=[row.id for _, row in found])}
    return {answer.id: mark(cases[row.id]) if row.id in cases else "" for answer, row in found}


def _kind(answer: AnswerRow) -> AnswerKind:
    return next((kind for kind in KINDS if kind == answer.kind), "done")
