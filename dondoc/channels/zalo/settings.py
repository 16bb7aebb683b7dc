"""What the Zalo channel must know. The app secret is given by the caller, who reads it from the environment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from dondoc.errors import SettingsError

API_URL = "https://openapi.zalo.me"
OAUTH_URL = "https://oauth.zaloapp.com"
MOST_HOURS = 7 * 24
"""A consultation message is accepted up to 7 days after the last interaction (Zalo OA documentation, CS conditions)."""
MOST_SECONDS = 30.0
"""A send may ask six times, each with a connection and an answer to wait for; 10 minutes declare an attempt lost."""

_APP_ID = re.compile(r"[0-9]{1,32}")
_SECRET = re.compile(r"[\x21-\x7e]{1,256}")
_ADDRESS = re.compile(r"https?://[^\s/?#]+[^\s?#]*")


class ZaloSettingsError(SettingsError):
    """Settings that could never work. `fields` pairs each field's name with what is wrong, all of them at once."""

    def __init__(self, fields: tuple[tuple[str, str], ...]) -> None:
        self.fields = fields
        super().__init__("\n".join(f"zalo.{name}: {message}" for name, message in fields))


@dataclass(frozen=True, slots=True)
class ZaloSettings:
    """One application and the Official Account that authorised it.

    `window_hours`: nothing is sent later than so many hours after the person's last interaction. 168 is what Zalo
    accepts; up to 48 it is free, after that it is charged or taken from the package (Zalo OA documentation, CS).
    `timeout` is in seconds, for connecting and for each wait for an answer. `url`, when set, stands in for all of
    Zalo's hosts. Raises ZaloSettingsError for values that could never work; no text or repr shows the secret.
    """

    app_id: str
    app_secret: str = field(repr=False)
    window_hours: int = MOST_HOURS
    timeout: float = 15.0
    url: str | None = None

    def __post_init__(self) -> None:
        if problems := tuple(_problems(self)):
            raise ZaloSettingsError(problems)

    @property
    def api_url(self) -> str:
        """The host of the OA API, without a final slash."""
        return self.url or API_URL

    @property
    def oauth_url(self) -> str:
        """The host that swaps refresh tokens, without a final slash."""
        return self.url or OAUTH_URL


def _problems(settings: ZaloSettings) -> Iterator[tuple[str, str]]:
    if not _APP_ID.fullmatch(settings.app_id):
        yield "app_id", f"{settings.app_id!r} không phải mã ứng dụng: chỉ gồm chữ số"
    if not _SECRET.fullmatch(settings.app_secret):
        yield "app_secret", "khóa bí mật của ứng dụng phải là một dòng chữ và số ASCII, không có dấu cách"
    if not 1 <= settings.window_hours <= MOST_HOURS:
        yield "window_hours", f"số giờ phải từ 1 đến {MOST_HOURS} (7 ngày), không phải {settings.window_hours}"
    if not 0 < settings.timeout <= MOST_SECONDS:
        yield (
            "timeout",
            f"thời gian chờ phải lớn hơn 0 và không quá {MOST_SECONDS:.0f} giây, không phải {settings.timeout}",
        )
    if settings.url is not None and not _ADDRESS.fullmatch(settings.url):
        yield "url", "địa chỉ thay cho Zalo phải bắt đầu bằng http:// hoặc https://"
