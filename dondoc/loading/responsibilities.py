"""Who answers for what where a plan has no appendix: its responsibilities, and the sections whose lead they name."""

from __future__ import annotations

from typing import Any

from dondoc.loading.schema import Fields, did_you_mean

Answerable = dict[str, tuple[str, ...]]
"""Section number → the agency that answers for its tasks, as the document names it."""


def read_responsibilities(head: Fields, entry: str = "responsibilities") -> tuple[dict[str, Any], ...]:
    """The plan's responsibilities in the document's words and order."""
    found, first = [], dict[str, int]()
    for fields in head.tables(entry, "Trách nhiệm"):
        own = {name: fields.required(name) for name in ("agency", "code", "text")}
        fields.close()
        other = first.setdefault(own["code"], fields.line)
        if other != fields.line:
            fields.report.error(
                fields.line_of("code"), "duplicate-id", f"Trách nhiệm “{own['code']}” đã ghi ở dòng {other}.",
                "Mỗi mã dùng một lần.",
            )  # fmt: skip
        found.append(own)
    return tuple(found)


def answerable(fields: Fields, section: str, responsibilities: tuple[dict[str, Any], ...]) -> tuple[str, ...]:
    """The agency that answers for a section's tasks by the responsibility it names; none when it names none.

    Shown to the person who loads the plan: that an agency leads is then read from another place of the document.
    """
    code = fields.text("responsibility")
    if code is None:
        return ()
    line = fields.line_of("responsibility")
    own = next((one for one in responsibilities if one["code"] == code), None)
    if own is None:
        known = [str(one["code"]) for one in responsibilities]
        hint = did_you_mean(code, known) or "Ghi mã của một mục trong “responsibilities”."
        fields.report.error(
            line, "unknown-responsibility", f"Lĩnh vực {section}: không có trách nhiệm nào mã “{code}”.", hint
        )
        return ()
    fields.report.info(
        line, "lead-from-responsibility",
        f"Lĩnh vực {section}: văn bản không ghi chủ trì từng nhiệm vụ; {own['agency']} chủ trì theo trách nhiệm {code}:"
        f" “{own['text']}”",
        "Nhiệm vụ nào do đơn vị khác chủ trì thì ghi mục “leads” cho nhiệm vụ đó.",
    )  # fmt: skip
    return (str(own["agency"]),)
