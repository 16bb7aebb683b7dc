"""Which tasks serve a target, and who reports its value: links inside one plan file."""

from __future__ import annotations

from collections import Counter

from dondoc.domain.plan import Plan
from dondoc.domain.targets import targets_of
from dondoc.loading.leads import Leads
from dondoc.loading.schema import Fields, did_you_mean

Owners = tuple[tuple[str, tuple[str, ...]], ...]


def read_owners(head: Fields, plan: Plan, leads: Leads) -> Owners:
    """`target_owners:` of the plan: who reports the values of a group of targets (`group`) or of one (`code`), by the
    responsibility it names, else the agency (`agency`, an id) that a person decided on."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for fields in head.tables("target_owners", "Mục “target_owners”"):
        agency = _agency(fields, plan, leads)
        codes = _codes(fields, plan)
        fields.close()
        if agency is not None:
            found.extend((code, (agency,)) for code in codes)
    return tuple(found)


def check_target_links(plan: Plan, head: Fields) -> None:
    """Targets need codes of their own, and a task may only name targets of its own plan."""
    known = [target.code for target in targets_of(plan)]
    for code in (code for code, times in Counter(known).items() if times > 1):
        head.report.error(
            head.line_of("targets"), "duplicate-id", f"Chỉ tiêu “{code}” ghi hai lần.", "Mỗi mã dùng một lần."
        )
    for task in plan.tasks:
        for code in (*task.targets, *task.targets_proposed):
            if code not in known:
                hint = did_you_mean(code, known) or "Ghi “code” của một mục trong “targets”."
                head.report.error(
                    task.line, "unknown-target", f"Nhiệm vụ {task.id}: không có chỉ tiêu nào mã “{code}”.", hint
                )
    _tell_proposals(plan, head)


def _tell_proposals(plan: Plan, head: Fields) -> None:
    proposed = [task for task in plan.tasks if task.targets_proposed]
    if proposed:
        head.report.info(
            proposed[0].line, "proposed-links",
            f"{len(proposed)} nhiệm vụ có liên kết chỉ tiêu mới là đề xuất, chưa ai quyết định (targets_proposed).",
            "Đúng thì đổi tên mục thành “targets”, không đúng thì xóa.",
        )  # fmt: skip


def _agency(fields: Fields, plan: Plan, leads: Leads) -> str | None:
    if fields.has("agency"):
        return leads.body(fields, "agency")
    code = fields.required("responsibility")
    own = next((one for one in plan.responsibilities if one["code"] == code), None)
    if own is None:
        known = [str(one["code"]) for one in plan.responsibilities]
        hint = did_you_mean(code, known) or "Ghi mã của một mục trong “responsibilities”."
        fields.report.error(
            fields.line_of("responsibility"), "unknown-responsibility",
            f"{fields.what}: không có trách nhiệm nào mã “{code}”.", hint,
        )  # fmt: skip
        return None
    lead = leads.named(own["agency"], fields.what, fields.line_of("responsibility"))
    return lead.ref if lead is not None and not lead.is_group else None


def _codes(fields: Fields, plan: Plan) -> tuple[str, ...]:
    if fields.has("code"):
        return _code(fields, plan)
    group = fields.required("group")
    codes = tuple(target.code for target in targets_of(plan) if target.group == group)
    if group and not codes:
        groups = {str(target.group) for target in targets_of(plan) if target.group}
        hint = did_you_mean(group, groups) or "Ghi đúng “group” của các chỉ tiêu."
        fields.report.error(
            fields.line_of("group"), "unknown-target", f"{fields.what}: không có nhóm chỉ tiêu “{group}”.", hint
        )
    return codes


def _code(fields: Fields, plan: Plan) -> tuple[str, ...]:
    code, known = fields.required("code"), [target.code for target in targets_of(plan)]
    if code in known:
        return (code,)
    hint = did_you_mean(code, known) or "Ghi “code” của một chỉ tiêu hoặc mục tiêu chung."
    fields.report.error(
        fields.line_of("code"), "unknown-target", f"{fields.what}: không có chỉ tiêu nào mã “{code}”.", hint
    )
    return ()
