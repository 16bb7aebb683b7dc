"""config/channels.yaml: what a good file gives, and what each mistake says."""

from __future__ import annotations

from pathlib import Path

import pytest

from dondoc.channels.config import Limits, load_channels
from dondoc.channels.settings import EmailSettings, EmailSettingsError
from dondoc.errors import ProblemsFound, SettingsError

ROOT = Path(__file__).parents[2]
GOOD = "email:\n  host: mail.hungyen.example\n  port: 587\n  mode: starttls\n  sender: a@b.example\n"


def test_the_shipped_file_is_usable_and_holds_no_secret() -> None:
    channels = load_channels(ROOT / "config" / "channels.yaml", "dondoc", "mat-khau")
    assert channels.email == EmailSettings(
        host="mail.hungyen.example",
        port=587,
        mode="starttls",
        sender="dondoc@sonoivu.hungyen.example",
        sender_name="Sở Nội vụ tỉnh Hưng Yên",
        timeout=30,
        user="dondoc",
        password="mat-khau",
    )
    assert channels.email_limits == Limits(per_minute=60, per_day=2000)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (GOOD.replace("host:", "hosst:"), 2, "không có khóa 'hosst' → có phải là host?"),
        (GOOD.replace("  port: 587\n", ""), 2, "thiếu khóa port"),
        (GOOD.replace("587", "cổng"), 3, "port phải là số nguyên, không phải 'cổng'"),
        (GOOD.replace("587", "true"), 3, "port phải là số nguyên"),
        (GOOD.replace("587", "70000"), 3, "cổng phải từ 1 đến 65535, không phải 70000"),
        (GOOD.replace("starttls", "tls"), 4, "'tls' không có; chọn một trong: plain, starttls, ssl"),
        (GOOD.replace("a@b.example", "ab.example"), 5, "'ab.example' không phải địa chỉ thư"),
        (GOOD.replace("mail.hungyen", "mail hungyen"), 2, "không phải tên máy chủ"),
        (GOOD + "  ca_file: khong-co.pem\n", 6, "không có tệp chứng thư"),
        (GOOD + "  timeout: 0\n", 6, "thời gian chờ phải lớn hơn 0"),
        (GOOD + "  password: abc\n", 6, "không có khóa 'password'"),
        (GOOD + "  limits:\n    per_minute: 0\n", 7, "per_minute phải là số từ 1 trở lên"),
        (GOOD + "zalo: {}\n", 6, "không có khóa 'zalo'"),
        ("email:\n", 1, "thiếu mục email"),
        ("- email\n", 1, "tệp phải bắt đầu bằng mục email:"),
        ("email: [\n", 2, "YAML viết sai"),
    ],
)
def test_each_mistake_is_told_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    file = tmp_path / "channels.yaml"
    file.write_text(text)
    with pytest.raises(ProblemsFound) as found:
        load_channels(file)
    assert any(p.line == line and words in str(p) for p in found.value.problems), str(found.value)


def test_all_mistakes_come_at_once(tmp_path: Path) -> None:
    file = tmp_path / "channels.yaml"
    file.write_text(GOOD.replace("587", "0").replace("starttls", "tls").replace("a@b", "ab"))
    with pytest.raises(ProblemsFound) as found:
        load_channels(file)
    assert [problem.line for problem in found.value.problems] == [3, 4, 5]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProblemsFound, match="không đọc được tệp"):
        load_channels(tmp_path / "channels.yaml")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"user": "a"}, "phải cùng có hoặc cùng để trống"),
        ({"password": "a"}, "phải cùng có hoặc cùng để trống"),
        ({"user": "a", "password": "mật khẩu"}, "chỉ được dùng ký tự ASCII"),
        ({"user": "a", "password": "b", "mode": "plain"}, "mật khẩu sẽ đi qua mạng không mã hóa"),
        ({"sender_name": "Sở Nội vụ\nBcc: a@b.example"}, "ký tự xuống dòng"),
    ],
)
def test_settings_that_could_never_work_are_refused_without_showing_the_password(
    changes: dict[str, str], words: str
) -> None:
    values = {"host": "mail.b.example", "port": 587, "mode": "starttls", "sender": "a@b.example", **changes}
    with pytest.raises(SettingsError, match=words) as refused:
        EmailSettings(**values)  # type: ignore[arg-type]
    assert "mật khẩu" not in str(refused.value).replace("mật khẩu chỉ", "").replace("mật khẩu sẽ", "")


def test_settings_never_print_the_password() -> None:
    settings = EmailSettings("127.0.0.1", 25, "plain", "a@b.example", user="u", password="rat-bi-mat")
    assert "rat-bi-mat" not in repr(settings)


def test_every_wrong_setting_is_named_at_once() -> None:
    with pytest.raises(EmailSettingsError) as refused:
        EmailSettings("", 0, "plain", "x")
    assert [name for name, _ in refused.value.fields] == ["host", "port", "sender"]
