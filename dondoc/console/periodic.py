"""The periodic report: one long form with drafts, and its receipt."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dondoc.console import forms, periodic_form, periodic_views
from dondoc.console.kept import claim
from dondoc.console.pages import Pages
from dondoc.console.periodic_form import Reading, TypedReport
from dondoc.console.visits import Visits
from dondoc.domain.obligations import Obligation
from dondoc.errors import Refused
from dondoc.intake.files import ACCEPT, ALLOWED, MAX_FILES
from dondoc.services import answering, owed, periodic, reported
from dondoc.services.app import App
from dondoc.services.links import Visitor
from dondoc.services.owed import Desk, Owed
from dondoc.services.periodic_lines import Sheet, key_of, sheet
from dondoc.services.periodic_rules import LONGEST_VALUE
from dondoc.services.replies import LONGEST_NOTE, LONGEST_NUMBER, Objection
from dondoc.store import drafts

MOST_FIELDS = 4_000
"""A request may hold at all: a district's longest report has some 150 lines of at most four fields."""
LONGEST_FIELD = 64 * 1024
MOST_UPLOADS = 20
Wrong = dict[str, tuple[str, ...]]
"""Messages by the form's field."""


def periodic_of(found: Mapping[str, Owed]) -> Obligation | None:
    """The first periodic report among what was chosen: the ordinary form takes none."""
    kinds = (one.case.obligation for one in found.values())
    return next((obligation for obligation in kinds if obligation.kind == periodic.KIND), None)


def refusing(reading: forms.Reading, found: Mapping[str, Owed]) -> forms.Reading:
    """The ordinary form's reading, with an objection where a periodic report was chosen."""
    report = periodic_of(found)
    if report is None:
        return reading
    words = f"{report.name} có biểu mẫu riêng, không gửi chung với việc khác: mở từ danh sách việc."
    return replace(reading, objections=(Objection("obligations", words), *reading.objections))


def periodic_routes(app: App, pages: Pages, visits: Visits) -> list[BaseRoute]:
    """The routes of the periodic report."""
    form = PeriodicForm(app, pages, visits)
    return [
        Route("/viec/bien-nhan-dinh-ky/{submission}", form.receipt),
        Route("/viec/bao-cao/{obligation:path}", form.show, methods=["GET"]),
        Route("/viec/bao-cao/{obligation:path}", form.take, methods=["POST"]),
    ]


def address_of(obligation_id: str) -> str:
    """Where the form of a periodic report is."""
    return f"/viec/bao-cao/{quote(obligation_id)}"


