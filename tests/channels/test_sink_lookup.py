"""`POST /api/lookup`: which of these mails are in the folder; a question that means harm gets a short refusal."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from faulty_smtp import NOW
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from dondoc.channels.mailbox import Mailbox
from dondoc.channels.sink_pages import LOOKUP_BYTES, LOOKUP_IDS, sink_app


@pytest.fixture
def page(tmp_path: Path) -> TestClient:
    return TestClient(sink_app(tmp_path))


def keep(folder: Path, *headers: str) -> None:
    for header in headers:
        Mailbox(folder).store("a@b.example", ["x@y.example"], f"{header}\r\n\r\n".encode(), NOW)


def ask(page: TestClient, *ids: str) -> Any:
    answer = page.post("/api/lookup", json={"message_ids": ids})
    assert answer.status_code == 200
    return answer.json()


def test_it_finds_what_is_in_the_folder_in_the_order_of_the_question(tmp_path: Path, page: TestClient) -> None:
    keep(tmp_path, "Message-ID: <1@x>", "message-id:\r\n <2@x>", "Subject: none", "Message-ID: <3@x>")
    assert ask(page, "<3@x>", "<9@x>", "<1@x>", "", "<2@x>", "<3@x>", "1@x") == {"found": ["<3@x>", "<1@x>", "<2@x>"]}


def test_it_sees_what_other_processes_store_and_take_away(tmp_path: Path, page: TestClient) -> None:
    assert ask(page, "<1@x>") == {"found": []}
    keep(tmp_path, "Message-ID: <1@x>", "Message-ID: <2@x>")
    assert ask(page, "<1@x>", "<2@x>") == {"found": ["<1@x>", "<2@x>"]}
    (tmp_path / "00000001.eml").unlink()
    assert ask(page, "<1@x>", "<2@x>") == {"found": ["<2@x>"]}


def test_each_mail_is_read_once(tmp_path: Path, page: TestClient) -> None:
    keep(tmp_path, "Message-ID: <1@x>")
    assert ask(page, "<1@x>") == {"found": ["<1@x>"]}
    (tmp_path / "00000001.eml").write_bytes(b"Message-ID: <other@x>\r\n\r\n")  # nobody does: files never change
    assert ask(page, "<1@x>", "<other@x>") == {"found": ["<1@x>"]}


def test_a_question_may_be_as_long_as_it_says(tmp_path: Path, page: TestClient) -> None:
    keep(tmp_path, "Message-ID: <1@x>")
    assert ask(page, "<1@x>", *map(str, range(LOOKUP_IDS - 1))) == {"found": ["<1@x>"]}
    body = json.dumps({"message_ids": ["<1@x>"]}).encode()
    full = body + b" " * (LOOKUP_BYTES - len(body))
    assert page.post("/api/lookup", content=full).json() == {"found": ["<1@x>"]}
    assert page.post("/api/lookup", content=full + b" ").status_code == 413


def test_it_works_under_any_path(tmp_path: Path) -> None:
    keep(tmp_path, "Message-ID: <1@x>")
    page = TestClient(Starlette(routes=[Mount("/thu", sink_app(tmp_path))]))
    assert page.post("/thu/api/lookup", json={"message_ids": ["<1@x>"]}).json() == {"found": ["<1@x>"]}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"message_ids=<1@x>", 400),
        (b"[]", 400),
        (b"{}", 400),
        (b"null", 400),
        (b'{"message_ids": "<1@x>"}', 400),
        (b'{"message_ids": {"<1@x>": 1}}', 400),
        (b'{"message_ids": ["<1@x>", 1]}', 400),
        (b'{"message_ids": [["<1@x>"]]}', 400),
        (b'{"message_ids": ["<1@x>"]', 400),
        (b"\xff\xfe\x00\x80", 400),
        (b"[" * 100_000, 400),
        (b'{"message_ids": ' + b"9" * 100_000 + b"}", 400),
        (json.dumps({"message_ids": ["x"] * (LOOKUP_IDS + 1)}).encode(), 413),
        (b'{"message_ids": ["' + b"x" * LOOKUP_BYTES + b'"]}', 413),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_question_that_cannot_be_answered_is_refused(page: TestClient, body: bytes, status: int) -> None:
    answer = page.post("/api/lookup", content=body)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert len(answer.content) < 200  # nothing of the question comes back


@pytest.mark.parametrize("text", [r"\ud800", r"\u0000", r"<script>alert(1)</script>", r"../../etc/passwd", r"*"])
def test_strange_strings_are_simply_not_there(tmp_path: Path, page: TestClient, text: str) -> None:
    keep(tmp_path, "Message-ID: <1@x>")
    answer = page.post("/api/lookup", content=f'{{"message_ids": ["{text}", "<1@x>"]}}'.encode())
    assert (answer.status_code, answer.json()) == (200, {"found": ["<1@x>"]})


def test_only_post_asks(page: TestClient) -> None:
    assert page.get("/api/lookup").status_code == 405


async def endless() -> AsyncIterator[dict[str, Any]]:
    while True:
        yield {"type": "http.request", "body": b" " * 65536, "more_body": True}


async def cut_off() -> AsyncIterator[dict[str, Any]]:
    yield {"type": "http.request", "body": b'{"message_ids": [', "more_body": True}
    yield {"type": "http.disconnect"}


@pytest.mark.parametrize(("body", "status"), [(endless, 413), (cut_off, 400)])
def test_a_body_without_an_end_is_not_read_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, body: Any, status: int
) -> None:
    assert anyio.run(answer_to, sink_app(tmp_path), body()) == status
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def answer_to(app: Starlette, body: AsyncIterator[dict[str, Any]]) -> int:
    """The status that the application gives to a body that comes in parts."""
    statuses: list[int] = []

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {"type": "http", "method": "POST", "path": "/api/lookup", "query_string": b"", "headers": []}
    await app(scope, body.__anext__, send)
    return statuses[0]
