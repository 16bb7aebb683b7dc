"""What an agency's periodic reports of 2023 say of its targets, for tests of targets and their page."""

from __future__ import annotations

from datetime import datetime

from town import CONFIG, ROOT

from dondoc.domain.answers import Answer, Review
from dondoc.domain.workspace import Workspace
from dondoc.loading import load_workspace
from dondoc.services.app import App
from dondoc.store import answers, report_lines
from dondoc.store.answers import Submitted
from dondoc.store.report_lines import ReportLine

PLAN_2023 = "hung-yen-2023"
OFFICE = "van-phong-ubnd-tinh"


def year_2023() -> Workspace:
    """The plan of Hưng Yên 2023."""
    return load_workspace(ROOT / "plans" / f"{PLAN_2023}.yaml", CONFIG).require()


def report_2023(
    app: App, period: str, when: datetime, *lines: ReportLine, outcome: str = "accepted", agency: str = OFFICE
) -> None:
    """A periodic report as it was sent, and decided two days later."""
    owed = f"{PLAN_2023}/bao-cao/-/2023-{period}/{agency}"
    review = Review(outcome, when.replace(day=when.day + 2), "Sở Nội vụ")  # type: ignore[arg-type]
    with app.sessions.begin() as session:
        sent = Submitted(owed, f"{period}-{when}", agency, Answer("", "done", when, review=review))
        report_lines.add(session, answers.add(session, [sent])[owed, sent.submission], lines)
