"""PAR INDEX and a year's work: gaps, evidence from accepted reports, points only where the office has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest
from office import ONGOING, QUARTER, YEAR, Office, open_office, small

from dondoc.domain.answers import Answer, Review
from dondoc.domain.moments import at
from dondoc.services import assessing
from dondoc.services.assessing import Assessed, Assessment
from dondoc.store import answers, report_lines
from dondoc.store.answers import Submitted
from dondoc.store.report_lines import ReportLine

LINKS = {"I.2.5": ("2.2",), "I.2.8": ("2.2.1",), "I.2.2": ("1.1",)}


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """Three tasks whose links somebody decided; the others keep their proposals."""
    workspace = small()
    tasks = tuple(replace(task, criteria=LINKS.get(task.id, ())) for task in workspace.plan.tasks)
    workspace = replace(workspace, plan=replace(workspace.plan, tasks=tasks))
    with open_office(database_url, tmp_path / "home", workspace, date(2024, 1, 2)) as opened:
        yield opened


def done(office: Office, obligation: str, number: str, day: date, outcome: str = "accepted") -> int:
    """A report that was sent and decided the next morning."""
    review = Review(outcome, at(day.replace(day=day.day + 1)), "Sở Nội vụ")  # type: ignore[arg-type]
    answer = Answer("", "done", at(day, time(9)), document_number=number, document_date=day, note="Đã ban hành.",
                    review=review)  # fmt: skip
    with office.app.sessions.begin() as session:
        sent = Submitted(obligation, number, "so-tu-phap", answer)
        return answers.add(session, [sent])[obligation, number]


def row(found: Assessment, code: str) -> Assessed:
    return next(one for one in found.rows if one.served.criterion.code == code)


def test_evidence_is_what_was_accepted_and_no_points_are_made_up(office: Office) -> None:
    done(office, QUARTER, "12/KH-UBND", date(2024, 3, 20))
    done(office, YEAR, "90/QĐ-UBND", date(2024, 6, 3), outcome="returned")
    found = assessing.assess(office.app, "hung-yen-2024", at(date(2024, 12, 31)))
    # I.2.5 is linked to the heading 2.2: it stands as evidence for both criteria under it.
    assert [e.document_number for e in row(found, "2.2.2").evidence] == ["12/KH-UBND"]
    assert [e.document_number for e in row(found, "2.2.1").evidence] == ["12/KH-UBND"]
    assert {task.id for task in row(found, "2.2.1").served.tasks} == {"I.2.5", "I.2.8"}
    assert found.table is None
    assert (found.total.maximum, found.total.self_score, found.total.with_points) == (0, None, 0)
    assert assessing.to_json(found)["points_loaded"] is False
    early = assessing.assess(office.app, "hung-yen-2024", at(date(2024, 3, 20), time(20)))
    assert row(early, "2.2.2").evidence == ()  # sent, not accepted yet


def test_ongoing_work_shows_by_its_lines_in_accepted_periodic_reports(office: Office) -> None:
    answer = done(office, "hung-yen-2024/bao-cao/-/2024-Q1/so-tu-phap", "bc-q1", date(2024, 3, 15))
    with office.app.sessions.begin() as session:
        report_lines.add(session, answer, [ReportLine(ONGOING, "ongoing", text="Ban hành 03 công văn.")])
    shown = row(assessing.assess(office.app, "hung-yen-2024", at(date(2024, 4, 1))), "1.1").evidence
    assert [(e.text, e.report) for e in shown] == [
        ("Ban hành 03 công văn.", "hung-yen-2024/bao-cao/-/2024-Q1/so-tu-phap")
    ]


def test_a_criterion_self_scored_with_evidence_and_totals_by_component(office: Office, tmp_path: Path) -> None:
    done(office, YEAR, "90/QĐ-UBND", date(2024, 6, 3))
    config = tmp_path / "config"
    config.mkdir()
    (config / "par-index.yaml").write_bytes((office.app.settings.config / "par-index.yaml").read_bytes())
    (config / "par-index").mkdir()
    (config / "par-index" / "2024.yaml").write_text(
        "year: 2024\ncites: bảng điểm mẫu của kiểm thử\npoints:\n"
        '- {code: "2.2.1", max_points: 0.5, self_score: "0,5", appraised: 0.25}\n'
        '- {code: "2.2.2", max_points: 1}\n- {code: "1.1", max_points: 2, self_score: 1.5}\n',
        encoding="utf-8",
    )
    index = assessing.index_of(config)
    table = assessing.points_of(config, 2024, index)
    base = assessing.assess(office.app, "hung-yen-2024", at(date(2024, 12, 31)))
    plan = replace(small().plan, tasks=tuple(replace(t, criteria=LINKS.get(t.id, ())) for t in small().plan.tasks))
    found = assessing.assessment(index, plan, [e for r in base.rows for e in r.evidence], table)
    scored = row(found, "2.2.1")
    assert scored.points is not None
    assert (scored.points.self_score, scored.points.appraised) == (Decimal("0.5"), Decimal("0.25"))
    assert "90/QĐ-UBND" in {e.document_number for e in scored.evidence}
    totals = {component.code: total for component, total in found.totals}
    assert (totals["2"].maximum, totals["2"].self_score, totals["2"].scored) == (Decimal("1.5"), Decimal("0.5"), 1)
    assert (totals["8"].self_score, totals["8"].with_points) == (None, 0)
    assert (found.total.maximum, found.total.self_score) == (Decimal("3.5"), Decimal("2.0"))


def test_a_proposal_fills_no_gap() -> None:
    index = assessing.index_of(Path(__file__).resolve().parents[2] / "config")
    plan = small().plan
    missing = {one.criterion.code: one for one in assessing.gaps(index, plan)}
    assert len(missing) == 97
    assert [task.id for task in missing["2.2.1"].proposed] == ["I.2.5", "I.2.8"]
    decided = replace(plan, tasks=tuple(replace(t, criteria=LINKS.get(t.id, ())) for t in plan.tasks))
    assert set(missing) - {one.criterion.code for one in assessing.gaps(index, decided)} == {"1.1", "2.2.1", "2.2.2"}
