"""Consultation messages (tin tư vấn) of a Zalo Official Account: our Apprise plugin and the channel around it.

Apprise 1.13 has no plugin for it, and `notify()` answers only True or False; as in email, the plugin raises
DeliveryError, which `instance.notify()` lets through. Templates (ZBS), groups (GMF) and the Bot platform are other
calls with other tables: they get plugins of their own beside this one.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from apprise import NotifyType
from apprise.plugins import NotifyBase

from dondoc.channels.envelope import Envelope
from dondoc.channels.outcomes import DeliveryError, Outcome, Sought
from dondoc.channels.zalo import errors
from dondoc.channels.zalo.client import Answer, Http, OaApi, Unanswered, Unsent
from dondoc.channels.zalo.conversation import NEWEST, Line, is_there, lines_of, moment
from dondoc.channels.zalo.oauth import Tokens
from dondoc.channels.zalo.settings import ZaloSettings

log = logging.getLogger(__name__)

MAX_TEXT = 2000
"""Characters of one text (Zalo OA documentation, CS text message)."""
_USER_ID = re.compile(r"[0-9]{1,64}")
_CONTROL = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Line breaks are fine; halves of surrogate pairs cannot be written as UTF-8."""


class ZaloOaPlugin(NotifyBase):  # type: ignore[no-untyped-call]  # Apprise is only partly typed
    """Sends one text to one person with one access token. An instance serves one attempt."""

    service_name = "dondoc Zalo OA"  # type: ignore[assignment]  # the base class declares it as None
    body_maxlen = MAX_TEXT
    title_maxlen = 0
    request_rate_per_sec = 0

    def __init__(self, api: OaApi, token: str, window: timedelta, **kwargs: Any) -> None:
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        self._api, self._token, self._window = api, token, window
        self._outgoing: tuple[str, str, datetime] | None = None
        self._outcome: Outcome | None = None

    def deliver(self, user_id: str, text: str, now: datetime) -> Outcome:
        """Send through Apprise's `notify()`. Raises DeliveryError unless Zalo took the message."""
        self._outgoing, self._outcome = (user_id, text, now), None
        if not self.notify(body=text) or self._outcome is None:
            raise DeliveryError("administrator", None, "Apprise did not call the Zalo plugin")
        return self._outcome

    def send(self, body: str, title: str = "", notify_type: NotifyType = NotifyType.INFO, **kwargs: Any) -> bool:
        """Apprise's entry: send what `deliver` laid ready (Apprise may trim `body`). True, or DeliveryError."""
        if self._outgoing is None:
            raise DeliveryError("administrator", None, "the Zalo plugin is used by ZaloChannel only")
        user_id, text, now = self._outgoing
        self._require_window(user_id, now)
        self._outcome = self._submit(user_id, text, now)
        return True

    def url(self, privacy: bool = False, *args: Any, **kwargs: Any) -> str:
        """It names the instance in Apprise's own logs, without any secret."""
        return "dondoc-zalo-oa://"

    def _require_window(self, user_id: str, now: datetime) -> None:
        """Ask when the person last interacted; what cannot be read leaves the decision to the send."""
        try:
            answer = self._api.post("/v3.0/oa/quota/message", {"user_id": user_id}, self._token)
        except (Unsent, Unanswered) as failed:
            # The message itself has not left yet, so that even a lost answer may be followed by another try.
            raise _not_reached(failed) from None
        if answer.status == 429 or answer.error == errors.TOO_MANY or answer.error in errors.TOKEN_CODES:
            raise self._refused(answer, now)
        last = _last_interaction(answer)
        if last is not None and now - last > self._window:
            hours = self._window.total_seconds() / 3600
            text = f"Đã quá {hours:.0f} giờ từ lần cuối người nhận tương tác với OA; chưa gửi"
            raise DeliveryError("refused", errors.TOO_OLD, text, closes_days=1)

    def _submit(self, user_id: str, text: str, now: datetime) -> Outcome:
        body = {"recipient": {"user_id": user_id}, "message": {"text": text}}
        try:
            answer = self._api.post("/v3.0/oa/message/cs", body, self._token)
        except Unsent as failed:
            raise _not_reached(failed) from None
        except Unanswered as failed:
            raise DeliveryError("unknown", None, f"Không rõ Zalo đã nhận tin chưa: {failed}") from None
        if answer.error != 0:
            raise self._refused(answer, now)
        return Outcome("sent", 0, "Zalo đã nhận tin", _message_id(answer))

    def _refused(self, answer: Answer, now: datetime) -> DeliveryError:
        if answer.error is not None:
            return errors.delivery_error("oa", answer.error, self._api.fit(answer.words, self._token), now)
        status = answer.status
        if status == 429:
            again = errors.again_at("next_minute", now)
            return DeliveryError("retry", status, "Zalo bảo gửi chậm lại (HTTP 429)", again_at=again)
        if status >= 500 or status < 300:
            return DeliveryError("unknown", status, f"Không đọc được câu trả lời của Zalo (HTTP {status})")
        return DeliveryError("administrator", status, f"Nơi trả lời không phải Zalo như tài liệu (HTTP {status})")


