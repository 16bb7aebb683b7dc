"""Every route for everybody who may come along. A route without an entry fails; each entry is one line of TABLE.

How to place a new route: add `"<METHOD> <route>": <who may>` with one of
  everybody(address, status=200)                          the same answer for all
  link(address, stranger, another, own)                   pages of an agency's link; an account opens none of them
  link_form(address, fields, stranger, another, own)      a form there, with the token of the sender's own session
  desk(address, read=200, reviewer=200, supervisor=200)   a page of the supervisor's area
  desk_form(address, fields, read=403, reviewer=…, supervisor=…)   a form there: what each role gets for these fields
`address` is filled from the fixture `place` ({link}, {file}, …): put there what a new page needs in the store. `fields`
are what the form sends beside its token, also filled from `place`. What the table then holds for each route: strangers
and links are led to the sign-in; a role that may not is refused and journaled; a form without the session's token, or
sent from another site, is refused and journaled; who must change a password gets nowhere else; no GET changes anything.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import httpx
import pytest
from office import JUSTICE, OTHERS, PLAN_ID, QUARTER, YEAR, Office
from page_help import Visit, fields, hidden
from periodic_help import Q1, send_report
from seat_help import Seat, client_of, csrf_of
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from dondoc.console.desk.wishes import mark_of
from dondoc.domain.events import Event
from dondoc.intake.files import Checked, check_file, keep
from dondoc.services import accounts, contacts, events, standings, suppressing
from dondoc.services.contacts import Wish
from dondoc.store import answers, guards, messages
from dondoc.store.events import NewFile
from dondoc.store.messages import NewMessage
from dondoc.store.models import Base

ANOTHER = "van-phong-ubnd-tinh/focal"
PDF = b"%PDF-1.7\nminh chung\n%%EOF"
SIGN_IN, FIRST_CHANGE = "to the sign-in", "to the own account, to change the password"
Answer = int | str
LINKS = {"another": ANOTHER, "own": JUSTICE}
ROLES = ("read", "reviewer", "supervisor")
VISITORS = ("stranger", *LINKS, *ROLES)


@dataclass(frozen=True)
class Access:
    """What each visitor gets at an address."""

    address: str
    expected: Mapping[str, Answer]
    fields: Mapping[str, Any] = field(default_factory=dict)
    is_desk: bool = False


def everybody(address: str, status: int = 200) -> Access:
    return Access(address, dict.fromkeys(VISITORS, status))


def link(address: str, stranger: int, another: int, own: int) -> Access:
    return Access(address, {**dict.fromkeys(VISITORS, stranger), "another": another, "own": own})


def link_form(address: str, fields: Mapping[str, Any], stranger: int, another: int, own: int) -> Access:
    return replace(link(address, stranger, another, own), fields=fields)


def desk(address: str, read: int = 200, reviewer: int = 200, supervisor: int = 200) -> Access:
    roles = {"read": read, "reviewer": reviewer, "supervisor": supervisor}
    return Access(address, {**dict.fromkeys(VISITORS, SIGN_IN), **roles}, is_desk=True)


def desk_form(address: str, fields: Mapping[str, Any], *, read: int = 403, reviewer: int, supervisor: int) -> Access:
    return replace(desk(address, read, reviewer, supervisor), fields=fields)


NEW = {"mat_khau": "sai", "mat_khau_moi": "một câu đủ dài", "nhap_lai": "một câu đủ dài"}
SURE = {"buoc": "xac-nhan"}
"""The second step of a decision: seen what it would do, do it."""
LEAD = f"/theo-doi/can-lam/don-vi/{PLAN_ID}/I.2.5"
"""A task without a conditional lead: there is nothing to choose."""
EXAMINED = f"{PLAN_ID}/II.2.21/-"
"""A clause that waits for an event."""
TABLE = {
    "GET /": everybody("/"),
    "GET /healthz": everybody("/healthz"),
    "GET /static": everybody("/static/dondoc.css"),
    "GET /l/{token}": everybody("/l/{link}", 303),
    "GET /viec": link("/viec", 403, 200, 200),
    "GET /viec/tra-loi": link(f"/viec/tra-loi?viec={QUARTER}", 403, 404, 200),
    "POST /viec/tra-loi": link("/viec/tra-loi", 403, 404, 303),
    "GET /viec/bien-nhan/{submission}": link("/viec/bien-nhan/phieu-1", 403, 404, 200),
    "GET /viec/bao-cao/{obligation:path}": link(f"/viec/bao-cao/{Q1}", 403, 404, 200),
    "POST /viec/bao-cao/{obligation:path}": link_form(f"/viec/bao-cao/{Q1}", {"luu": "van-ban"}, 403, 404, 303),
    "GET /viec/bien-nhan-dinh-ky/{submission}": link("/viec/bien-nhan-dinh-ky/bao-cao-1", 403, 404, 200),
    "GET /viec/lich-su": link("/viec/lich-su", 403, 200, 200),
    "GET /viec/dau-moi": link("/viec/dau-moi", 403, 200, 200),
    "POST /viec/dau-moi": link_form(
        "/viec/dau-moi", {"danh_ba": "hung-yen-2024", "thu": "moi@hungyen.example", "kenh": "email"}, 403, 303, 303
    ),
    "POST /viec/dau-moi/rut": link_form("/viec/dau-moi/rut", {"de_nghi": "{change}"}, 403, 404, 303),
    "POST /viec/nhap/xoa": everybody("/viec/nhap/xoa", 403),
    "GET /tep/{id:int}": link("/tep/{file}", 403, 404, 200),
    "GET /dang-nhap": Access("/dang-nhap", {**dict.fromkeys(VISITORS, 200), **dict.fromkeys(ROLES, 303)}),
    "POST /dang-nhap": everybody("/dang-nhap", 403),
    "POST /dang-xuat": desk_form("/dang-xuat", {}, read=303, reviewer=303, supervisor=303),
    "GET /tai-khoan": desk("/tai-khoan"),
    "POST /tai-khoan/mat-khau": desk_form("/tai-khoan/mat-khau", NEW, read=422, reviewer=422, supervisor=422),
    "POST /tai-khoan/dang-xuat-tat-ca": desk_form(
        "/tai-khoan/dang-xuat-tat-ca", {}, read=303, reviewer=303, supervisor=303
    ),
    "GET /theo-doi": desk("/theo-doi"),
    "GET /theo-doi/ke-hoach": desk("/theo-doi/ke-hoach"),
    "GET /theo-doi/ke-hoach/{plan}": desk(f"/theo-doi/ke-hoach/{PLAN_ID}"),
    "GET /theo-doi/ke-hoach/{plan}/danh-sach.csv": desk(f"/theo-doi/ke-hoach/{PLAN_ID}/danh-sach.csv"),
    "GET /theo-doi/ke-hoach/{plan}/nhiem-vu/{task}": desk(f"/theo-doi/ke-hoach/{PLAN_ID}/nhiem-vu/I.2.5"),
    "GET /theo-doi/ke-hoach/{plan}/so-do": desk(f"/theo-doi/ke-hoach/{PLAN_ID}/so-do"),
    "GET /theo-doi/ke-hoach/{plan}/so-do.svg": desk(f"/theo-doi/ke-hoach/{PLAN_ID}/so-do.svg"),
    "GET /theo-doi/ke-hoach/{plan}/so-do.mmd": desk(f"/theo-doi/ke-hoach/{PLAN_ID}/so-do.mmd"),
    "GET /theo-doi/ke-hoach/{plan}/chi-tieu": desk(f"/theo-doi/ke-hoach/{PLAN_ID}/chi-tieu"),
    "GET /theo-doi/tieu-chi": desk("/theo-doi/tieu-chi"),
    "GET /theo-doi/co-quan": desk("/theo-doi/co-quan"),
    "GET /theo-doi/co-quan/{agency}": desk("/theo-doi/co-quan/so-tu-phap"),
    "GET /theo-doi/thu": desk("/theo-doi/thu"),
    "GET /theo-doi/tep/{id:int}": desk("/theo-doi/tep/{file}"),
    "GET /theo-doi/duyet": desk("/theo-doi/duyet"),
    "POST /theo-doi/duyet/nhieu/{action}": desk_form(
        "/theo-doi/duyet/nhieu/chap-nhan",
        {"tra_loi": "{answer}", "dau": "{mark}", **SURE},
        reviewer=403,
        supervisor=303,
    ),
    "GET /theo-doi/duyet/{answer:int}": desk("/theo-doi/duyet/{answer}"),
    "POST /theo-doi/duyet/{answer:int}": desk_form(
        "/theo-doi/duyet/{answer}", {"quyet_dinh": "chap-nhan", "dau": "{mark}", **SURE}, reviewer=409, supervisor=303
    ),
    "GET /theo-doi/viec/{obligation:path}": desk(f"/theo-doi/viec/{YEAR}"),
    "POST /theo-doi/viec/{obligation:path}": desk_form(
        f"/theo-doi/viec/{YEAR}",
        {"quyet_dinh": "mien", "ly_do_mien": "thôi", "dau": "{year}", **SURE},
        reviewer=409,
        supervisor=303,
    ),
    "GET /theo-doi/thu-giu": desk("/theo-doi/thu-giu"),
    "GET /theo-doi/thu-giu/{id:int}": desk("/theo-doi/thu-giu/{message}"),
    "POST /theo-doi/thu-giu/lam/{action}": desk_form(
        "/theo-doi/thu-giu/lam/bo", {"thu": "{message}", "ly_do": "sai", **SURE}, reviewer=403, supervisor=200
    ),
    "POST /theo-doi/thu-giu/dung-gui": desk_form(
        "/theo-doi/thu-giu/dung-gui", {"dung": "1", "ly_do": "sai", **SURE}, reviewer=403, supervisor=303
    ),
    "POST /theo-doi/thu-giu/ngung-gui/{id:int}/thoi": desk_form(
        "/theo-doi/thu-giu/ngung-gui/{silent}/thoi", {"ly_do": "xong", **SURE}, reviewer=403, supervisor=303
    ),
    "GET /theo-doi/can-lam": desk("/theo-doi/can-lam"),
    "POST /theo-doi/can-lam/diem-dung/{id:int}": desk_form(
        "/theo-doi/can-lam/diem-dung/{guard}",
        {"tra_loi": "giu-lai", "ly_do": "đợi", **SURE},
        reviewer=403,
        supervisor=200,
    ),
    "GET /theo-doi/can-lam/dau-moi/{id:int}": desk("/theo-doi/can-lam/dau-moi/{change}"),
    "POST /theo-doi/can-lam/dau-moi/{id:int}": desk_form(
        "/theo-doi/can-lam/dau-moi/{change}",
        {"quyet_dinh": "xac-nhan", "dau": "cho.", **SURE},
        reviewer=403,
        supervisor=303,
    ),
    "POST /theo-doi/can-lam/ke-thua/{plan}/{agency}": desk_form(
        f"/theo-doi/can-lam/ke-thua/{PLAN_ID}/so-tu-phap",
        {"co_quan": "so-noi-vu", **SURE},
        reviewer=403,
        supervisor=409,
    ),
    "GET /theo-doi/can-lam/don-vi/{plan}/{task}": desk(LEAD, read=404, reviewer=404, supervisor=404),
    "POST /theo-doi/can-lam/don-vi/{plan}/{task}": desk_form(LEAD, SURE, reviewer=403, supervisor=404),
    "GET /theo-doi/su-kien": desk("/theo-doi/su-kien"),
    "GET /theo-doi/su-kien/ghi": desk("/theo-doi/su-kien/ghi", read=403, reviewer=403),
    "POST /theo-doi/su-kien/ghi": desk_form(
        "/theo-doi/su-kien/ghi",
        {"loai": "finding", "ngay": "19/3/2024", "trich_yeu": "phát hiện", "viec": EXAMINED, **SURE},
        reviewer=403,
        supervisor=303,
    ),
    "GET /theo-doi/su-kien/{event}": desk("/theo-doi/su-kien/{event}"),
    "GET /theo-doi/su-kien/{event}/gan": desk("/theo-doi/su-kien/{event}/gan", read=403, reviewer=403),
    "POST /theo-doi/su-kien/{event}/gan": desk_form(
        "/theo-doi/su-kien/{event}/gan", {"viec": EXAMINED, **SURE}, reviewer=403, supervisor=303
    ),
    "GET /theo-doi/su-kien/{event}/sua": desk("/theo-doi/su-kien/{event}/sua", read=403, reviewer=403),
    "POST /theo-doi/su-kien/{event}/sua": desk_form(
        "/theo-doi/su-kien/{event}/sua",
        {"loai": "request", "ngay": "19/3/2024", "trich_yeu": "Hồ sơ"},
        reviewer=403,
        supervisor=303,
    ),
    "POST /theo-doi/su-kien/{event}/lay-lai": desk_form(
        "/theo-doi/su-kien/{event}/lay-lai", {"ly_do": "nhầm", **SURE}, reviewer=403, supervisor=303
    ),
    "POST /theo-doi/su-kien/{event}/khong-mo": desk_form(
        "/theo-doi/su-kien/{event}/khong-mo", {"ly_do": "không liên quan", **SURE}, reviewer=403, supervisor=303
    ),
    "GET /theo-doi/su-kien/tep/{id:int}": desk("/theo-doi/su-kien/tep/1"),
    "GET /theo-doi/cho-su-kien": desk("/theo-doi/cho-su-kien"),
}
OPEN_WHILE_CHANGING = ("/tai-khoan", "/dang-")
"""What who must change a password may use all the same."""
GETS = [key for key in TABLE if key.startswith("GET ")]
POSTS = [key for key in TABLE if key.startswith("POST ")]
DESK_POSTS = [key for key in POSTS if TABLE[key].is_desk]
GUARDED = [key for key in TABLE if TABLE[key].is_desk and not TABLE[key].address.startswith(OPEN_WHILE_CHANGING)]
TAKEN = [
    (key, who) for key in POSTS for who, answer in TABLE[key].expected.items() if answer not in (SIGN_IN, 403, 404)
]
CHANGES = frozenset({"sessions", "standings"})
"""Tables that a GET may write: a link opened is a session, and the cache of standings is no fact."""
NO_FACTS = {"journal": "action <> 'refused'", "switches": f"name <> '{standings.CALENDAR}'"}
"""The same for rows: refusals, and what the cache was counted by."""


@pytest.fixture
def place(office: Office) -> dict[str, str]:
    """A recorded answer with a file, and a link, to fill the addresses with."""
    stream = io.BytesIO(PDF)
    checked = check_file("bc.pdf", stream)
    assert isinstance(checked, Checked)
    keep(office.app.settings.home, checked, stream)
    office.submit(QUARTER, kind="done", note="xong", files=(checked,), by=JUSTICE)
    send_report(office, "bao-cao-1")
    now = office.moment
    silent = suppressing.suppress(office.app, "so-tai-chinh/focal", None, "kiểm thử", "nghỉ", now)
    change = contacts.ask(office.app, JUSTICE, "hung-yen-2024", Wish("Trần B", "phapche@sotuphap.example"), now)
    seen = NewFile(checked.name, checked.media_type, checked.size, checked.sha256)
    arrived = Event("request", now.date(), "Hồ sơ đề nghị thẩm định", "12/TTr-STC", "Sở Tài chính")
    event = events.record(office.app, arrived, by="kiểm thử", now=now, files=(seen,)).event_id
    with office.app.sessions.begin() as session:
        guards.stop(session, guards.OVERDUE, PLAN_ID, now.date(), 30, 100, now)
        message = messages.create(session, held_message(now), now)
        guard = guards.waiting(session)[0].id
        marks = [mark_of(session, key) for key in (QUARTER, YEAR)]
        answer = answers.by_obligation(session, [QUARTER])[QUARTER][0].id
    return {
        "link": office.link(JUSTICE), "file": "1", "answer": answer, "mark": marks[0], "year": marks[1],
        "event": event, "message": str(message), "silent": str(silent), "guard": str(guard), "change": str(change),
    }  # fmt: skip


def held_message(now: datetime) -> NewMessage:
    return NewMessage(
        recipient="so-noi-vu/focal", day=now.date(), klass="digest", plan_id=PLAN_ID, agency="so-noi-vu",
        channel="email", address="a@b.example", address_name="A", header_id="<1@b.example>", subject="Nhắc việc",
        body_text="Lời thư", body_html="", body_zalo="", status="held", reason="", next_try_at=None,
    )  # fmt: skip


@pytest.fixture
def came(office: Office, visit: Visit, seat: Seat) -> Any:
    """`came(who)`: the browser of one of VISITORS."""

    def browser(who: str) -> TestClient:
        return seat(who) if who in ROLES else visit(LINKS.get(who))

    return browser


def test_every_route_has_its_entry(pages: Starlette) -> None:
    found = list(routes(pages))
    assert (set(found) - set(TABLE), set(TABLE) - set(found)) == (set(), set())
    assert len(found) == len(set(found))


def test_each_page_answers_each_visitor_as_it_must(office: Office, came: Any, place: dict[str, str]) -> None:
    browsers = {who: came(who) for who in VISITORS}
    apart = {who: came(who) for who in VISITORS}  # who opens a link becomes its recipient
    before = facts(office)
    for key in GETS:
        address = filled(TABLE[key].address, place)
        for who in VISITORS:
            client, refused = (apart if address.startswith("/l/") else browsers)[who], refusals(office)
            found = client.get(address)
            assert answer_of(found) == TABLE[key].expected[who], (key, who)
            assert client.head(address).status_code == found.status_code, (key, who)
            silent = found.status_code == 403 and is_known(TABLE[key], who)
            assert not silent or refusals(office) > refused, (key, who)
        assert facts(office) == before, key


def test_each_form_is_refused_to_whom_it_must_be(office: Office, came: Any, place: dict[str, str]) -> None:
    browsers, before = {who: came(who) for who in VISITORS}, facts(office)
    for key in POSTS:
        access = TABLE[key]
        for who in (who for who in VISITORS if access.expected[who] in (SIGN_IN, 403, 404)):
            refused = refusals(office)
            assert answer_of(send(browsers[who], who, access, place)) == access.expected[who], (key, who)
            assert not is_known(access, who) or refusals(office) > refused, (key, who)
            assert facts(office) == before, (key, who)


@pytest.mark.parametrize(("key", "who"), TAKEN, ids=lambda value: str(value))
def test_each_form_is_taken_from_whom_it_must_be(key: str, who: str, came: Any, place: dict[str, str]) -> None:
    access = TABLE[key]
    assert answer_of(send(came(who), who, access, place), own_sign_in=True) == access.expected[who]


def test_a_form_without_its_token_or_from_elsewhere_is_refused(
    office: Office, seat: Seat, place: dict[str, str]
) -> None:
    client = seat("supervisor")
    right, other = csrf_of(client), csrf_of(seat("reviewer"))
    tries: tuple[tuple[str | None, dict[str, str]], ...] = (
        ("", {}), ("sai", {}), (other, {}), (None, {}),
        (right, {"origin": "https://nguoi-khac.example"}), (right, {"origin": "null"}),
        (right, {"origin": "http://127.0.0.1:9999"}),
        (right, {"sec-fetch-site": "cross-site"}), (right, {"sec-fetch-site": "same-site"}),
    )  # fmt: skip
    before = facts(office)
    for key in DESK_POSTS:
        for token, headers in tries:
            refused = refusals(office)
            data = {**filled_fields(TABLE[key], place), **({} if token is None else {"csrf": token})}
            found = client.post(filled(TABLE[key].address, place), data=data, headers=headers)
            assert found.status_code == 403, (key, token, headers)
            assert "Biểu mẫu không hợp lệ" in found.text
            assert refusals(office) == refused + 1, (key, token, headers)
        assert facts(office) == before, key
    assert client.get("/tai-khoan").status_code == 200


def test_who_must_change_the_password_gets_nowhere_else(office: Office, seat: Seat, place: dict[str, str]) -> None:
    client = seat("supervisor")
    csrf = csrf_of(client)
    with office.app.sessions.begin() as session:
        session.execute(text("UPDATE accounts SET must_change = true"))
    before = facts(office)
    for key in GUARDED:
        assert answer_of(asked(client, key, place, csrf)) == FIRST_CHANGE, key
        assert facts(office) == before, key


def test_a_disabled_account_is_a_stranger_at_once(office: Office, seat: Seat, place: dict[str, str]) -> None:
    client = seat("supervisor")
    csrf = csrf_of(client)
    accounts.disable(office.app, "supervisor", by="kiểm thử", now=office.moment)
    for key in (key for key in TABLE if TABLE[key].is_desk):
        assert answer_of(asked(client, key, place, csrf)) == SIGN_IN, key


def asked(client: TestClient, key: str, place: dict[str, str], csrf: str) -> httpx.Response:
    """The page, or its form with the session's own token."""
    address = filled(TABLE[key].address, place)
    return client.get(address) if key in GETS else client.post(address, data={**TABLE[key].fields, "csrf": csrf})


