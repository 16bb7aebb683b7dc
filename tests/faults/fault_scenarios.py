"""The story of two days, and everything that can go wrong in it. Each fault tells itself in one line of Vietnamese."""

from __future__ import annotations

import os
import signal
import time as clock_time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from fault_bed import FIRST, PRESSED, Bed
from fault_points import POINTS

from dondoc.channels.standin.faults import read_fault
from dondoc.domain.moments import at

SECOND = date(2024, 3, 28)


@dataclass(frozen=True)
class Step:
    """Somebody does something at a moment of the story."""

    day: date
    hour: time
    word: str
    argument: Any = None

    @property
    def moment(self) -> datetime:
        return at(self.day, self.hour)


MAIN = Step(FIRST, time(8, 0), "deliver")
"""The morning's delivery, where most faults strike."""
NEXT = Step(FIRST, time(8, 15), "deliver")
STORY = (
    Step(FIRST, time(7, 50), "track", "I.2.5"),  # finds thirty reports late at once, and stops to ask
    Step(FIRST, time(7, 55), "allow"),
    MAIN,
    NEXT,
    Step(FIRST, time(8, 20), "release"),
    Step(FIRST, time(8, 30), "deliver"),
    Step(FIRST, time(8, 45), "deliver"),
    Step(FIRST, time(9, 45), "press", PRESSED),
    Step(FIRST, time(10, 0), "deliver"),
    Step(FIRST, time(10, 5), "release"),
    Step(FIRST, time(10, 15), "deliver"),
    Step(FIRST, time(14, 0), "deliver"),
    Step(FIRST, time(15, 0), "deliver"),
    Step(SECOND, time(8, 0), "deliver"),
    Step(SECOND, time(8, 15), "deliver"),
)


@dataclass
class Fault:
    """What goes wrong. The default goes right. `struck` must be true in the end, or the fault never happened."""

    words: str = "không có sự cố"
    struck: bool = True

    def before(self, step: Step, bed: Bed) -> None:
        """Arrange what this step will meet."""

    def run(self, step: Step, bed: Bed) -> None:
        """Do the step."""
        do(step, bed)

    def moment(self, step: Step) -> datetime:
        """What the clock says at this step."""
        return step.moment


def do(step: Step, bed: Bed) -> dict[str, Any] | None:
    """The step by a living worker. A person whose command fails tries again later (the story has later steps)."""
    answer = bed.do(step.word, step.argument)
    if answer is not None and "failed" in answer:
        bed.notes.append(f"{step.hour:%H:%M} {step.word}: {answer['failed']}")
    return answer


def play(bed: Bed, fault: Fault) -> None:
    """The whole story with that fault in it; an administrator consents anew when Zalo asks for it."""
    pressed = False
    for step in STORY:
        bed.moment = fault.moment(step)
        fault.before(step, bed)
        if step.word == "press":
            pressed = _press(step, bed)
            continue
        if not pressed and step.word == "deliver" and step.hour > time(9, 45):
            pressed = _press(step, bed)
        fault.run(step, bed)
        _administer(bed)


def _press(step: Step, bed: Bed) -> bool:
    answer = do(Step(step.day, step.hour, "press", PRESSED), bed)
    return answer is not None and "failed" not in answer


def _administer(bed: Bed) -> None:
    if bed.execute("SELECT 1 FROM zalo_grants WHERE consent_needed IS NOT NULL"):
        bed.consent()
        bed.notes.append("quản trị viên cấp quyền Zalo lại")


@dataclass
class Kill(Fault):
    """The worker is killed at a named point of one delivery; the next one is started by the scheduler as always."""

    point: str = ""
    at_step: Step = MAIN
    first: str | None = None
    struck: bool = False

    def run(self, step: Step, bed: Bed) -> None:
        if step == MAIN and self.first is not None:
            assert bed.do("deliver", self.first) is None, f"the worker did not die at {self.first}"
        elif step == self.at_step:
            self.struck = bed.do("deliver", self.point) is None
        else:
            do(step, bed)


def kill(point: str) -> Kill:
    """At that point of the morning's delivery; what is asked afterwards dies over an earlier death."""
    words = f"kill -9, {POINTS[point].words}"
    if point.startswith("settle."):
        return Kill(words, point=point, at_step=NEXT, first="send.dotted")
    return Kill(words, point=point)


@dataclass
class Outside(Fault):
    """Something outside is different from one step to another."""

    begin: Callable[[Bed], None] = lambda bed: None
    end: Callable[[Bed], None] = lambda bed: None
    since: datetime = MAIN.moment
    until: datetime = at(FIRST, time(8, 40))
    _on: bool = field(default=False, repr=False)

    def before(self, step: Step, bed: Bed) -> None:
        wanted = self.since <= step.moment < self.until
        if wanted != self._on:
            (self.begin if wanted else self.end)(bed)
            self._on = wanted


@dataclass
class Slow(Outside):
    """The other side goes on after we stopped waiting; in real time, which the story's clock runs ahead of."""

    seconds: float = 3.5

    def run(self, step: Step, bed: Bed) -> None:
        do(step, bed)
        if step == MAIN:
            clock_time.sleep(self.seconds)


