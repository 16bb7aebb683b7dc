"""Reads `config/channels.yaml`. Secrets never stand in it: the caller passes them in."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError

from dondoc.channels.settings import EmailSettings, EmailSettingsError
from dondoc.channels.zalo.settings import ZaloSettings, ZaloSettingsError
from dondoc.errors import Problem, ProblemsFound

_Types = dict[str, tuple[type, ...]]
_EMAIL: _Types = {
    "host": (str,),
    "port": (int,),
    "mode": (str,),
    "sender": (str,),
    "sender_name": (str,),
    "timeout": (int, float),
    "reply_to": (str,),
    "ca_file": (str,),
}
_EMAIL_REQUIRED = ("host", "port", "mode", "sender")
_ZALO: _Types = {"app_id": (str, int), "window_hours": (int,), "timeout": (int, float)}
_LIMITS: _Types = {"per_minute": (int,), "per_day": (int,)}
_RECIPIENT: _Types = {"per_day": (int,)}
_SECRET_HINT = "đặt biến môi trường DONDOC_ZALO_APP_SECRET hoặc DONDOC_ZALO_APP_SECRET_FILE; không ghi vào tệp này"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one channel may send; the claim keeps it. None means no limit of our own."""

    per_minute: int | None = None
    per_day: int | None = None


@dataclass(frozen=True, slots=True)
class Channels:
    """The configured channels. `zalo` None: this office does not use it.

    `recipient_per_day`: how many messages one recipient gets at most in a local day, over all channels.
    """

    email: EmailSettings
    email_limits: Limits
    zalo: ZaloSettings | None = None
    zalo_limits: Limits = Limits()
    recipient_per_day: int | None = None


def load_channels(
    path: Path,
    smtp_user: str | None = None,
    smtp_password: str | None = None,
    zalo_app_secret: str | None = None,
    zalo_url: str | None = None,
) -> Channels:
    """The channels of that file. Raises ProblemsFound with every mistake at once, each with its line.

    `zalo_app_secret` must be there when the file has a section `zalo:`; `zalo_url` stands in for Zalo's hosts.
    """
    return _Reader(path).channels(smtp_user, smtp_password, zalo_app_secret, zalo_url)


