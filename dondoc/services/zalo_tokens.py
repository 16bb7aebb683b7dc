"""Zalo's rotating pair of tokens: swapped by one at a time, never lost without anybody noticing.

A refresh token is good for one swap, and a swap kills the access token before it (Zalo OA documentation, OAuth v4). So
a mark is committed before Zalo is asked and the new pair is committed before it is used. A mark found later tells of a
swap whose answer was lost; whether it took effect is then seen by whether the old access token still opens the door,
or, once that is over by its time, by whether the old refresh token is good for another swap.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn, Protocol

from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from dondoc.channels.config import Channels
from dondoc.channels.outcomes import DeliveryError
from dondoc.channels.zalo import (
    Http,
    OauthClient,
    Pair,
    RefreshRefused,
    Throttled,
    Unanswered,
    Unsent,
    ZaloChannel,
    ZaloSettings,
    errors,
    is_token,
)
from dondoc.errors import Refused
from dondoc.services.zalo_vault import Grant, Vault, WrongKey, cipher
from dondoc.settings import Settings
from dondoc.store.models import ZaloGrantRow
from dondoc.store.zalo_grants import Busy

log = logging.getLogger(__name__)

AHEAD = 0.8
"""A token is swapped when so much of its life is over: after 20 of its 25 hours."""
REST = timedelta(minutes=10)
"""After a swap ahead of time failed, the token that is still good is used for so long before the next try."""
OLD_GRANT = timedelta(days=80)
"""A refresh token lives 3 months; whether a swap begins them anew is not documented, so the grant's age is watched."""
WAIT_SECONDS = 15.0

CONNECT = "Cấp quyền lại rồi chạy `dondoc zalo connect` (docs/zalo.md)."
_NEVER_CONNECTED = "Chưa nối Zalo: chạy `dondoc zalo connect` (docs/zalo.md)."
_LOST = "Mất câu trả lời cho lần đổi mã lúc {:%H:%M %d/%m/%Y}, và mã truy cập cũ đã hết hiệu lực."
_WRONG_KEY = "Không giải mã được cặp mã Zalo: secret/zalo.key không phải khóa đã dùng. Đặt lại tệp ấy từ bản sao."
_OLD = "Quyền gửi Zalo đã cấp {} ngày trước, có thể hết hiệu lực sau 90 ngày. " + CONNECT

Alarm = Callable[[str, str], object]
"""Told a key and Vietnamese words; says the same key once a day."""


class _Trouble(DeliveryError):
    """An end that a person must hear of. `key` names the alarm; `is_gone`: the access token is proved worthless."""

    def __init__(self, key: str, text: str, code: int | None = None, is_gone: bool = False) -> None:
        self.key = key
        self.is_gone = is_gone
        super().__init__("administrator", code, text)


