"""config/channels.yaml: what a good file gives, and what each mistake says."""

from __future__ import annotations

from pathlib import Path

import pytest

from dondoc.channels.config import Limits, load_channels
from dondoc.channels.settings import EmailSettings, EmailSettingsError
from dondoc.channels.zalo import ZaloSettings, ZaloSettingsError
from dondoc.errors import ProblemsFound, SettingsError

ROOT = Path(__file__).parents[2]
GOOD = "email:\n  host: mail.hungyen.example\n  port: 587\n  mode: starttls\n  sender: a@b.example\n"
ZALO = GOOD + "zalo:\n  app_id: 1234567890123456789\n"
SECRET = "khoaratbimat"


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
    assert (channels.zalo, channels.zalo_limits, channels.recipient_per_day) == (None, Limits(), 6)


def test_the_example_of_zalo_in_the_shipped_file_is_usable(tmp_path: Path) -> None:
    text = (ROOT / "config" / "channels.yaml").read_text()
    begin = text.index("# zalo:")
    end = text.index("\n\n", begin)
    example = "\n".join(line.removeprefix("# ") for line in text[begin:end].splitlines())
    file = tmp_path / "channels.yaml"
    file.write_text(text[:begin] + example + text[end:])
    channels = load_channels(file, zalo_app_secret=SECRET)
    assert channels.zalo == ZaloSettings("1234567890123456789", SECRET, window_hours=168, timeout=15)
    assert channels.zalo_limits == Limits(per_minute=60, per_day=1000)


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        (None, ("https://openapi.zalo.me", "https://oauth.zaloapp.com")),
        ("http://127.0.0.1:8027", ("http://127.0.0.1:8027", "http://127.0.0.1:8027")),
    ],
)
def test_one_address_may_stand_in_for_every_host_of_zalo(
    tmp_path: Path, url: str | None, hosts: tuple[str, str]
) -> None:
    file = tmp_path / "channels.yaml"
    file.write_text(ZALO)
    zalo = load_channels(file, zalo_app_secret=SECRET, zalo_url=url).zalo
    assert zalo is not None
    assert (zalo.app_id, zalo.api_url, zalo.oauth_url) == ("1234567890123456789", *hosts)


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
        (GOOD.replace("mail.hungyen.example", ""), 2, "thiếu khóa host"),
        (GOOD + "zallo: {}\n", 6, "không có khóa 'zallo' → có phải là zalo?"),
        (GOOD + "zalo:\n", 6, "thiếu mục zalo: hoặc mục này không phải danh sách"),
        (GOOD + "zalo: {}\n", 6, "thiếu khóa app_id"),
        (GOOD + "zalo:\n  app_id:\n", 7, "thiếu khóa app_id"),
        (GOOD + "zalo:\n  app_id: demo-app\n", 7, "'demo-app' không phải mã ứng dụng: chỉ gồm chữ số"),
        (GOOD + "zalo:\n  app_id: 1.5\n", 7, "app_id phải là chữ hoặc số nguyên, không phải 1.5"),
        (ZALO + "  window_hours: 169\n", 8, "số giờ phải từ 1 đến 168 (7 ngày), không phải 169"),
        (ZALO + "  window_hours: 0\n", 8, "số giờ phải từ 1 đến 168"),
        (ZALO + "  window_hours: 24.5\n", 8, "window_hours phải là số nguyên"),
        (ZALO + "  timeout: 31\n", 8, "không quá 30 giây"),
        (ZALO + "  app_secret: abc\n", 8, "không có khóa 'app_secret'"),
        (ZALO + "  limits:\n    per_day: 0\n", 9, "per_day phải là số từ 1 trở lên"),
        (ZALO + "  limits:\n    per_hour: 1\n", 9, "không có khóa 'per_hour'"),
        (GOOD + "recipient:\n  per_day: 0\n", 7, "per_day phải là số từ 1 trở lên"),
        (GOOD + "recipient:\n  per_month: 9\n", 7, "không có khóa 'per_month'"),
        (GOOD + "recipient: 6\n", 6, "thiếu mục recipient: hoặc mục này không phải danh sách"),
        ("email:\n", 1, "thiếu mục email"),
        ("- email\n", 1, "tệp phải bắt đầu bằng mục email:"),
        ("email: [\n", 2, "YAML viết sai"),
    ],
)
def test_each_mistake_is_told_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    file = tmp_path / "channels.yaml"
    file.write_text(text)
    with pytest.raises(ProblemsFound) as found:
        load_channels(file, zalo_app_secret=SECRET)
    assert any(p.line == line and words in str(p) for p in found.value.problems), str(found.value)


def test_all_mistakes_come_at_once(tmp_path: Path) -> None:
    file = tmp_path / "channels.yaml"
    file.write_text(GOOD.replace("587", "0").replace("starttls", "tls").replace("a@b", "ab"))
    with pytest.raises(ProblemsFound) as found:
        load_channels(file)
    assert [problem.line for problem in found.value.problems] == [3, 4, 5]


def test_mistakes_of_every_section_come_at_once(tmp_path: Path) -> None:
    file = tmp_path / "channels.yaml"
    file.write_text(
        GOOD.replace("587", "0") + "zalo:\n  app_id: x\n  limits:\n    per_day: 0\nrecipient:\n  per_day: -1\n"
    )
    with pytest.raises(ProblemsFound) as found:
        load_channels(file)
    assert [(problem.line, problem.code) for problem in found.value.problems] == [
        (3, "channels.value"),
        (6, "channels.secret"),
        (7, "channels.value"),
        (9, "channels.value"),
        (11, "channels.value"),
    ]


def test_zalo_without_its_secret_is_told_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "channels.yaml"
    file.write_text(ZALO)
    with pytest.raises(ProblemsFound) as found:
        load_channels(file)
    (problem,) = found.value.problems
    assert (problem.file, problem.line) == (str(file), 6)
    assert "thiếu khóa bí mật" in problem.message
    assert "DONDOC_ZALO_APP_SECRET" in problem.hint


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


def test_zalo_settings_never_show_the_secret() -> None:
    settings = ZaloSettings("1", SECRET)
    assert SECRET not in repr(settings)
    with pytest.raises(ZaloSettingsError) as refused:
        ZaloSettings("x", "khóa có dấu", 0, 0.0, "ftp://zalo")
    assert [name for name, _ in refused.value.fields] == ["app_id", "app_secret", "window_hours", "timeout", "url"]
    assert "khóa có dấu" not in str(refused.value)