class _Reader:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._problems: list[Problem] = []

    def channels(self, user: str | None, password: str | None, secret: str | None, url: str | None) -> Channels:
        root = self._root()
        self._unknown(root, ("email", "zalo", "recipient"))
        email, email_limits = self._email(root, user, password)
        zalo, zalo_limits = self._zalo(root, secret, url) if "zalo" in root else (None, Limits())
        per_recipient = self._recipient(root) if "recipient" in root else None
        if self._problems or email is None:
            raise ProblemsFound(self._problems)
        return Channels(email, email_limits, zalo, zalo_limits, per_recipient)

    def _email(self, root: CommentedMap, user: str | None, password: str | None) -> tuple[EmailSettings | None, Limits]:
        source = self._map(root, "email")
        if source is None:
            return None, Limits()
        before = len(self._problems)
        values = self._values(source, _EMAIL, _EMAIL_REQUIRED, also=("limits",))
        settings = self._email_settings(source, values, user, password) if len(self._problems) == before else None
        return settings, self._limits(source)

    def _email_settings(
        self, source: CommentedMap, values: dict[str, Any], user: str | None, password: str | None
    ) -> EmailSettings | None:
        if "ca_file" in values:
            values["ca_file"] = self._path.parent / values["ca_file"]
        try:
            return EmailSettings(**values, user=user, password=password)
        except EmailSettingsError as error:
            self._wrong(source, error.fields)
            return None

    def _zalo(self, root: CommentedMap, secret: str | None, url: str | None) -> tuple[ZaloSettings | None, Limits]:
        source = self._map(root, "zalo")
        if source is None:
            return None, Limits()
        if secret is None:
            self._add(root, "zalo", "secret", "có mục zalo: nhưng thiếu khóa bí mật của ứng dụng Zalo", _SECRET_HINT)
        before = len(self._problems)
        values = self._values(source, _ZALO, ("app_id",), also=("limits",))
        settings = self._zalo_settings(source, values, secret, url) if len(self._problems) == before else None
        return settings, self._limits(source)

    def _zalo_settings(
        self, source: CommentedMap, values: dict[str, Any], secret: str | None, url: str | None
    ) -> ZaloSettings | None:
        values["app_id"] = str(values["app_id"])  # without quotes YAML reads the digits as a number
        try:
            # Without the secret the rest is checked all the same; the Problem above keeps these from being used.
            return ZaloSettings(**values, app_secret=secret or "?", url=url)
        except ZaloSettingsError as error:
            self._wrong(source, error.fields)
            return None

    def _recipient(self, root: CommentedMap) -> int | None:
        source = self._map(root, "recipient")
        return None if source is None else self._bounds(source, _RECIPIENT).get("per_day")

    def _limits(self, channel: CommentedMap) -> Limits:
        source = self._map(channel, "limits") if "limits" in channel else None
        return Limits() if source is None else Limits(**self._bounds(source, _LIMITS))

    def _bounds(self, source: CommentedMap, types: _Types) -> dict[str, int]:
        bounds = self._values(source, types)
        for key, bound in bounds.items():
            if isinstance(bound, int) and bound < 1:
                self._add(source, key, "value", f"{key} phải là số từ 1 trở lên, không phải {bound}")
        return bounds

    def _wrong(self, source: CommentedMap, fields: Iterable[tuple[str, str]]) -> None:
        for key, message in fields:
            self._add(source, key, "value", message)

    def _root(self) -> CommentedMap:
        try:
            root = YAML().load(self._path)
        except OSError as error:
            self._problem(None, "file", f"không đọc được tệp: {error.strerror}", "chép lại tệp mẫu từ kho mã nguồn")
        except MarkedYAMLError as error:
            mark = error.problem_mark
            self._problem(
                mark.line + 1 if mark else None, "yaml", f"YAML viết sai: {error.problem}", "xem lại thụt dòng"
            )
        else:
            if isinstance(root, CommentedMap):
                return root
            self._problem(1, "type", "tệp phải bắt đầu bằng mục email:", "xem docs/decisions/0002-email-channel.md")
        raise ProblemsFound(self._problems)

    def _map(self, parent: CommentedMap, key: str) -> CommentedMap | None:
        found = parent.get(key)
        if isinstance(found, CommentedMap):
            return found
        self._add(parent, key, "type", f"thiếu mục {key}: hoặc mục này không phải danh sách khóa – giá trị")
        return None

    def _values(
        self,
        source: CommentedMap,
        types: _Types,
        required: tuple[str, ...] = (),
        also: tuple[str, ...] = (),
    ) -> dict[str, Any]:
        self._unknown(source, (*types, *also))
        for key in required:
            if source.get(key) is None:
                self._add(source, key, "missing", f"thiếu khóa {key}")
        values = {key: value for key, value in source.items() if key in types and value is not None}
        for key, value in values.items():
            if not isinstance(value, types[key]) or isinstance(value, bool):
                wanted = " hoặc ".join({str: "chữ", int: "số nguyên", float: "số"}[each] for each in types[key])
                self._add(source, key, "type", f"{key} phải là {wanted}, không phải {value!r}")
        return values

    def _unknown(self, source: CommentedMap, known: tuple[str, ...]) -> None:
        for key in source:
            if key not in known:
                near = difflib.get_close_matches(str(key), known, 1)
                hint = f"có phải là {near[0]}?" if near else f"các khóa dùng được: {', '.join(known)}"
                self._add(source, key, "unknown_key", f"không có khóa {key!r}", hint)

    def _add(self, source: CommentedMap, key: str, code: str, message: str, hint: str = "") -> None:
        line = source.lc.key(key)[0] + 1 if key in source else None
        if line is None and source.lc.line is not None:
            line = source.lc.line + 1
        self._problem(line, code, message, hint)

    def _problem(self, line: int | None, code: str, message: str, hint: str) -> None:
        self._problems.append(Problem(str(self._path), line, "error", f"channels.{code}", message, hint))
