"""Two plan files side by side."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from town import only, shipped

from dondoc.domain.clauses import By
from dondoc.services import comparing

TODAY = date(2024, 1, 2)


def test_the_same_plan_has_no_difference_wherever_its_tasks_stand_in_the_file() -> None:
    plan = shipped()
    moved = replace(plan, plan=replace(plan.plan, tasks=tuple(replace(t, line=1) for t in plan.plan.tasks)))
    assert comparing.compare(plan, moved, TODAY).is_empty


def test_added_removed_and_changed_tasks_with_what_becomes_of_their_obligations() -> None:
    old, new = only(shipped(), "II.2.39", "I.2.5"), only(shipped(), "I.2.5", "VII.2.119")
    (task,) = (t for t in new.plan.tasks if t.id == "I.2.5")
    clauses = (By(date(2024, 5, 15)),)
    parts = tuple(replace(p, clauses=clauses) for p in task.parts)
    later = replace(task, deadline="15/5/2024", clauses=clauses, parts=parts)
    new = replace(new, plan=replace(new.plan, tasks=tuple(later if t is task else t for t in new.plan.tasks)))
    found = comparing.to_json(comparing.compare(old, new, TODAY))
    assert (found["added"], found["removed"]) == (["VII.2.119"], ["II.2.39"])
    assert found["changed"] == [
        {
            "id": "I.2.5",
            "fields": {
                "deadline": {"old": "Quý I/2024", "new": "15/5/2024"},
                "clauses": {
                    "old": [{"type": "within", "start": "2024-01-01", "end": "2024-03-31"}],
                    "new": [{"type": "by", "date": "2024-05-15"}],
                },
            },
        }
    ]
    assert found["obligations"]["redated"] == [
        {"id": "hung-yen-2024/I.2.5/-/1/so-tu-phap", "old": "2024-03-31", "new": "2024-05-15"}
    ]
    assert "hung-yen-2024/VII.2.119/-/1/so-noi-vu" in found["obligations"]["new"]
    assert "hung-yen-2024/II.2.39/-/1/van-phong-ubnd-tinh" in found["obligations"]["gone"]