def test_a_link_and_an_account_in_one_browser_do_not_mix(office: Office, seat: Seat, pages: Starlette) -> None:
    client = seat("read")
    assert client.get("/viec").status_code == 403
    assert client.get(f"/l/{office.link(JUSTICE)}").status_code == 303
    assert (client.get("/viec").status_code, client.get("/tai-khoan").status_code) == (200, 200)
    swapped = client_of(pages)
    swapped.cookies.set("dondoc-ban", client.cookies["dondoc"])
    swapped.cookies.set("dondoc", client.cookies["dondoc-ban"])
    assert (swapped.get("/viec").status_code, swapped.get("/tai-khoan").status_code) == (403, 303)


def routes(app: Starlette) -> Iterator[str]:
    for route in app.routes:
        if isinstance(route, Mount):
            yield f"GET {route.path}"
        elif isinstance(route, Route):
            yield from (f"{method} {route.path}" for method in sorted(route.methods or ()) if method != "HEAD")
        else:
            raise AssertionError(f"a route of another kind: {route}")


def answer_of(found: httpx.Response, own_sign_in: bool = False) -> Answer:
    """The status, or in words where a visitor is led to."""
    where = found.headers.get("location", "")
    if found.status_code == 303 and where.startswith("/dang-nhap") and not own_sign_in:
        return SIGN_IN
    return FIRST_CHANGE if found.status_code == 303 and where == "/tai-khoan" else found.status_code


