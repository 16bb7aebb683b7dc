"""Who or what gets nothing for a while: in force up to its day, ended by a person, told with its reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from store_cast import NOW, RECIPIENT, TODAY

from dondoc.store import suppressions
from dondoc.store.models import SuppressionRow

DAY = timedelta(days=1)
ADDRESS = "dau-moi@so-tu-phap.example"


def test_a_recipient_gets_nothing_up_to_the_day_itself(session: Session) -> None:
    suppressions.suppress_recipient(session, RECIPIENT, TODAY + DAY, "Đang sắp xếp.", "so-noi-vu", NOW)
    found = [set(suppressions.of_recipients(session, TODAY + n * DAY)) for n in (0, 1, 2)]
    assert found == [{RECIPIENT}, {RECIPIENT}, set()]


def test_without_a_day_it_holds_until_it_is_lifted(session: Session) -> None:
    row = suppressions.suppress_recipient(session, RECIPIENT, None, "Đang sắp xếp.", "so-noi-vu", NOW)
    assert set(suppressions.of_recipients(session, TODAY + 400 * DAY)) == {RECIPIENT}
    assert suppressions.lift(session, row.id, "so-noi-vu", NOW) is not None
    assert suppressions.of_recipients(session, TODAY) == {}


def test_it_is_lifted_once(session: Session) -> None:
    row = suppressions.suppress_recipient(session, RECIPIENT, None, "Đang sắp xếp.", "so-noi-vu", NOW)
    suppressions.lift(session, row.id, "so-noi-vu", NOW)
    assert suppressions.lift(session, row.id, "so-noi-vu", NOW) is None
    assert suppressions.lift(session, row.id + 1, "so-noi-vu", NOW) is None


def test_an_address_is_closed_on_its_channel_only_and_says_why(session: Session) -> None:
    suppressions.close_address(session, "email", ADDRESS, TODAY, "550 5.1.1", "dondoc", NOW)
    suppressions.close_address(session, "zalo", "3811", TODAY, "-213", "dondoc", NOW)
    found = suppressions.closed_addresses(session, TODAY, [ADDRESS, "3811", "khac@so.example"])
    assert found == {("email", ADDRESS): "550 5.1.1", ("zalo", "3811"): "-213"}
    assert suppressions.closed_addresses(session, TODAY, ["khac@so.example"]) == {}
    assert suppressions.closed_addresses(session, TODAY + DAY, [ADDRESS]) == {}
    assert suppressions.of_recipients(session, TODAY) == {}


def test_all_that_holds_is_listed_oldest_first(session: Session) -> None:
    first = suppressions.suppress_recipient(session, RECIPIENT, None, "một", "so-noi-vu", NOW)
    over = suppressions.suppress_recipient(session, RECIPIENT, TODAY - DAY, "hết hạn", "so-noi-vu", NOW)
    second = suppressions.close_address(session, "email", ADDRESS, TODAY, "hai", "dondoc", NOW)
    assert [row.id for row in suppressions.in_force(session, TODAY)] == [first.id, second.id]
    assert over.id not in {row.id for row in suppressions.in_force(session, TODAY)}


@pytest.mark.parametrize(
    "target",
    [
        {},
        {"channel": "email"},
        {"address": ADDRESS},
        {"recipient": RECIPIENT, "channel": "email", "address": ADDRESS},
    ],
    ids=["nothing", "channel alone", "address alone", "both"],
)
def test_the_database_takes_either_a_recipient_or_an_address(session: Session, target: dict[str, str]) -> None:
    with pytest.raises(IntegrityError, match="one_target"):
        session.execute(insert(SuppressionRow).values(why="x", at=NOW, by="x", **target))