class PeriodicForm:
    """The form under /viec/bao-cao and its receipt."""

    def __init__(self, app: App, pages: Pages, visits: Visits) -> None:
        self.app, self.pages, self.visits = app, pages, visits

    def show(self, request: Request) -> Response:
        """The form: a draft where there is one, else filled in with what the last report said."""
        key, now = request.path_params["obligation"], self.app.now()
        with self.app.sessions() as session:
            visitor = self.visits.require(session, request)
            desk, own, found = self._found(session, visitor, key, now)
            draft = drafts.get(session, visitor.recipient, periodic.draft_form(key))
            if draft is None:
                typed, saved_at = periodic_form.from_last(found), None
            else:
                typed = periodic_form.from_draft(found, draft.fields, self.app.settings.home)
                saved_at = draft.saved_at
            saved = request.query_params.get("da-luu", "") if draft is not None else ""
            alone = "rieng" in request.query_params
            return self._page(visitor, desk, own, found, typed, {}, 200, saved_at, saved, alone)

    async def take(self, request: Request) -> Response:
        """Save a draft, or record the report; with anything wrong the form again, and nothing typed is lost."""
        visitor = await run_in_threadpool(self._visitor, request)
        try:
            form = await request.form(max_files=MOST_UPLOADS, max_fields=MOST_FIELDS, max_part_size=LONGEST_FIELD)
        except HTTPException as error:
            why = "Dữ liệu gửi lên quá lớn." if error.status_code == 413 else "Dữ liệu gửi lên không đúng dạng."
            await run_in_threadpool(self.visits.refused, visitor, "form", why)
            raise
        try:
            return await run_in_threadpool(self._take, visitor, request.path_params["obligation"], form)
        finally:
            await form.close()

    def receipt(self, request: Request) -> Response:
        """What a report recorded, line by line."""
        with self.app.sessions() as session:
            visitor = self.visits.require(session, request)
            books = owed.live_books(self.app, session)
            mandate = owed.mandate_of(books, visitor.recipient)
            found = periodic.recorded(session, request.path_params["submission"], mandate)
            lines = reported.report_of(session, found.number) if found else None
            if found is None:
                what = f"form:{request.path_params['submission']}"
                self.visits.refused(visitor, what, "Mở biên nhận không thuộc đơn vị.")
                raise HTTPException(404)
            if lines is None:  # sent by command, as a plain answer
                return RedirectResponse(f"/viec/bien-nhan/{quote(found.submission, safe='')}", 303)
            desk = owed.desk(self.app, session, visitor.recipient, self.app.now(), only=found.obligation_ids)
            return self.pages.show(
                "periodic_receipt", who=owed.name_of(desk, visitor.agency), demo=desk.is_demo, receipt=found,
                report=lines, marks=periodic_views.MARKS,
            )  # fmt: skip

    def _visitor(self, request: Request) -> Visitor:
        with self.app.sessions() as session:
            return self.visits.require(session, request)

    def _take(self, visitor: Visitor, key: str, form: FormData) -> Response:
        self._check_csrf(visitor, form)
        now = self.app.now()
        with self.app.sessions() as session:  # whose report it is comes first: strangers' files are not kept
            self._found(session, visitor, key, now)
        typed = forms.read_form(form, self.app, visitor.csrf)
        for problem in typed.file_problems:
            self.visits.refused(visitor, f"file:{problem.file}", f"Không nhận tệp: {problem.message}")
        said = periodic_form.read(form, typed)
        if "bo" in form:
            return self._forget(visitor, key)
        return self._save(visitor, key, said, form["luu"]) if "luu" in form else self._send(visitor, key, said)

    def _check_csrf(self, visitor: Visitor, form: FormData) -> None:
        sent = form.get("csrf")
        if not isinstance(sent, str) or not hmac.compare_digest(sent.encode(), visitor.csrf.encode()):
            self.visits.refused(visitor, "form", "Biểu mẫu không có mã của phiên làm việc.")
            raise HTTPException(403, "form")

    def _forget(self, visitor: Visitor, key: str) -> Response:
        with self.app.sessions.begin() as session:
            drafts.delete(session, visitor.recipient, periodic.draft_form(key))
        return RedirectResponse(address_of(key), 303)

    def _save(self, visitor: Visitor, key: str, typed: TypedReport, place: object) -> Response:
        with self.app.sessions() as session:
            desk, own, found = self._found(session, visitor, key, self.app.now())
            self._check_lines(visitor, typed, found)
        wrong: Wrong = {"tep": tuple(o.message for o in typed.wrong_files)} if typed.wrong_files else {}
        saved_at = self._keep(visitor, key, typed, wrong)
        if wrong:
            return self._page(visitor, desk, own, found, typed, wrong, 422, saved_at)
        section = place if place in periodic_views.PLACES else periodic_views.FOOT
        return RedirectResponse(f"{address_of(key)}?da-luu={section}#{section}", 303)

    def _keep(self, visitor: Visitor, key: str, typed: TypedReport, wrong: Wrong) -> datetime | None:
        """Save the draft; why it could not be saved joins what is wrong. When it was saved."""
        now = self.app.now()
        try:
            with self.app.sessions.begin() as session:
                periodic.save_draft(session, visitor.recipient, key, typed.for_draft(), now)
        except Refused as error:
            wrong["bao-cao"] = (*wrong.get("bao-cao", ()), str(error))
            return None
        return now

    def _send(self, visitor: Visitor, key: str, typed: TypedReport) -> Response:
        now = self.app.now()
        with self.app.sessions() as session:
            desk, own, found = self._found(session, visitor, key, now)
            keys = self._check_lines(visitor, typed, found)
            reading = periodic_form.understand(typed, found, now, keys)
            before = periodic.earlier(session, key, typed.submission)
            if before is not None and before.by == visitor.recipient and periodic.says(session, before, reading.report):
                return RedirectResponse(f"/viec/bien-nhan-dinh-ky/{before.submission}", 303)
            if before is not None:
                why = f"Biểu mẫu số {before.number} được gửi lại với nội dung khác."
                self.visits.refused(visitor, "form", why)
                wrong = {"bao-cao": (before.used_up,), **reading.wrong}
                return self._page(visitor, desk, own, found, typed.with_new_key(), wrong, 409)
        if reading.wrong:
            wrong = dict(reading.wrong)
            saved_at = self._keep(visitor, key, typed, wrong)
            return self._page(visitor, desk, own, found, typed, wrong, 422, saved_at)
        return self._record(visitor, desk, own, found, typed, reading)

    def _record(
        self, visitor: Visitor, desk: Desk, own: Owed, found: Sheet, typed: TypedReport, reading: Reading
    ) -> Response:
        key = own.case.obligation.id
        try:
            done = periodic.submit(
                self.app, obligation_id=key, report=reading.report, by=visitor.recipient,
                submission=typed.submission, now=self.app.now(), mandate=desk.mandate,
            )  # fmt: skip
        except answering.NotYours as error:
            raise HTTPException(404, "not-yours") from error
        except Refused as error:
            wrong: Wrong = {"bao-cao": (str(error),)}
            saved_at = self._keep(visitor, key, typed, wrong)
            return self._page(visitor, desk, own, found, typed.with_new_key(), wrong, 409, saved_at)
        return RedirectResponse(f"/viec/bien-nhan-dinh-ky/{done.submission}", 303)

    def _found(self, session: Session, visitor: Visitor, key: str, now: datetime) -> tuple[Desk, Owed, Sheet]:
        """The report named. Raises HTTPException 404, journaled, when it is none of the visitor's."""
        desk = owed.desk(self.app, session, visitor.recipient, now, only=(key,))
        own = next((one for one in desk.owed if one.case.obligation.kind == periodic.KIND), None)
        if own is None:
            self.visits.refused(visitor, key, "Báo cáo không thuộc người gửi.")
            raise HTTPException(404, "not-yours")
        return desk, own, sheet(session, own.book, own.case, now)

    def _check_lines(self, visitor: Visitor, typed: TypedReport, found: Sheet) -> dict[str, str]:
        """Every line this report could have, by key. Raises HTTPException 404, journaled, for a forged one."""
        keys = {key_of(line_id): line_id for line_id in found.known_ids}
        strange = periodic_form.strange(typed, found, keys)
        if strange is not None:
            self.visits.refused(visitor, strange, "Dòng báo cáo không thuộc người gửi.")
            raise HTTPException(404, "not-yours")
        return keys

    def _page(
        self, visitor: Visitor, desk: Desk, own: Owed, found: Sheet, typed: TypedReport,
        wrong: Wrong, status: int, saved_at: datetime | None = None, saved: str = "",
        alone: bool = False,
    ) -> Response:  # fmt: skip
        now, home = self.app.now(), self.app.settings.home
        return self.pages.show(
            "periodic", status, who=owed.name_of(desk, visitor.agency), demo=desk.is_demo, csrf=visitor.csrf,
            typed=typed, wrong=wrong, saved_at=saved_at, saved=saved, alone=alone,
            address=address_of(found.case.obligation.id), head=periodic_views.head_view(own, found, now),
            sections=periodic_views.sections(found, typed), places=periodic_views.places(found),
            settled=periodic_views.settled(found, now),
            kept=[(claim(home, visitor.csrf, file), file) for file in typed.files], foot=periodic_views.FOOT,
            accept=ACCEPT, allowed=ALLOWED, most_files=MAX_FILES, longest_note=LONGEST_NOTE,
            longest_number=LONGEST_NUMBER, longest_value=LONGEST_VALUE,
        )  # fmt: skip
