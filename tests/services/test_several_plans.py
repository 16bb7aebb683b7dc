"""Several plans at once: one digest for an agency that leads in two of them, each plan with its own supervisor, regime
and directory; one agency id is one body; plans of past years stay countable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from outbox_help import FINANCE, HEALTH, JUSTICE, OFFICE, PLAN, SUPERVISOR, Post, by, open_post, task, workspace
from town import CONFIG, ROOT, Town

from dondoc.domain.workspace import Workspace
from dondoc.errors import Refused
from dondoc.loading import load_workspace
from dondoc.services import status
from dondoc.services.books import books

SECOND = "ke-hoach-so"
TITLE = "Kế hoạch chuyển đổi số năm 2024"


@pytest.fixture
def post(database_url: str, tmp_path: Path) -> Iterator[Post]:
    with open_post(database_url, tmp_path, date(2024, 6, 3)) as opened:
        yield opened


def second(*leads: str, **changes: object) -> Workspace:
    """Another plan over the same directory, followed by the office unless told otherwise."""
    made = workspace(task("II.7", by("17/6/2024"), leads=list(leads)))
    plan = replace(made.plan, **{"id": SECOND, "title": TITLE, "supervisor": OFFICE, **changes})
    return replace(made, plan=plan)


def with_mailbox(made: Workspace, agency: str, email: str) -> Workspace:
    """The same with another focal mailbox of that agency."""
    agencies = tuple(
        replace(a, contacts=tuple(replace(c, email=email) if c.role == "focal" else c for c in a.contacts))
        if a.id == agency
        else a
        for a in made.directory.agencies
    )
    return replace(made, directory=replace(made.directory, id="danh-ba-khac", agencies=agencies))


def test_an_agency_that_leads_in_two_plans_gets_one_letter_that_tells_the_plans_apart(post: Post) -> None:
    post.settle_in(task("I.1", by("14/6/2024"), leads=[JUSTICE, FINANCE]))
    post.apply(second(JUSTICE, HEALTH), assign=False)
    for day in (5, 6):  # seven working days before either due day
        post.morning(date(2024, 6, day))
    to_justice = [row for row in post.rows(klass="digest") if row.recipient == f"{JUSTICE}/focal"]
    assert len({row.day for row in to_justice}) == len(to_justice)
    post.morning(date(2024, 6, 17))
    last = [row for row in post.rows(klass="digest") if row.recipient == f"{JUSTICE}/focal"][-1]
    words = last.body_text
    assert "[I.1]" in words and "[II.7]" in words
    assert f"   Kế hoạch: {TITLE}" in words
    assert words.count("   Kế hoạch: ") == 2
    # Both who follow them sign it.
    assert "SỞ NỘI VỤ VÀ VĂN PHÒNG" in words


def test_who_leads_in_one_plan_alone_reads_of_no_other(post: Post) -> None:
    post.settle_in(task("I.1", by("14/6/2024"), leads=[JUSTICE, FINANCE]))
    post.apply(second(JUSTICE, HEALTH), assign=False)
    post.morning(date(2024, 6, 17))
    words = {row.recipient: row.body_text for row in post.rows(klass="digest")}
    assert "[II.7]" not in words[f"{FINANCE}/focal"] and "Kế hoạch: " not in words[f"{FINANCE}/focal"]


def test_each_plan_is_judged_by_its_own_supervisor_regime_and_directory(post: Post) -> None:
    post.settle_in(task("I.1", by("14/6/2024"), leads=[JUSTICE]))
    made = second(JUSTICE)
    post.apply(replace(made, regime=replace(made.regime, id="rieng", due_rolls=False)), assign=False)
    with post.app.sessions() as session:
        found = books(post.app, session, live=True)
    assert [found[id].scope.reviewer(JUSTICE) for id in (PLAN, SECOND)] == [SUPERVISOR, OFFICE]
    assert [found[id].rules.regime.due_rolls for id in (PLAN, SECOND)] == [True, False]


def test_one_agency_id_with_two_mailboxes_in_live_plans_is_refused_and_told_why(post: Post) -> None:
    post.settle_in(task("I.1", by("14/6/2024"), leads=[JUSTICE]))
    stranger = with_mailbox(second(JUSTICE), JUSTICE, "tuphap@tinh-khac.example")
    with pytest.raises(Refused) as refused:
        post.apply(stranger, force=True)
    words = str(refused.value)
    assert f"của kế hoạch “{PLAN}” đang theo dõi" in words
    assert f"“{JUSTICE}”" in words and "tuphap@tinh-khac.example" in words
    assert "đặt mã khác cho một bên" in words
    with post.app.sessions() as session:
        assert list(books(post.app, session)) == [PLAN]
    # The plan itself may change its directory, and an archive writes to nobody.
    assert post.apply(with_mailbox(workspace(task("I.1", by("14/6/2024"), leads=[JUSTICE])), JUSTICE, "moi@x.example"))
    assert post.apply(replace(stranger, plan=replace(stranger.plan, year=2023))).archived


def test_all_shipped_plans_stand_side_by_side_and_past_years_are_counted_for_any_day(town: Town) -> None:
    loaded = [load_workspace(file, CONFIG).require() for file in sorted((ROOT / "plans").glob("*.yaml"))]
    applied = {one.plan.id: town.apply(one) for one in loaded}
    assert {id: one.archived for id, one in applied.items()} == {one.plan.id: one.plan.year < 2024 for one in loaded}
    now = town.set(date(2024, 4, 2))
    with town.app.sessions() as session:
        owners = {id: book.plan.supervisor for id, book in books(town.app, session).items()}
    assert len(set(owners.values())) == 3  # Hưng Yên's, Hà Tĩnh's, the department's office
    then = status.to_json(now, status.counts(town.app, town.set(date(2023, 3, 20)), "hung-yen-2023"))["total"]
    assert then["overdue"] == 29
