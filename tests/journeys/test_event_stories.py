"""Each clause of the Hưng Yên plan that waits, told and run: what opens it, who owes it by when, and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from event_stories import NO_DUE, TABLE, Story, ids, stories, table, words_of
from office import PLAN_ID, Office, open_office
from sqlalchemy import select
from town import only, shipped

from dondoc.domain.cases import Case, Rules, standing
from dondoc.domain.events import Opening
from dondoc.domain.moments import at
from dondoc.domain.obligations import UNSELECTED, Obligation, Scope, expand
from dondoc.domain.occurrences import conditions, is_capped
from dondoc.services import events, reviewing, selecting, undoing
from dondoc.services.event_choices import Choice
from dondoc.services.sweeping import sweep
from dondoc.store import obligations
from dondoc.store.models import NoticeRow

BY = "so-noi-vu/lan"
REVIEWER = "admin"
YEARS_END = at(date(2024, 12, 20))
Owed = dict[str, Obligation]


def test_every_clause_that_waits_has_its_story() -> None:
    wanted = [
        (task.no, task.id, words)
        for task in shipped().plan.tasks
        for clause in task.clauses
        if (words := words_of(clause)) is not None
    ]
    assert [(story.no, story.task, story.clause) for story in stories()] == wanted
    kinds = [story.clause.partition(":")[0] for story in stories()]
    assert (kinds.count("upon"), kinds.count("per")) == (22, 13)


def test_the_table_in_the_docs_is_made_of_the_stories() -> None:
    assert TABLE.read_text(encoding="utf-8") == table(), "viết lại: .venv/bin/python tests/event_stories.py"


@pytest.mark.parametrize("story", [s for s in stories() if s.remark], ids=lambda s: f"{s.no} {s.clause}")
def test_a_remark_opens_nothing_and_asks_nothing(story: Story) -> None:
    task = shipped().plan.by_id[story.task]
    assert story.clause not in [words_of(waiting.clause) for part in task.parts for waiting in conditions(part.clauses)]


@pytest.mark.parametrize("story", [s for s in stories() if s.counted], ids=lambda s: f"{s.no} {s.clause}")
def test_counted_work_is_asked_about_and_opened_by_nothing(story: Story) -> None:
    found = shipped()
    task = found.plan.by_id[story.task]
    plan = replace(found.plan, tasks=(task,))
    scope = Scope(plan, found.directory, found.calendar, replace(found.regime, periodic=()), found.ladder.id, {})
    on = date(2024, 3, 1)
    opening = Opening("sk-x", "x", on, task.id, task.parts[0].key, on, due_on=date(2024, 3, 20))
    asked = expand(scope)
    assert task.cases == "counted"
    assert {f"upon: {o.question}" for o in asked} == {story.clause}
    assert {o.kind for o in asked} <= {"awaiting", "unassigned"}
    assert expand(replace(scope, openings={task.id: (opening,)})) == asked


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Office]:
    waiting = {s.task for s in stories()} | {s.source[0] for s in stories() if s.product}
    with open_office(database_url, tmp_path, only(shipped(), *waiting), date(2024, 1, 2)) as found:
        yield found


def owed(desk: Office) -> Owed:
    """Everything that is owed, by id."""
    with desk.app.sessions() as session:
        return {case.obligation.id: case.obligation for case in obligations.load_cases(session, plan_id=PLAN_ID)}


def test_every_story_runs_as_it_is_told(desk: Office) -> None:
    told = sorted((s for s in stories() if s.owed), key=lambda s: s.moment)
    for story in told:
        if story.selected:
            selecting.select_lead(desk.app, PLAN_ID, story.task, None, ids(story.selected), BY, desk.moment)
    start = now = owed(desk)
    for story in told:
        desk.moment = story.moment
        now = run(desk, story, now)
        if is_alternative(story):  # while its planned day can still be given back
            taken_back(desk, story)
            assert {**owed(desk)} == {**now, **{id: start[id] for id in now if f"/{story.task}/" in id}}
            assert run(desk, story, {**now, **{id: start[id] for id in now if f"/{story.task}/" in id}}) == now
    desk.moment = YEARS_END
    for story in told:
        if not is_alternative(story):
            taken_back(desk, story)
    rest = {s.task for s in told if is_alternative(s)}
    assert but(owed(desk), rest) == but(start, rest)
    assert columns(desk, but(owed(desk), rest)) == columns(desk, but(start, rest))


def run(desk: Office, story: Story, before: Owed) -> Owed:
    """Record what happened, or accept the product: only this task changes, for whom and by when the story says."""
    began(desk, story)
    now = owed(desk)
    changed = {id for id in before.keys() | now.keys() if before.get(id) != now.get(id)}
    assert {id.split("/")[1] for id in changed} == {story.task}
    opened = [now[id] for id in changed if id in now]
    everybody = {o.agency for o in before.values() if o.task_id == story.task}
    who = {o.agency for o in opened}
    assert who == (everybody if isinstance(story.who, int) else story.who), story
    assert not isinstance(story.who, int) or len(who) == story.who, story
    words, on = story.aim
    assert {(o.due_on, o.target_on) for o in opened} == {(on, None) if words == "hạn" else (None, on)}, story
    assert waiting(now, story) == {
        agency for agency in waiting(before, story) - who if not agency.startswith(UNSELECTED)
    }
    heard(desk, story, opened)
    return now


def waiting(found: Owed, story: Story) -> set[str]:
    """Who is still asked whether it has happened."""
    return {o.agency for o in found.values() if o.task_id == story.task and o.question is not None}


def began(desk: Office, story: Story) -> None:
    if not story.product:
        choice = Choice(story.task, None, ids(story.concerns), story.due_on, story.sets == NO_DUE)
        events.record(desk.app, story.what, [choice], by=BY, now=desk.moment)
        return
    obligation_id, reported_on = source_of(desk, story), story.source[2]
    now = desk.moment
    desk.set(reported_on)
    desk.submit(obligation_id, kind="done", document_number="12/BC", document_date=reported_on)
    desk.moment = now
    reviewing.accept(desk.app, obligation_id, by=REVIEWER, now=now)


def source_of(desk: Office, story: Story) -> str:
    task, agency, _ = story.source
    (found,) = (o.id for o in owed(desk).values() if (o.task_id, o.agency) == (task, agency))
    return found


def heard(desk: Office, story: Story, opened: list[Obligation]) -> None:
    """A sweep queues the line that work has begun, or that it has another day, for each who owes it."""
    sweep(desk.app, desk.moment, PLAN_ID, story.task)
    rule = NoticeRow.rule.startswith("told_redated") if is_alternative(story) else NoticeRow.rule == "opened"
    with desk.app.sessions() as session:
        query = select(NoticeRow.obligation_id).where(rule, NoticeRow.status == "queued")
        told = session.scalars(query.where(NoticeRow.obligation_id.in_([o.id for o in opened]))).all()
    assert set(told) == {o.id for o in opened}, story


def taken_back(desk: Office, story: Story) -> None:
    if story.product:
        undoing.undo(desk.app, source_of(desk, story), by=REVIEWER, now=desk.moment, why="Duyệt nhầm.")
    else:
        events.retract(desk.app, story.what.id, by=BY, now=desk.moment, why="Ghi nhầm.")


def is_alternative(story: Story) -> bool:
    """Whether the plan gives a day of its own beside the condition: then only the day moves."""
    return any(is_capped(part.clauses) for part in shipped().plan.by_id[story.task].parts)


def but(found: Owed, tasks: set[str]) -> Owed:
    return {id: o for id, o in found.items() if o.task_id not in tasks}


def columns(desk: Office, found: Owed) -> dict[str, str]:
    """Where everything stands at the year's end."""
    rules = Rules(desk.app.calendar, shipped().regime)
    return {id: standing(Case(o), YEARS_END, rules).work for id, o in found.items()}
