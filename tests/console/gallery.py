"""Every page there is, with something on it: the demo on a fixed day, and the address of each page by who may see it.

Read by the accessibility tests and by docs/screens/take.py, so that what is looked at is what is tested.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import quote

from office import Office
from periodic_help import send_report
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.applications import Starlette
from target_help import PLAN_2023, report_2023, year_2023
from town import CONFIG, ROOT

from dondoc import settings
from dondoc.channels.email import EmailChannel
from dondoc.channels.settings import EmailSettings
from dondoc.channels.sink import Sink
from dondoc.console import Addresses, console_app
from dondoc.domain.moments import at
from dondoc.loading import load_workspace
from dondoc.services import demo, event_register
from dondoc.services.app import App
from dondoc.services.applying import apply_workspace
from dondoc.services.selecting import conditional_leads
from dondoc.store import engine, session_factory
from dondoc.store.events import EventState
from dondoc.store.models import AnswerRow, MessageRow, ObligationRow
from dondoc.store.report_lines import ReportLine

TODAY = date(2026, 11, 23)
AGENCY = "so-tu-phap"
PLAN = "hung-yen-2026"
YEAR_REPORT = f"{PLAN}/bao-cao/-/2026-Y/{AGENCY}"


ADDRESSES = Addresses("http://127.0.0.1:8025", "http://127.0.0.1:4200", "http://127.0.0.1:8027")


@dataclass(frozen=True, slots=True)
class Shown:
    """One page: a short name, who looks at it (agency, supervisor, stranger) and its address."""

    name: str
    who: str
    path: str


@contextmanager
def open_gallery(database_url: str, home: Path) -> Iterator[tuple[Office, Starlette, list[Shown]]]:
    """The demo at nine o'clock on TODAY, its application, and all pages."""
    sink = Sink(home / "sink")
    sink.start()
    office = _office(database_url, home, sink)
    try:
        demo.seed(office.app, office.moment, lambda said: None)
        send_report(office, "bao-cao-nam", YEAR_REPORT)
        _past_year(office)
        with office.app.sessions() as session:
            pages = list(_pages(session, _lead(office.app)))
        yield office, console_app(office.app, ADDRESSES), pages
    finally:
        office.app.engine.dispose()
        sink.stop()


def _office(database_url: str, home: Path, sink: Sink) -> Office:
    env = {
        "DONDOC_HOME": str(home), "DONDOC_CONFIG": str(CONFIG), "DONDOC_TEMPLATES": str(ROOT / "templates"),
        "DONDOC_PLANS": str(ROOT / "plans"), "DONDOC_PUBLIC_URL": "http://127.0.0.1:8080",
    }  # fmt: skip
    read, database = settings.read(env), engine(database_url)
    loaded = load_workspace(ROOT / "plans" / "hung-yen-2024.yaml", CONFIG)
    assert loaded.value is not None
    office = Office.__new__(Office)
    channel = EmailChannel(EmailSettings("127.0.0.1", sink.port, "plain", "dondoc@hungyen.example", "Đôn đốc"))
    office.app = App(
        settings=read, engine=database, sessions=session_factory(database), calendar=loaded.value.calendar,
        templates=read.templates, channels={"email": channel}, now=lambda: office.moment,
    )  # fmt: skip
    office.forms = 0
    office.set(TODAY)
    return office


def _past_year(office: Office) -> None:
    """The plan of 2023 as archive beside the demo's, with targets reported short, reached and not at all."""
    apply_workspace(office.app, year_2023(), office.moment, "kiểm thử")
    said = {"Q1": ("95 %; 71,5 %", "không đo được"), "H1": ("96,2; 80", "80")}
    for (period, (in_time, other)), month in zip(said.items(), (3, 6), strict=True):
        lines = ReportLine("target:II.2.a", "target", value=in_time), ReportLine("target:II.2.d", "target", value=other)
        report_2023(office.app, period, at(date(2023, month, 15)), *lines)


