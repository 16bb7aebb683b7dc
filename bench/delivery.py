"""Messages a second to the local sink: the product's own way against a bare smtplib loop on one connection.

Both hand the same bytes to the same sink process, in turn in one run. Ours pays for what the bare loop does not
promise: each attempt is committed (fsync on, PostgreSQL's defaults) before a byte leaves, its outcome after it.
"""

from __future__ import annotations

import argparse
import multiprocessing
import smtplib
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from sqlalchemy import func, insert, select

from dondoc.bootstrap import open_app
from dondoc.channels.email import EmailChannel
from dondoc.channels.envelope import message_id
from dondoc.channels.mailbox import Mailbox
from dondoc.channels.mime import message_bytes
from dondoc.channels.settings import EmailSettings
from dondoc.channels.sink import HOST, Sink
from dondoc.embedded import Cluster
from dondoc.services.app import App
from dondoc.services.envelopes import envelope_of
from dondoc.services.sending import send_ready
from dondoc.services.wording import LINK_PLACEHOLDER
from dondoc.store import migrate
from dondoc.store.models import MessageRow

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden" / "notices"
LINK_IN_GOLDEN = "mau-xem-truoc"
SENDER, SENDER_NAME = "dondoc@sonoivu.hungyen.example", "Sở Nội vụ tỉnh Hưng Yên"
NOW = datetime(2024, 3, 25, 8, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))  # a Monday
TARGET = 0.80

say = Console(stderr=True, soft_wrap=True).print


@dataclass(frozen=True)
class Round:
    """Messages a second of both, one after the other."""

    bare: float
    ours: float

    @property
    def ratio(self) -> float:
        return self.ours / self.bare


def main() -> int:
    """Print one table; exit 1 below 80 % or when a message did not arrive exactly once."""
    options = _options()
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dondoc-bench-")))
        migrate(stack.enter_context(Cluster(home)).url())
        app = stack.enter_context(open_app(_environment(home)))
        new_sink = stack.enter_context(_sink_process())
        rounds = [_round(app, home, new_sink, number, options) for number in range(1, options.rounds + 1)]
    return _report(rounds, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3, help="each is the bare loop, then ours")
    parser.add_argument("--kind", default="digest", help="which text of tests/golden/notices is sent")
    return parser.parse_args()


def _environment(home: Path) -> dict[str, str]:
    return {
        "DONDOC_HOME": str(home), "DONDOC_CONFIG": str(ROOT / "config"), "DONDOC_PLANS": str(ROOT / "plans"),
        "DONDOC_TEMPLATES": str(ROOT / "templates"), "DONDOC_PUBLIC_URL": "https://dondoc.example",
    }  # fmt: skip


