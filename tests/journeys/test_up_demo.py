"""`dondoc up --demo` as a newcomer meets it: everything answers, the mail's link opens, what is killed comes back,
Ctrl-C ends it all. One real run for all tests of this file."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 240  # a slow machine under a full test run; what a run takes is measured in bench/


@dataclass
class Run:
    """The running system: its process, where it answers, what it printed."""

    process: subprocess.Popen[bytes]
    environment: dict[str, str]
    output: Path

    @property
    def text(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def url(self, name: str, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.environment[name]}{path}"


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def fetch(url: str, body: dict[str, object] | None = None) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor())
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})
    with opener.open(request, timeout=20) as answer:
        return str(answer.read().decode("utf-8"))


def eventually(check: Callable[[], bool], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if check():
                return
        except (OSError, urllib.error.URLError):
            pass
        time.sleep(0.5)
    pytest.fail(what)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("up")
    names = ("DONDOC_PORT", "DONDOC_SINK_PORT", "DONDOC_SINK_SMTP_PORT", "DONDOC_PREFECT_PORT", "DONDOC_ZALO_PORT")
    own = dict(zip(names, map(str, free_ports(len(names))), strict=True))
    environment = {**os.environ, **own, "DONDOC_HOME": str(folder / "home")}
    output = folder / "up.log"
    command = [sys.executable, "-m", "dondoc", "up", "--demo"]
    with output.open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    started = Run(process, environment, output)
    try:
        eventually(
            lambda: "Sẵn sàng" in started.text or process.poll() is not None, READY_SECONDS, "up did not get ready"
        )
        assert process.poll() is None, started.text
        yield started
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def test_every_task_is_a_deployment_with_its_schedule(run: Run) -> None:
    found: list[dict[str, object]] = []
    while True:
        page = json.loads(
            fetch(run.url("DONDOC_PREFECT_PORT", "/api/deployments/filter"), {"offset": len(found), "limit": 100})
        )
        found.extend(page)
        if len(page) < 100:
            break
    tasks = [one for one in found if str(one["name"]).startswith("hung-yen-")]
    assert len(tasks) == 130
    assert all(one["schedules"] and one["description"] and one["tags"] for one in tasks)
    fixed = {str(one["name"]) for one in found} - {str(one["name"]) for one in tasks}
    assert fixed == {"quet", "gui-thu", "thu-nhan", "bon-nhom", "kiem-tra", "nap-ke-hoach", "su-kien"}


def test_the_link_of_a_mail_in_the_sink_opens_the_agencys_work(run: Run) -> None:
    mails = json.loads(fetch(run.url("DONDOC_SINK_PORT", "/api/messages")))
    assert mails
    mail = json.loads(fetch(run.url("DONDOC_SINK_PORT", f"/api/messages/{mails[0]['id']}")))
    link = re.search(r"http://127\.0\.0\.1:\d+/l/\S+", mail["text"])
    assert link is not None
    page = fetch(link[0])
    assert "hạn" in page.lower()
    assert link[0].rpartition("/")[2] not in page


def test_the_printed_account_opens_the_supervisors_pages(run: Run) -> None:
    password = re.search(r"Mật khẩu mẫu: (\S+)", run.text)
    assert password is not None
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor())
    address = run.url("DONDOC_PORT", "/dang-nhap?ve=/tai-khoan")
    with opener.open(address, timeout=20) as answer:
        token = re.search(r'name="csrf" value="([^"]+)"', answer.read().decode("utf-8"))
    assert token is not None
    form = {"csrf": token[1], "ve": "/tai-khoan", "ten": "theodoi", "mat_khau": password[1]}
    body = urllib.parse.urlencode(form).encode()
    with opener.open(run.url("DONDOC_PORT", "/dang-nhap"), body, timeout=20) as answer:
        page = answer.read().decode("utf-8")
        assert answer.url == run.url("DONDOC_PORT", "/tai-khoan")
    assert "Sở Nội vụ" in page and "theodoi" in page
    kept = Path(run.environment["DONDOC_HOME"]) / "secret" / "demo.password"
    assert kept.read_text(encoding="utf-8").strip() == password[1]
    assert kept.stat().st_mode & 0o077 == 0
    for log in (log for log in (Path(run.environment["DONDOC_HOME"]) / "log").rglob("*") if log.is_file()):
        assert password[1] not in log.read_text(encoding="utf-8", errors="replace")


def test_a_run_started_in_prefect_completes_and_leaves_its_page(run: Run) -> None:
    api = "DONDOC_PREFECT_PORT"
    found = json.loads(
        fetch(run.url(api, "/api/deployments/filter"), {"deployments": {"name": {"any_": ["bon-nhom"]}}, "limit": 1})
    )
    started = json.loads(fetch(run.url(api, f"/api/deployments/{found[0]['id']}/create_flow_run"), {}))
    eventually(
        lambda: json.loads(fetch(run.url(api, f"/api/flow_runs/{started['id']}")))["state_type"] == "COMPLETED",
        60,
        "the summary did not complete",
    )
    artifacts = json.loads(fetch(run.url(api, "/api/artifacts/filter"), {"limit": 5}))
    assert any("Tình hình thực hiện" in str(one["data"]) for one in artifacts)


def test_a_second_up_on_the_same_folder_says_so_and_exits(run: Run) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "dondoc", "up", "--demo"], cwd=ROOT, env=run.environment, capture_output=True, timeout=60
    )
    assert second.returncode == 1
    assert "Traceback" not in second.stderr.decode()
    assert run.environment["DONDOC_HOME"] in second.stderr.decode()
    assert run.process.poll() is None


def test_a_killed_page_comes_back_by_itself(run: Run) -> None:
    parent = psutil.Process(run.process.pid)
    (page,) = [child for child in parent.children() if "console" in child.cmdline()]
    page.kill()
    eventually(lambda: "ok" in fetch(run.url("DONDOC_PORT", "/healthz")).lower(), 60, "the page did not come back")
    assert "Trang trả lời đã dừng" in run.text


def test_ctrl_c_stops_everything_in_order(run: Run) -> None:
    family = psutil.Process(run.process.pid).children(recursive=True)
    assert len(family) >= 4
    run.process.send_signal(signal.SIGINT)
    assert run.process.wait(90) == 0
    _, alive = psutil.wait_procs(family, timeout=20)
    assert alive == []
    assert "Đã dừng tất cả" in run.text
