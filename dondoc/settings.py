"""What the environment says: where things live, which ports, which mail server. Read once, passed on.

Nothing here reads `os.environ`; the caller passes the mapping, so that a test or a flow can pass its own.
Every name is described in docs/operations.md (a test keeps that true).
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

from dondoc.errors import SettingsError

Environment = Mapping[str, str]
SmtpMode = Literal["starttls", "ssl", "plain"]
SMTP_MODES: tuple[SmtpMode, ...] = get_args(SmtpMode)
DEFAULT_SMTP_PORT: dict[SmtpMode, int] = {"starttls": 587, "ssl": 465, "plain": 25}


@dataclass(frozen=True, slots=True)
class Smtp:
    """The outgoing mail server. `user` and `password` are both set or both None; `sender` is the From address."""

    host: str
    port: int
    mode: SmtpMode
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """One reading of the environment. Folders are absolute; `repr` never shows a secret.

    `zalo_url` and `mail_lookup_url` are set for the demo's servers: where Zalo's three hosts are found instead of the
    real ones, and who answers which Message-IDs have arrived. `scan` is the command that looks for viruses in attached
    files, split into words; () means that none does. `incoming` is the watched folder of incoming documents.
    `database_url` None means the embedded PostgreSQL under `home`; `prefect_api_url` None means that
    `dondoc up` starts Prefect itself; `smtp` None means that no mail server is configured.
    """

    home: Path
    config: Path
    plans: Path
    templates: Path
    incoming: Path
    host: str
    port: int
    sink_port: int
    sink_smtp_port: int
    prefect_port: int
    zalo_port: int
    public_url: str | None
    redirect_all_to: str | None
    prefect_api_url: str | None
    smtp: Smtp | None
    database_url: str | None = field(repr=False)
    heartbeat_url: str | None = field(repr=False)
    alarm_url: str | None = field(repr=False)
    zalo_app_secret: str | None = field(repr=False)
    zalo_app_id: str | None
    zalo_url: str | None
    mail_lookup_url: str | None
    scan: tuple[str, ...] = ()

    @property
    def prefect_address(self) -> str:
        """Prefect's API: PREFECT_API_URL, else that of the server which `dondoc up` starts on this machine."""
        return self.prefect_api_url or f"http://127.0.0.1:{self.prefect_port}/api"

    def require_public_url(self) -> str:
        """The address under which officers reach the pages, without a final slash; SettingsError when not set."""
        if self.public_url is None:
            raise SettingsError(
                "Thiếu DONDOC_PUBLIC_URL: địa chỉ mà cán bộ mở được từ thư nhắc việc, "
                "ví dụ DONDOC_PUBLIC_URL=https://dondoc.example.gov.vn"
            )
        return self.public_url


def read(env: Environment, demo: bool = False) -> Settings:
    """The settings in `env`; in the demo the public address defaults to this machine's page.

    Raises SettingsError naming every wrong value at once. An empty value counts as not set.
    """
    reader = _Reader(env)
    port = reader.port("DONDOC_PORT", 8080)
    home = reader.folder("DONDOC_HOME", "var")
    settings = Settings(
        home=home,
        config=reader.folder("DONDOC_CONFIG", "config"),
        plans=reader.folder("DONDOC_PLANS", "plans"),
        templates=reader.folder("DONDOC_TEMPLATES", "templates"),
        incoming=reader.folder("DONDOC_INCOMING", str(home / "incoming")),
        host=reader.text("DONDOC_HOST") or "127.0.0.1",
        port=port,
        sink_port=reader.port("DONDOC_SINK_PORT", 8026),
        sink_smtp_port=reader.port("DONDOC_SINK_SMTP_PORT", 8025),
        prefect_port=reader.port("DONDOC_PREFECT_PORT", 4200),
        zalo_port=reader.port("DONDOC_ZALO_PORT", 8027),
        public_url=reader.web_address("DONDOC_PUBLIC_URL") or (f"http://127.0.0.1:{port}" if demo else None),
        redirect_all_to=reader.mailbox("DONDOC_REDIRECT_ALL_TO"),
        prefect_api_url=reader.web_address("PREFECT_API_URL"),
        smtp=reader.smtp(),
        database_url=reader.database_url(),
        heartbeat_url=reader.secret("DONDOC_HEARTBEAT_URL"),
        alarm_url=reader.secret("DONDOC_ALARM_URL"),
        zalo_app_secret=reader.secret("DONDOC_ZALO_APP_SECRET"),
        zalo_app_id=reader.text("DONDOC_ZALO_APP_ID"),
        zalo_url=reader.web_address("DONDOC_ZALO_URL"),
        mail_lookup_url=reader.web_address("DONDOC_MAIL_LOOKUP_URL"),
        scan=reader.command("DONDOC_SCAN"),
    )
    reader.finish()
    return settings


