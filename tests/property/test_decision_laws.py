"""Laws of the one decision, over random due days, ladders and answers (DESIGN §2.1–2.4, DEADLINES §4)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from core_world import JUSTICE, REGIME, SUPERVISOR, answer, look, rules_of, snapshot, sweep, task, world
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dondoc.domain.answers import Answer
from dondoc.domain.calendar import ONE_DAY, days
from dondoc.domain.cases import Case, known, standing
from dondoc.domain.clauses import By, Within
from dondoc.domain.counts import COUNTS, column, tally
from dondoc.domain.decide import Notice, decide
from dondoc.domain.moments import at, local_day
from dondoc.domain.obligations import expand, redated
from dondoc.domain.policy import DEFAULT, LATE_KINDS, Step
from dondoc.domain.simulate import World
from dondoc.domain.unreviewed import waiting_since

FIRST, LAST = date(2024, 1, 1), date(2024, 12, 31)
LAW = settings(max_examples=25, deadline=None, derandomize=True)
Told = list[tuple[date, Notice]]

ON_THE_DAY = (Step("sap_han", "reminder", -3), Step("dung_han", "reminder", 0))
FURTHER = (Step("lan_3", "urge_2", 20, weekly=2), Step("lan_4", "urge_2", 30, to="head"))
LADDERS = (
    DEFAULT,
    replace(DEFAULT, outlook=False),
    replace(DEFAULT, steps=(*ON_THE_DAY, *DEFAULT.steps)),
    replace(DEFAULT, steps=(*DEFAULT.steps, *FURTHER)),
)


ALL_LOADED = ((2023, 2024, 2025),)
SOME_LOADED = (*ALL_LOADED, (2024, 2025), (2024,))


@dataclass(frozen=True, repr=False)
class Story:
    """A world with one obligation and everything that will be answered and decided about it."""

    world: World
    case: Case

    def __repr__(self) -> str:
        obligation = self.case.obligation
        told = [(f"{a.at:%d/%m}", a.kind, a.until, a.review) for a in self.case.answers]
        rules = [step.rule for step in self.world.ladder.steps]
        return (
            f"{obligation.agency} due {obligation.due_on} marks {obligation.checkpoints} rules {rules} answers {told}"
        )

    @property
    def events(self) -> set[date]:
        """The mornings after an answer or a review: whoever records one asks for a look."""
        moments = [a.at for a in self.case.answers] + [a.review.at for a in self.case.answers if a.review]
        return {local_day(moment) + ONE_DAY for moment in moments}


@st.composite
def answers(draw: st.DrawFn) -> tuple[Answer, ...]:
    """Up to four answers in the order they came, some reviewed some days later."""
    told_on = sorted(draw(st.lists(st.dates(FIRST, LAST), max_size=4)))
    return tuple(draw(one_answer(on, number)) for number, on in enumerate(told_on))


@st.composite
def one_answer(draw: st.DrawFn, on: date, number: int) -> Answer:
    kind = draw(st.sampled_from(["ack", "ack", "progress", "done", "done", "extension", "not_applicable", "not_mine"]))
    until = draw(st.none() | st.integers(0, 40).map(lambda n: _text(on + timedelta(days=n))))
    reviewed = _text(on + timedelta(days=draw(st.integers(1, 12))))
    outcome = draw(st.sampled_from([None, "accepted", "returned"])) if kind in REVIEWED else None
    correct_by = _text(on + timedelta(days=draw(st.integers(12, 20)))) if outcome == "returned" else ""
    return answer(_text(on), kind, until or "", outcome, reviewed, correct_by, id=str(number))


REVIEWED = ("done", "extension", "not_applicable", "not_mine")


def _text(on: date) -> str:
    return f"{on.day}/{on.month}/{on.year}"


@st.composite
def stories(draw: st.DrawFn, years: tuple[tuple[int, ...], ...] = ALL_LOADED) -> Story:
    due = draw(st.dates(FIRST, LAST))
    start = draw(st.dates(FIRST, due))
    clauses = [By(date=due)]
    if draw(st.booleans()):
        middle = draw(st.dates(start, due))
        clauses = [Within(start=start, end=middle)]
        if middle < due:
            clauses.append(Within(start=middle + ONE_DAY, end=due))
    agency = draw(st.sampled_from([JUSTICE, SUPERVISOR]))
    row = task("I.1", *clauses, leads=[agency])
    made = world(row, ladder=draw(st.sampled_from(LADDERS)), years=draw(st.sampled_from(years)))
    return Story(made, Case(expand(made.scope)[0], draw(answers())))


def _all_days() -> list[date]:
    return list(days(FIRST, date(2025, 3, 31)))


def _by_looks(story: Story) -> Told:
    """What is said when a case is looked at only on the days it asked for, and after answers."""
    case, found, wanted, end = story.case, [], FIRST, date(2025, 3, 31)
    events = sorted(story.events)
    while wanted is not None and wanted <= end:
        case, notices, following = look(case, story.world, wanted)
        found.extend((wanted, notice) for notice in notices)
        today = wanted
        wanted = min((d for d in [following, *events] if d is not None and d > today), default=None)
    return found


def _sent(told: Told) -> Told:
    return [(on, notice) for on, notice in told if not notice.superseded]


@given(stories(SOME_LOADED))
@LAW
def test_looking_only_on_the_days_asked_for_tells_the_same_as_looking_every_day(story: Story) -> None:
    _, every_day = sweep(story.case, story.world, _all_days())
    assert _by_looks(story) == every_day


@given(stories(SOME_LOADED), st.dates(date(2022, 12, 1), date(2026, 2, 1)))
@LAW
def test_the_same_snapshot_and_day_give_the_same_answer_and_the_next_look_lies_ahead(story: Story, on: date) -> None:
    shot = snapshot(story.world, [story.case])
    (first,) = decide(shot, at(on))
    assert decide(shot, at(on)) == (first,)
    assert first.reason
    assert first.next_on is None or first.next_on > on


@given(stories(), st.sets(st.dates(FIRST, LAST), max_size=80))
@LAW
def test_a_second_look_on_the_same_day_says_nothing_new(story: Story, missed: set[date]) -> None:
    case = story.case
    for on in days(FIRST, LAST):
        if on not in missed:
            case, _, _ = look(case, story.world, on)
            assert look(case, story.world, on)[1] == ()


@given(stories())
@LAW
def test_no_rule_fires_twice_and_an_audience_hears_at_most_one_thing_a_day(story: Story) -> None:
    _, told = sweep(story.case, story.world, _all_days())
    keys = Counter((n.rule, n.firing) for _, n in told)
    assert set(keys.values()) <= {1}
    heard = Counter((on, n.to) for on, n in _sent(told))
    assert set(heard.values()) <= {1}


@given(stories(), st.integers(1, 60), st.dates(FIRST, LAST), st.sets(st.dates(FIRST, LAST), max_size=120))
@LAW
def test_missed_days_never_add_a_notice_nor_bring_an_escalation_forward(
    story: Story, length: int, start: date, scattered: set[date]
) -> None:
    down = scattered | set(days(start, start + timedelta(days=length)))
    _, full = sweep(story.case, story.world, _all_days())
    _, gaps = sweep(story.case, story.world, [on for on in _all_days() if on not in down])
    heard = Counter((on, n.to) for on, n in _sent(gaps))
    assert set(heard.values()) <= {1}
    late = {n.rule for n in story.world.ladder.steps if n.days > 0}
    fired = {(n.rule, n.firing): on for on, n in _sent(full) if n.rule in late}
    for on, n in _sent(gaps):
        if n.rule in late:
            assert fired[n.rule, n.firing] <= on
    everything = {n.rule for _, n in full}
    assert {n.rule for _, n in gaps} <= everything
    assert len(_sent(gaps)) <= len(_sent(full))


@given(stories())
@LAW
def test_nothing_is_said_while_a_report_waits_nor_after_it_is_accepted(story: Story) -> None:
    _, told = sweep(story.case, story.world, _all_days())
    for on, notice in told:
        assert notice.to == "reviewer" or standing(story.case, at(on), rules_of(story.world)).work not in (
            "reported",
            "done",
            "waived",
        )


@given(stories())
@LAW
def test_a_reviewer_hears_only_of_what_waits_and_at_most_once_a_week(story: Story) -> None:
    _, told = sweep(story.case, story.world, _all_days())
    heard = [(on, n) for on, n in told if n.to == "reviewer"]
    assert all(waiting_since(known(story.case, at(on))) is not None for on, _ in heard)
    assert all(later - sooner >= timedelta(days=7) for (sooner, _), (later, _) in zip(heard, heard[1:], strict=False))
    assert not any(n.kind in LATE_KINDS or n.held for _, n in heard)


@given(stories())
@LAW
def test_nobody_becomes_overdue_while_a_timely_answer_waits(story: Story) -> None:
    rules, late_after = rules_of(story.world), story.case.obligation.late_after
    for on in days(FIRST, LAST):
        then = known(story.case, at(on))
        waits = [a for a in then.answers if a.kind in ("not_applicable", "not_mine") and a.review is None]
        if waits and local_day(waits[0].at) <= late_after:
            assert column(standing(then, at(on), rules)) != "overdue" or any(
                a.kind == "done" and local_day(a.at) > late_after for a in then.answers
            )


@given(stories())
@LAW
def test_no_lateness_is_told_before_the_rolled_due_day_has_passed(story: Story) -> None:
    _, told = sweep(story.case, story.world, _all_days())
    late = {step.rule for step in story.world.ladder.steps if step.days > 0}
    for on, notice in told:
        if notice.rule in late and not notice.superseded:
            assert on > story.case.obligation.late_after
            assert standing(story.case, at(on), rules_of(story.world)).time == "overdue"


@given(stories())
@LAW
def test_what_names_an_agency_late_to_others_is_always_held(story: Story) -> None:
    _, told = sweep(story.case, story.world, _all_days())
    assert all(n.held for _, n in told if n.to in ("head", "leader") and not n.superseded)
    if story.case.obligation.agency == SUPERVISOR:
        assert not [n for _, n in told if n.to == "supervisor"]


@given(stories(), st.dates(FIRST, LAST))
@LAW
def test_a_past_day_is_rebuilt_as_it_was_known_then(story: Story, on: date) -> None:
    now, rules, plan = at(on, time(23, 59)), rules_of(story.world), story.world.scope.plan
    then = known(story.case, now)
    assert known(then, now) == then
    assert standing(story.case, now, rules) == standing(then, now, rules)
    assert tally(plan, [story.case], now, rules) == tally(plan, [then], now, rules)
    later = replace(story.case, answers=(*story.case.answers, answer("31/3/2025", "done")))
    assert standing(later, now, rules) == standing(story.case, now, rules)


@given(st.lists(stories(), max_size=5), st.dates(FIRST, LAST))
@LAW
def test_the_counts_add_up_to_the_cases(many: list[Story], on: date) -> None:
    made = world(task("I.1", By(date=LAST)))
    counted = tally(made.scope.plan, [s.case for s in many], at(on), made.rules)
    assert tuple(counted.total) == COUNTS
    assert sum(counted.total.values()) == len(many)
    assert sum(n for row in counted.agencies.values() for n in row.values()) == len(many)
    assert sum(n for row in counted.sections.values() for n in row.values()) == len(many)


@given(stories(), st.dates(FIRST, LAST), st.dates(FIRST, date(2025, 3, 31)))
@LAW
def test_a_redated_obligation_never_moves_backwards_into_lateness(story: Story, today: date, wish: date) -> None:
    obligation, scope = story.case.obligation, story.world.scope
    moved = redated(obligation, wish, today, scope)
    if wish != obligation.due_on:
        fair = scope.calendar.add(today, REGIME.redate_notice_days)
        # Asked for an earlier day it never gets a later one than it has, however near that is.
        assert moved.due_on >= (min(fair, obligation.due_on) if wish < obligation.due_on else fair)
        assert moved.late_after >= moved.due_on
    assert replace(
        moved, due_on=obligation.due_on, late_after=obligation.late_after, checkpoints=obligation.checkpoints
    ) == obligation  # fmt: skip


@given(stories(), st.dates(FIRST, LAST), st.integers(1, 60))
@LAW
def test_a_redated_obligation_is_followed_again_from_its_new_day(story: Story, on: date, longer: int) -> None:
    case = replace(story.case, answers=())
    case, before = sweep(case, story.world, days(FIRST, on))
    obligation = redated(case.obligation, on + timedelta(days=longer), on, story.world.scope)
    assume(obligation.opens_on <= obligation.due_on)
    late_after = obligation.late_after
    _, after = sweep(replace(case, obligation=obligation), story.world, days(on + ONE_DAY, date(2025, 6, 30)))
    assert Counter((n.rule, n.firing) for _, n in [*before, *after]).most_common(1)[0][1] == 1
    if obligation.due_on != case.obligation.due_on:
        told = [n.rule for when, n in _sent(after) if when > late_after]
        assert "overdue" in told and "leaders" in told
