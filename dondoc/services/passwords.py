"""Passwords: how they are kept (argon2id), which are taken, and one made at random."""

from __future__ import annotations

import secrets
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from dondoc.errors import Refused

SHORTEST, LONGEST = 12, 128
"""Characters after NFC (NIST SP 800-63B: a length, no rules of composition)."""
PARAMETERS = RFC_9106_LOW_MEMORY
"""argon2id, 64 MiB, 3 passes, 4 lanes: the second recommended option of RFC 9106."""
MOST_AT_ONCE, LONGEST_WAIT = 4, 10.0
"""Hashes that run side by side in this process (each takes 64 MiB), and the seconds that one waits for its turn."""
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
_places = threading.BoundedSemaphore(MOST_AT_ONCE)

OBVIOUS = frozenset(
    (
        "123456789012", "1234567890123", "123456123456", "111111111111", "000000000000", "012345678910",
        "987654321098", "qwertyuiopas", "qwertyuiop12", "1q2w3e4r5t6y", "qwerty123456", "password1234",
        "passwordpassword", "adminadminadmin", "administrator", "administrator1", "abcdef123456", "abc123abc123",
        "abcd12345678", "iloveyou1234", "matkhau12345", "matkhaumatkhau", "matkhau123456", "cchchungyen2024",
        "cchchungyen2025", "cchchungyen2026", "caicachhanhchinh", "sonoivu12345", "hungyen12345", "hungyen123456",
        "vietnam12345", "vietnam123456", "vietnamvodich", "vietnamvodich1", "dondocdondoc", "dondoc123456",
        "toiyeuvietnam", "anhyeuem1234", "emyeuanh1234",
    )
)  # fmt: skip
"""Long enough, and yet the first that anybody would try; written without accents, spaces and capitals."""


class TooBusy(Exception):
    """No place for one more hash in time."""


def normal(password: str) -> str:
    """The password in the form that is counted and hashed: NFC, so that every keyboard writes the same."""
    return unicodedata.normalize("NFC", password)


def require_good(password: str, own_words: Iterable[str]) -> None:
    """Raises Refused (saying what is wanted) for a password that is too short, too long or one of the obvious.

    `own_words` are the account's login, names and agency: a password that is one of these, or one repeated, is obvious.
    """
    length = len(normal(password))
    if not SHORTEST <= length <= LONGEST:
        raise Refused(f"Mật khẩu cần từ {SHORTEST} đến {LONGEST} ký tự; mật khẩu vừa nhập có {length} ký tự.")
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in password):
        raise Refused("Mật khẩu có ký tự không gõ được từ bàn phím.")
    plain = _plain(password)
    if (
        len(set(password.casefold())) < 4
        or plain in OBVIOUS
        or any(_is_made_of(plain, _plain(word)) for word in own_words)
    ):
        raise Refused(
            "Mật khẩu này quá dễ đoán (tên đăng nhập, tên cơ quan, dãy phím hay cụm từ thường gặp). "
            "Gợi ý: ghép bốn, năm từ không liên quan đến nhau."
        )


def made_up() -> str:
    """A random password that can be read out on the telephone: 20 letters and digits in groups of five (100 bits)."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(20))
    return "-".join(letters[at : at + 5] for at in range(0, 20, 5))


def hashed(password: str) -> str:
    """The hash to keep. Raises TooBusy."""
    with _place():
        return _hasher().hash(normal(password))


def is_right(kept: str, password: str) -> bool:
    """Whether the password has that hash; an unreadable hash is never right. Raises TooBusy."""
    with _place():
        try:
            return _hasher().verify(kept, normal(password)[: 4 * LONGEST])
        except (VerificationError, InvalidHashError):
            return False


def waste(password: str) -> None:
    """Work as long as `is_right` does, for nothing: who has no account must not be answered sooner. Raises TooBusy."""
    is_right(_nobody(PARAMETERS.memory_cost), password)


def is_outdated(kept: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher().check_needs_rehash(kept)


def _hasher() -> PasswordHasher:
    return PasswordHasher.from_parameters(PARAMETERS)


@lru_cache(maxsize=2)
def _nobody(memory: int) -> str:
    return _hasher().hash(secrets.token_urlsafe(32))


@contextmanager
def _place() -> Iterator[None]:
    if not _places.acquire(timeout=LONGEST_WAIT):
        raise TooBusy
    try:
        yield
    finally:
        _places.release()


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    return "".join(c for c in decomposed if c.isalnum())


def _is_made_of(plain: str, word: str) -> bool:
    """Whether the text is the word over and over, with at most a few digits after it."""
    rest = plain.rstrip("0123456789")
    return len(word) > 2 and any(text and not text.replace(word, "") for text in (plain, rest))