@contextmanager
def _sink_process() -> Iterator[Callable[[Path], int]]:
    """One process that opens a sink on each folder it is given, and says on which port."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    theirs.close()  # then a sink process that died is noticed
    try:
        yield lambda folder: _asked(ours, folder)
    finally:
        ours.send(None)
        process.join()


def _asked(pipe: Connection, folder: Path) -> int:
    pipe.send(folder)
    port: int = pipe.recv()
    return port


def _serve(pipe: Connection) -> None:
    while (folder := pipe.recv()) is not None:
        sink = Sink(folder)
        sink.start()
        pipe.send(sink.port)


def _round(app: App, home: Path, new_sink: Callable[[Path], int], number: int, options: argparse.Namespace) -> Round:
    rows = _fill(app, number, options)
    wanted = Counter(row.header_id for row in rows)
    folders = home / f"bare-{number}", home / f"ours-{number}"
    bare = _bare(app, rows, new_sink(folders[0]))
    del rows  # the product does not hold them all
    ours = _ours(app, options.messages, new_sink(folders[1]))
    for folder in folders:
        _check(folder, wanted)
    _check_outbox(app, number * options.messages)
    done = Round(options.messages / bare, options.messages / ours)
    say(f"vòng {number}: vòng lặp trần {done.bare:.0f} thư/giây, dondoc {done.ours:.0f} thư/giây ({done.ratio:.0%})")
    return done


def _fill(app: App, round_number: int, options: argparse.Namespace) -> Sequence[MessageRow]:
    """Messages that are ready, each to its own recipient; what the rounds before sent stays in the tables."""
    golden = _golden(options.kind)
    rows = [_row(golden, f"don-vi-{number:05}/dau-moi-{round_number}") for number in range(1, options.messages + 1)]
    with app.sessions.begin() as session:
        session.execute(insert(MessageRow), rows)
    with app.sessions() as session:
        return session.scalars(select(MessageRow).where(MessageRow.status == "ready").order_by(MessageRow.id)).all()


def _golden(kind: str) -> dict[str, str]:
    names = {"subject": "subject.txt", "body_text": "body.txt", "body_html": "body.html", "body_zalo": "zalo.txt"}
    texts = {column: (GOLDEN / kind / name).read_text(encoding="utf-8") for column, name in names.items()}
    texts["subject"] = texts["subject"].strip()
    return {column: text.replace(LINK_IN_GOLDEN, LINK_PLACEHOLDER) for column, text in texts.items()}


def _row(golden: dict[str, str], recipient: str) -> dict[str, Any]:
    agency, _, role = recipient.partition("/")
    key = f"{recipient}/{NOW.date()}/digest"
    return golden | {
        "recipient": recipient, "day": NOW.date(), "klass": "digest", "plan_id": None, "agency": agency,
        "channel": "email", "address": f"{role}@{agency}.hungyen.example", "address_name": f"Đầu mối của {agency}",
        "header_id": message_id(key, "sonoivu.hungyen.example"), "status": "ready", "reason": "",
        "created_at": NOW - timedelta(minutes=1), "next_try_at": NOW,
    }  # fmt: skip


def _bare(app: App, rows: Sequence[MessageRow], port: int) -> float:
    """Seconds for the finished bytes on one connection, nothing else."""
    mails = [(row.address, message_bytes(envelope_of(app, row), SENDER, SENDER_NAME, None, NOW)) for row in rows]
    say(f"{len(mails)} thư, mỗi thư {len(mails[0][1]):,} byte")
    began = time.perf_counter()
    with smtplib.SMTP(HOST, port) as client:
        for address, data in mails:
            client.sendmail(SENDER, [address], data)
    return time.perf_counter() - began


def _ours(app: App, count: int, port: int) -> float:
    """Seconds of the product's own run, from the queue to the last outcome on record."""
    with closing(EmailChannel(EmailSettings(HOST, port, "plain", SENDER, SENDER_NAME))) as channel:
        began = time.perf_counter()
        kinds = send_ready(replace(app, channels={"email": channel}, limits={}, recipient_per_day=None), NOW)
        seconds = time.perf_counter() - began
    if kinds != Counter(sent=count):
        sys.exit(f"không phải thư nào cũng gửi được: {kinds}")
    return seconds


def _check(folder: Path, wanted: Counter[str]) -> None:
    """Each Message-ID is in the sink exactly once."""
    found = Counter(entry.message_id for entry in Mailbox(folder).entries())
    if found != wanted:
        twice = sum(times > 1 for times in found.values())
        sys.exit(f"{folder.name}: {found.total()} thư thay vì {wanted.total()}, {twice} thư đến hơn một lần")


def _check_outbox(app: App, count: int) -> None:
    with app.sessions() as session:
        sent = session.scalar(select(func.count()).where(MessageRow.status == "sent", MessageRow.sent_at.is_not(None)))
    if sent != count:
        sys.exit(f"sổ ghi {sent} thư đã gửi thay vì {count}")


def _report(rounds: Sequence[Round], options: argparse.Namespace) -> int:
    table = Table(
        f"{options.messages:,} thư tới hộp thư mẫu", "vòng lặp smtplib, thư/giây", "dondoc, thư/giây", "tỷ lệ"
    )
    for number, one in enumerate(rounds, 1):
        table.add_row(f"vòng {number}", f"{one.bare:.0f}", f"{one.ours:.0f}", f"{one.ratio:.0%}")
    ratio = statistics.median(one.ratio for one in rounds)
    table.add_row("trung vị", "", "", f"{ratio:.0%} (cần {TARGET:.0%})")
    Console().print(table)
    return 0 if ratio >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
