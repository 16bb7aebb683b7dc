"""Journal, applied plans and switches; and how sessions are set up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import NullPool
from store_cast import NOW, PLAN

from dondoc.store import journal, plans, switches
from dondoc.store.journal import Entry
from dondoc.store.models import JournalRow


def test_history_is_what_was_written_in_order(session: Session) -> None:
    first = Entry(NOW, "so-noi-vu", "redated", "viec-1", "2024-03-29", "2024-04-15", "Gia hạn theo công văn 12.")
    second = Entry(NOW - timedelta(days=1), "máy", "overdue", "viec-2", None, None, "Quá hạn.")
    third = Entry(NOW, "máy", "withdrawn", "viec-1", None, None, "Không còn trong kế hoạch.")
    journal.write(
        session, NOW, "so-noi-vu", "redated", "viec-1", "2024-03-29", "2024-04-15", "Gia hạn theo công văn 12."
    )
    journal.write_all(session, [second, third])
    journal.write_all(session, [])
    session.commit()
    assert journal.history(session, "viec-1") == (first, third)
    assert journal.history(session, "viec-1", "viec-2") == (first, second, third)
    assert journal.history(session, "viec-3") == ()


def test_the_journal_refuses_change_and_the_move_that_wanted_it_is_undone_too(session: Session) -> None:
    journal.write(session, NOW, "máy", "overdue", "viec-1", None, None, "Quá hạn.")
    session.commit()
    switches.put(session, "nhầm", "on", NOW, "x", "")
    row = session.query(JournalRow).one()
    row.why = "Không quá hạn."
    with pytest.raises(IntegrityError, match="bảng journal chỉ được ghi thêm, không được UPDATE"):
        session.commit()
    session.rollback()
    assert [entry.why for entry in journal.history(session, "viec-1")] == ["Quá hạn."]
    assert switches.get(session, "nhầm") is None


def test_an_apply_keeps_what_stood_before_it(session: Session) -> None:
    changed = replace(PLAN, digest="d2", title="Kế hoạch (sửa)", workspace={"plan": {"id": "y"}})
    assert plans.save_plan(session, changed, {"changed": 3}, "quản trị", NOW + timedelta(days=1))
    row = plans.get_plan(session, PLAN.id)
    assert row is not None
    stands = (row.title, row.digest, row.workspace, row.year, row.archived, row.live_from, row.applied_at)
    assert stands == (changed.title, "d2", changed.workspace, 2024, False, None, NOW + timedelta(days=1))
    found = [(a.digest, a.workspace, a.summary, a.by) for a in plans.applications(session, PLAN.id)]
    assert found == [("d2", PLAN.workspace, {"changed": 3}, "quản trị"), ("d1", None, {}, "quản trị")]


def test_the_same_plan_again_writes_nothing_but_a_new_life_does(session: Session) -> None:
    assert not plans.save_plan(session, PLAN, {}, "quản trị", NOW + timedelta(days=1))
    assert plans.save_plan(session, replace(PLAN, live_from=date(2024, 4, 1)), {}, "quản trị", NOW)
    assert plans.save_plan(session, replace(PLAN, archived=True), {}, "quản trị", NOW)
    assert len(plans.applications(session, PLAN.id)) == 3
    assert plans.get_plan(session, "không có") is None


def test_a_switch_holds_its_last_value_and_who_set_it(session: Session) -> None:
    assert switches.get(session, switches.STOP_ALL) is None
    assert not switches.is_stopped(session)
    switches.put(session, switches.STOP_ALL, switches.ON, NOW, "quản trị", "Danh bạ sai.")
    assert switches.is_stopped(session)
    switches.put(session, switches.STOP_ALL, switches.OFF, NOW + timedelta(hours=1), "trưởng phòng", "Đã sửa.")
    row = switches.get(session, switches.STOP_ALL)
    assert row is not None
    assert (row.value, row.at, row.by, row.why) == ("off", NOW + timedelta(hours=1), "trưởng phòng", "Đã sửa.")
    assert not switches.is_stopped(session)


def test_sessions_are_bounded_named_and_in_viet_nams_time(session: Session) -> None:
    names = ("statement_timeout", "idle_in_transaction_session_timeout", "application_name", "TimeZone")
    found = [session.scalar(text("SELECT current_setting(:name)"), {"name": name}) for name in names]
    assert found == ["30s", "5min", "dondoc", "Asia/Ho_Chi_Minh"]


def test_error_texts_do_not_repeat_the_values_sent(session: Session) -> None:
    with pytest.raises(DBAPIError) as raised:
        session.execute(text("SELECT CAST(:secret AS text), 1 / 0"), {"secret": "mật-khẩu"})
    assert "mật-khẩu" not in str(raised.value)


def test_a_connection_that_died_idle_is_replaced_unnoticed(
    database_url: str, engine: Engine, sessions: sessionmaker[Session]
) -> None:
    with sessions() as session:
        pid = session.scalar(text("SELECT pg_backend_pid()"))
    assert engine.pool.checkedin() == 1  # type: ignore[attr-defined]
    administrator = create_engine(database_url, poolclass=NullPool)
    with administrator.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    with sessions() as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) != pid
