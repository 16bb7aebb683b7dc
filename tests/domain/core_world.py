"""A small province for tests of the core: three departments, an office, two districts with their communes, a chair.

sim = run(world(task("I.1", By(date=day("31/3/2024")))))
assert told(sim, "so-tu-phap") == ["20/03 reminder → lead", ...]
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from dondoc.domain.answers import Answer, AnswerKind, Outcome, Review
from dondoc.domain.calendar import CalendarYear, SpecialDay, WorkCalendar, days
from dondoc.domain.cases import Case, Fired, Rules
from dondoc.domain.clauses import AnyClause
from dondoc.domain.decide import Notice, Snapshot, decide_case
from dondoc.domain.directory import Agency, Contact, Directory, Group
from dondoc.domain.moments import at
from dondoc.domain.obligations import Obligation, Scope, expand
from dondoc.domain.plan import Citation, Lead, Part, Plan, Section, Task
from dondoc.domain.policy import DEFAULT, Ladder
from dondoc.domain.regime import Regime, ReportPeriod
from dondoc.domain.simulate import Report, Simulation, World, simulate

SUPERVISOR, OFFICE, CHAIR = "so-noi-vu", "van-phong", "ubnd-tinh"
JUSTICE, FINANCE, HEALTH = "so-tu-phap", "so-tai-chinh", "so-y-te"


def day(text: str) -> date:
    """A day as officers write it: "31/3/2024"."""
    d, m, y = (int(part) for part in text.split("/"))
    return date(y, m, d)


# Days off of officials; the decisions are in config/calendar. 26/4/2025 and 4/5/2024 are Saturdays worked instead.
DAYS_OFF = {
    2023: "2/1 20/1 21/1 22/1 23/1 24/1 25/1 26/1 29/4 30/4 1/5 2/5 3/5 1/9 2/9 4/9",
    2024: "1/1 8/2 9/2 10/2 11/2 12/2 13/2 14/2 18/4 29/4 30/4 1/5 2/9 3/9",
    2025: "1/1 27/1 28/1 29/1 30/1 31/1 7/4 30/4 1/5 2/5 1/9 2/9",
}
SATURDAYS_WORKED = {2024: "4/5", 2025: "26/4"}


def calendar(years: Iterable[int] = (2023, 2024, 2025), provisional: Iterable[int] = ()) -> WorkCalendar:
    """Those years; the ones in `provisional` are not confirmed yet. Other years than 2023–2025 have only 1/1 off."""
    loaded = []
    for year in years:
        off = [
            SpecialDay(day(f"{d}/{year}"), "holiday", "nghỉ", "văn bản mẫu") for d in DAYS_OFF.get(year, "1/1").split()
        ]
        on = [
            SpecialDay(day(f"{d}/{year}"), "swapped_work", "làm bù", "văn bản mẫu")
            for d in SATURDAYS_WORKED.get(year, "").split()
        ]
        loaded.append(CalendarYear(year, "provisional" if year in provisional else "official", (*off, *on)))
    return WorkCalendar(tuple(loaded))


REGIME = Regime(
    id="cchc",
    title="Chế độ báo cáo mẫu",
    periodic=(
        ReportPeriod("Q1", "quý I", (12, 15), (3, 14), (3, 17)),
        ReportPeriod("H1", "6 tháng đầu năm", (12, 15), (6, 14), (6, 17)),
        ReportPeriod("Q3", "quý III", (6, 15), (9, 14), (9, 17)),
        ReportPeriod("Y", "năm", (12, 15), (12, 14), (12, 17)),
    ),
    every={
        "week": ("by friday",),
        "month": ("by day 17",),
        "quarter": ("by day 17 of last month",),
        "half_year": ("by 06-17", "by 12-17"),
        "nine_months": ("by 09-17",),
        "year": ("by 12-17",),
    },
    own_tasks_reviewer=OFFICE,
)
SILENT = replace(REGIME, periodic=())
"""The regime without periodic reports: for tests that look at one task only."""


def _agency(id: str, name: str, kind: str, level: str, head: bool = True, **more: Any) -> Agency:
    contacts = [Contact("focal", f"{id}@tinh.example")]
    if head:
        contacts.append(Contact("head", f"lanhdao-{id}@tinh.example"))
    return Agency(id, name, name, kind, level, contacts=tuple(contacts), **more)


DIRECTORY = Directory(
    id="tinh",
    title="Danh bạ mẫu",
    agencies=(
        _agency(CHAIR, "UBND tỉnh", "people_committee", "province"),
        _agency(OFFICE, "Văn phòng UBND tỉnh", "office", "province"),
        _agency(SUPERVISOR, "Sở Nội vụ", "department", "province"),
        _agency(JUSTICE, "Sở Tư pháp", "department", "province"),
        _agency(FINANCE, "Sở Tài chính", "department", "province"),
        _agency(HEALTH, "Sở Y tế", "department", "province", head=False),
        _agency("van-lam", "UBND huyện Văn Lâm", "district", "district"),
        _agency("an-thi", "UBND huyện Ân Thi", "district", "district"),
        Agency("xa-van-lam", "UBND cấp xã – huyện Văn Lâm", "Xã VL", "commune_group", "commune", parent="van-lam"),
        Agency("xa-an-thi", "UBND cấp xã – huyện Ân Thi", "Xã AT", "commune_group", "commune", parent="an-thi"),
    ),
    groups=(
        Group("so-nganh", "Các sở, ban, ngành", kinds=("department",)),
        Group("cap-huyen", "UBND cấp huyện", kinds=("district",)),
        Group("cap-xa", "UBND cấp xã", kinds=("commune_group",)),
    ),
)


def lead(ref: str, condition: str | None = None) -> Lead:
    """A lead by agency or group id."""
    entry = DIRECTORY.by_id.get(ref) or DIRECTORY.groups_by_id[ref]
    name = f"{entry.name} {condition}" if condition else entry.name
    return Lead(name, ref, isinstance(entry, Group), condition)


def task(
    id: str, *clauses: AnyClause, leads: Sequence[str | Lead] = (JUSTICE,), parts: Sequence[Part] = (), **more: Any
) -> Task:
    """One row of a plan. Without `parts` all leads owe all clauses."""
    who = tuple(lead(one) if isinstance(one, str) else one for one in leads)
    return Task(
        id=id, no=1, section=id.split(".")[0], objective_code=None, objective=None, code=id, activity=f"Việc {id}",
        products=(), lead_raw="; ".join(w.name for w in who), lead_names=tuple(w.name for w in who), coordinate_raw="",
        coordinate_names=(), deadline="", clauses=clauses, parts=tuple(parts) or (Part(None, who, clauses),), **more,
    )  # fmt: skip


def world(
    *tasks: Task,
    year: int = 2024,
    years: Iterable[int] = (2023, 2024, 2025),
    provisional: Iterable[int] = (),
    regime: Regime = SILENT,
    ladder: Ladder = DEFAULT,
    selections: dict[tuple[str, str], frozenset[str]] | None = None,
    directory: Directory = DIRECTORY,
    issued_on: date | None = None,
) -> World:
    """A plan of those tasks, with everything else as in the fixtures above."""
    sections = tuple(Section(no, f"Lĩnh vực {no}") for no in dict.fromkeys(t.section for t in tasks))
    plan = Plan(
        "ke-hoach", "Kế hoạch mẫu", "UBND tỉnh", year, SUPERVISOR, CHAIR, "tinh", regime.id, sections, tasks,
        Citation(None, issued_on),
    )  # fmt: skip
    return World(Scope(plan, directory, calendar(years, provisional), regime, ladder.id, selections or {}), ladder)


def run(world: World, reports: Iterable[Report] = (), until: date | None = None) -> Simulation:
    """Fast-forward through the plan's year."""
    return simulate(world, reports, until)


