"""The demo's Zalo: some contacts prefer it, and the stand-in gives the first pair of tokens, as Zalo's own console does
to an administrator."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from dondoc.domain.directory import Agency, Directory
from dondoc.services.app import App

EVERY = 4
"""One contact in so many gets Zalo messages in the demo."""
FIRST_USER = 6_000_000_000_000_000_001
WHO = "bản chạy thử"


def with_accounts(directory: Directory) -> Directory:
    """The directory in which every fourth agency's focal contact has a made-up Zalo account and prefers it."""
    return replace(directory, agencies=tuple(_with_account(a, n) for n, a in enumerate(directory.agencies)))


def _with_account(agency: Agency, number: int) -> Agency:
    if number % EVERY != 1:
        return agency
    user = str(FIRST_USER + number)
    contacts = tuple(replace(c, zalo_user_id=user, prefers="zalo") if c.role == "focal" else c for c in agency.contacts)
    return replace(agency, contacts=contacts)


def connect_standin(app: App, directory: Directory, now: datetime) -> None:
    """Enter a token pair of the stand-in and the names of the people whom it will show; nothing without Zalo.

    Raises OSError when the stand-in does not answer.
    """
    url = app.settings.zalo_url
    if url is None or app.zalo is None:
        return
    for agency in directory.agencies:
        for contact in agency.contacts:
            if contact.zalo_user_id is not None and contact.role == "focal":
                _post(url, "people", {"user_id": contact.zalo_user_id, "display_name": contact.name or agency.name})
    pair = _post(url, "consent", {})
    app.zalo.connect(pair["access_token"], pair["refresh_token"], now, WHO)


def _post(url: str, what: str, body: dict[str, Any]) -> Any:
    request = Request(
        f"{url}/control/{what}", json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    with build_opener(ProxyHandler({})).open(request, timeout=10) as answer:
        return json.loads(answer.read())