def secret(env: Environment, name: str) -> str | None:
    """The secret `name`, or the text of the file that `name`_FILE points at (final line break dropped); None if unset.

    Raises SettingsError, without the secret, when both are set or the file is unreadable or empty.
    """
    value, path = env.get(name), env.get(f"{name}_FILE")
    if value and path:
        raise SettingsError(f"{name} và {name}_FILE cùng được đặt: chỉ giữ một trong hai")
    if not path:
        return value or None
    try:
        text = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "không phải UTF-8"
        raise SettingsError(f"{name}_FILE: không đọc được tệp {path} ({reason})") from error
    if not text.strip():
        raise SettingsError(f"{name}_FILE: tệp {path} không có nội dung")
    return text


class _Reader:
    """Reads typed values and gathers what is wrong, so that a person sees all of it at once."""

    def __init__(self, env: Environment) -> None:
        self._env = env
        self._wrong: list[str] = []

    def finish(self) -> None:
        if self._wrong:
            raise SettingsError("\n".join(self._wrong))

    def text(self, name: str) -> str | None:
        return self._env.get(name, "").strip() or None

    def folder(self, name: str, default: str) -> Path:
        return Path(self.text(name) or default).expanduser().absolute()

    def port(self, name: str, default: int) -> int:
        text = self.text(name)
        if text is None:
            return default
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
            self._wrong.append(f"{name}={text!r}: phải là số cổng từ 1 đến 65535")
            return default
        return int(text)

    def web_address(self, name: str) -> str | None:
        text = self.text(name)
        if text is None:
            return None
        if not _is_web_address(text):
            self._wrong.append(f"{name}: phải là địa chỉ đầy đủ bắt đầu bằng http:// hoặc https://")
        return text.rstrip("/")

    def command(self, name: str) -> tuple[str, ...]:
        """A command line, split as a shell would split it; no shell ever sees it."""
        try:
            return tuple(shlex.split(self.text(name) or ""))
        except ValueError:
            self._wrong.append(f"{name}: dấu nháy chưa đóng, ví dụ đúng: clamdscan --no-summary --fdpass -")
            return ()

    def mailbox(self, name: str) -> str | None:
        text = self.text(name)
        if text is not None and (text.count("@") != 1 or text.startswith("@") or text.endswith("@") or " " in text):
            self._wrong.append(f"{name}={text!r}: phải là một địa chỉ thư, ví dụ thu@dondoc.example")
        return text

    def secret(self, name: str) -> str | None:
        try:
            return secret(self._env, name)
        except SettingsError as error:
            self._wrong.append(str(error))
            return None

    def database_url(self) -> str | None:
        """The external database, always with the driver we install, whichever way the scheme is written."""
        url = self.secret("DONDOC_DATABASE_URL")
        if url is None:
            return None
        scheme, mark, rest = url.strip().partition("://")
        if not mark or scheme not in ("postgresql", "postgres", "postgresql+psycopg"):
            self._wrong.append("DONDOC_DATABASE_URL: phải bắt đầu bằng postgresql:// (dondoc chỉ dùng PostgreSQL)")
        return f"postgresql+psycopg://{rest}"

    def smtp(self) -> Smtp | None:
        host, sender, mode = self.text("DONDOC_SMTP_HOST"), self.mailbox("DONDOC_SMTP_SENDER"), self._smtp_mode()
        port = self.port("DONDOC_SMTP_PORT", DEFAULT_SMTP_PORT[mode])
        user, password = self.text("DONDOC_SMTP_USER"), self.secret("DONDOC_SMTP_PASSWORD")
        if host is None:
            return None
        if sender is None:
            self._wrong.append("Thiếu DONDOC_SMTP_SENDER: địa chỉ gửi đi, cần khi đã đặt DONDOC_SMTP_HOST")
        if (user is None) != (password is None):
            self._wrong.append("DONDOC_SMTP_USER và DONDOC_SMTP_PASSWORD phải cùng được đặt hoặc cùng bỏ trống")
        return Smtp(host, port, mode, sender or "", user, password)

    def _smtp_mode(self) -> SmtpMode:
        text = self.text("DONDOC_SMTP_MODE") or "starttls"
        for mode in SMTP_MODES:
            if text == mode:
                return mode
        self._wrong.append(f"DONDOC_SMTP_MODE={text!r}: phải là một trong {', '.join(SMTP_MODES)}")
        return "starttls"


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
