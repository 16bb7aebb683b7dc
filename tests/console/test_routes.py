"""Every route for everybody: a stranger, another agency, the agency itself. A new route fails until it is placed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from office import JUSTICE, OTHERS, QUARTER, Office
from page_help import Visit, fields
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from dondoc.console import console_app, guard
from dondoc.intake.files import Checked, check_file, keep

ANOTHER = "van-phong-ubnd-tinh/focal"
PDF = b"%PDF-1.7\nminh chung\n%%EOF"
TABLES = ("answers", "files", "journal", "links", "notices", "obligations")

# (method, route): (address, a stranger's answer, another agency's, its own)
EXPECTED = {
    ("GET", "/"): ("/", 200, 200, 200),
    ("GET", "/healthz"): ("/healthz", 200, 200, 200),
    ("GET", "/l/{token}"): ("/l/{link}", 303, 303, 303),
    ("GET", "/viec"): ("/viec", 403, 200, 200),
    ("GET", "/viec/tra-loi"): (f"/viec/tra-loi?viec={QUARTER}", 403, 404, 200),
    ("POST", "/viec/tra-loi"): ("/viec/tra-loi", 403, 404, 303),
    ("GET", "/viec/bien-nhan/{submission}"): ("/viec/bien-nhan/phieu-1", 403, 404, 200),
    ("GET", "/tep/{id:int}"): ("/tep/{file}", 403, 404, 200),
    ("GET", "/static"): ("/static/dondoc.css", 200, 200, 200),
}


def routes(app: Starlette) -> Iterator[tuple[str, str]]:
    for route in app.routes:
        if isinstance(route, Mount):
            yield "GET", route.path
        elif isinstance(route, Route):
            yield from ((method, route.path) for method in sorted(route.methods or ()) if method != "HEAD")
        else:
            raise AssertionError(f"a route of another kind: {route}")


@pytest.fixture
def place(office: Office) -> dict[str, str]:
    """A recorded answer with a file, and a link, to fill the addresses with."""
    stream = io.BytesIO(PDF)
    checked = check_file("bc.pdf", stream)
    assert isinstance(checked, Checked)
    keep(office.app.settings.home, checked, stream)
    office.submit(QUARTER, kind="done", note="xong", files=(checked,), by=JUSTICE)
    return {"link": office.link(JUSTICE), "file": "1"}


def test_every_route_has_its_expectation(pages: Starlette) -> None:
    assert set(routes(pages)) == set(EXPECTED)


@pytest.mark.parametrize("key", EXPECTED, ids=" ".join)
@pytest.mark.parametrize("who", [None, ANOTHER, JUSTICE], ids=["stranger", "another", "own"])
def test_each_route_answers_each_visitor_as_it_must(
    key: tuple[str, str], who: str | None, visit: Visit, place: dict[str, str]
) -> None:
    address, stranger, another, own = EXPECTED[key]
    expected = {None: stranger, ANOTHER: another, JUSTICE: own}[who]
    client = visit(who)
    if key[0] == "POST":
        assert client.post(address, data=form_of(who, client)).status_code == expected
        return
    address = address.format(**place)
    assert client.get(address).status_code == expected
    assert client.head(address).status_code == expected


def form_of(who: str | None, client: TestClient) -> dict[str, object]:
    """A form about Sở Tư pháp's work, with the token of the sender's own session where there is one."""
    typed = {"viec": [QUARTER], "phieu": "p", "loai": "done", "ghi_chu": "sửa"}
    if who is None:
        return {**typed, "csrf": ""}
    own_work = {ANOTHER: OTHERS, JUSTICE: QUARTER}[who]
    return {**fields(client, own_work), **typed}


def test_no_get_changes_anything_but_the_session(office: Office, visit: Visit, place: dict[str, str]) -> None:
    client = visit(JUSTICE)
    before = contents(office)
    for (method, _), (address, *_) in EXPECTED.items():
        if method == "GET":
            client.get(address.format(**place))
    client.get("/viec/tra-loi")
    client.get("/viec/tra-loi", params={"viec": QUARTER, "loai": "done", "ghi_chu": "x"})
    assert contents(office) == before


def contents(office: Office) -> dict[str, str]:
    """Every row of the tables that matter."""
    with office.app.sessions() as session:
        return {
            table: session.execute(text(f"SELECT md5(string_agg(t::text, '' ORDER BY t)) FROM {table} t")).scalar()
            for table in TABLES
        }


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "POST"])
@pytest.mark.parametrize("address", ["/", "/viec", "/l/x", "/tep/1", "/healthz"])
def test_other_methods_are_refused_with_a_page(method: str, address: str, visit: Visit) -> None:
    found = visit().request(method, address)
    assert found.status_code == 405
    assert "Không có trang này" in found.text


NOWHERE = (
    "/quan-tri", "/viec/", "/l/", "/tep/", "/tep/x", "/tep/-1", "/tep/0", "/tep/99999999999999999999", "/static/",
    "/static/../app.py", "/static/%2e%2e/app.py", "/.env", "/viec/bien-nhan/", "/viec/bien-nhan/%00", "/l/%00",
    "/viec/tra-loi?viec=%00", "/viec/tra-loi?viec=%ed%a0%80", "/viec/tra-loi?viec=" + "x" * 9000,
)  # fmt: skip


@pytest.mark.parametrize("address", NOWHERE)
def test_no_other_address_answers(address: str, visit: Visit) -> None:
    assert visit(JUSTICE).get(address).status_code in (404, 307)


ADDRESSES = ["/", "/viec", f"/viec/tra-loi?viec={QUARTER}", "/l/khong-co", "/khong-co", "/static/dondoc.css", "/tep/77"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_response_carries_the_protection(address: str, justice: TestClient) -> None:
    headers = justice.get(address).headers
    assert headers["content-security-policy"] == guard.POLICY
    assert "unsafe" not in guard.POLICY
    assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "DENY")
    assert headers["cache-control"] == ("public, max-age=86400" if "static" in address else "no-store")
    assert headers["referrer-policy"] == ("no-referrer" if "/l/" in address else "same-origin")


def test_our_own_fault_is_a_page_too_with_the_same_protection(office: Office) -> None:
    broken = replace(office.app, now=lambda: 1 / 0)
    client = TestClient(console_app(broken), raise_server_exceptions=False)
    found = client.get("/viec", headers={"cookie": "dondoc=x"})
    assert found.status_code == 500
    assert "Trang tạm thời không phục vụ được" in found.text
    assert "ZeroDivision" not in found.text
    assert found.headers["content-security-policy"] == guard.POLICY