class ZaloChannel:
    """Sends envelopes by Zalo. Threads may share it: each attempt has a plugin and connections of its own."""

    def __init__(self, settings: ZaloSettings, tokens: Tokens) -> None:
        self.settings = settings
        self.tokens = tokens
        self._api = OaApi(settings, Http(settings.timeout))
        self._window = timedelta(hours=settings.window_hours)

    def send(self, envelope: Envelope, now: datetime) -> Outcome:
        """Try once, and say how it ended; never raises for what Zalo or the network did.

        `envelope.to_address` is the user id, `envelope.short` the text; `now` is aware. A token that Zalo refuses is
        exchanged once. Side effects: the message, perhaps a new pair of tokens, one log line without personal data.
        """
        try:
            outcome = self._send(envelope.to_address, _checked(envelope), now)
        except DeliveryError as error:
            outcome = error.outcome
        level = logging.INFO if outcome.kind == "sent" else logging.WARNING
        log.log(level, "zalo %s %s", outcome.kind, outcome.code or "", extra=_facts(envelope, outcome))
        return outcome

    @property
    def can_be_asked(self) -> bool:
        """Zalo shows the newest messages of a conversation."""
        return True

    def arrived(self, sought: Sequence[Sought], now: datetime) -> dict[str, bool]:
        """Which texts are in their conversations (True) and which surely are not (False), by key; never raises.

        No entry for what cannot be said: Zalo is away or refuses, or ten newer messages hide the answer. One call a
        person; the first that finds nobody ends the asking.
        """
        found: dict[str, bool] = {}
        try:
            for user_id in dict.fromkeys(each.address for each in sought):
                lines = self._conversation(user_id, now)
                of_person = [each for each in sought if each.address == user_id]
                answers = {each.key: is_there(each, lines) for each in of_person} if lines is not None else {}
                found |= {key: answer for key, answer in answers.items() if answer is not None}
        except (DeliveryError, Unsent, Unanswered) as error:
            log.warning("zalo not asked: %s", type(error).__name__, extra={"action": "zalo_not_asked"})
        return found

    def close(self) -> None:
        """Nothing is kept open between attempts."""

    def _send(self, user_id: str, text: str, now: datetime) -> Outcome:
        token = self.tokens.access_token(now)
        try:
            return self._attempt(token, user_id, text, now)
        except DeliveryError as error:
            if error.code not in errors.TOKEN_CODES:
                raise
        return self._attempt(self.tokens.refreshed(token, now), user_id, text, now)

    def _attempt(self, token: str, user_id: str, text: str, now: datetime) -> Outcome:
        return ZaloOaPlugin(self._api, token, self._window).deliver(user_id, text, now)

    def _conversation(self, user_id: str, now: datetime) -> tuple[Line, ...] | None:
        if not _USER_ID.fullmatch(user_id):
            return None
        asked = {"user_id": user_id, "offset": 0, "count": NEWEST}
        token = self.tokens.access_token(now)
        answer = self._api.get("/v2.0/oa/conversation", token, asked)
        if answer.error in errors.TOKEN_CODES:
            answer = self._api.get("/v2.0/oa/conversation", self.tokens.refreshed(token, now), asked)
        return lines_of(answer)


def _checked(envelope: Envelope) -> str:
    """The text in NFC. Raises DeliveryError("refused") for what could never be sent as it stands."""
    text = unicodedata.normalize("NFC", envelope.short)
    if not _USER_ID.fullmatch(envelope.to_address):
        raise DeliveryError("refused", None, "Mã người nhận trên Zalo phải là 1 đến 64 chữ số")
    if not text.strip() or len(text) > MAX_TEXT:
        raise DeliveryError("refused", None, f"Tin Zalo phải có 1 đến {MAX_TEXT} ký tự, tin này có {len(text)}")
    if _CONTROL.search(text):
        raise DeliveryError("refused", None, "Tin Zalo có ký tự điều khiển")
    return text


def _not_reached(failed: Unsent | Unanswered) -> DeliveryError:
    if isinstance(failed, Unsent) and failed.by_certificate:
        return DeliveryError("administrator", None, "Chứng thư của máy chủ Zalo không kiểm được")
    return DeliveryError("retry", None, f"Không liên lạc được với Zalo, tin chưa gửi: {failed}")


def _last_interaction(answer: Answer) -> datetime | None:
    data = answer.body.get("data") if answer.error == 0 and answer.body is not None else None
    return moment(data.get("last_interaction")) if isinstance(data, dict) else None


def _message_id(answer: Answer) -> str | None:
    data = (answer.body or {}).get("data")
    found = data.get("message_id") if isinstance(data, dict) else None
    return found[:200] if isinstance(found, str) and found else None


def _facts(envelope: Envelope, outcome: Outcome) -> dict[str, Any]:
    return {
        "action": f"zalo_{outcome.kind}",
        "message_key": envelope.message_id,
        "zalo_code": outcome.code,
        "remote_id": outcome.remote_id,
    }
