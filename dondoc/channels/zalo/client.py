"""HTTP to Zalo: one request over a connection of its own, and two kinds of failure told apart.

A request that never left may be made again; one that may have left must not be repeated blindly. The line is the
first byte of the body: Zalo learns what is wanted from the body alone.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from dondoc.channels.zalo.settings import ZaloSettings

MOST_BYTES = 1024 * 1024
"""Ten messages of 2,000 letters, each letter written as an escape, are an eighth of it."""
MOST_WORDS = 200
_BODY_BEGINS = "http11.send_request_body.started"


class Unsent(Exception):
    """The request did not leave: nothing happened on the other side.

    `by_certificate`: the other side is not who it should be, so that trying again does not help.
    """

    def __init__(self, reason: str, by_certificate: bool = False) -> None:
        self.by_certificate = by_certificate
        super().__init__(reason)


class Unanswered(Exception):
    """The request may have left, and no whole answer came back: nobody knows what happened on the other side."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that came whole: the HTTP status, and the JSON object in the body (None where there is none)."""

    status: int
    body: Mapping[str, Any] | None = field(repr=False)

    @property
    def error(self) -> int | None:
        """Zalo's `error`, 0 for success; None when the answer does not say (it must be there on every call)."""
        return number(self.body.get("error")) if self.status == 200 and self.body is not None else None

    @property
    def words(self) -> str:
        """What Zalo says of an error, raw: let `fit` make it fit for a log."""
        body = self.body or {}
        found = (body.get(key) for key in ("message", "error_description", "error_name"))
        return next((each for each in found if isinstance(each, str) and each), "")


class Http:
    """Makes requests, each over a connection of its own: one that the other side closed while it lay idle would look
    like a request of unknown fate. Threads may share it. Proxies and the like in the environment are not looked at."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        # The system's own authorities: an office behind an inspecting gateway adds its own there.
        self._context = ssl.create_default_context()

    def ask(self, request: httpx.Request) -> Answer:
        """Make one request; redirects are not followed. Raises Unsent or Unanswered.

        No text of an error is passed on, for some repeat a header, and the token is in one. The transport is used
        without httpx.Client, which would log the address (with the person's id) and keep cookies.
        """
        left = False

        def trace(event: str, info: Any) -> None:
            nonlocal left
            left = left or event == _BODY_BEGINS

        request.extensions |= {"timeout": httpx.Timeout(self._timeout).as_dict(), "trace": trace}
        try:
            with httpx.HTTPTransport(verify=self._context, trust_env=False) as transport:
                return self._read(transport.handle_request(request))
        except httpx.HTTPError as error:
            if left:
                raise Unanswered(type(error).__name__) from None
            raise Unsent(type(error).__name__, _is_about_certificate(error)) from None

    def _read(self, response: httpx.Response) -> Answer:
        ends_at = time.monotonic() + self._timeout
        content = bytearray()
        try:
            for part in response.iter_bytes():
                content += part
                if len(content) > MOST_BYTES:
                    return Answer(response.status_code, None)
                if time.monotonic() > ends_at:
                    raise httpx.ReadTimeout("the answer never ends")
        except httpx.DecodingError:
            return Answer(response.status_code, None)
        finally:
            response.close()
        return Answer(response.status_code, _object(bytes(content)))


class OaApi:
    """The calls of the OA API: header `access_token` as it is, and the proof that we know the app secret."""

    def __init__(self, settings: ZaloSettings, http: Http) -> None:
        self._settings = settings
        self._http = http

    def post(self, path: str, body: Mapping[str, Any], token: str) -> Answer:
        """POST `body` as JSON. Raises Unsent or Unanswered."""
        headers = self._headers(token) | {"Content-Type": "application/json"}
        content = json.dumps(body, ensure_ascii=False).encode()
        return self._http.ask(httpx.Request("POST", self._settings.api_url + path, headers=headers, content=content))

    def get(self, path: str, token: str, data: Mapping[str, Any] | None = None) -> Answer:
        """GET with `data` as JSON in the query. Raises Unsent or Unanswered."""
        query = {} if data is None else {"data": json.dumps(data)}
        return self._http.ask(
            httpx.Request("GET", self._settings.api_url + path, headers=self._headers(token), params=query)
        )

    def fit(self, words: str, *tokens: str) -> str:
        """Zalo's words in one line fit for a log, with none of our secrets in them."""
        return fit(words, self._settings.app_secret, *tokens)

    def _headers(self, token: str) -> dict[str, str]:
        secret = self._settings.app_secret.encode()
        proof = hmac.new(secret, token.encode(), hashlib.sha256).hexdigest()
        return {"access_token": token, "appsecret_proof": proof, "Accept": "application/json"}


def fit(words: str, *secrets: str) -> str:
    """The other side's words in one line for logs and the database: at most MOST_WORDS characters, secrets masked."""
    for secret in secrets:
        words = words.replace(secret, "***")
    printable = "".join(char if char.isprintable() else " " for char in words)
    return " ".join(printable.split())[:MOST_WORDS]


def number(value: object) -> int | None:
    """A whole number as Zalo writes it, as a number or as a string of digits; None for anything else."""
    if isinstance(value, str) and len(value) <= 20 and value.isascii() and value.removeprefix("-").isdigit():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _object(content: bytes) -> Mapping[str, Any] | None:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _is_about_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
