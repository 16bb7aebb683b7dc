"""The environment as settings: defaults, all mistakes at once, secrets that never show, everything documented."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from dondoc import settings
from dondoc.errors import SettingsError
from dondoc.settings import Settings, Smtp

ROOT = Path(__file__).resolve().parents[1]
MAIL = {"DONDOC_SMTP_HOST": "mail.example", "DONDOC_SMTP_SENDER": "dondoc@so.example"}


def test_an_empty_environment_gives_the_defaults() -> None:
    assert settings.read({"DONDOC_PORT": "", "DONDOC_PUBLIC_URL": " "}) == Settings(
        home=Path("var").absolute(),
        config=Path("config").absolute(),
        plans=Path("plans").absolute(),
        templates=Path("templates").absolute(),
        incoming=Path("var/incoming").absolute(),
        host="127.0.0.1",
        port=8080,
        sink_port=8026,
        sink_smtp_port=8025,
        prefect_port=4200,
        public_url=None,
        redirect_all_to=None,
        prefect_api_url=None,
        smtp=None,
        database_url=None,
        heartbeat_url=None,
        alarm_url=None,
        zalo_port=8027,
        zalo_app_secret=None,
        zalo_app_id=None,
        zalo_url=None,
        mail_lookup_url=None,
    )


def test_the_public_address_is_asked_for_outside_the_demo() -> None:
    with pytest.raises(SettingsError, match="Thiếu DONDOC_PUBLIC_URL"):
        settings.read({}).require_public_url()
    assert settings.read({"DONDOC_PORT": "9090"}, demo=True).require_public_url() == "http://127.0.0.1:9090"
    assert (
        settings.read({"DONDOC_PUBLIC_URL": "https://a.example/"}, demo=True).require_public_url()
        == "https://a.example"
    )


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, Smtp("mail.example", 587, "starttls", "dondoc@so.example")),
        ({"DONDOC_SMTP_MODE": "ssl"}, Smtp("mail.example", 465, "ssl", "dondoc@so.example")),
        ({"DONDOC_SMTP_PORT": "2525"}, Smtp("mail.example", 2525, "starttls", "dondoc@so.example")),
        (
            {"DONDOC_SMTP_USER": "u", "DONDOC_SMTP_PASSWORD": " p"},
            Smtp("mail.example", 587, "starttls", "dondoc@so.example", "u", " p"),
        ),
    ],
)
def test_mail_server(more: dict[str, str], expected: Smtp) -> None:
    assert settings.read({**MAIL, **more}).smtp == expected


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_an_external_database_gets_the_driver_that_is_installed(scheme: str) -> None:
    url = settings.read({"DONDOC_DATABASE_URL": f"{scheme}://u:p@h/d"}).database_url
    assert url == "postgresql+psycopg://u:p@h/d"


def test_every_mistake_is_named_at_once() -> None:
    wrong = {
        "DONDOC_PORT": "tám nghìn",
        "DONDOC_PREFECT_PORT": "70000",
        "DONDOC_PUBLIC_URL": "dondoc.example",
        "DONDOC_REDIRECT_ALL_TO": "thử",
        "DONDOC_SMTP_HOST": "mail.example",
        "DONDOC_SMTP_MODE": "tls",
        "DONDOC_SMTP_USER": "u",
        "DONDOC_DATABASE_URL": "mysql://u:bí-mật@h/d",
    }
    with pytest.raises(SettingsError) as caught:
        settings.read(wrong)
    named = [re.split(r"[=: ]", line.removeprefix("Thiếu "))[0] for line in str(caught.value).splitlines()]
    assert sorted(named) == sorted({*wrong, "DONDOC_SMTP_SENDER"} - {"DONDOC_SMTP_HOST"})
    assert "bí-mật" not in str(caught.value)


def test_a_secret_comes_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("mật khẩu \n")
    assert settings.secret({"X_FILE": str(tmp_path / "secret")}, "X") == "mật khẩu "
    assert settings.secret({"X": "giá trị"}, "X") == "giá trị"
    assert settings.secret({"X": "", "X_FILE": ""}, "X") is None


@pytest.mark.parametrize(
    ("content", "words"), [(None, "không đọc được tệp"), (b"\n", "không có nội dung"), (b"\xff", "không phải UTF-8")]
)
def test_a_secret_file_that_cannot_be_used_is_an_error(tmp_path: Path, content: bytes | None, words: str) -> None:
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
    with pytest.raises(SettingsError, match=f"X_FILE: .*{words}"):
        settings.secret({"X_FILE": str(tmp_path / "secret")}, "X")


def test_a_secret_given_twice_is_an_error_that_does_not_show_it() -> None:
    with pytest.raises(SettingsError, match="^X và X_FILE cùng được đặt") as caught:
        settings.secret({"X": "bí-mật", "X_FILE": "/dev/null"}, "X")
    assert "bí-mật" not in str(caught.value)


def test_no_secret_is_shown() -> None:
    secrets = {
        "DONDOC_DATABASE_URL": "postgresql://u:bí-mật@h/d",
        "DONDOC_SMTP_USER": "u",
        "DONDOC_SMTP_PASSWORD": "bí-mật",
        "DONDOC_HEARTBEAT_URL": "https://ping.example/bí-mật",
    }
    shown = settings.read({**MAIL, **secrets})
    assert "bí-mật" not in f"{shown!r} {shown}"


class Recording(Mapping[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, values: dict[str, str]) -> None:
        self.values_, self.asked = values, set[str]()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self.values_[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_)

    def __len__(self) -> int:
        return len(self.values_)


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    environment = Recording({})
    settings.read(environment)
    table = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs/operations.md").read_text(), re.MULTILINE))
    assert table == {name for name in environment.asked if not name.endswith("_FILE")}


def test_secrets_are_marked_in_the_documentation() -> None:
    environment = Recording({})
    settings.read(environment)
    marked = re.findall(r"^\| `([A-Z_]+)` \| [^|]*\| bí mật", (ROOT / "docs/operations.md").read_text(), re.MULTILINE)
    assert {f"{name}_FILE" for name in marked} == {name for name in environment.asked if name.endswith("_FILE")}
