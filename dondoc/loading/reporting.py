"""A plan's reporting duties (chế độ báo cáo): its own words, and the task that each of them is.

A duty is work like any other: somebody owes it by a day. Only what the regime's periodic report already is must not be
owed a second time, which `periodic: true` says; it also makes its leads owe that report.
"""

from __future__ import annotations

from typing import Any

from dondoc.domain.clauses import Every, Ongoing, to_json
from dondoc.domain.plan import DUTIES_SECTION, Lead, Part, Task
from dondoc.loading.deadlines import Clauses, read_clauses
from dondoc.loading.depending import read_after
from dondoc.loading.leads import Leads, split_cell
from dondoc.loading.schema import Fields
from dondoc.loading.tasks import LONGEST_ANSWER

_PERIODIC = (Every, Ongoing)

Duties = tuple[tuple[dict[str, Any], ...], tuple[Task, ...]]


def read_duties(head: Fields, leads: Leads) -> Duties:
    """Who reports what to whom and when (the contract of `plan show`), and the same as tasks.

    A duty's task id is `BC.<no>`, the number being its place in the plan unless `no` gives another.
    """
    duties, tasks = [], []
    for place, fields in enumerate(head.tables("reporting_duties", "Chế độ báo cáo của kế hoạch"), 1):
        code = f"BC.{fields.number('no', 1, 999) or place}"
        fields.what = f"Chế độ báo cáo {code}"
        text, clauses = read_clauses(fields, leads.year)
        duty = _words(fields, text, clauses)
        duties.append(duty)
        tasks.append(_task(fields, code, duty, clauses, leads))
        fields.close()
    return tuple(duties), tuple(tasks)


def _words(fields: Fields, text: str, clauses: Clauses) -> dict[str, Any]:
    return {
        "who": fields.required("who"),
        "what": fields.required("what"),
        "to": fields.text("to"),
        "deadline": text,
        "clauses": [to_json(clause) for clause in clauses],
        "source": fields.text("source"),
        "text": fields.text("text"),
    }


def _task(fields: Fields, code: str, duty: dict[str, Any], clauses: Clauses, leads: Leads) -> Task:
    names, found = leads.read(fields, split_cell(duty["who"]))
    return Task(
        id=code,
        no=None,
        section=DUTIES_SECTION,
        objective_code=None,
        objective=None,
        code=code,
        activity=_sentence(duty),
        products=(),
        lead_raw=duty["who"],
        lead_names=names,
        coordinate_raw="",
        coordinate_names=(),
        deadline=duty["deadline"],
        clauses=clauses,
        parts=_parts(fields, found, clauses),
        after=read_after(fields),
        respond_within=fields.number("respond_within", 1, LONGEST_ANSWER),
        periodic=fields.flag("periodic", default=False),
        note=fields.text("note"),
        line=fields.line,
    )


def _sentence(duty: dict[str, Any]) -> str:
    """What the messages call the duty: the plan's words, and to whom it goes."""
    what: str = duty["what"]
    return what[:1].upper() + what[1:] + (f", gửi {duty['to']}" if duty["to"] else "")


def _parts(fields: Fields, leads: tuple[Lead, ...], clauses: Clauses) -> tuple[Part, ...]:
    """One part. A periodic duty keeps only what no periodic report is (ad hoc), else a line in that report.

    "Định kỳ" alone names no period: the periods are then the regime's own.
    """
    if not fields.flag("periodic", default=False):
        return (Part(None, leads, clauses),)
    if not any(isinstance(clause, _PERIODIC) for clause in clauses):
        fields.report.error(
            fields.line_of("periodic"), "periodic-without-period",
            f"{fields.what}: có “periodic” mà thời hạn không có kỳ nào.",
            "Bỏ mục “periodic”, hoặc ghi thời hạn có kỳ, ví dụ “theo quý, 6 tháng, năm”.",
        )  # fmt: skip
    return (Part(None, leads, tuple(clause for clause in clauses if not isinstance(clause, _PERIODIC))),)