@dataclass
class Twice(Fault):
    """Every run is doubled, one after the other."""

    def run(self, step: Step, bed: Bed) -> None:
        do(step, bed)
        if step.word in ("deliver", "track"):
            do(step, bed)


@dataclass
class Together(Fault):
    """Several workers run every delivery at the same moment."""

    workers: int = 2

    def run(self, step: Step, bed: Bed) -> None:
        if step.word != "deliver":
            do(step, bed)
            return
        while len(bed.workers) < self.workers:
            bed.another()
        for worker in bed.workers:
            worker.start("deliver", bed.moment)
        for worker in bed.workers:
            answer = worker.finish()
            assert answer is not None and "failed" not in answer, answer


@dataclass
class Unwoken(Fault):
    """No run comes from one moment to another; then they come late, all at once."""

    since: datetime = MAIN.moment
    until: datetime = at(FIRST, time(9, 50))
    _missed: list[Step] = field(default_factory=list, repr=False)

    def run(self, step: Step, bed: Bed) -> None:
        if step.word != "deliver":
            do(step, bed)
        elif self.since <= step.moment < self.until:
            self._missed.append(step)
        else:
            for late in (*self._missed, step):
                do(late, bed)
            self._missed.clear()


@dataclass
class ClockJump(Fault):
    """The clock of every process is off from one step to another."""

    off: timedelta = timedelta(hours=1)
    since: datetime = MAIN.moment
    until: datetime = at(FIRST, time(8, 25))

    def moment(self, step: Step) -> datetime:
        return step.moment + self.off if self.since <= step.moment < self.until else step.moment


@dataclass
class KilledDuringJump(ClockJump):
    """The clock jumps while a worker lies dead at that point."""

    point: str = "send.dotted"

    def run(self, step: Step, bed: Bed) -> None:
        if step == MAIN:
            assert bed.do("deliver", self.point) is None
        else:
            do(step, bed)


@dataclass
class DatabaseCrash(Fault):
    """PostgreSQL is killed with -9 in the middle of a delivery and comes back; the worker lives on."""

    struck: bool = False

    def run(self, step: Step, bed: Bed) -> None:
        if step != MAIN:
            do(step, bed)
            return
        # A copied database does not log its sequences until a checkpoint (PostgreSQL logs them 32 values
        # ahead, in the template's log): without one a crash right after the copy would hand out numbers twice.
        bed.base.checkpoint()
        worker = bed.worker()
        worker.do("track", bed.moment, "I.2.5")
        bed.sink.set(slow={"rcpt": 0.1})
        worker.start("deliver", bed.moment)
        _until(lambda: len(bed.sink.mailbox.ids()) >= 3)
        crash(bed)
        self.struck = True
        answer = worker.finish()
        bed.notes.append(f"lần chạy ấy: {answer.get('failed', 'chạy tiếp tới hết') if answer else 'chết'}")
        bed.sink.set(slow={})


