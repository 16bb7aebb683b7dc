"""What tests of the periodic report's page share: its address, the names of its fields, a filled form."""

from __future__ import annotations

import html
import re
from urllib.parse import quote

from office import AWAITING, JUSTICE, ONGOING, PLAN_ID, QUARTER, YEAR, Office
from page_help import hidden
from starlette.testclient import TestClient

from dondoc.services import owed, periodic
from dondoc.services.periodic_lines import key_of, sheet
from dondoc.services.periodic_rules import Report
from dondoc.services.replies import Reply
from dondoc.store import obligations
from dondoc.store.report_lines import LineKind, ReportLine

Q1 = f"{PLAN_ID}/bao-cao/-/2024-Q1/so-tu-phap"
H1 = f"{PLAN_ID}/bao-cao/-/2024-H1/so-tu-phap"
OTHERS_Q1 = f"{PLAN_ID}/bao-cao/-/2024-Q1/van-phong-ubnd-tinh"
LINES = (ONGOING, QUARTER, YEAR, AWAITING)


def at(key: str) -> str:
    """The form's address."""
    return f"/viec/bao-cao/{quote(key)}"


def text_of(line: str) -> str:
    """The name of a line's text field."""
    return f"t-{key_of(line)}"


def report(client: TestClient, key: str = Q1, **typed: object) -> dict[str, object]:
    """Every line filled in, as a browser sends it; its hidden fields fresh from the page."""
    page = client.get(at(key))
    assert page.status_code == 200, page.text
    words = {text_of(line): f"Kết quả {number}" for number, line in enumerate((ONGOING, QUARTER, YEAR), 1)}
    return {
        "csrf": hidden(page.text, "csrf"), "phieu": hidden(page.text, "phieu"), "dong": list(LINES), **words,
        f"c-{key_of(AWAITING)}": "chua", f"s-{key_of(AWAITING)}": "", f"n-{key_of(AWAITING)}": "",
        "so_van_ban": "", "ngay_van_ban": "", "ghi_chu": "", **typed,
    }  # fmt: skip


def typed_in(page: str, name: str) -> str:
    """What stands in a text field or area of a page, as a browser reads it."""
    area = re.search(rf'<textarea[^>]* name="{name}"[^>]*>\n?(.*?)</textarea>', page, re.S)
    field = re.search(rf'<input[^>]* name="{name}" value="([^"]*)"', page, re.S)
    found = area or field
    assert found is not None, name
    return html.unescape(found.group(1))


def _said(id: str, kind: LineKind) -> ReportLine:
    if kind == "question":
        return ReportLine(id, kind, happened=False)
    if kind == "cases":
        return ReportLine(id, kind, received=3, on_time=2, late=0)
    return ReportLine(id, kind, text="Kết quả")


def send_report(office: Office, submission: str, key: str = Q1) -> None:
    """A report of Sở Tư pháp (its first one) through the service, every line filled in."""
    with office.app.sessions() as session:
        case = obligations.load_case(session, key)
        assert case is not None
        books = owed.live_books(office.app, session)
        lines = sheet(session, books[case.obligation.plan_id], case, office.moment).lines
    said = [_said(line.id, line.kind) for line in lines]
    periodic.submit(
        office.app, obligation_id=key, report=Report(Reply("done"), tuple(said)), by=JUSTICE, submission=submission,
        now=office.moment,
    )  # fmt: skip
