"""What holds for all addresses: other methods, addresses that are none, headers, our own faults. Who may open which:
test_access_table.py."""

from __future__ import annotations

from dataclasses import replace

import pytest
from office import JUSTICE, QUARTER, Office
from page_help import Visit
from starlette.testclient import TestClient

from dondoc.console import console_app, guard


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "POST"])
@pytest.mark.parametrize("address", ["/", "/viec", "/l/x", "/tep/1", "/healthz", "/theo-doi", "/tai-khoan"])
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


ADDRESSES = [
    "/",
    "/dang-nhap",
    "/tai-khoan",
    "/theo-doi/khong-co",
    "/viec",
    f"/viec/tra-loi?viec={QUARTER}",
    "/l/khong-co",
    "/khong-co",
    "/static/dondoc.css",
    "/tep/77",
]


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
