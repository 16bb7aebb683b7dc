"""Recording an event in three steps: the document, the tasks, what it would do; and tying a recorded one to tasks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dondoc.console.desk import event_form, event_tasks
from dondoc.console.desk.bench import CONFIRMED, Bench, Preview, Typed
from dondoc.console.desk.event_form import EventForm, Understood, document_words
from dondoc.console.desk.seats import Seats
from dondoc.console.kept import claim
from dondoc.console.pages import Pages
from dondoc.domain.events import Event
from dondoc.errors import Refused
from dondoc.intake.files import ACCEPT, ALLOWED, MAX_FILES
from dondoc.services import events
from dondoc.services.accounts import SignedIn
from dondoc.services.app import App
from dondoc.services.books import Book, books
from dondoc.services.event_choices import Choice
from dondoc.services.events import Recorded
from dondoc.services.waiting_clauses import Clause
from dondoc.store import events as event_rows
from dondoc.store.models import EventRow

HERE = "su-kien"
HOME = "/theo-doi/su-kien"
RECORD = f"{HOME}/ghi"
CHOSEN, AGAIN = "chon", "sua"
"""Values of `buoc`: the tasks were chosen; back to the document."""


def event_address(event_id: str) -> str:
    """The page of one event."""
    return f"{HOME}/{quote(event_id, safe='')}"


def record_routes(app: App, pages: Pages, seats: Seats, demo: bool) -> list[BaseRoute]:
    """The routes of this module."""
    page = _Record(Bench(app, pages, seats, demo))
    return [
        Route(RECORD, page.show, methods=["GET"]),
        Route(RECORD, page.take, methods=["POST"]),
        Route(f"{HOME}/{{event}}/sua", page.show_correct, methods=["GET"]),
        Route(f"{HOME}/{{event}}/sua", page.correct, methods=["POST"]),
        Route(f"{HOME}/{{event}}/gan", page.show_tie, methods=["GET"]),
        Route(f"{HOME}/{{event}}/gan", page.tie, methods=["POST"]),
    ]


@dataclass(frozen=True)
class _Step:
    """Choosing the tasks of one event: where the form goes, what it carries on, and how it is called."""

    event: Event
    action: str
    back: str
    hidden: tuple[tuple[str, str], ...] = ()
    files: tuple[str, ...] = ()
    event_id: str = ""

    @property
    def is_new(self) -> bool:
        """Whether the event is not in the register yet."""
        return not self.event_id


class _Record:
    def __init__(self, bench: Bench) -> None:
        self.bench, self.app, self.seats = bench, bench.app, bench.seats

    def show(self, request: Request) -> Response:
        """The first step, filled with what a link carries."""
        with self.app.sessions() as session:
            seat = self.seats.require(session, request, "supervisor")
        query = request.query_params
        task = (query.get("ke-hoach", "")[:200], query.get("nhiem-vu", "")[:200])
        return self._document(seat, event_form.prefilled(query), Understood(None), task)

    async def take(self, request: Request) -> Response:
        """Any step: what is wrong with it, or the next one."""
        seat, form = await self.seats.form(request, "supervisor")
        try:
            return await run_in_threadpool(self._take, seat, Typed(form))
        finally:
            await form.close()

    def _take(self, seat: SignedIn, typed: Typed) -> Response:
        form = event_form.read(typed, self.app, seat.csrf)
        for problem in form.problems:
            self.bench.refused(seat, f"file:{problem.file}", f"Không nhận tệp: {problem.message}")
        task, step = (typed.line("ke_hoach"), typed.line("nhiem_vu")), typed.line("buoc")
        if step == AGAIN:
            return self._document(seat, form, Understood(None), task)
        found = self._understood(form)
        if found.event is None or found.wrong:
            return self._document(seat, form, found, task, 422)
        return self._go_on(seat, typed, form, found.event, task, step)

    def _understood(self, form: EventForm) -> Understood:
        """What the form says; the register's own objections (the document is there already) stand beside it."""
        found = event_form.understand(form, self.app.now())
        if found.event is None:
            return found
        try:
            events.record(self.app, found.event, by="", now=self.app.now(), dry_run=True)
        except Refused as error:
            return Understood(found.event, {"so": tuple(str(error).splitlines())})
        return found

    def _go_on(
        self, seat: SignedIn, typed: Typed, form: EventForm, event: Event, task: tuple[str, str], step: str
    ) -> Response:
        names = tuple(file.name for file in form.files)
        here = _Step(event, RECORD, HOME, form.hidden(self.app, seat.csrf), names)
        if step not in (CHOSEN, CONFIRMED):
            return self._tasks(seat, here, None, task)

        def act(chosen: tuple[Choice, ...], dry_run: bool) -> Recorded:
            return events.record(
                self.app, event, chosen, by=seat.by, now=self.app.now(), note=form.note, files=form.new_files,
                dry_run=dry_run,
            )  # fmt: skip

        return self._decide(seat, typed, here, act)

    def show_correct(self, request: Request) -> Response:
        """What the register says of a document, to be mended before it opens anything."""
        with self.app.sessions() as session:
            seat = self.seats.require(session, request, "supervisor")
            here = self._tied(session, seat, request.path_params["event"])
        return self._document(seat, event_form.of(here.event), Understood(None), here=here)

    async def correct(self, request: Request) -> Response:
        """Write down what the document is."""
        seat, form = await self.seats.form(request, "supervisor")
        return await run_in_threadpool(self._correct, seat, request.path_params["event"], Typed(form))

    def _correct(self, seat: SignedIn, event_id: str, typed: Typed) -> Response:
        with self.app.sessions() as session:
            here = self._tied(session, seat, event_id)
        form = event_form.read(typed, self.app, seat.csrf)
        found = event_form.understand(form, self.app.now())
        if found.event is not None:
            try:
                new_id = events.correct(self.app, event_id, found.event, by=seat.by, now=self.app.now())
            except Refused as error:
                found = Understood(None, {"so": tuple(str(error).splitlines())})
            else:
                return RedirectResponse(f"{event_address(new_id)}?xong", 303)
        self.bench.refused(seat, event_id, "; ".join(words for own in found.wrong.values() for words in own))
        return self._document(seat, form, found, here=here, status=422)

    def show_tie(self, request: Request) -> Response:
        """The tasks that a recorded event may open."""
        with self.app.sessions() as session:
            seat = self.seats.require(session, request, "supervisor")
            here = self._tied(session, seat, request.path_params["event"])
        query = request.query_params
        return self._tasks(seat, here, None, (query.get("ke-hoach", ""), query.get("nhiem-vu", "")))

    async def tie(self, request: Request) -> Response:
        """Open more tasks by a recorded event: first told, then done."""
        seat, form = await self.seats.form(request, "supervisor")
        return await run_in_threadpool(self._tie, seat, request.path_params["event"], Typed(form))

    def _tie(self, seat: SignedIn, event_id: str, typed: Typed) -> Response:
        with self.app.sessions() as session:
            here = self._tied(session, seat, event_id)

        def act(chosen: tuple[Choice, ...], dry_run: bool) -> Recorded:
            return events.tie(self.app, event_id, chosen, by=seat.by, now=self.app.now(), dry_run=dry_run)

        return self._decide(seat, typed, here, act)

    def _tied(self, session: Session, seat: SignedIn, event_id: str) -> _Step:
        """The step for a recorded event. Raises HTTPException 404 when none of that id stands."""
        row = session.get(EventRow, event_id) if event_id.isprintable() else None
        if row is None or row.retracted_at is not None:
            self.bench.refused(seat, event_id[:200], "Gắn sự kiện không có trong sổ.")
            raise HTTPException(404)
        return _Step(event_rows.to_event(row), f"{event_address(row.id)}/gan", event_address(row.id), event_id=row.id)

    def _offered(self, here: _Step) -> tuple[dict[str, Book], tuple[Clause, ...]]:
        """The followed plans, and what the event may open in them."""
        with self.app.sessions() as session:
            known = books(self.app, session, live=True)
            opened = [(one.plan_id, one.task_id, one.part) for one in event_rows.standing(session, here.event_id)]
            return known, event_tasks.offered(session, known, opened)

    def _decide(self, seat: SignedIn, typed: Typed, here: _Step, act: _Act) -> Response:
        """What it would do, or doing it; what is wrong brings the tasks back as they were chosen."""
        known, found = self._offered(here)
        try:
            chosen = event_tasks.choices(typed, found)
            done = act(chosen, not typed.is_confirmed)
        except Refused as error:
            self.bench.refused(seat, here.event_id or "event", str(error))
            status = 409 if typed.is_confirmed else 422
            return self._tasks(seat, here, typed, wrong=tuple(str(error).splitlines()), status=status)
        if typed.is_confirmed:
            said = "?xong=sau" if done.unheard else "?xong"
            return RedirectResponse(f"{event_address(done.event_id)}{said}", 303)
        return self.bench.preview(seat, HERE, self._preview(here, typed, done, known, len(chosen)))

    def _preview(self, here: _Step, typed: Typed, done: Recorded, known: dict[str, Book], chosen: int) -> Preview:
        event = here.event
        said = [("Văn bản", document_words(event)), ("Trích yếu", event.subject)]
        said += [("Tệp", "; ".join(here.files))] if here.files else []
        return Preview(
            "Ghi sự kiện" if here.is_new else "Gắn sự kiện với nhiệm vụ", here.action, here.back,
            "Xác nhận: ghi vào sổ" if here.is_new else "Xác nhận: gắn với nhiệm vụ", event_tasks.items(done, known),
            tuple(said), (*here.hidden, *event_tasks.carried(typed)),
            event_tasks.effects(self.app, done, known, chosen),
        )  # fmt: skip

    def _document(
        self, seat: SignedIn, form: EventForm, found: Understood, task: tuple[str, str] = ("", ""), status: int = 200,
        here: _Step | None = None,
    ) -> Response:  # fmt: skip
        """The form of a document: a new one, or `here`, which the register has already."""
        home = self.app.settings.home
        return self.bench.show(
            seat, HERE, "event-form", status, form=form, wrong=found.wrong, kinds=event_form.OFFERED, task=task,
            action=f"{event_address(here.event_id)}/sua" if here else RECORD, back=here.back if here else HOME,
            is_new=here is None, kept=[(claim(home, seat.csrf, file), file) for file in form.files],
            accept=ACCEPT, allowed=ALLOWED, most_files=MAX_FILES, longest_subject=events.LONGEST_SUBJECT,
            longest_number=events.LONGEST_NUMBER, longest_issuer=events.LONGEST_ISSUER,
        )  # fmt: skip

    def _tasks(
        self, seat: SignedIn, here: _Step, typed: Typed | None, task: tuple[str, str] = ("", ""),
        wrong: tuple[str, ...] = (), status: int = 200,
    ) -> Response:  # fmt: skip
        _, found = self._offered(here)
        ticked = event_tasks.first_chosen(found, *task)
        return self.bench.show(
            seat, HERE, "event-tasks", status, step=here, document=document_words(here.event), wrong=wrong,
            offer=event_tasks.offer(here.event, found, typed, ticked), task=task, chosen_step=CHOSEN, again=AGAIN,
        )  # fmt: skip


_Act = Callable[[tuple[Choice, ...], bool], Recorded]
"""Records or ties: what was chosen, and whether only to tell what it would do."""