def crash(bed: Bed) -> None:
    """As a power cut: every PostgreSQL process is gone at once; then it is started and recovers."""
    postmaster = int((bed.base.folder / "cluster/postgres/data/postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    clock_time.sleep(0.3)
    bed.base.cluster.start()


def _until(test: Callable[[], bool], seconds: float = 30) -> None:
    end = clock_time.monotonic() + seconds
    while not test():
        if clock_time.monotonic() > end:
            raise TimeoutError("the moment to strike did not come")
        clock_time.sleep(0.01)


JOURNAL_FULL = """
    CREATE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
    END $$;
    CREATE TRIGGER full_disk BEFORE INSERT ON journal FOR EACH STATEMENT EXECUTE FUNCTION disk_is_full()
"""
JOURNAL_FREE = "DROP TRIGGER full_disk ON journal; DROP FUNCTION disk_is_full()"


@dataclass
class JournalFull(Outside):
    """The disk of the journal is full while an unknown fate has to be settled and a person releases."""

    begin: Callable[[Bed], None] = lambda bed: [bed.execute(part) for part in (JOURNAL_FULL,)] and None
    end: Callable[[Bed], None] = lambda bed: [bed.execute(part) for part in JOURNAL_FREE.split(";")] and None

    def run(self, step: Step, bed: Bed) -> None:
        if step == MAIN:
            assert bed.do("deliver", "send.dotted") is None
        else:
            do(step, bed)


def smtp(words: str, until: time = time(8, 40), **changes: Any) -> Outside:
    """The mail server misbehaves from the morning's delivery on."""
    usual: dict[str, Any] = {"slow": {}, "down": False, "lie_ok": False}
    back = {name: usual.get(name) for name in changes}
    return Outside(
        words, begin=lambda bed: bed.sink.set(**changes), end=lambda bed: bed.sink.set(**back), until=at(FIRST, until)
    )


def zalo(words: str, path: str, until: time = time(8, 40), kind: type[Outside] = Outside, **fault: Any) -> Outside:
    """Zalo misbehaves from the morning's delivery on."""
    wanted = read_fault({"path": path, **fault})
    return kind(
        words, begin=lambda bed: bed.zalo.faults.add(wanted), end=lambda bed: bed.zalo.faults.clear(),
        until=at(FIRST, until),
    )  # fmt: skip


FAULTS: dict[str, Callable[[], Fault]] = {
    **{point: (lambda point=point: kill(point)) for point in POINTS},  # type: ignore[misc]
    "second-worker": lambda: Together("một bộ chạy việc thứ hai chạy song song suốt ngày"),
    "four-workers": lambda: Together("bốn bộ chạy việc cùng lúc", workers=4),
    "doubled": lambda: Twice("mọi lần chạy đều bị lặp đôi"),
    "prefect-down": lambda: Unwoken("Prefect dừng từ 08:00 đến 09:50, rồi các lần chạy trễ đến cùng lúc"),
    "late-run": lambda: Unwoken("lần chạy 08:00 đến trễ 40 phút", until=at(FIRST, time(8, 40))),
    "database-crash": lambda: DatabaseCrash("PostgreSQL bị kill -9 giữa lúc gửi rồi chạy lại"),
    "clock-forward": lambda: ClockJump("đồng hồ chạy sớm một giờ rồi trở lại"),
    "clock-back": lambda: ClockJump("đồng hồ lùi một giờ rồi trở lại", off=timedelta(hours=-1)),
    "clock-forward-killed": lambda: KilledDuringJump("kill -9 sau dấu chấm khi đồng hồ sớm một giờ"),
    "clock-back-killed": lambda: KilledDuringJump(
        "kill -9 sau dấu chấm rồi đồng hồ lùi một giờ", off=timedelta(hours=-1), since=NEXT.moment
    ),
    "clock-forward-refresh": lambda: KilledDuringJump(
        "kill -9 khi Zalo đã đổi mã, đồng hồ sớm một giờ", point="refresh.answered"
    ),
    "journal-full": lambda: JournalFull("hết đĩa cho nhật ký lúc hỏi lại một thư và lúc cho gửi"),
    "smtp-down": lambda: smtp("máy chủ thư không chạy đến 08:40", down=True),
    "smtp-slow": lambda: smtp("máy chủ thư trả lời chậm", slow={"rcpt": 0.05, "after_data": 0.05}),
    "smtp-greylist": lambda: smtp("danh sách xám: lần đầu bảo gửi lại sau", greylist="451 4.7.1 Greylisted"),
    "smtp-busy": lambda: smtp("máy chủ thư đáp 421 quá tải", mail="421 4.3.2 Too busy"),
    "smtp-login": lambda: smtp("máy chủ thư đòi đăng nhập (lỗi của ta)", mail="530 5.7.0 Authentication required"),
    "smtp-cut-data": lambda: smtp("máy chủ thư cắt ngay sau 354", drop="data"),
    "smtp-cut-dot": lambda: smtp("máy chủ thư cắt sau dấu chấm, không giữ thư", until=time(8, 5), drop="after_dot"),
    "smtp-cut-stored": lambda: smtp("máy chủ thư giữ thư rồi cắt, không trả lời", drop="after_data"),
    "smtp-lies-451": lambda: smtp("máy chủ thư giữ thư mà bảo gửi lại sau", lie_after_data="451 4.3.0 Try later"),
    "smtp-lies-250": lambda: smtp("máy chủ thư bảo đã nhận mà bỏ thư", until=time(8, 5), lie_ok=True),
    "zalo-down": lambda: zalo("Zalo không trả lời đến 08:40", "*", do="down"),
    "zalo-rate": lambda: zalo("Zalo báo quá số lần trong phút (-32)", "cs", do="error", code=-32, times=3),
    "zalo-failed": lambda: zalo("Zalo báo gửi không được (-200)", "cs", do="error", code=-200, times=3),
    "zalo-500": lambda: zalo("Zalo đáp HTTP 500", "cs", do="http", status=500, times=3),
    "zalo-slow": lambda: zalo("Zalo giữ tin rồi đáp sau khi hết chờ", "cs", kind=Slow, do="slow", seconds=3, times=2),
    "zalo-cut-before": lambda: zalo("Zalo cắt trước khi nhận tin", "cs", do="cut_before", times=3),
    "zalo-cut-after": lambda: zalo("Zalo nhận tin rồi cắt", "cs", do="cut_after", times=3),
    "zalo-garbage": lambda: zalo("Zalo đáp chữ không đọc được", "cs", do="garbage", times=3),
    "zalo-lies-error": lambda: zalo("Zalo nhận tin mà báo lỗi -200", "cs", do="lie_error", times=3),
    "zalo-lies-ok": lambda: zalo("Zalo báo đã gửi mà bỏ tin", "cs", until=time(8, 5), do="lie_ok", times=3),
    "zalo-token": lambda: zalo("Zalo báo khóa truy cập sai (-216) một lần", "cs", do="error", code=-216, times=1),
    "zalo-refresh-lost": lambda: zalo("câu trả lời đổi khóa Zalo bị mất", "oauth", do="cut_after", times=1),
    "zalo-refresh-cut": lambda: zalo("đổi khóa Zalo bị cắt trước khi tới nơi", "oauth", do="cut_before", times=1),
}
