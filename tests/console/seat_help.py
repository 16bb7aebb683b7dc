"""Somebody signed in, for tests of the supervisor's pages: accounts, browsers with a session, their forms' token."""

from __future__ import annotations

from collections.abc import Callable

from office import Office
from page_help import hidden
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dondoc.services import accounts, signing_in
from dondoc.services.accounts import Role

PASSWORD = "bốn con trâu già gặm cỏ"
AGENCIES: dict[Role, str] = {"supervisor": "so-noi-vu", "reviewer": "van-phong-ubnd-tinh", "read": "so-tu-phap"}
"""Which agency an account of that role belongs to, unless a test says otherwise. Its login is the role."""
HERE = "http://127.0.0.1:8080"

Seat = Callable[..., TestClient]
"""`seat(role)`: a client signed in in that role; `seat(role, agency=…)`: of that agency, login `<role>.<agency>`."""


def has_account(office: Office, login: str, role: Role = "supervisor", agency: str | None = None) -> str:
    """An account with PASSWORD that may be used at once; its login."""
    if login not in [one.login for one in accounts.every(office.app)]:
        accounts.create(
            office.app, login=login, name=f"Cán bộ {login}", agency=agency or AGENCIES[role], role=role,
            password=PASSWORD, by="kiểm thử", now=office.moment, must_change=False,
        )  # fmt: skip
    return login


def client_of(pages: Starlette) -> TestClient:
    """A browser that follows no redirect by itself."""
    return TestClient(pages, base_url=HERE, follow_redirects=False)


def signed_in_client(office: Office, pages: Starlette, role: Role, agency: str | None = None) -> TestClient:
    """A browser in which somebody of that role has signed in."""
    login = has_account(office, f"{role}.{agency}" if agency else role, role, agency)
    entered = signing_in.sign_in(office.app, login, PASSWORD, office.moment)
    assert entered is not None
    client = client_of(pages)
    client.cookies.set("dondoc-ban", entered.cookie, domain="127.0.0.1", path="/")
    return client


def csrf_of(client: TestClient) -> str:
    """The token that this browser's forms carry."""
    return hidden(client.get("/tai-khoan").text, "csrf")