def is_known(access: Access, who: str) -> bool:
    """Whether the visitor has a session where this address lies: what is refused to them is journaled."""
    return who in (ROLES if access.is_desk else LINKS)


def send(client: TestClient, who: str, access: Access, place: dict[str, str]) -> httpx.Response:
    """The form as that visitor's browser sends it, with the token of their own session where there is one."""
    data = filled_fields(access, place)
    if access.address == "/viec/tra-loi":
        data = answer_form(client, who)
    elif who in ROLES:
        data["csrf"] = csrf_of(client)
    elif who in LINKS and access.fields:
        data["csrf"] = hidden(client.get("/viec/dau-moi").text, "csrf")
    return client.post(filled(access.address, place), data=data)


def answer_form(client: TestClient, who: str) -> dict[str, Any]:
    """A form about Sở Tư pháp's work."""
    typed = {"viec": [QUARTER], "phieu": "p", "loai": "done", "ghi_chu": "sửa"}
    return (
        {**fields(client, {"another": OTHERS, "own": QUARTER}[who]), **typed} if who in LINKS else {**typed, "csrf": ""}
    )


def filled(address: str, place: Mapping[str, str]) -> str:
    return address.format(**place)


def filled_fields(access: Access, place: Mapping[str, str]) -> dict[str, Any]:
    return {name: filled(value, place) if isinstance(value, str) else value for name, value in access.fields.items()}


def facts(office: Office) -> dict[str, str | None]:
    """Every row of every table, but for what a GET may write and the journal's refusals."""
    with office.app.sessions() as session:
        return {
            name: session.execute(
                text(
                    f"SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {name} t"
                    + f" WHERE {NO_FACTS.get(name, 'true')}"
                )
            ).scalar()
            for name in Base.metadata.tables
            if name not in CHANGES
        }


def refusals(office: Office) -> int:
    with office.app.sessions() as session:
        return int(session.execute(text("SELECT count(*) FROM journal WHERE action = 'refused'")).scalar_one())
