"""One task of a plan file, and where in the file tasks stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from dondoc.domain.plan import CaseWork, Joined, Section, Task
from dondoc.loading.deadlines import read_clauses, read_parts
from dondoc.loading.depending import read_after, read_date_from
from dondoc.loading.leads import Leads, split_cell
from dondoc.loading.responsibilities import answerable
from dondoc.loading.schema import Fields, did_you_mean

LONGEST_ANSWER = 250
_SPANS: tuple[Literal["each", "span", ""], ...] = ("each", "span", "")
_JOINED: tuple[Joined | Literal[""], ...] = ("and", "or", "")
_CASES: tuple[CaseWork | Literal[""], ...] = ("counted", "each", "")


@dataclass(frozen=True, slots=True)
class Place:
    """A task's entries and the section and objective they stand under.

    `answerable`: who leads where the document has no cell for it.
    """

    fields: Fields
    section: str
    objective_code: str | None = None
    objective: str | None = None
    answerable: tuple[str, ...] = ()


def read_sections(
    head: Fields, responsibilities: tuple[dict[str, Any], ...] = ()
) -> tuple[tuple[Section, ...], tuple[Place, ...]]:
    """The sections, and the tasks under them, under their objectives, or in the plan's own list `tasks`."""
    sections: dict[str, Section] = {}
    places: list[Place] = []
    for fields in head.tables("sections", "Lĩnh vực"):
        section = Section(fields.required("no"), fields.required("title"))
        if section.no in sections:
            fields.report.error(
                fields.line, "duplicate-id", f"Lĩnh vực “{section.no}” ghi hai lần.", "Gộp lại hoặc đổi số."
            )
        sections[section.no] = section
        names = answerable(fields, section.no, responsibilities)
        places.extend(replace(place, answerable=names) for place in _under_section(fields, section.no))
        fields.close()
    places.extend(_flat(head, sections))
    return tuple(sections.values()), tuple(places)


def read_task(place: Place, leads: Leads) -> Task:
    """The task; what is wrong with it is reported."""
    fields = place.fields
    no, code = _number(fields), fields.text("code")
    id = fields.text("id") or f"{place.section}.{code or no or ''}"
    fields.what = f"Nhiệm vụ {id}"
    lead_raw, coordinate_raw = fields.text("lead", required=not place.answerable) or "", fields.text("coordinate") or ""
    names, found = leads.read(fields, split_cell(lead_raw) or place.answerable)
    text, clauses = read_clauses(fields, leads.year)
    task = Task(
        id=id,
        no=no,
        section=place.section,
        objective_code=place.objective_code,
        objective=place.objective,
        code=code,
        activity=fields.required("activity"),
        products=fields.texts("products"),
        lead_raw=lead_raw,
        lead_names=names,
        coordinate_raw=coordinate_raw,
        coordinate_names=fields.texts("coordinates") if fields.has("coordinates") else split_cell(coordinate_raw),
        deadline=text,
        clauses=clauses,
        parts=read_parts(fields, found, clauses, leads),
        activities=_activities(fields),
        budget_raw=fields.text("budget"),
        after=read_after(fields),
        date_from=read_date_from(fields),
        joined=fields.choice("joined", _JOINED, "") or None,
        cases=fields.choice("cases", _CASES, "") or None,
        respond_within=fields.number("respond_within", 1, LONGEST_ANSWER),
        occurrences=fields.choice("occurrences", _SPANS, "") or None,
        absorb=fields.flag("absorb", default=True),
        criteria=fields.texts("criteria"),
        criteria_proposed=fields.texts("criteria_proposed"),
        targets=fields.texts("targets"),
        targets_proposed=fields.texts("targets_proposed"),
        note=fields.text("note"),
        line=fields.line,
    )
    _check_id(task, code or no, fields)
    fields.close()
    return task


def _under_section(fields: Fields, section: str) -> Iterator[Place]:
    for objective in fields.tables("objectives", f"Mục tiêu của lĩnh vực {section}"):
        code, title = objective.text("code"), objective.text("title")
        for task in objective.tables("tasks", f"Nhiệm vụ của lĩnh vực {section}"):
            yield Place(task, section, code, title)
        objective.close()
    for task in fields.tables("tasks", f"Nhiệm vụ của lĩnh vực {section}"):
        yield Place(task, section)


def _flat(head: Fields, sections: dict[str, Section]) -> Iterator[Place]:
    for fields in head.tables("tasks", "Nhiệm vụ"):
        section = fields.required("section")
        if section and section not in sections:
            hint = did_you_mean(section, sections) or "Các lĩnh vực đã khai: " + ", ".join(sections) + "."
            fields.report.error(
                fields.line_of("section"), "unknown-section", f"Không có lĩnh vực nào số “{section}”.", hint
            )
        yield Place(fields, section, fields.text("objective_code"), fields.text("objective"))


def _number(fields: Fields) -> int | str | None:
    text = fields.text("no")
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else text


def _activities(fields: Fields) -> tuple[dict[str, Any], ...]:
    found = []
    for entry in fields.tables("activities", f"{fields.what}, mục “activities”"):
        found.append({"code": entry.text("code"), "text": entry.required("text")})
        entry.close()
    return tuple(found)


def _check_id(task: Task, own: int | str | None, fields: Fields) -> None:
    if own is None and not fields.has("id"):
        fields.report.error(
            fields.line, "missing-field", f"{fields.what}: cần một trong các mục “code”, “no”, “id”.",
            "Mã nhiệm vụ là <lĩnh vực>.<code>.",
        )  # fmt: skip
    elif any(c.isspace() or c == "~" for c in task.id) or len(task.id) > 80:
        fields.report.error(
            fields.line_of("id"),
            "wrong-type",
            f"Mã nhiệm vụ “{task.id}” không dùng được.",
            "Mã không có khoảng trắng và dấu ~.",
        )