class StoredTokens:
    """The channel's Tokens, from the store. Threads and processes may share a row. Moments are aware.

    Both calls raise DeliveryError: `retry` where a later try may work, `administrator` where a person must act (then
    `alarm` is told). No text, log line, journal row or repr ever holds a token.
    """

    def __init__(self, vault: Vault, oauth: OauthClient, alarm: Alarm) -> None:
        self._vault, self._oauth, self._alarm = vault, oauth, alarm
        self._here = threading.Lock()
        self._rest_until: datetime | None = None

    def access_token(self, now: datetime) -> str:
        """A token that should be good at `now`, swapped ahead of its end.

        A swap that fails stops no send as long as the token before it is good by its time and not proved worthless.
        """
        with self._guarded():
            grant = self._grant()
            self._watch_age(grant, now)
        is_good = now < grant.row.access_expires_at
        is_resting = self._rest_until is not None and now < self._rest_until
        if not _is_due(grant, now) or (is_good and is_resting):
            return grant.access
        try:
            return self._renewed(grant.access, now)
        except DeliveryError as error:
            if not is_good or (isinstance(error, _Trouble) and error.is_gone):
                raise
            self._rest_until = now + REST
            log.warning("zalo swap failed: %s", error.text, extra={"action": "zalo_swap_failed", "code": error.code})
            return grant.access

    def refreshed(self, stale: str, now: datetime) -> str:
        """Another token than `stale`, which Zalo refused: one that somebody else fetched meanwhile, or a new one."""
        with self._guarded():
            grant = self._grant()
        return grant.access if grant.access != stale else self._renewed(stale, now)

    def row(self) -> ZaloGrantRow | None:
        """How the grant stands (its tokens encrypted); None when no pair was ever entered."""
        return self._vault.row()

    def connect(self, access_token: str, refresh_token: str, now: datetime, by: str) -> None:
        """Put in a pair that a person got by consenting; every mark ends. Journaled.

        How old its access token is cannot be known: it is taken for new, and Zalo's refusal corrects that. Raises
        Refused for what cannot be a pair, and while a swap is under way.
        """
        _require_pair(access_token, refresh_token)
        try:
            with self._vault.alone():
                self._vault.enter(Pair(access_token, refresh_token), now, by)
        except Busy:
            raise Refused("Một tiến trình khác đang đổi mã Zalo; chờ một phút rồi chạy lại.") from None
        self._rest_until = None

    def checked_connect(self, access_token: str, refresh_token: str, now: datetime, by: str) -> str:
        """As `connect`, after asking Zalo whose token it is: a wrong pair never replaces one that works.

        Returns the Official Account's name. Raises Refused also when Zalo does not know the token, or cannot be asked.
        """
        _require_pair(access_token, refresh_token)
        account = self._oauth.account(access_token)
        if account.is_alive is None:
            raise Refused(f"Chưa hỏi được Zalo ({account.words}); cặp mã chưa được nhập. Xem lại mạng rồi chạy lại.")
        if not account.is_alive:
            raise Refused(f"Zalo không nhận mã truy cập này ({account.words}); cặp mã chưa được nhập. Lấy cặp mã mới.")
        self.connect(access_token, refresh_token, now, by)
        return account.name

    def _renewed(self, stale: str, now: datetime) -> str:
        # The alarm is told when the lock is free again: others need not wait for it.
        with self._guarded(), self._alone():
            grant = self._grant()
            if grant.access != stale:
                return grant.access
            pending = grant.row.pending_since
            # A token that is over by its time proves nothing; then the swap itself tells (-14020) what became of the
            # one before.
            if pending is not None and now < grant.row.access_expires_at and not self._took_no_effect(grant):
                return self._consent(grant, _LOST.format(pending), now, is_gone=True)
            if not self._vault.mark(grant, now):
                return self._grant().access
            return self._swapped(grant, now)

    def _took_no_effect(self, grant: Grant) -> bool:
        account = self._oauth.account(grant.access)
        if account.is_alive is None:
            text = f"Chưa rõ lần đổi mã Zalo trước có hiệu lực không, và chưa hỏi được Zalo: {account.words}"
            raise DeliveryError("administrator", None, text)
        return account.is_alive

    def _swapped(self, grant: Grant, now: datetime) -> str:
        try:
            pair = self._oauth.refresh(grant.refresh)
        except (Unsent, Throttled) as failed:
            self._vault.unmark(grant)
            self._not_reached(failed)
        except Unanswered:
            text = "Máy chủ cấp mã Zalo không trả lời được; lần sau hỏi xem mã đã đổi chưa."
            raise DeliveryError("retry", None, text) from None
        except RefreshRefused as refused:
            return self._refused(grant, refused, now)
        # On record before anybody uses it; and what is on record counts, if another pair was entered meanwhile.
        self._vault.replace(grant, pair, now)
        return self._grant().access

    def _not_reached(self, failed: Unsent | Throttled) -> NoReturn:
        if isinstance(failed, Unsent) and failed.by_certificate:
            raise _Trouble("zalo/refresh", "Chứng thư của máy chủ cấp mã Zalo không kiểm được.") from None
        raise DeliveryError("retry", None, "Chưa tới được máy chủ cấp mã Zalo; mã chưa đổi.") from None

    def _refused(self, grant: Grant, refused: RefreshRefused, now: datetime) -> str:
        meaning = errors.rule_for("oauth", refused.code).meaning
        text = f"Zalo không đổi mã: {meaning} (Zalo {refused.code}: {refused.words})."
        if refused.code in errors.CONSENT_CODES:
            return self._consent(grant, text, now, refused.code)
        if errors.is_known("oauth", refused.code):
            self._vault.unmark(grant)  # after any other number nobody knows whether the refresh token is spent
        raise _Trouble("zalo/refresh", text, refused.code)

    def _consent(self, grant: Grant, why: str, now: datetime, code: int | None = None, *, is_gone: bool = False) -> str:
        """Only a new consent helps, and that goes on record; unless another pair was entered meanwhile: its token."""
        if not self._vault.need_consent(grant, why, now):
            return self._grant().access
        raise _Trouble("zalo/consent", f"{why} {CONNECT}", code, is_gone)

    def _grant(self) -> Grant:
        row = self._vault.row()
        if row is None:
            raise DeliveryError("administrator", None, _NEVER_CONNECTED)
        if row.consent_needed is not None:
            raise _Trouble("zalo/consent", f"{row.consent_needed} {CONNECT}")
        try:
            return self._vault.opened(row)
        except WrongKey:
            raise _Trouble("zalo/key", f"{_WRONG_KEY} Không có bản sao: {CONNECT}") from None

    def _watch_age(self, grant: Grant, now: datetime) -> None:
        age = now - grant.row.consented_at
        if age > OLD_GRANT:
            self._alarm("zalo/grant-age", _OLD.format(age.days))

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Tell the alarm of what a person must hear; a database that is away means that nothing has left yet."""
        try:
            try:
                yield
            except _Trouble as trouble:
                self._alarm(trouble.key, trouble.text)
                raise
        except (OperationalError, InterfaceError, PoolTimeout) as error:
            log.warning("database away: %s", type(error).__name__, extra={"action": "database_away"})
            raise DeliveryError("retry", None, "Cơ sở dữ liệu chưa trả lời; tin chưa gửi.") from None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """In this process first: threads that wait must not use up the connections that the one at work needs."""
        if not self._here.acquire(timeout=WAIT_SECONDS):
            raise DeliveryError("retry", None, "Một luồng khác đang đổi mã Zalo.")
        try:
            with self._vault.alone():
                yield
        except Busy:
            raise DeliveryError("retry", None, "Một tiến trình khác đang đổi mã Zalo.") from None
        finally:
            self._here.release()


class HasTokens(Protocol):
    """Whatever carries the tokens of the Zalo channel: the App."""

    @property
    def zalo(self) -> StoredTokens | None:
        """None: Zalo is not configured."""


def stored_tokens(
    zalo: ZaloSettings, home: Path, sessions: sessionmaker[Session], engine: Engine, alarm: Alarm
) -> StoredTokens:
    """The tokens of the configured application; nothing is asked of Zalo yet.

    Raises SettingsError when the key file under `home` cannot be used.
    """
    vault = Vault(sessions, engine, zalo.app_id, cipher(home))
    return StoredTokens(vault, OauthClient(zalo, Http(zalo.timeout)), alarm)


def open_zalo(
    channels: Channels, settings: Settings, sessions: sessionmaker[Session], engine: Engine, alarm: Alarm
) -> ZaloChannel | None:
    """The Zalo channel that `config/channels.yaml` asks for; None when it asks for none. Raises as `stored_tokens`."""
    if channels.zalo is None:
        return None
    return ZaloChannel(channels.zalo, stored_tokens(channels.zalo, settings.home, sessions, engine, alarm))


def tokens_of(app: HasTokens) -> StoredTokens:
    """The tokens behind the app's Zalo channel. Raises Refused when it has none."""
    if app.zalo is None:
        raise Refused("Chưa cấu hình Zalo: thêm mục zalo: vào config/channels.yaml (docs/zalo.md).")
    return app.zalo


def connect(app: HasTokens, access_token: str, refresh_token: str, now: datetime, by: str) -> None:
    """Put in a pair that a person got by consenting (StoredTokens.connect). Raises Refused."""
    tokens_of(app).connect(access_token, refresh_token, now, by)


def _require_pair(access_token: str, refresh_token: str) -> None:
    if not is_token(access_token) or not is_token(refresh_token) or access_token == refresh_token:
        raise Refused("Cần hai mã khác nhau, không có dấu cách: mã truy cập rồi mã làm mới.")


def _is_due(grant: Grant, now: datetime) -> bool:
    row = grant.row
    return row.pending_since is not None or now >= row.refreshed_at + (row.access_expires_at - row.refreshed_at) * AHEAD
