"""Where a pair of Zalo tokens lies: encrypted in the store, with a key of this installation; each move journaled.

What the moves mean, and when they are made, is decided in zalo_tokens.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from dondoc.channels.zalo import Pair
from dondoc.errors import SettingsError
from dondoc.services import key_files
from dondoc.store import journal, zalo_grants
from dondoc.store.models import ZaloGrantRow
from dondoc.store.zalo_grants import Encrypted

log = logging.getLogger(__name__)

DATABASE_TRIES, DATABASE_PAUSE = 20, 1.5
"""A database that restarts is waited for: Zalo will not say a new pair twice."""


class WrongKey(Exception):
    """The row was encrypted with another key than ours."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A row with its tokens in clear text, as it was when it was read."""

    row: ZaloGrantRow = field(repr=False)
    access: str = field(repr=False)
    refresh: str = field(repr=False)


class Vault:
    """The pair of one application. Threads and processes may share a row."""

    def __init__(self, sessions: sessionmaker[Session], engine: Engine, app_id: str, cipher: Fernet) -> None:
        self._sessions, self._engine, self._app_id, self._cipher = sessions, engine, app_id, cipher

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the pair alone, over all processes. Raises zalo_grants.Busy when it is not had in time."""
        with zalo_grants.alone(self._engine, self._app_id):
            yield

    def row(self) -> ZaloGrantRow | None:
        """The row as it stands, its tokens encrypted; None when no pair was ever entered."""
        with self._sessions() as session:
            return zalo_grants.get(session, self._app_id)

    def opened(self, row: ZaloGrantRow) -> Grant:
        """The row with its tokens in clear text. Raises WrongKey."""
        try:
            access, refresh = (self._cipher.decrypt(each).decode() for each in (row.access_token, row.refresh_token))
        except InvalidToken:
            raise WrongKey from None
        return Grant(row, access, refresh)

    def enter(self, pair: Pair, now: datetime, by: str) -> None:
        """Put in a pair that a person consented to, in the place of whatever was there."""
        with self._sessions.begin() as session:
            zalo_grants.enter(session, self._app_id, self._sealed(pair, now), now)
            self._journal(session, now, by, "zalo-connected", "Nhập cặp mã mới do người quản trị cấp quyền.")

    def mark(self, grant: Grant, now: datetime) -> bool:
        """Put on record that a swap is about to be asked for; False when the pair has been replaced meanwhile."""
        with self._sessions.begin() as session:
            return zalo_grants.mark_pending(session, self._app_id, grant.row.refresh_token, now)

    def unmark(self, grant: Grant) -> None:
        """Put on record that no swap took place."""
        with self._sessions.begin() as session:
            zalo_grants.clear_pending(session, self._app_id, grant.row.refresh_token)

    def replace(self, grant: Grant, pair: Pair, now: datetime) -> None:
        """Put the new pair on record; when another one was entered meanwhile, that one stays.

        Journaled in a transaction of its own: a journal that cannot be written must not cost the pair, which Zalo will
        not say twice. Raises OperationalError or InterfaceError when the database does not come back: then it is lost.
        """
        if self._kept(grant, self._sealed(pair, now), now):
            try:
                with self._sessions.begin() as session:
                    why = f"Lần đổi trước: {grant.row.refreshed_at:%H:%M %d/%m/%Y}."
                    self._journal(session, now, "dondoc", "zalo-refreshed", why)
            except DBAPIError:
                log.exception("a swap of Zalo tokens is not journaled", extra={"action": "zalo_swap_not_journaled"})

    def _kept(self, grant: Grant, new: Encrypted, now: datetime) -> bool:
        for left in reversed(range(DATABASE_TRIES)):
            try:
                with self._sessions.begin() as session:
                    return zalo_grants.replace(session, self._app_id, grant.row.refresh_token, new, now)
            except (OperationalError, InterfaceError):
                if left == 0:
                    log.critical("a new pair of Zalo tokens could not be kept", extra={"action": "zalo_pair_lost"})
                    raise
                time.sleep(DATABASE_PAUSE)
        raise AssertionError("the loop returns or raises")

    def need_consent(self, grant: Grant, why: str, now: datetime) -> bool:
        """Put on record that only a new consent helps; False when the pair has been replaced meanwhile."""
        with self._sessions.begin() as session:
            was_there = zalo_grants.need_consent(session, self._app_id, grant.row.refresh_token, why)
            if was_there:
                self._journal(session, now, "dondoc", "zalo-consent-needed", why)
            return was_there

    def _sealed(self, pair: Pair, now: datetime) -> Encrypted:
        access, refresh = (self._cipher.encrypt(each.encode()) for each in (pair.access_token, pair.refresh_token))
        return Encrypted(access, refresh, now + pair.life)

    def _journal(self, session: Session, now: datetime, who: str, action: str, why: str) -> None:
        journal.write(session, now, who, action, f"zalo/{self._app_id}", None, None, why)


def cipher(home: Path) -> Fernet:
    """The key that encrypts tokens: `secret/zalo.key` under DONDOC_HOME, 0600, made on first use.

    Raises SettingsError when the file cannot be used.
    """
    path = home / "secret" / "zalo.key"
    try:
        return Fernet(key_files.read_or_make(path, Fernet.generate_key).strip())
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: không dùng được làm khóa ({type(error).__name__}); đặt lại từ bản sao") from None
