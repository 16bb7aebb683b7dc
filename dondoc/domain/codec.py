"""Plan, directory, regime and ladder as JSON and back, without loss: what the store freezes when a plan is applied."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from dondoc.domain.clauses import Clause, to_json
from dondoc.domain.clauses import from_json as clause_from_json
from dondoc.domain.directory import Agency, Contact, Directory, Group
from dondoc.domain.plan import After, Citation, DateFrom, Lead, Part, Plan, Section, Task
from dondoc.domain.policy import Ladder, Step
from dondoc.domain.regime import Regime, ReportPeriod

Json = dict[str, Any]
_NARRATIVE = ("overall_targets", "responsibilities", "responsibility_intros")
"""Absent in plans that were stored before these were kept."""


def plan_to_json(plan: Plan) -> Json:
    """The whole plan, clauses in the contract's form."""
    return _record(plan)


def plan_from_json(value: Json) -> Plan:
    """The inverse of `plan_to_json`. Raises KeyError, TypeError or ValueError on what is no plan."""
    return Plan(**{
        **value,
        "sections": tuple(Section(**section) for section in value["sections"]),
        "tasks": tuple(_task(task) for task in value["tasks"]),
        "citation": Citation(value["citation"]["number"], _day(value["citation"]["issued_on"])),
        "targets": tuple(value["targets"]),
        "reporting_duties": tuple(value["reporting_duties"]),
        **{name: tuple(value.get(name, ())) for name in _NARRATIVE},
        "target_owners": tuple((code, tuple(agencies)) for code, agencies in value.get("target_owners", ())),
    })  # fmt: skip


def directory_to_json(directory: Directory) -> Json:
    """The whole directory."""
    return _record(directory)


def directory_from_json(value: Json) -> Directory:
    """The inverse of `directory_to_json`."""
    agencies = tuple(_agency(agency) for agency in value["agencies"])
    groups = tuple(Group(**_tuples(group)) for group in value["groups"])
    return Directory(**{**value, "agencies": agencies, "groups": groups})


def contact_to_json(contact: Contact) -> Json:
    """One contact."""
    return _record(contact)


def contact_from_json(value: Json) -> Contact:
    """The inverse of `contact_to_json`."""
    return Contact(**value)


def regime_to_json(regime: Regime) -> Json:
    """The whole reporting regime."""
    return _record(regime)


def regime_from_json(value: Json) -> Regime:
    """The inverse of `regime_to_json`."""
    periodic = tuple(ReportPeriod(**_tuples(period)) for period in value["periodic"])
    return Regime(**{**value, "periodic": periodic, "every": _tuples(value["every"])})


def ladder_to_json(ladder: Ladder) -> Json:
    """The whole ladder."""
    return _record(ladder)


def ladder_from_json(value: Json) -> Ladder:
    """The inverse of `ladder_to_json`."""
    return Ladder(**{**value, "steps": tuple(Step(**_tuples(step)) for step in value["steps"])})


def _record(value: Any) -> Json:
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}


def _plain(value: Any) -> Any:
    if isinstance(value, Clause):
        return to_json(value)  # type: ignore[arg-type]
    if is_dataclass(value):
        return _record(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _tuples(value: Json) -> Json:
    return {key: tuple(item) if isinstance(item, list) else item for key, item in value.items()}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _task(value: Json) -> Task:
    parts = tuple(_part(part) for part in value["parts"])
    clauses = tuple(clause_from_json(clause) for clause in value["clauses"])
    source = value.get("date_from")
    links = {"after": _after(value["after"]), "date_from": DateFrom(**source) if source else None}
    return Task(**{**_tuples(value), "clauses": clauses, "parts": parts, **links})


def _after(value: Any) -> After:
    # A plan that was stored before links had a mode holds a bare list.
    return After(tuple(value)) if isinstance(value, list) else After(**_tuples(value))


def _part(value: Json) -> Part:
    leads = tuple(Lead(**lead) for lead in value["leads"])
    clauses = tuple(clause_from_json(clause) for clause in value["clauses"])
    return Part(**{**value, "leads": leads, "clauses": clauses})


def _agency(value: Json) -> Agency:
    contacts = tuple(contact_from_json(contact) for contact in value["contacts"])
    days = {"valid_from": _day(value["valid_from"]), "valid_to": _day(value["valid_to"])}
    return Agency(**{**_tuples(value), "contacts": contacts, **days})
