"""A brake on guessing: so many wrong passwords from one address, then a pause, whichever accounts they were for."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from threading import Lock

from starlette.requests import Request

MOST_WRONG = 30
WINDOW = timedelta(minutes=15)
MOST_ADDRESSES = 4096
"""So much is kept in mind at most; the address that was wrong longest ago is forgotten first."""


class Brake:
    """Counts wrong passwords by address, in this process only: the accounts' own lock is what holds for certain."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, tuple[datetime, int]] = OrderedDict()
        self._alone = Lock()

    def holds(self, address: str, now: datetime) -> bool:
        """Whether nothing more is taken from there for now."""
        with self._alone:
            since, count = self._wrong.get(address, (now, 0))
            return count >= MOST_WRONG and now - since < WINDOW

    def wrong(self, address: str, now: datetime) -> None:
        """One more wrong password from there."""
        with self._alone:
            since, count = self._wrong.pop(address, (now, 0))
            self._wrong[address] = (since, count + 1) if now - since < WINDOW else (now, 1)
            while len(self._wrong) > MOST_ADDRESSES:
                self._wrong.popitem(last=False)


def address_of(request: Request) -> str:
    """Who asks, as far as it can be known: the other end; for a proxy on this machine, the end that it names last.

    Of IPv6 the network (/64): one household has as many addresses as it likes.
    """
    near = request.client.host if request.client else ""
    named = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    for text in ([named] if _parsed(near).is_loopback else []) + [near]:
        found = _parsed(text)
        if not found.is_unspecified:
            return str(IPv6Address(int(found) >> 64 << 64)) if isinstance(found, IPv6Address) else str(found)
    return "?"


def _parsed(text: str) -> IPv4Address | IPv6Address:
    try:
        found = ip_address(text)
    except ValueError:
        return IPv6Address(0)
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
