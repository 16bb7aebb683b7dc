"""Laws of deadlines that depend: events, caps, targets, the order of tasks (DEADLINES §3 "upon", "per", "Cap")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from graphlib import CycleError, TopologicalSorter
from random import Random

from core_world import FINANCE, HEALTH, JUSTICE, REGIME, SILENT, SUPERVISOR, answer, lead, snapshot, sweep, task, world
from hypothesis import given, settings
from hypothesis import strategies as st

from dondoc.domain.answers import Answer
from dondoc.domain.calendar import days
from dondoc.domain.cases import Case, Fired, standing
from dondoc.domain.clauses import AnyClause, By, Offset, Ongoing, Per, Upon, Within
from dondoc.domain.counts import column
from dondoc.domain.decide import decide_case
from dondoc.domain.diff import diff
from dondoc.domain.events import Event, Opening
from dondoc.domain.moments import at
from dondoc.domain.obligations import Obligation, Scope, expand, redated
from dondoc.domain.plan import After, Task
from dondoc.domain.policy import LATE_KINDS
from dondoc.domain.products import products
from dondoc.domain.simulate import World
from dondoc.loading.depending import check_dependencies
from dondoc.loading.loaded import Report

FIRST, LAST = date(2024, 1, 1), date(2024, 12, 31)
LAW = settings(max_examples=60, deadline=None, derandomize=True)
SOME = settings(max_examples=20, deadline=None, derandomize=True)
FEW = settings(max_examples=6, deadline=None, derandomize=True)

GUIDANCE = Upon(event="có hướng dẫn", relation="when")
AT_ONCE = Upon(event="có thay đổi", relation="when", immediate=True)
PLAN = Per(reference="Kế hoạch của bộ")
PLANNED = st.dates(FIRST, LAST)
WAITING: tuple[tuple[AnyClause, ...], ...] = (
    (GUIDANCE,), (AT_ONCE,), (PLAN,), (GUIDANCE, AT_ONCE), (Ongoing(), GUIDANCE),
    (Offset(amount=5, unit="working_day", from_="nhận hồ sơ", side="after"),),
    (Offset(amount=40, unit="day", from_="bầu cử", side="before"),),
    (Offset(amount=1, unit="month", from_="ban hành", side="after"), GUIDANCE),
)  # fmt: skip
LEADS = ((JUSTICE,), (SUPERVISOR, FINANCE), ("so-nganh",), (lead("so-nganh", "có liên quan"),))


@st.composite
def waiting_tasks(draw: st.DrawFn, id: str = "I.1") -> Task:
    """A task that waits for something, with or without a date beside it."""
    clauses = draw(st.sampled_from(WAITING))
    joined = draw(st.sampled_from((None, "and", "or")))
    if joined is not None:
        clauses = (By(date=draw(PLANNED)), draw(st.sampled_from((GUIDANCE, PLAN))))
    within = draw(st.none() | st.integers(1, 30))
    return task(id, *clauses, leads=draw(st.sampled_from(LEADS)), joined=joined, respond_within=within)


@st.composite
def openings(draw: st.DrawFn, task_id: str = "I.1") -> tuple[Opening, ...]:
    """Up to four events of that task, each recorded on its day or up to some weeks later."""
    return tuple(draw(_opening(task_id, number)) for number in range(draw(st.integers(0, 4))))


@st.composite
def _opening(draw: st.DrawFn, task_id: str, number: int) -> Opening:
    on = draw(PLANNED)
    event = Event("guidance", on, f"hướng dẫn {number}")
    due = draw(st.none() | st.integers(0, 90).map(lambda n: on + timedelta(days=n)))
    return Opening(
        event.id, event.name, on, task_id, "", on + timedelta(days=draw(st.sampled_from((0, 0, 1, 9, 40)))),
        draw(st.none() | st.sets(st.sampled_from((JUSTICE, FINANCE, HEALTH)), min_size=1).map(frozenset)),
        due, due is None and draw(st.booleans()), number + 1,
    )  # fmt: skip


@dataclass(frozen=True, repr=False)
class Told:
    """A task, and what was opened of it."""

    task: Task
    openings: tuple[Opening, ...]

    def world(self, opened: Sequence[Opening] | None = None) -> World:
        """The plan with these openings, or all."""
        made = world(self.task, regime=SILENT)
        own = {self.task.id: tuple(self.openings if opened is None else opened)}
        return replace(made, scope=replace(made.scope, openings=own))

    def expand(self, opened: Sequence[Opening] | None = None) -> tuple[Obligation, ...]:
        """What is owed, whatever the acts of opening are numbered."""
        return tuple(replace(o, opening=None) for o in expand(self.world(opened).scope))

    def __repr__(self) -> str:
        words = [(o.event, f"ghi {o.recorded_on}", o.agencies, o.due_on, o.no_due) for o in self.openings]
        return f"{self.task.clauses} {self.task.joined} {self.task.respond_within} {self.task.lead_names} {words}"


told = st.builds(Told, waiting_tasks(), openings())


# Recording


@given(told, st.randoms(use_true_random=False), st.data())
@LAW
def test_states_do_not_depend_on_the_order_of_recording(story: Told, chance: Random, data: st.DataObject) -> None:
    wanted, register = story.openings, list[Opening]()
    # Recorded in any order, some taken back and recorded again meanwhile: each act has a number of its own.
    acts = [*wanted, *(data.draw(st.sampled_from(wanted)) for _ in range(3) if wanted)]
    chance.shuffle(acts)
    for number, opening in enumerate(acts, 1):
        register = [one for one in register if one.event != opening.event]
        register.append(replace(opening, number=number))
    assert story.expand(register) == story.expand()


@given(told, _opening("I.1", 9))
@LAW
def test_what_is_taken_back_the_same_day_was_never_recorded(story: Told, more: Opening) -> None:
    today, scope = more.recorded_on, story.world().scope
    before = {o.id: o for o in expand(scope)}
    recorded = _applied(before, story.world((*story.openings, more)), today)
    back = _applied(recorded, story.world(), today)
    earliest = scope.earliest(today)
    for id, old in before.items():
        assert id in back
        # Only a day that lies too near to be given back fairly stays the one that was given meanwhile.
        if back[id] != old:
            assert old.due_on is not None and old.due_on < earliest == back[id].due_on
    assert back.keys() == before.keys()


def _applied(existing: dict[str, Obligation], made: World, today: date) -> dict[str, Obligation]:
    """What stands after the store took the difference over."""
    found = diff(existing, expand(made.scope), today, made.scope)
    kept = {id: o for id, o in existing.items() if id not in {gone.id for gone in found.gone}}
    return kept | {o.id: o for o in found.new} | {change.new.id: change.new for change in found.changed}


@given(told, PLANNED, st.lists(st.integers(0, 60), max_size=5))
@LAW
def test_asked_again_and_again_no_day_drifts(story: Told, today: date, waits: list[int]) -> None:
    made = story.world()
    standing_now = _applied({o.id: o for o in expand(story.world(()).scope)}, made, today)
    assert diff(standing_now, expand(made.scope), today, made.scope).is_empty
    first = {id: o.due_on for id, o in standing_now.items()}
    for wait in waits:
        today += timedelta(days=wait)
        standing_now = _applied(standing_now, made, today)
        assert all(o.due_on == first[id] or (o.due_on and o.due_on < first[id]) for id, o in standing_now.items())


@given(PLANNED, PLANNED, PLANNED, st.lists(st.integers(0, 60), min_size=1, max_size=6))
@LAW
def test_a_day_moved_again_and_again_never_drifts(old: date, wish: date, today: date, waits: list[int]) -> None:
    scope = world(task("I.1", By(date=old))).scope
    (obligation,) = expand(scope)
    moved = redated(obligation, wish, today, scope)
    assert redated(moved, wish, today, scope) == moved
    for wait in waits:
        today += timedelta(days=wait)
        again = redated(moved, wish, today, scope)
        assert again.due_on is not None and moved.due_on is not None
        assert wish <= again.due_on <= moved.due_on or again.due_on == moved.due_on
        moved = again


# Due days


@given(told)
@LAW
def test_caps_always_win_and_alternatives_replace(story: Told) -> None:
    cap = next((clause.date for clause in story.task.clauses if isinstance(clause, By)), None)
    if cap is None:
        return
    days_of = {o.agency: o.due_on for o in story.expand() if o.kind == "task"}
    scope = story.world().scope
    for agency, due_on in days_of.items():
        assert due_on is not None
        if story.task.joined == "and":
            assert due_on <= cap
            continue
        own = sorted((o for o in story.openings if o.holds(agency)), key=lambda o: (o.on, o.event))
        given_days = [max(day, scope.earliest(o.recorded_on)) for o in own if (day := _day_of(story.task, o, scope))]
        assert due_on == (given_days[-1] if given_days else cap)


def _day_of(row: Task, opening: Opening, scope: Scope) -> date | None:
    """The document's day, else the task's answering time."""
    if opening.due_on is not None or opening.no_due or row.respond_within is None:
        return opening.due_on
    counted: date = scope.calendar.add(opening.on, row.respond_within)
    return counted


@given(told)
@LAW
def test_nobody_is_given_less_than_the_days_of_notice(story: Told) -> None:
    scope = story.world().scope
    recorded = {o.event: o.recorded_on for o in story.openings}
    for owed in (o for o in expand(scope) if o.opening is not None):
        notice = scope.calendar.add(recorded[owed.period], REGIME.redate_notice_days)
        assert owed.due_on is None or owed.due_on >= notice
        assert (owed.due_on is None) == (owed.target_on is not None)
        assert owed.aim is not None and owed.aim >= owed.opens_on
    planned = {o.agency: o.due_on for o in story.expand(()) if o.kind == "task"}
    for owed in (o for o in expand(scope) if o.kind == "task" and o.opening is None):
        moved = owed.due_on != planned[owed.agency]
        assert not moved or any(
            owed.due_on >= scope.calendar.add(day, REGIME.redate_notice_days) for day in recorded.values()
        )


@given(told)
@LAW
def test_who_waits_and_who_owes_are_never_the_same(story: Told) -> None:
    found = expand(story.world().scope)
    waits = {o.agency for o in found if o.kind == "awaiting"}
    assert not waits & {o.agency for o in found if o.opening is not None}
    assert len({o.id for o in found}) == len(found)


@given(told.filter(lambda story: any(o.due_on is None for o in story.openings)))
@SOME
def test_a_target_is_never_late_nor_escalated_whatever_the_day(story: Told) -> None:
    made = story.world()
    for owed in [o for o in expand(made.scope) if o.target_on is not None and o.kind == "task"][:2]:
        year = list(days(owed.opens_on, date(2025, 9, 30)))
        _, said = sweep(Case(owed), made, year)
        assert {n.to for _, n in said if not n.superseded} == {"lead"}
        assert not [n for _, n in said if n.kind in LATE_KINDS]
        assert {column(standing(Case(owed), at(on), made.rules)) for on in year} == {"in_term"}
        assert owed.target_on is not None and said[0][1].rule == "opened"


# The order of tasks

GRAPHS = st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=3), max_size=6)


@given(GRAPHS, GRAPHS)
@LAW
def test_no_cycle_is_accepted_and_nothing_else_is_refused(
    graph: dict[str, list[str]], more: dict[str, list[str]]
) -> None:
    def linked(id: str) -> Task:
        after = After(tuple(graph.get(id, ())), proposed=tuple(more.get(id, ())))
        return task(id, Within(start=FIRST, end=LAST), after=after)

    tasks = [linked(id) for id in "abcdef"]
    report = Report("ke-hoach.yaml")
    check_dependencies(tasks, {one.id: one for one in tasks}, report)
    both = {id: [*graph.get(id, ()), *more.get(id, ())] for id in "abcdef"}
    assert {p.code for p in report.problems} == ({"after-cycle"} if _is_ring(both) else set())


def _is_ring(graph: dict[str, list[str]]) -> bool:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError:
        return True
    return False


@given(st.lists(st.tuples(st.integers(0, 200), st.booleans()), max_size=5), st.integers(0, 10))
@LAW
def test_every_accepted_product_of_work_that_goes_on_opens_the_next_task_once(
    reports: list[tuple[int, bool]], lag: int
) -> None:
    made = world(task("I.1", Ongoing()), task("I.2", GUIDANCE, after=After(("I.1",), "each", lag)))
    said = []
    for number, (after, accepted) in enumerate(sorted(reports)):
        on = FIRST + timedelta(days=after)
        said.append(answer(_text(on), "done", "", "accepted" if accepted else "returned", _text(on), id=f"{number}"))
    case = Case(_only(made, "I.1"), tuple(said))
    found = products(made.scope.plan, [case], made.scope.calendar)
    accepted_on = sorted({FIRST + timedelta(days=after) for after, accepted in reports if accepted})
    assert [product.event.on for product in found] == accepted_on
    assert [product.opens_on for product in found] == [made.scope.calendar.add(on, lag) for on in accepted_on]
    assert len({product.event.id for product in found}) == len(found)
    assert {standing(case, at(on), made.rules).work for on in (FIRST, LAST)} == {"ongoing"}


# The whole year

KINDS = ("ack", "progress", "done", "done", "extension", "not_applicable")
DECIDED = ("done", "extension", "not_applicable")


@st.composite
def answers(draw: st.DrawFn) -> tuple[Answer, ...]:
    """Up to three answers in the order they came, some decided on some days later."""
    said = []
    for number, on in enumerate(sorted(draw(st.lists(PLANNED, max_size=3)))):
        kind = draw(st.sampled_from(KINDS))
        outcome = draw(st.sampled_from((None, "accepted", "returned"))) if kind in DECIDED else None
        until = _text(on + timedelta(days=14)) if kind in ("ack", "extension") else ""
        reviewed, correct_by = _text(on + timedelta(days=5)), _text(on + timedelta(days=12))
        said.append(
            answer(
                _text(on), kind, until, outcome, reviewed, correct_by if outcome == "returned" else "", id=f"{number}"
            )
        )
    return tuple(said)


def _text(on: date) -> str:
    return f"{on.day}/{on.month}/{on.year}"


NO_ACTION = ("done", "waived", "reported", "awaiting", "unassigned", "ongoing")
"""Where nothing of itself comes next, a person must act, and the decision says who or what is waited for."""


@given(waiting_tasks("I.1"), openings("I.1"), waiting_tasks("I.2"), st.lists(answers(), min_size=1, max_size=5))
@FEW
def test_on_every_day_every_open_obligation_has_a_next_action_or_a_reason(
    first: Task, opened: tuple[Opening, ...], second: Task, said: list[tuple[Answer, ...]]
) -> None:
    before = task("I.3", Within(start=FIRST, end=date(2024, 6, 30)))
    after = replace(second, after=After(("I.3",), "each"))
    made = world(first, after, before, regime=REGIME)
    done = Case(_only(made, "I.3"), (answer("3/6/2024", "done", "", "accepted", "10/6/2024"),))
    product = products(made.scope.plan, [done], made.scope.calendar)
    own = {"I.1": opened, "I.2": tuple(o for p in product for o in p.openings(date(2024, 6, 10)))}
    made = replace(made, scope=replace(made.scope, openings=own))
    own_shot = snapshot(made)
    for place, obligation in enumerate(_one_of_each(expand(made.scope))):
        case = Case(obligation, said[place % len(said)] if obligation.kind in ("task", "periodic_report") else ())
        for on in days(FIRST, LAST):
            found = decide_case(case, own_shot, at(on))
            case = replace(
                case, fired=(*case.fired, *(Fired(n.rule, n.firing, on, n.superseded) for n in found.notices))
            )
            where = standing(case, at(on), made.rules)
            assert found.reason
            assert (found.next_on is not None and found.next_on > on) or where.work in NO_ACTION, (case, on, where)


def _only(made: World, task_id: str) -> Obligation:
    (found,) = (o for o in expand(made.scope) if o.task_id == task_id)
    return found


def _one_of_each(owed: Sequence[Obligation]) -> list[Obligation]:
    """One obligation of each task and kind, and of the events of each task."""
    return list({(o.task_id, o.kind, o.opening is not None, o.due_on is None): o for o in reversed(owed)}.values())
