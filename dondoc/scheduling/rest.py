"""Small requests to Prefect's REST API, for who cannot wait for its client library: it takes seconds to import."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from typing import TypeVar

import httpx

from dondoc import settings
from dondoc.scheduling.errors import unauthorised, unfit, unreachable

REQUEST_SECONDS = 2.0
PATIENCE_SECONDS = 3.0

T = TypeVar("T")


def open_rest(api_url: str, timeout: float = REQUEST_SECONDS) -> httpx.Client:
    """A client whose addresses follow `api_url`, with the shared login of PREFECT_API_AUTH_STRING when that is set."""
    return httpx.Client(base_url=api_url, timeout=timeout, auth=_login())


def asked(api_url: str, work: Callable[[httpx.Client], T]) -> T:
    """What `work` returns, within 3 seconds. Raises PrefectError when Prefect is away, refuses, or takes longer.

    In a thread of its own, left behind when it takes longer: no timeout of a request ends the search for the server's
    name in a network that is down, nor an answer that comes drop by drop.
    """
    answer: Future[T] = Future()
    threading.Thread(target=_work, args=(api_url, work, answer), name="prefect-rest", daemon=True).start()
    try:
        return answer.result(PATIENCE_SECONDS)
    except TooLate:
        raise unreachable(api_url) from None
    except httpx.HTTPStatusError as error:
        code = error.response.status_code
        raise (unauthorised(api_url) if code in (401, 403) else unfit(api_url, f"HTTP {code}")) from error
    except httpx.HTTPError as error:
        raise unreachable(api_url) from error
    except (httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
        raise unfit(api_url, type(error).__name__) from error


def _work(api_url: str, work: Callable[[httpx.Client], T], answer: Future[T]) -> None:
    try:
        with open_rest(api_url) as client:
            answer.set_result(work(client))
    except BaseException as error:  # handed over to whoever waits
        answer.set_exception(error)


def _login() -> tuple[str, str] | None:
    text = settings.secret(os.environ, "PREFECT_API_AUTH_STRING")
    user, _, password = (text or "").partition(":")
    return (user, password) if text else None
