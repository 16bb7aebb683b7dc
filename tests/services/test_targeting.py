"""Targets of Hưng Yên 2023: what the periodic reports said, period after period, and what that means."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from pathlib import Path

import pytest
from target_help import OFFICE, PLAN_2023, report_2023, year_2023
from town import Town
from typer.testing import CliRunner

from dondoc.cli.target import target_app
from dondoc.domain.moments import at
from dondoc.services import status, targeting
from dondoc.services.books import book
from dondoc.services.periodic_lines import sheet
from dondoc.services.targeting import TargetRow
from dondoc.store import obligations
from dondoc.store.report_lines import ReportLine

PLAN_ID = PLAN_2023


@pytest.fixture
def applied(town: Town) -> Town:
    """The plan of 2023, followed live in that year."""
    town.set(date(2023, 1, 3))
    town.apply(year_2023(), force=True)
    return town


def report(town: Town, period: str, when: datetime, *lines: ReportLine, outcome: str = "accepted") -> None:
    """A periodic report of the provincial office as it was sent and decided two days later."""
    report_2023(town.app, period, when, *lines, outcome=outcome)


def row(town: Town, code: str, now: datetime) -> TargetRow:
    return next(row for row in targeting.table(town.app, PLAN_ID, now).rows if row.target.code == code)


def test_a_target_reported_short_then_reached(applied: Town) -> None:
    """ "Trên 95% đúng hạn; phấn đấu 80% trước hạn": 95 is not above 95; in June both are reached."""
    march, june = at(date(2023, 3, 15), time(9)), at(date(2023, 6, 15), time(9))
    report(applied, "Q1", march, ReportLine("target:II.2.a", "target", value="95 %; 71,5 %", happened=True))
    report(applied, "H1", june, ReportLine("target:II.2.a", "target", value="96,2; 80"))
    before, after = row(applied, "II.2.a", at(date(2023, 3, 31))), row(applied, "II.2.a", at(date(2023, 6, 30)))
    assert (before.verdict, before.reported[0].judged.verdicts, before.trend) == (
        "not_met", ("not_met", "not_met"), "unknown",
    )  # fmt: skip
    assert before.reported[0].judged.contradicts  # the box said "đạt"
    assert (after.verdict, after.trends, after.trend) == ("met", ("better", "better"), "better")
    assert [one.period_name for one in after.reported] == ["quý I", "6 tháng đầu năm"]
    assert row(applied, "II.2.a", at(date(2023, 3, 14))).verdict == "not_reported"


def test_a_returned_report_says_nothing_from_the_day_it_was_returned(applied: Town) -> None:
    march = at(date(2023, 3, 15), time(9))
    report(applied, "Q1", march, ReportLine("target:II.2.d", "target", value="95"), outcome="returned")
    assert row(applied, "II.2.d", at(date(2023, 3, 16))).verdict == "met"
    assert not row(applied, "II.2.d", at(date(2023, 3, 16))).latest[0].accepted
    assert row(applied, "II.2.d", at(date(2023, 3, 20))).verdict == "not_reported"


def test_a_target_without_a_number_and_one_that_nobody_is_told_to_report(applied: Town) -> None:
    march = at(date(2023, 3, 15), time(9))
    report(applied, "Q1", march, ReportLine(f"{PLAN_ID}/chi-tieu/II.2.b", "target", happened=False))
    digitised, overall = row(applied, "II.2.b", at(date(2023, 4, 1))), row(applied, "II", at(date(2023, 4, 1)))
    assert (digitised.verdict, digitised.owners) == ("not_met", (OFFICE,))
    assert (overall.verdict, overall.owners, len(overall.target.measures)) == ("not_reported", (), 5)


def test_target_list_for_machines(applied: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    report(applied, "Q1", at(date(2023, 3, 15), time(9)), ReportLine("target:II.2.e", "target", value="không đo được"))
    monkeypatch.setattr("dondoc.cli.target.open_app", lambda: _Opened(applied))
    result = CliRunner().invoke(target_app, ["list", PLAN_ID, "--json", "--at", "31/03/2023"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["counts"] == {"met": 0, "not_met": 0, "not_reported": 25, "not_measurable": 1}
    shown = next(one for one in found["targets"] if one["code"] == "II.2.e")
    assert (shown["verdict"], shown["reported"][0]["value"]) == ("not_measurable", "không đo được")
    people = CliRunner().invoke(target_app, ["list", PLAN_ID, "--at", "31/03/2023"], env={"COLUMNS": "200"})
    assert "25 chưa có số liệu" in people.stdout


class _Opened:
    def __init__(self, town: Town) -> None:
        self.town = town

    def __enter__(self) -> object:
        return self.town.app

    def __exit__(self, *_: object) -> None: ...


def test_applied_after_its_year_it_is_an_archive_whose_counts_still_answer(town: Town, tmp_path: Path) -> None:
    town.set(date(2026, 11, 26))
    applied = town.apply(year_2023())
    assert (applied.archived, applied.queued) == (True, 0)
    for day, overdue in ((date(2023, 3, 16), 0), (date(2023, 3, 20), 29), (date(2023, 12, 31), 116)):
        counts = status.to_json(at(day), status.counts(town.app, at(day), PLAN_ID))["total"]
        assert (counts["ongoing"], counts["overdue"]) == (46, overdue), (day, counts)


def test_the_periodic_report_asks_the_agency_that_answers_for_the_group(applied: Town) -> None:
    with applied.app.sessions() as session:
        found = book(applied.app, session, PLAN_ID)

        def asked(agency: str) -> set[str]:
            case = obligations.load_case(session, f"{PLAN_ID}/bao-cao/-/2023-Q1/{agency}")
            assert case is not None
            return {line.code for line in sheet(session, found, case, at(date(2023, 3, 15))).lines_of("target")}

        assert asked(OFFICE) == {"II.2.a", "II.2.b", "II.2.c", "II.2.d", "II.2.đ", "II.2.e", "II.2.g"}
        assert asked("so-tai-chinh") == {"II.5.a", "II.5.b"}
        assert asked("so-y-te") == set()
