"""What tests of the action pages share: a form filled as the page gives it, and the two steps of a decision."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import httpx
from starlette.testclient import TestClient

FORM = re.compile(r'<form[^>]*method="post"[^>]*action="([^"]*)"[^>]*>(.*?)</form>', re.S)
HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)"')


def forms(page: str) -> list[tuple[str, dict[str, Any]]]:
    """Every form of a page: its address and hidden fields; a name that comes many times is a list."""
    return [(unescape(action), _fields(body)) for action, body in FORM.findall(page)]


def _fields(body: str) -> dict[str, Any]:
    found: dict[str, list[str]] = {}
    for name, value in HIDDEN.findall(body):
        found.setdefault(unescape(name), []).append(unescape(value))
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def form(page: str, **hidden: str) -> tuple[str, dict[str, Any]]:
    """The one form whose hidden fields hold these values."""
    found = [one for one in forms(page) if all(one[1].get(name) == value for name, value in hidden.items())]
    assert found, (hidden, page)
    return found[0]


def previewed(client: TestClient, page: str, action: str, **typed: Any) -> httpx.Response:
    """The first step of the decision `action` on the page at that address."""
    where, fields = form(client.get(page).text, quyet_dinh=action)
    return client.post(where, data={**fields, **typed})


def confirmed(client: TestClient, preview: httpx.Response, **typed: Any) -> httpx.Response:
    """The second step, with the preview's own form."""
    assert preview.status_code == 200, preview.text
    where, fields = form(preview.text, buoc="xac-nhan")
    return client.post(where, data={**fields, **typed})


def decided(client: TestClient, page: str, action: str, **typed: Any) -> httpx.Response:
    """Both steps, and the page after them."""
    done = confirmed(client, previewed(client, page, action, **typed))
    assert done.status_code == 303, done.text
    return client.get(done.headers["location"])


def told(page: str) -> str:
    """A page's words, without its marks."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))