def report(on: str, task: str, answer: AnswerKind, agency: str = JUSTICE, until: str = "", **more: Any) -> Report:
    """An answer in a rehearsal; days as officers write them."""
    return Report(day(on), task, agency, answer, until=day(until) if until else None, **more)


QUIET = ("assignment", "outlook")


def told(sim: Simulation, agency: str = JUSTICE, task: str | None = None, without: Sequence[str] = QUIET) -> list[str]:
    """What was said about an agency's obligations, "29/03 reminder → lead", held ones marked; lists are left out."""
    return [
        f"{i.on:%d/%m} {i.notice.kind} → {i.notice.to}" + (" (giữ lại)" if i.notice.held else "")
        for i in sim.issued
        if i.obligation.agency == agency and task in (None, i.obligation.task_id) and i.notice.kind not in without
    ]


def owed(world: World) -> dict[str, Obligation]:
    """The plan's obligations by what tells them apart: "I.1/-/2024-Q1/so-tu-phap"."""
    return {o.id.split("/", 1)[1]: o for o in expand(world.scope)}


def only(world: World) -> Obligation:
    """The one obligation of a plan that has one."""
    (obligation,) = expand(world.scope)
    return obligation


def snapshot(world: World, cases: Iterable[Case] = ()) -> Snapshot:
    """Everything `decide` may look at."""
    return Snapshot(tuple(cases), world.rules, {world.ladder.id: world.ladder}, world.scope.plan.supervisor)


def answer(
    on: str, kind: AnswerKind, until: str = "", outcome: Outcome | None = None, reviewed: str = "",
    correct_by: str = "", hour: time = time(14, 0), id: str = "", **more: Any,
) -> Answer:  # fmt: skip
    """An answer at 14:00 with, when `outcome` is given, its review at 09:30 of the day `reviewed`."""
    review = None
    if outcome is not None:
        review = Review(
            outcome, at(day(reviewed), time(9, 30)), "reviewer", "thiếu số liệu" if outcome == "returned" else None,
            day(correct_by) if correct_by else None, document_date_counts=more.pop("document_date_counts", False),
        )  # fmt: skip
    return Answer(id or on, kind, at(day(on), hour), day(until) if until else None, review=review, **more)


def morning(on: str) -> datetime:
    """08:00 of that day."""
    return at(day(on))


def look(case: Case, world: World, on: date) -> tuple[Case, tuple[Notice, ...], date | None]:
    """One look at a case at 08:00: the case with what fired, the notices, and the next day worth looking."""
    decision = decide_case(case, snapshot(world), at(on))
    fired = tuple(Fired(n.rule, n.firing, on, n.superseded) for n in decision.notices)
    return replace(case, fired=(*case.fired, *fired)), decision.notices, decision.next_on


def sweep(case: Case, world: World, on: Iterable[date]) -> tuple[Case, list[tuple[date, Notice]]]:
    """A look on each of those days, the ledger fed back; what fired or was superseded, with its day."""
    found: list[tuple[date, Notice]] = []
    for one in on:
        case, notices, _ = look(case, world, one)
        found.extend((one, notice) for notice in notices)
    return case, found


def every_day(first: str, last: str) -> list[date]:
    """Every day from the first to the last."""
    return list(days(day(first), day(last)))


def rules_of(world: World) -> Rules:
    """Calendar and regime of a world."""
    return world.rules