def _pages(session: Session, lead: str) -> Iterator[Shown]:
    waiting = {kind: _answer(session, kind) for kind in ("done", "extension", "not_mine", "not_applicable")}
    held = session.scalar(select(func.min(MessageRow.id)).where(MessageRow.status == "held"))
    own = _own_task(session)
    yield Shown("start", "stranger", "/")
    yield Shown("sign-in", "stranger", "/dang-nhap")
    yield Shown("no-session", "stranger", "/viec")
    yield Shown("work", "agency", "/viec")
    yield Shown("answer", "agency", f"/viec/tra-loi?viec={own}")
    yield Shown("receipt", "agency", f"/viec/bien-nhan/{_submission(session)}")
    yield Shown("periodic", "agency", f"/viec/bao-cao/{YEAR_REPORT}")
    yield Shown("periodic-receipt", "agency", "/viec/bien-nhan-dinh-ky/bao-cao-nam")
    yield Shown("contact", "agency", "/viec/dau-moi")
    yield Shown("history", "agency", "/viec/lich-su")
    yield Shown("overview", "supervisor", "/theo-doi")
    yield Shown("plans", "supervisor", "/theo-doi/ke-hoach")
    yield Shown("plan", "supervisor", f"/theo-doi/ke-hoach/{PLAN}")
    yield Shown("plan-overdue", "supervisor", f"/theo-doi/ke-hoach/{PLAN}?trang-thai=qua-han")
    yield Shown("graph", "supervisor", f"/theo-doi/ke-hoach/{PLAN}/so-do")
    yield Shown("targets", "supervisor", f"/theo-doi/ke-hoach/{PLAN_2023}/chi-tieu")
    yield Shown("criteria", "supervisor", f"/theo-doi/tieu-chi?ke-hoach={PLAN}")
    yield Shown("task", "supervisor", f"/theo-doi/ke-hoach/{PLAN}/nhiem-vu/III.2.53")
    yield Shown("agencies", "supervisor", "/theo-doi/co-quan")
    yield Shown("agency", "supervisor", f"/theo-doi/co-quan/{AGENCY}")
    yield Shown("messages", "supervisor", "/theo-doi/thu")
    yield Shown("inbox", "supervisor", "/theo-doi/duyet")
    for kind, answer in waiting.items():
        yield Shown(f"decide-{kind.replace('_', '-')}", "supervisor", f"/theo-doi/duyet/{answer}")
    yield Shown("matter", "supervisor", f"/theo-doi/viec/{own}")
    yield Shown("held", "supervisor", "/theo-doi/thu-giu")
    yield Shown("held-message", "supervisor", f"/theo-doi/thu-giu/{held}")
    yield Shown("worklist", "supervisor", "/theo-doi/can-lam")
    yield Shown("lead", "supervisor", lead)
    yield Shown("contact-change", "supervisor", "/theo-doi/can-lam/dau-moi/1")
    yield Shown("events", "supervisor", "/theo-doi/su-kien")
    for state in ("open", "waiting"):
        yield Shown(f"event-{state}", "supervisor", f"/theo-doi/su-kien/{_event(session, state)}")
    yield Shown("event-form", "supervisor", "/theo-doi/su-kien/ghi")
    yield Shown("event-correct", "supervisor", f"/theo-doi/su-kien/{_event(session, 'waiting')}/sua")
    yield Shown("event-tasks", "supervisor", f"/theo-doi/su-kien/{_event(session, 'waiting')}/gan")
    yield Shown("waiting", "supervisor", "/theo-doi/cho-su-kien")
    yield Shown("own-account", "supervisor", "/tai-khoan")


def _event(session: Session, state: EventState) -> str:
    return event_register.register(session, state=state).rows[0].row.id


def _answer(session: Session, kind: str) -> int:
    waiting = select(func.min(AnswerRow.id)).join(ObligationRow, ObligationRow.id == AnswerRow.obligation_id)
    found = session.scalar(waiting.where(AnswerRow.kind == kind, AnswerRow.outcome.is_(None)))
    assert found is not None, kind
    return found


def _own_task(session: Session) -> str:
    own = select(func.min(ObligationRow.id)).where(ObligationRow.agency == AGENCY, ObligationRow.kind == "task")
    open_ones = own.where(ObligationRow.next_on.is_not(None), ObligationRow.due_on >= TODAY)
    found = session.scalar(open_ones)
    assert found is not None
    return found


def _submission(session: Session) -> str:
    own = select(func.max(AnswerRow.submission)).join(ObligationRow, ObligationRow.id == AnswerRow.obligation_id)
    found = session.scalar(own.where(ObligationRow.agency == AGENCY, AnswerRow.submission.like("demo-desk-%")))
    assert found is not None
    return found


def _lead(app: App) -> str:
    """The page of a conditional lead that nobody was chosen for."""
    task_id, lead, _ = next(found for found in conditional_leads(app, PLAN) if not found[2])
    return f"/theo-doi/can-lam/don-vi/{PLAN}/{task_id}?nhom={quote(lead.name)}"
