"""Asking a mail server's folder which messages arrived: the demo's sink can be asked (`POST /api/lookup`)."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Sequence
from http.client import HTTPException
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

CHUNK = 500
"""Message-IDs a question: well below the 1,000 and the 256 KB that the endpoint takes."""
MAX_ANSWER = 256 * 1024

log = logging.getLogger(__name__)


class MailLookup:
    """Asks the endpoint at `url`, given in full; `timeout` in seconds. Holds no connection: threads may share it."""

    def __init__(self, url: str, timeout: float = 10.0) -> None:
        self._url, self._credentials = _without_credentials(url)
        self._timeout = timeout
        # A redirect would carry the question and the credentials to somewhere nobody configured.
        self._opener = build_opener(ProxyHandler({}), _NoRedirect())

    def found(self, message_ids: Sequence[str]) -> set[str] | None:
        """Which of these messages arrived; None when that could not be learned for all of them. Never raises.

        Neither the address nor the error's text, which may repeat it, is logged.
        """
        asked, arrived = list(dict.fromkeys(message_ids)), set[str]()
        try:
            for start in range(0, len(asked), CHUNK):
                arrived |= self._ask(asked[start : start + CHUNK])
        except (OSError, HTTPException, ValueError, RecursionError) as error:
            log.warning("mail lookup failed: %s", type(error).__name__, extra={"action": "mail_lookup_failed"})
            return None
        return arrived

    def _ask(self, message_ids: list[str]) -> set[str]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"} | self._credentials
        body = json.dumps({"message_ids": message_ids}).encode()
        request = Request(self._url, method="POST", data=body, headers=headers)
        with self._opener.open(request, timeout=self._timeout) as answer:
            if answer.status != 200:
                raise ValueError("not the answer 200")
            return _read(answer.read(MAX_ANSWER + 1)).intersection(message_ids)


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        """None makes urllib raise the redirect as the HTTPError it is."""


def _read(body: bytes) -> set[str]:
    if len(body) > MAX_ANSWER:
        raise ValueError("the answer is too long")
    answer = json.loads(body)
    found = answer.get("found") if isinstance(answer, dict) else None
    if not isinstance(found, list):
        raise ValueError("the answer is not a list of what was found")
    return {each for each in found if isinstance(each, str)}


def _without_credentials(url: str) -> tuple[str, dict[str, str]]:
    """The address without its `user:password@`, which urllib does not understand, and the header that stands for it."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise ValueError("the lookup address must begin with http:// or https://")
    login, at, host = parts.netloc.rpartition("@")
    secret = base64.b64encode(unquote(login).encode()).decode()
    return urlunsplit(parts._replace(netloc=host)), {"Authorization": f"Basic {secret}"} if at else {}
