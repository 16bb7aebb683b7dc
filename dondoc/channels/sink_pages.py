"""Pages to read the sink's mails, as a Starlette sub-application.

A mail is hostile until proved otherwise: its HTML is served from a route of its own under a Content-Security-Policy
that sandboxes it (no script, no form, nothing loaded from anywhere), and is shown in a sandboxed frame.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from dondoc.channels.mailbox import Entry, Mail, Mailbox

PAGE_SIZE = 50
LOOKUP_IDS = 1000
LOOKUP_BYTES = 256 * 1024
_FOLDER = Path(__file__).with_name("pages")
_PAGE_POLICY = "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
_MAIL_SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
_MAIL_POLICY = (
    f"sandbox {_MAIL_SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'"
)
_COMMON = {
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "off",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_PAGE_HEADERS = {**_COMMON, "Content-Security-Policy": _PAGE_POLICY + "frame-ancestors 'none'"}
_MAIL_HEADERS = {**_COMMON, "Content-Security-Policy": _MAIL_POLICY}

# A link in a mail opens a new tab: inside the frame it could show nothing. A second doctype is ignored by browsers.
_MAIL_START = '<!doctype html><base target="_blank">'


def sink_app(folder: Path) -> Starlette:
    """The pages over one sink folder; may be mounted under any path."""
    pages = _Pages(Mailbox(folder))
    return Starlette(
        routes=[
            Route("/", pages.index),
            Route("/api/lookup", pages.api_lookup, methods=["POST"]),
            Route("/api/messages", pages.api_index),
            Route("/api/messages/{id}", pages.api_message),
            Route("/messages/{id}", pages.message),
            Route("/messages/{id}/html", pages.html),
            Route("/messages/{id}/raw", pages.raw),
            Route("/messages/{id}/files/{number:int}", pages.file),
            Route("/sink.css", pages.css),
        ],
        exception_handlers={404: pages.missing},
    )


class _Pages:
    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._templates = Environment(
            loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self._templates.filters["urlquote"] = lambda text: quote(text, safe="")

    def index(self, request: Request) -> Response:
        entries = self._mailbox.entries()
        to = request.query_params.get("to", "")
        shown = _sent_to(entries, to)
        pages = max(1, math.ceil(len(shown) / PAGE_SIZE))
        page = min(max(1, _number(request.query_params.get("page", "1"))), pages)
        recipients = sorted(Counter(address for entry in entries for address in entry.to).items())
        return self._page(
            request,
            "index.html",
            entries=shown[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
            found=len(shown),
            total=len(entries),
            recipients=recipients,
            to=to,
            page=page,
            pages=pages,
        )

    def message(self, request: Request) -> Response:
        mail = self._opened(request)
        view = request.query_params.get("view", "html" if mail.html is not None else "text")
        if view not in ("html", "text", "headers") or (view == "html" and mail.html is None):
            view = "text"
        ids = self._mailbox.ids()
        at = ids.index(mail.entry.id)
        return self._page(
            request,
            "message.html",
            mail=mail,
            view=view,
            newer=ids[at - 1] if at else None,
            older=ids[at + 1] if at + 1 < len(ids) else None,
            sandbox=_MAIL_SANDBOX,
        )

    def html(self, request: Request) -> Response:
        html = self._opened(request).html
        if html is None:
            raise HTTPException(404)
        return HTMLResponse(_MAIL_START + html, headers=_MAIL_HEADERS)

    def raw(self, request: Request) -> Response:
        id = request.path_params["id"]
        content = self._mailbox.raw(id)
        if content is None:
            raise HTTPException(404)
        return _download(content, f"thu-{id}.eml", "message/rfc822")

    def file(self, request: Request) -> Response:
        files, number = self._opened(request).files, request.path_params["number"]
        if not 1 <= number <= len(files):
            raise HTTPException(404)
        return _download(files[number - 1].content, files[number - 1].name, "application/octet-stream")

    def api_index(self, request: Request) -> Response:
        entries = _sent_to(self._mailbox.entries(), request.query_params.get("to", ""))
        return JSONResponse([_entry_json(entry) for entry in entries], headers=_PAGE_HEADERS)

    def api_message(self, request: Request) -> Response:
        mail = self._opened(request)
        files = [{"name": file.name, "mime_type": file.mime_type, "bytes": len(file.content)} for file in mail.files]
        body = {"headers": mail.headers, "text": mail.text, "html": mail.html, "files": files}
        return JSONResponse(_entry_json(mail.entry) | body, headers=_PAGE_HEADERS)

    async def api_lookup(self, request: Request) -> Response:
        """Which of the Message-IDs in `{"message_ids": […]}` are in the folder, in the order of the question."""
        try:
            asked = _message_ids(await _body(request))
        except _Unfit as unfit:
            return JSONResponse({"error": str(unfit)}, unfit.status, headers=_PAGE_HEADERS)
        held = await run_in_threadpool(self._mailbox.holding, asked)
        return JSONResponse({"found": [id for id in dict.fromkeys(asked) if id in held]}, headers=_PAGE_HEADERS)

    def css(self, request: Request) -> Response:
        return Response((_FOLDER / "sink.css").read_text("utf-8"), media_type="text/css", headers=_COMMON)

    async def missing(self, request: Request, error: Exception) -> Response:
        return self._page(request, "missing.html", status=404)

    def _opened(self, request: Request) -> Mail:
        mail = self._mailbox.open(request.path_params["id"])
        if mail is None:
            raise HTTPException(404)
        return mail

    def _page(self, request: Request, name: str, status: int = 200, **values: Any) -> Response:
        root = request.scope.get("root_path", "")
        html = self._templates.get_template(name).render(root=root, **values)
        return HTMLResponse(html, status_code=status, headers=_PAGE_HEADERS)


class _Unfit(Exception):
    """A question that cannot be answered as it stands, with the HTTP status that says so."""

    def __init__(self, status: int, text: str) -> None:
        self.status = status
        super().__init__(text)


async def _body(request: Request) -> bytes:
    """The body, read no further than LOOKUP_BYTES: a length that the asker states proves nothing."""
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > LOOKUP_BYTES:
                raise _Unfit(413, f"Câu hỏi dài quá {LOOKUP_BYTES // 1024} KB")
    except ClientDisconnect:
        raise _Unfit(400, "Câu hỏi bị ngắt giữa chừng") from None
    return bytes(body)


def _message_ids(body: bytes) -> list[str]:
    try:
        question = json.loads(body)
    except (ValueError, RecursionError):
        raise _Unfit(400, "Câu hỏi không phải JSON") from None
    asked = question.get("message_ids") if isinstance(question, dict) else None
    if not isinstance(asked, list) or not all(isinstance(id, str) for id in asked):
        raise _Unfit(400, 'Câu hỏi phải có dạng {"message_ids": ["<…>"]}')
    if len(asked) > LOOKUP_IDS:
        raise _Unfit(413, f"Chỉ hỏi được {LOOKUP_IDS} thư một lần")
    return asked


def _sent_to(entries: list[Entry], to: str) -> list[Entry]:
    return [entry for entry in entries if not to or to in entry.to]


def _entry_json(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "to": entry.to,
        "to_names": entry.to_names,
        "from": entry.sender,
        "subject": entry.subject,
        "date": entry.date.isoformat() if entry.date else None,
        "message_id": entry.message_id,
        "key": entry.key,
    }


def _download(content: bytes, name: str, media_type: str) -> Response:
    disposition = f"attachment; filename*=utf-8''{quote(name, safe='')}"
    headers = {**_MAIL_HEADERS, "Content-Disposition": disposition}
    return Response(content, media_type=media_type, headers=headers)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1
