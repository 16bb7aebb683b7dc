"""The plan as its document says it, plus what a person decided more (DESIGN §4 Plans)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Literal

from dondoc.domain.clauses import AnyClause
from dondoc.domain.vietnamese import searchable

Level = Literal["live", "archive"]
AfterMode = Literal["all", "any", "each"]
Joined = Literal["and", "or"]
CaseWork = Literal["counted", "each"]

DUTIES_SECTION = "bao-cao"
"""Where a plan's reporting duties stand beside its sections, together with the periodic reports of its regime."""


@dataclass(frozen=True, slots=True)
class Lead:
    """One lead as the plan names it, resolved by the loader.

    `ref` is an agency id, or a group id when `is_group`; `condition` holds the words that narrow a group
    ("có liên quan", "được giao chủ trì soạn thảo …"): such a lead opens only for members the supervisor selected.
    """

    name: str
    ref: str
    is_group: bool = False
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Labelled leads bound to labelled clauses; an unlabelled task has one part with label None."""

    label: str | None
    leads: tuple[Lead, ...]
    clauses: tuple[AnyClause, ...]

    key: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A field of work (lĩnh vực) of the plan."""

    no: str
    title: str


@dataclass(frozen=True, slots=True)
class After:
    """Which tasks of the plan come before one, in the plan's own words or by a person's decision.

    A task that waits for an event is opened by their accepted product, `lag` working days later: by all of them, by the
    first (`any`), or by every one anew (`each`). For a task with its own dates they are only the order of work.
    `proposed` are links that nobody has decided on: they are shown, and count for nothing.
    """

    tasks: tuple[str, ...] = ()
    mode: AfterMode = "all"
    lag: int = 0
    proposed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DateFrom:
    """Where the date of a `per` clause comes from: a task of another plan (`plan`, its id), whose due day is followed;
    or, without `plan`, the document that a task of this plan produces, whose date a person then records."""

    task: str
    plan: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One row of the plan's appendix. Texts are the document's own words; `line` is where it stands in the file.

    `criteria` and `targets` are codes of what the task serves. `criteria_proposed` and `targets_proposed` are links
    that nobody has decided on: they are shown as proposals and count for nothing. `periodic`: a reporting duty that the
    regime's periodic report fulfils; its leads owe that report even when they lead nothing else. `respond_within`:
    working days from an event. `joined`: how a date stands beside what it caps or replaces, where a person decided over
    the words. `cases`: work on many events a year, counted in the periodic report, or each an obligation of its own.
    """

    id: str
    no: int | str | None
    section: str
    objective_code: str | None
    objective: str | None
    code: str | None
    activity: str
    products: tuple[str, ...]
    lead_raw: str
    lead_names: tuple[str, ...]
    coordinate_raw: str
    coordinate_names: tuple[str, ...]
    deadline: str
    clauses: tuple[AnyClause, ...]
    parts: tuple[Part, ...]
    activities: tuple[dict[str, Any], ...] = ()
    budget_raw: str | None = None
    after: After = After()
    date_from: DateFrom | None = None
    respond_within: int | None = None
    joined: Joined | None = None
    cases: CaseWork | None = None
    occurrences: Literal["each", "span"] | None = None
    absorb: bool = True
    criteria: tuple[str, ...] = ()
    criteria_proposed: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    targets_proposed: tuple[str, ...] = ()
    periodic: bool = False
    note: str | None = None
    line: int | None = None

    @property
    def lead_words(self) -> str:
        """The lead in words: the plan's cell, or the agency that answers for a task without one."""
        return self.lead_raw or "; ".join(self.lead_names)

    @property
    def title(self) -> str:
        """A one-line name for lists: number, section and activity."""
        return f"{self.code or self.no} {self.activity}".strip()

    @property
    def is_duty(self) -> bool:
        """Whether this is one of the plan's reporting duties rather than a row of its appendix."""
        return self.section == DUTIES_SECTION


@dataclass(frozen=True, slots=True)
class Citation:
    """The plan's document: number and date may be unknown and are then left out of texts."""

    number: str | None
    issued_on: date | None


@dataclass(frozen=True)
class Plan:
    """A year's plan. `supervisor`, `leader` and `own_tasks_reviewer` are agency ids of `directory`.

    `responsibilities` say which agency answers for what, in the document's words. `target_owners`: which agencies (ids)
    report the value of a target (its code).
    """

    id: str
    title: str
    issuer: str
    year: int
    supervisor: str
    leader: str | None
    directory: str
    regime: str
    sections: tuple[Section, ...]
    tasks: tuple[Task, ...]
    citation: Citation = Citation(None, None)
    targets: tuple[dict[str, Any], ...] = ()
    reporting_duties: tuple[dict[str, Any], ...] = ()
    overall_targets: tuple[dict[str, Any], ...] = ()
    responsibilities: tuple[dict[str, Any], ...] = ()
    responsibility_intros: tuple[dict[str, Any], ...] = ()
    target_owners: tuple[tuple[str, tuple[str, ...]], ...] = ()
    demo: bool = False
    file: str | None = None

    @cached_property
    def by_id(self) -> dict[str, Task]:
        """Tasks by id."""
        return {task.id: task for task in self.tasks}

    @cached_property
    def search_texts(self) -> dict[str, str]:
        """What a search looks at, by task id: code, activity, products and deadline, without accents or capitals."""
        return {
            task.id: searchable(" ".join((task.id, task.activity, *task.products, task.deadline)))
            for task in self.tasks
        }

    @property
    def starts_on(self) -> date:
        """The first day of the plan year, or the day it was issued when that is later known to be inside it."""
        return date(self.year, 1, 1)

    @property
    def ends_on(self) -> date:
        """The last day of the plan year."""
        return date(self.year, 12, 31)
