"""What a press says when it cannot reach, does not know, or must not remind somebody now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest
from outbox_help import FINANCE, HEALTH, JUSTICE, PLAN, Post, by, open_post, task, workspace

from dondoc.domain.workspace import Workspace
from dondoc.errors import Refused
from dondoc.services import pressing, suppressing
from dondoc.services.pressing import Pressed

DAY = date(2024, 6, 4)
NO_CONTACT = "Danh bạ không có đầu mối nào để nhắc Sở Tư pháp: bổ sung danh bạ rồi áp dụng lại kế hoạch."


def plan(without: tuple[str, ...] = ()) -> Workspace:
    """Justice and Finance owe I.1 by 28/6/2024; the agencies `without` have no contact."""
    made = workspace(task("I.1", by("28/6/2024"), leads=[JUSTICE, FINANCE]))
    agencies = tuple(
        replace(agency, contacts=()) if agency.id in without else agency for agency in made.directory.agencies
    )
    return replace(made, directory=replace(made.directory, agencies=agencies))


@pytest.fixture
def post(database_url: str, tmp_path: Path) -> Iterator[Post]:
    with open_post(database_url, tmp_path, date(2024, 6, 3)) as opened:
        opened.apply(plan(), assign=False)
        opened.morning(date(2024, 6, 3))
        opened.set(DAY, time(7, 35))
        yield opened


def mend(post: Post, without: tuple[str, ...] = ()) -> None:
    post.apply(plan(without), assign=False)


def press(post: Post, task_id: str = "I.1", agency: str | None = None) -> Pressed:
    return pressing.press(post.app, PLAN, task_id, "so-noi-vu", "Chủ tịch hỏi.", post.moment, agency)


def written(post: Post) -> list[str]:
    """Of which obligations a press stands in the ledger; the journal must say the same."""
    lines = sorted(line.obligation_id for line in post.lines() if line.rule == "pressed")
    assert sorted(entry.subject for entry in post.journal("reminded-by-hand")) == lines
    return lines


def test_without_any_contact_it_is_refused_nothing_is_written_and_the_mended_directory_is_used_the_same_day(
    post: Post,
) -> None:
    mend(post, without=(JUSTICE,))
    with pytest.raises(Refused) as refused:
        press(post, agency=JUSTICE)
    assert str(refused.value) == NO_CONTACT
    assert written(post) == []
    mend(post)
    post.set(DAY, time(9, 0))
    assert press(post, agency=JUSTICE) == Pressed(1)
    assert post.morning(DAY, time(9, 5)).sent == 1


def test_everybody_without_a_contact_is_named(post: Post) -> None:
    mend(post, without=(JUSTICE, FINANCE))
    with pytest.raises(Refused, match="để nhắc Sở Tài chính, Sở Tư pháp: bổ sung"):
        press(post)


def test_where_some_can_be_reached_they_are_and_the_others_are_named(post: Post) -> None:
    mend(post, without=(JUSTICE,))
    assert press(post) == Pressed(1, missing=NO_CONTACT)
    assert written(post) == [f"{PLAN}/I.1/-/1/{FINANCE}"]
    mend(post)
    post.set(DAY, time(9, 0))
    assert press(post) == Pressed(1)  # the one that could not be reached
    assert len(written(post)) == 2


@pytest.mark.parametrize(
    ("task_id", "agency", "words"),
    [
        ("IX.9", None, "Kế hoạch “ke-hoach” không có nhiệm vụ “IX.9”."),
        ("i.1", None, "Kế hoạch “ke-hoach” không có nhiệm vụ “i.1”. Có phải là “I.1”?"),
        ("IX.9", JUSTICE, "Kế hoạch “ke-hoach” không có nhiệm vụ “IX.9”."),
        ("I.1", "xyz", "Danh bạ không có cơ quan “xyz”."),
        ("I.1", "so-tu-phat", "Danh bạ không có cơ quan “so-tu-phat”. Có phải là “so-tu-phap”?"),
        ("I.1", "Sở Tư phát", "Danh bạ không có cơ quan “Sở Tư phát”. Có phải là “Sở Tư pháp”?"),
        ("I.1", HEALTH, "Nhiệm vụ I.1 không có việc nào đang chờ báo cáo."),
    ],
)
def test_what_nobody_knows_is_told_apart_from_what_is_not_owed(
    post: Post, task_id: str, agency: str | None, words: str
) -> None:
    with pytest.raises(Refused) as refused:
        press(post, task_id, agency)
    assert str(refused.value) == words
    assert written(post) == []


def test_an_agency_may_be_named_as_the_directory_names_it(post: Post) -> None:
    assert press(post, agency="sở tư pháp") == Pressed(1)
    assert written(post) == [f"{PLAN}/I.1/-/1/{JUSTICE}"]


@pytest.mark.parametrize(
    ("until", "how_long"), [(date(2024, 6, 10), "đến hết 10/06/2024"), (None, "đến khi có lệnh gửi lại")]
)
def test_who_gets_nothing_is_not_counted_as_reminded_and_it_is_told_until_when(
    post: Post, until: date | None, how_long: str
) -> None:
    suppressing.suppress(post.app, f"{JUSTICE}/focal", until, "so-noi-vu", "Sắp xếp tổ chức.", post.moment)
    waits = f"Sở Tư pháp chưa được nhắc: so-tu-phap/focal đang được ngừng gửi {how_long}; sau đó lời nhắc được xét lại."
    assert press(post, agency=JUSTICE) == Pressed(0, (waits,))
    assert post.morning(DAY, time(7, 40)).sent == 0
    post.set(DAY, time(9, 0))
    assert press(post) == Pressed(1)  # Finance; Justice's reminder is on record
    post.morning(DAY, time(9, 5))
    assert [mail.entry.to for mail in post.mails()][-1] == (f"{FINANCE}@tinh.example",)


def test_two_obligations_of_one_agency_are_one_agency(post: Post) -> None:
    post.apply(workspace(task("I.1", by("28/6/2024"), by("26/7/2024"), leads=[JUSTICE])), assign=False, force=True)
    assert press(post) == Pressed(1)
    assert len(written(post)) == 2
