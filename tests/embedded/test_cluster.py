"""The embedded database: private, shared by processes, and back after every way of being killed."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from embedded_process import execute, kill_everything, main_process, server_processes, signal_all, spawn

from dondoc.embedded import AlreadyRunning, Cluster, EmbeddedError, hold_home, passwords, programs
from dondoc.embedded.layout import Layout


@pytest.fixture
def home() -> Iterator[Path]:
    """A home folder of its own under a closed parent; whatever still runs in it afterwards is killed."""
    with new_home() as path:
        yield path


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Path, Cluster]]:
    """A home whose server runs, for the tests that only look."""
    with new_home() as path, Cluster(path) as cluster:
        yield path, cluster


@contextlib.contextmanager
def new_home() -> Iterator[Path]:
    parent = Path(tempfile.mkdtemp(prefix="dondoc-test-")).resolve()
    yield parent / "var"
    if (parent / "var/postgres/data").is_dir():
        kill_everything(parent / "var")
    shutil.rmtree(parent)


@pytest.mark.parametrize("database", ["dondoc", "prefect"])
def test_a_fresh_home_serves_both_databases(running: tuple[Path, Cluster], database: str) -> None:
    asked = execute(
        running[1].url(database),
        "SELECT current_user::text, current_database()::text, current_setting('is_superuser'),"
        " current_setting('server_encoding'), lower('ĐÔN ĐỐC ƯỠ')",
    )
    assert asked == [(database, database, "off", "UTF8", "đôn đốc ưỡ")]


def test_prefect_can_create_the_extension_that_its_migrations_need(running: tuple[Path, Cluster]) -> None:
    execute(running[1].url("prefect"), "CREATE EXTENSION pg_trgm")
    assert execute(running[1].url("prefect"), "SELECT similarity('nhiệm vụ', 'nhiệm vụ')") == [(1.0,)]


def test_settings_are_durable_and_closed(running: tuple[Path, Cluster]) -> None:
    settings = dict(execute(running[1].admin_url(), "SELECT name, setting FROM pg_settings"))
    rules = execute(running[1].admin_url(), "SELECT type, auth_method FROM pg_hba_file_rules")
    wanted = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "data_checksums": "on"}
    wanted |= {"listen_addresses": "", "password_encryption": "scram-sha-256", "max_connections": "200"}
    assert {name: settings[name] for name in wanted} == wanted
    assert rules == [("local", "scram-sha-256")]


@pytest.mark.parametrize("password", [None, "wrong"])
def test_a_connection_without_the_password_is_refused(running: tuple[Path, Cluster], password: str | None) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=str(running[0] / "postgres/socket"), user="dondoc", dbname="dondoc", password=password)


def test_one_role_cannot_enter_the_other_database(running: tuple[Path, Cluster]) -> None:
    address = running[1].url("dondoc", "postgresql").replace("dondoc@", "prefect@")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(address)


def test_no_address_command_line_environment_or_log_holds_a_password(running: tuple[Path, Cluster]) -> None:
    home, cluster = running
    known = passwords.read(home / "postgres/pgpass")
    assert known is not None
    shown = [cluster.url(), cluster.prefect_url(), cluster.admin_url()]
    process = Path(f"/proc/{main_process(home)}")
    shown += [(process / name).read_text(errors="replace") for name in ("cmdline", "environ")]
    shown += [path.read_text() for path in (home / "log/postgresql").iterdir()]
    assert [text for text in shown if any(password in text for password in known.values())] == []


def test_starting_twice_changes_nothing(running: tuple[Path, Cluster]) -> None:
    before = main_process(running[0])
    running[1].start()
    assert main_process(running[0]) == before


def test_data_survives_a_stop(home: Path) -> None:
    with Cluster(home) as cluster:
        execute(cluster.url(), "CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")
    assert not cluster.is_running()
    with Cluster(home) as cluster:
        assert execute(cluster.url(), "SELECT n FROM kept") == [(1,)]


def test_committed_rows_survive_kill_9_of_every_process(home: Path) -> None:
    child = spawn("start", home)
    assert child.stdout is not None
    url = child.stdout.readline().split()[1]
    execute(url, "CREATE TABLE kept (n int); INSERT INTO kept SELECT generate_series(1, 1000)")
    child.kill()
    kill_everything(home)
    with Cluster(home) as cluster:
        assert execute(cluster.url(), "SELECT count(*) FROM kept") == [(1000,)]


def test_an_orphaned_server_is_found_and_replaced(home: Path) -> None:
    assert spawn("start_and_forget", home).wait() == -signal.SIGKILL
    orphans = server_processes(home)
    assert orphans
    said: list[str] = []
    cluster = Cluster(home)
    cluster.start(said.append)
    assert set(orphans).isdisjoint(server_processes(home))
    assert said[0] == "Dừng cơ sở dữ liệu còn sót lại của lần chạy trước…"
    cluster.stop()
    assert server_processes(home) == []


def test_a_server_whose_main_process_alone_was_killed_comes_back(home: Path) -> None:
    with Cluster(home) as cluster:
        main = main_process(home)
        os.kill(main, signal.SIGKILL)
        cluster.start()
        assert execute(cluster.url(), "SELECT 1") == [(1,)]


def test_a_deaf_server_is_replaced(home: Path) -> None:
    """Children that outlive their main process (here stopped, so that they cannot notice) do not block a start."""
    spawn("start_and_forget", home).wait()
    main = main_process(home)
    children = [pid for pid in server_processes(home) if pid != main]
    signal_all(children, signal.SIGSTOP)
    os.kill(main, signal.SIGKILL)
    with Cluster(home) as cluster:
        assert execute(cluster.url(), "SELECT 1") == [(1,)]
        assert set(children).isdisjoint(server_processes(home))


def test_a_pid_file_that_names_a_stranger_is_no_obstacle(home: Path) -> None:
    """After a reboot the number may belong to any process; here it is this very test."""
    with Cluster(home):
        lines = (home / "postgres/data/postmaster.pid").read_text().splitlines()
    pid_file = home / "postgres/data/postmaster.pid"
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    with Cluster(home) as cluster:
        assert execute(cluster.url(), "SELECT 1") == [(1,)]


def test_a_first_start_killed_half_way_leaves_no_half_database(home: Path) -> None:
    child = spawn("start", home)
    while not list(home.glob("postgres/data.new-*/base")):
        assert child.poll() is None
        time.sleep(0.002)
    child.kill()
    assert not (home / "postgres/data").exists()
    with Cluster(home) as cluster:
        assert execute(cluster.url(), "SELECT 1") == [(1,)]


def test_two_first_starts_at_once_make_one_server(home: Path) -> None:
    children = [spawn("start", home) for _ in range(2)]
    urls = {child.stdout.readline() for child in children if child.stdout}
    assert len(urls) == 1
    assert urls.pop().startswith("ready postgresql+psycopg://dondoc@/dondoc?")
    for child in children:
        child.communicate("")
    assert [child.returncode for child in children] == [0, 0]
    assert server_processes(home) == []


def test_the_last_one_out_stops_the_server(home: Path) -> None:
    child = spawn("start", home)
    assert child.stdout is not None
    child.stdout.readline()
    visitor = Cluster(home)
    visitor.start()
    child.communicate("")
    assert execute(visitor.url(), "SELECT 1") == [(1,)]
    visitor.stop()
    assert not visitor.is_running()


def test_a_lost_password_file_gives_new_passwords(home: Path) -> None:
    with Cluster(home) as cluster:
        execute(cluster.url(), "CREATE TABLE kept (n int)")
    old = passwords.read(home / "postgres/pgpass")
    (home / "postgres/pgpass").unlink()
    with Cluster(home) as cluster:
        assert execute(cluster.url(), "SELECT * FROM kept") == []
    assert passwords.read(home / "postgres/pgpass") != old


def test_another_major_version_is_refused_with_what_to_do(home: Path) -> None:
    with Cluster(home):
        pass
    (home / "postgres/data/PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedError, match=r"PostgreSQL 17 tạo, còn bản đang cài là 18(.|\n)*mục Sao lưu"):
        Cluster(home).start()


def test_a_server_that_cannot_start_shows_its_last_words(home: Path) -> None:
    with Cluster(home):
        pass
    (home / "postgres/data/global/pg_control").write_bytes(b"")
    with pytest.raises(EmbeddedError, match=r"không khởi động được(.|\n)*pg_control"):
        Cluster(home).start()


def test_a_long_home_gets_a_short_socket_folder_while_it_runs(home: Path) -> None:
    long = home.joinpath(*["rất-dài"] * 12)
    socket = Layout(long).socket
    with Cluster(long) as cluster:
        assert execute(cluster.url(), "SELECT 1") == [(1,)]
        assert socket.lstat().st_mode & 0o7777 == 0o700
    assert socket.parent == Path("/tmp")
    assert not socket.exists()


def test_a_short_socket_folder_that_somebody_prepared_is_refused(home: Path) -> None:
    """Whoever owns the folder could read what is sent; /tmp is open to everyone."""
    long = home.joinpath(*["rất-dài"] * 12)
    elsewhere = home.parent / "elsewhere"
    elsewhere.mkdir()
    socket = Layout(long.resolve()).socket
    socket.symlink_to(elsewhere)
    try:
        with pytest.raises(EmbeddedError, match=re.escape(f"Thư mục {socket} phải là thư mục thật")):
            Cluster(long).start()
    finally:
        socket.unlink()
    assert list(elsewhere.iterdir()) == []


def test_nothing_outside_home_changes_its_permissions(home: Path) -> None:
    home.parent.chmod(0o700)
    beside = home.parent / "beside"
    beside.mkdir(mode=0o711)
    outside = [beside, *home.parents]
    before = [(path, path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in outside]
    with Cluster(home) as cluster:
        assert execute(cluster.url(), "SELECT 1") == [(1,)]
    assert [(path, path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in outside] == before
    closed = [home, home / "log", home / "postgres", home / "postgres/data", home / "postgres/socket"]
    assert [path.stat().st_mode & 0o7777 for path in closed] == [0o700] * 5
    assert (home / "postgres/pgpass").stat().st_mode & 0o7777 == 0o600


def test_logs_are_found_under_home(running: tuple[Path, Cluster]) -> None:
    home, cluster = running
    with psycopg.connect(cluster.url("dondoc", "postgresql")) as connection, contextlib.suppress(psycopg.Error):
        connection.execute("SELECT * FROM khong_co_bang_nay")
    (log,) = (home / "log/postgresql").glob("postgresql-*.log")
    words = 'relation "khong_co_bang_nay" does not exist'
    for _ in range(100):  # the logger is a process of its own and may be a moment behind
        if words in log.read_text():
            break
        time.sleep(0.1)
    assert words in log.read_text()


def test_a_dump_taken_as_documented_is_restored_as_documented(running: tuple[Path, Cluster], tmp_path: Path) -> None:
    home, cluster = running
    execute(cluster.url(), "CREATE TABLE saved (words text); INSERT INTO saved VALUES ('đã lưu')")
    document = (Path(__file__).parents[2] / "docs/operations.md").read_text()
    commands = re.findall(r"^PGPASSFILE=.*pg_(?:dump|restore)\" .*$", document, re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        placed = command.replace("$PWD/var", str(home)).replace("$PWD/khac", str(home))
        placed = re.sub(r"PGPASSFILE=\w+/", f"PGPASSFILE={home}/", placed)
        environment = {**os.environ, "PG": str(programs.installed() / "bin")}
        subprocess.run(["/bin/sh", "-ec", placed], check=True, cwd=tmp_path, env=environment)
        execute(cluster.url(), "UPDATE saved SET words = 'đã sửa'") if "pg_dump" in placed else None
    assert execute(cluster.url(), "SELECT words FROM saved") == [("đã lưu",)]


def test_a_second_owner_of_the_home_is_told_who_has_it(home: Path) -> None:
    with hold_home(home):
        said, _ = spawn("hold", home).communicate("")
    assert said.startswith(f"dondoc đang chạy trên thư mục {home} (tiến trình {os.getpid()}).")
    assert f"kill {os.getpid()}" in said


def test_a_killed_owner_lets_the_home_go(home: Path) -> None:
    child = spawn("hold", home)
    assert child.stdout is not None
    child.stdout.readline()
    with pytest.raises(AlreadyRunning), hold_home(home):
        pass
    child.kill()
    child.wait()
    with hold_home(home):
        pass
