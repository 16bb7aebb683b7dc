"""`dondoc zalo connect` and `status`: the pair is entered once, tried first, never shown; what to do is said."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dondoc import clock, store
from dondoc.channels.standin import DEMO_APP_ID, DEMO_APP_SECRET, ZaloStandIn
from dondoc.cli.zalo import zalo_app
from dondoc.errors import DondocError
from dondoc.store import zalo_grants

ROOT = Path(__file__).parents[2]


@pytest.fixture
def standin(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ZaloStandIn]:
    """A stand-in, and an environment whose configuration uses it."""
    config = shutil.copytree(ROOT / "config", tmp_path / "config")
    with (config / "channels.yaml").open("a") as file:
        file.write(f'zalo:\n  app_id: "{DEMO_APP_ID}"\n')
    with ZaloStandIn(tmp_path / "zalo") as running:
        monkeypatch.setenv("DONDOC_DATABASE_URL", database_url)
        monkeypatch.setenv("DONDOC_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("DONDOC_CONFIG", str(config))
        monkeypatch.setenv("DONDOC_ZALO_URL", running.url)
        monkeypatch.setenv("DONDOC_ZALO_APP_SECRET", DEMO_APP_SECRET)
        yield running


def run(*words: str, typed: str | None = None) -> Result:
    """The command in this process; what a person would read as an error is raised."""
    result = CliRunner().invoke(zalo_app, list(words), input=typed)
    if isinstance(result.exception, DondocError):
        raise result.exception
    return result


def status() -> tuple[int, dict[str, object]]:
    result = run("status", "--json")
    found: dict[str, object] = json.loads(result.stdout)
    return result.exit_code, found


def test_a_pair_from_a_file_is_entered_and_told_by_the_accounts_name(standin: ZaloStandIn, tmp_path: Path) -> None:
    pair = standin.account.consent(clock.now())
    file = tmp_path / "cap-ma.txt"
    file.write_text(f"\n  {pair.access_token}\r\n{pair.refresh_token}\n\n")
    result = run("connect", "--pair-file", str(file))
    assert result.exit_code == 0
    assert "Đã nối với OA “Đôn đốc (OA mẫu)”." in result.output
    assert f"Hãy xóa tệp {file}" in result.output
    assert pair.access_token not in result.output
    code, found = status()
    assert (code, found["configured"], found["connected"], found["consent_needed"], found["todo"]) == (
        0, True, True, None, "",
    )  # fmt: skip


def test_a_pair_is_typed_without_being_shown(standin: ZaloStandIn) -> None:
    pair = standin.account.consent(clock.now())
    result = run("connect", typed=f"{pair.access_token}\n{pair.refresh_token}\n")
    assert "Đã nối với OA" in result.output
    assert pair.access_token not in result.output
    assert pair.refresh_token not in result.output
    assert status()[0] == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "đúng hai dòng"),
        ("mot-ma\n", "đúng hai dòng"),
        ("a\nb\nc\n", "tệp này có 3"),
        ("a\na\n", "hai mã khác nhau"),
        ("khong-phai\nma-that\n", "Zalo không nhận mã truy cập này"),
    ],
)
def test_what_is_no_pair_is_not_kept(standin: ZaloStandIn, tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "cap-ma.txt"
    file.write_text(content)
    with pytest.raises(DondocError, match=words):
        run("connect", "--pair-file", str(file))
    code, found = status()
    assert (code, found["connected"]) == (1, False)
    assert "dondoc zalo connect" in str(found["todo"])


def test_a_missing_file_is_told(standin: ZaloStandIn, tmp_path: Path) -> None:
    with pytest.raises(DondocError, match="Không đọc được tệp"):
        run("connect", "--pair-file", str(tmp_path / "khong-co"))


def test_a_zalo_that_is_away_keeps_nothing(standin: ZaloStandIn) -> None:
    pair = standin.account.consent(clock.now())
    standin.stop()
    with pytest.raises(DondocError, match="Chưa hỏi được Zalo"):
        run("connect", typed=f"{pair.access_token}\n{pair.refresh_token}\n")


def test_status_says_what_is_to_be_done(standin: ZaloStandIn, database_url: str) -> None:
    pair = standin.account.consent(clock.now())
    run("connect", typed=f"{pair.access_token}\n{pair.refresh_token}\n")
    engine = store.engine(database_url)
    try:
        with store.session_factory(engine).begin() as session:
            row = zalo_grants.get(session, DEMO_APP_ID)
            assert row is not None
            row.pending_since = clock.now()
        assert "Không phải làm gì" in str(status()[1]["todo"])
        with store.session_factory(engine).begin() as session:
            zalo_grants.get(session, DEMO_APP_ID).consented_at = clock.now() - timedelta(days=81)  # type: ignore[union-attr]
        code, found = status()
        assert (code, "81 ngày" in str(found["todo"])) == (0, True)
        with store.session_factory(engine).begin() as session:
            zalo_grants.get(session, DEMO_APP_ID).consent_needed = "Mã làm mới đã dùng."  # type: ignore[union-attr]
        result = run("status")
        assert result.exit_code == 1
        assert "Phải cấp quyền lại: Mã làm mới đã dùng." in result.output
        assert "Việc cần làm: Cấp quyền lại rồi chạy `dondoc zalo connect`" in result.output
    finally:
        engine.dispose()


def test_without_zalo_in_the_configuration_both_say_so(standin: ZaloStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DONDOC_CONFIG", str(ROOT / "config"))
    code, found = status()
    assert (code, found["configured"]) == (1, False)
    with pytest.raises(DondocError, match="Chưa cấu hình Zalo"):
        run("connect", typed="a\nb\n")
