"""The pages over a real database: clients that opened a link, and a live server for what needs a socket."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from argon2.profiles import CHEAPEST
from browser_help import chromium
from office import JUSTICE, Office, open_office, small
from page_help import Visit
from playwright.sync_api import Browser
from seat_help import Seat, signed_in_client
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dondoc.console import console_app
from dondoc.services import passwords
from dondoc.services.accounts import Role


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The installed Chromium; its absence fails the tests, it never skips them."""
    with chromium() as launched:
        yield launched


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """The office on Wednesday 20/3/2024."""
    with open_office(database_url, tmp_path / "home", small(), date(2024, 1, 2)) as opened:
        opened.set(date(2024, 3, 20))
        yield opened


@pytest.fixture
def pages(office: Office) -> Starlette:
    """The application."""
    return console_app(office.app)


@pytest.fixture
def visit(office: Office, pages: Starlette) -> Visit:
    """A client; with a recipient, one that has opened a link of theirs."""

    def opened(recipient: str | None = None) -> TestClient:
        client = TestClient(pages, base_url="http://127.0.0.1:8080", follow_redirects=False)
        if recipient is not None:
            assert client.get(f"/l/{office.link(recipient)}").status_code == 303
        return client

    return opened


@pytest.fixture
def justice(visit: Visit) -> TestClient:
    """Sở Tư pháp, link opened."""
    return visit(JUSTICE)


@pytest.fixture(scope="module", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Hashes that take no time."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(passwords, "PARAMETERS", CHEAPEST)
        yield


@pytest.fixture
def seat(office: Office, pages: Starlette) -> Seat:
    """A client signed in in a role; see seat_help."""

    def opened(role: Role, agency: str | None = None) -> TestClient:
        return signed_in_client(office, pages, role, agency)

    return opened
