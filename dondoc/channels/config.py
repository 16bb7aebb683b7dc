"""Reads `config/channels.yaml`. Secrets never stand in it: the caller passes them in."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError

from dondoc.channels.settings import EmailSettings, EmailSettingsError
from dondoc.errors import Problem, ProblemsFound

_TYPES: dict[str, tuple[type, ...]] = {
    "host": (str,),
    "port": (int,),
    "mode": (str,),
    "sender": (str,),
    "sender_name": (str,),
    "timeout": (int, float),
    "reply_to": (str,),
    "ca_file": (str,),
}
_LIMITS: dict[str, tuple[type, ...]] = {"per_minute": (int,), "per_day": (int,)}
_REQUIRED = ("host", "port", "mode", "sender")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one channel may send; the deliver step keeps it. None means no limit of our own."""

    per_minute: int | None = None
    per_day: int | None = None


@dataclass(frozen=True, slots=True)
class Channels:
    """The configured channels."""

    email: EmailSettings
    email_limits: Limits


def load_channels(path: Path, smtp_user: str | None = None, smtp_password: str | None = None) -> Channels:
    """The channels of that file. Raises ProblemsFound with every mistake at once, each with its line."""
    return _Reader(path).channels(smtp_user, smtp_password)


class _Reader:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._problems: list[Problem] = []

    def channels(self, user: str | None, password: str | None) -> Channels:
        root = self._root()
        self._unknown(root, ("email",))
        email = self._map(root, "email")
        limits = self._map(email, "limits") if "limits" in email else CommentedMap()
        values = self._values(email, _TYPES, _REQUIRED, also=("limits",))
        bounds = self._values(limits, _LIMITS)
        for key, bound in bounds.items():
            if bound < 1:
                self._add(limits, key, "value", f"{key} phải là số từ 1 trở lên, không phải {bound}")
        self._stop()
        return Channels(self._email(email, values, user, password), Limits(**bounds))

    def _email(
        self, source: CommentedMap, values: dict[str, Any], user: str | None, password: str | None
    ) -> EmailSettings:
        if "ca_file" in values:
            values["ca_file"] = self._path.parent / values["ca_file"]
        try:
            return EmailSettings(**values, user=user, password=password)
        except EmailSettingsError as error:
            for key, message in error.fields:
                self._add(source, key, "value", message)
            raise ProblemsFound(self._problems) from None

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

    def _map(self, parent: CommentedMap, key: str) -> CommentedMap:
        found = parent.get(key)
        if not isinstance(found, CommentedMap):
            self._add(parent, key, "type", f"thiếu mục {key}: hoặc mục này không phải danh sách khóa – giá trị")
            self._stop()
        assert isinstance(found, CommentedMap)
        return found

    def _values(
        self,
        source: CommentedMap,
        types: dict[str, tuple[type, ...]],
        required: tuple[str, ...] = (),
        also: tuple[str, ...] = (),
    ) -> dict[str, Any]:
        self._unknown(source, (*types, *also))
        for key in required:
            if key not in source:
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

    def _stop(self) -> None:
        if self._problems:
            raise ProblemsFound(self._problems)

    def _add(self, source: CommentedMap, key: str, code: str, message: str, hint: str = "") -> None:
        line = source.lc.key(key)[0] + 1 if key in source else None
        if line is None and source.lc.line is not None:
            line = source.lc.line + 1
        self._problem(line, code, message, hint)

    def _problem(self, line: int | None, code: str, message: str, hint: str) -> None:
        self._problems.append(Problem(str(self._path), line, "error", f"channels.{code}", message, hint))
