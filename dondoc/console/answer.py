"""Choose, answer, receipt: the three pages of one report, without any script."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import NoReturn

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dondoc.console import choices, drafting, forms, views, wording
from dondoc.console.forms import Reading, Typed
from dondoc.console.kept import claim
from dondoc.console.pages import Pages
from dondoc.console.periodic import address_of, periodic_of, refusing
from dondoc.console.visits import Visits
from dondoc.errors import Refused
from dondoc.intake.files import ACCEPT, ALLOWED, MAX_FILES
from dondoc.services import answering, drafts, owed, receipts
from dondoc.services.answering import Receipt
from dondoc.services.app import App
from dondoc.services.links import Visitor
from dondoc.services.owed import Desk, Owed
from dondoc.services.replies import LONGEST_NOTE, LONGEST_NUMBER, MOST_AT_ONCE, Objection
from dondoc.services.reply_words import consequence, reply_name
from dondoc.store import drafts as draft_rows

MOST_FIELDS = 2 * MOST_AT_ONCE
LONGEST_FIELD = 64 * 1024
MOST_UPLOADS = 20
"""What a request may hold at all; what a form may hold is told to the person as an objection."""


class AnswerForm:
    """The routes under /viec/tra-loi and the receipt."""

    def __init__(self, app: App, pages: Pages, visits: Visits, demo: bool) -> None:
        self.app, self.pages, self.visits, self.demo = app, pages, visits, demo

    def show(self, request: Request) -> Response:
        """The form for the obligations chosen in the list, or of a draft: empty, or as it was saved."""
        chosen = tuple(dict.fromkeys(request.query_params.getlist("viec")))
        with self.app.sessions() as session:
            visitor = self.visits.require(session, request)
            form = request.query_params.get("nhap") or drafts.answer_form(chosen)
            draft = drafting.find(session, visitor.recipient, form)
            if draft is not None:
                chosen = self._still_owed(session, visitor, tuple(draft.obligation_ids))
            if not chosen:
                return RedirectResponse("/viec?chua-chon#canh-bao", 303)
            desk, found = self._found(session, visitor, chosen)
            if (report := periodic_of(found)) is not None:
                return RedirectResponse(f"{address_of(report.id)}?rieng", 303)
            if draft is None:
                return self._page(visitor, desk, found, forms.blank(chosen), Reading(None), 200)
            typed = drafting.typed_of(self.app.settings.home, draft, chosen)
            return self._page(visitor, desk, found, typed, Reading(None), 200, draft.saved_at)

    def _still_owed(self, session: Session, visitor: Visitor, chosen: tuple[str, ...]) -> tuple[str, ...]:
        """Of a draft's obligations those that the visitor still sees: the others were withdrawn or are another's."""
        desk = owed.desk(self.app, session, visitor.recipient, self.app.now(), only=chosen)
        found = {one.case.obligation.id for one in desk.owed}
        return tuple(key for key in chosen if key in found)

    async def take(self, request: Request) -> Response:
        """Take a filled form: record it and go to the receipt, or show it again with everything that is wrong."""
        visitor = await run_in_threadpool(self._visitor, request)
        try:
            form = await request.form(max_files=MOST_UPLOADS, max_fields=MOST_FIELDS, max_part_size=LONGEST_FIELD)
        except HTTPException as error:
            why = "Dữ liệu gửi lên quá lớn." if error.status_code == 413 else "Dữ liệu gửi lên không đúng dạng."
            await run_in_threadpool(self.visits.refused, visitor, "form", why)
            raise
        try:
            return await run_in_threadpool(self._take, visitor, form)
        finally:
            await form.close()

    async def forget(self, request: Request) -> Response:
        """Delete a draft."""
        visitor = await run_in_threadpool(self._visitor, request)
        async with request.form(max_files=0, max_fields=8, max_part_size=LONGEST_FIELD) as form:
            return await run_in_threadpool(self._forget, visitor, form)

    def receipt(self, request: Request) -> Response:
        """What a form recorded."""
        with self.app.sessions() as session:
            visitor = self.visits.require(session, request)
            books = owed.live_books(self.app, session)
            mandate = owed.mandate_of(books, visitor.recipient)
            found = answering.receipt(session, request.path_params["submission"], mandate)
            if found is None:
                self._refuse_receipt(visitor, request)
            now = self.app.now()
            desk = owed.desk(self.app, session, visitor.recipient, now, only=found.obligation_ids)
            kinds = [one.case.obligation.kind for one in desk.owed]
            return self.pages.show(
                "receipt", who=owed.name_of(desk, visitor.agency), demo=desk.is_demo, receipt=found,
                tasks=[views.task_view(one, now) for one in desk.owed], kind_name=reply_name(found.reply.kind, kinds),
                consequence=consequence(found.reply.kind, kinds), whose=owed.name_of(desk, found.reply.whose or ""),
                until_label=receipts.UNTIL_LABELS.get(found.reply.kind, "Ngày"),
                mailed=receipts.is_on_its_way(session, visitor.recipient, found.number, found.at),
            )  # fmt: skip

    def _refuse_receipt(self, visitor: Visitor, request: Request) -> NoReturn:
        self.visits.refused(visitor, f"form:{request.path_params['submission']}", "Mở biên nhận không thuộc đơn vị.")
        raise HTTPException(404)

    def _visitor(self, request: Request) -> Visitor:
        with self.app.sessions() as session:
            return self.visits.require(session, request)

    def _check_csrf(self, visitor: Visitor, form: FormData) -> None:
        sent = form.get("csrf")
        if not isinstance(sent, str) or not hmac.compare_digest(sent.encode(), visitor.csrf.encode()):
            self.visits.refused(visitor, "form", "Biểu mẫu không có mã của phiên làm việc.")
            raise HTTPException(403, "form")

    def _forget(self, visitor: Visitor, form: FormData) -> Response:
        self._check_csrf(visitor, form)
        name = form.get("ban")
        if isinstance(name, str) and name.isprintable():
            with self.app.sessions.begin() as session:
                draft_rows.delete(session, visitor.recipient, name)
        return RedirectResponse("/viec?da-xoa-nhap#ban-nhap", 303)

    def _take(self, visitor: Visitor, form: FormData) -> Response:
        self._check_csrf(visitor, form)
        typed = forms.read_form(form, self.app, visitor.csrf)
        for problem in typed.file_problems:
            self.visits.refused(visitor, f"file:{problem.file}", f"Không nhận tệp: {problem.message}")
        now = self.app.now()
        with self.app.sessions() as session:
            desk, found = self._found(session, visitor, typed.chosen)
            if "luu" in form:
                return self._save(visitor, desk, found, typed)
            reading = refusing(forms.understand(typed, found, now), found)
            if reading.forged:
                self.visits.refused(visitor, "form", reading.forged)
            before = answering.receipt(session, typed.submission, desk.mandate)
        if before is not None:
            return self._again(visitor, desk, found, typed, reading, before)
        if reading.reply is None or reading.objections:
            return self._back(visitor, desk, found, typed, reading, 422)
        return self._record(visitor, desk, found, typed, reading)

    def _save(self, visitor: Visitor, desk: Desk, found: Mapping[str, Owed], typed: Typed) -> Response:
        """Keep the form as it stands: what is wrong with it is told when it is sent, except for files."""
        wrong = list(forms.file_objections(typed))
        try:
            saved_at = drafting.keep(self.app, visitor.recipient, typed, self.app.now()) if typed.chosen else None
        except Refused as error:
            saved_at = None
            wrong.append(Objection("obligations", str(error)))
        if wrong or saved_at is None:
            return self._page(visitor, desk, found, typed, Reading(None, tuple(wrong)), 422, saved_at)
        return RedirectResponse("/viec?da-luu-nhap#ban-nhap", 303)

    def _back(
        self, visitor: Visitor, desk: Desk, found: Mapping[str, Owed], typed: Typed, reading: Reading, status: int
    ) -> Response:
        """The form again with everything that is wrong; what was typed is kept as a draft too."""
        saved_at = drafting.keep_quietly(self.app, visitor.recipient, typed, self.app.now())
        return self._page(visitor, desk, found, typed, reading, status, saved_at)

    def _again(
        self, visitor: Visitor, desk: Desk, found: Mapping[str, Owed], typed: Typed, reading: Reading, before: Receipt
    ) -> Response:
        """A form that was sent before: repeated, it leads to its receipt; with other content it must be sent anew."""
        if before.says(reading.reply, typed.chosen):
            return RedirectResponse(f"/viec/bien-nhan/{before.submission}", 303)
        self.visits.refused(visitor, "form", f"Biểu mẫu số {before.number} được gửi lại với nội dung khác.")
        told = Reading(reading.reply, (Objection("obligations", before.used_up), *reading.objections))
        return self._back(visitor, desk, found, typed.with_new_key(), told, 409)

    def _record(
        self, visitor: Visitor, desk: Desk, found: Mapping[str, Owed], typed: Typed, reading: Reading
    ) -> Response:
        assert reading.reply is not None
        try:
            done = answering.submit(
                self.app, obligation_ids=typed.chosen, reply=reading.reply, by=visitor.recipient,
                submission=typed.submission, now=self.app.now(), mandate=desk.mandate,
            )  # fmt: skip
        except answering.NotYours as error:
            raise HTTPException(404, "not-yours") from error
        except Refused as error:
            told = Reading(reading.reply, (Objection("obligations", str(error)),))
            return self._back(visitor, desk, found, typed.with_new_key(), told, 409)
        return RedirectResponse(f"/viec/bien-nhan/{done.submission}", 303)

    def _found(self, session: Session, visitor: Visitor, chosen: tuple[str, ...]) -> tuple[Desk, dict[str, Owed]]:
        """The obligations named. Raises HTTPException 404 when one of them is not the visitor's."""
        desk = owed.desk(self.app, session, visitor.recipient, self.app.now(), only=chosen[: MOST_AT_ONCE + 1])
        found = {one.case.obligation.id: one for one in desk.owed}
        strange = next((key for key in chosen if key not in found), None)
        if strange is not None:
            self.visits.refused(visitor, strange, "Việc không thuộc người gửi.")
            raise HTTPException(404, "not-yours")
        return desk, found

    def _page(
        self, visitor: Visitor, desk: Desk, found: Mapping[str, Owed], typed: Typed, reading: Reading, status: int,
        saved_at: datetime | None = None,
    ) -> Response:  # fmt: skip
        now, home = self.app.now(), self.app.settings.home
        chosen = [found[key] for key in typed.chosen]
        return self.pages.show(
            "answer", status, who=owed.name_of(desk, visitor.agency), demo=desk.is_demo, csrf=visitor.csrf,
            tasks=[views.task_view(one, now) for one in chosen], typed=typed, wrong=reading.by_field,
            offer=choices.offer(chosen, now), promise=views.promise_view(chosen, now),
            wish=choices.wish_words(chosen, now), agencies=choices.agency_options(chosen, now),
            withdrawal=choices.withdrawal_words(chosen), kept=[(claim(home, visitor.csrf, f), f) for f in typed.files],
            several_agencies=any(one.agency.id != visitor.agency for one in desk.owed),
            several_plans=owed.has_several_plans(desk), accept=ACCEPT, allowed=ALLOWED,
            saved=wording.moment(saved_at) if saved_at else "", most_files=MAX_FILES, longest_note=LONGEST_NOTE,
            longest_number=LONGEST_NUMBER,
        )  # fmt: skip
