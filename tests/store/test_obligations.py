"""Obligations and cases come back as they went in, in a constant number of queries, each to one sweep only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pendulum
import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker
from store_cast import NOW, PLAN, RECIPIENT, TODAY, notice, obligation

from dondoc.domain.answers import ANSWER_KINDS, Answer, Review, Undone
from dondoc.domain.cases import Case, Fired, Waiver
from dondoc.domain.obligations import Obligation
from dondoc.domain.policy import DEFAULT, Ladder, Step
from dondoc.store import answers, ladders, notices, obligations, plans, waivers
from dondoc.store.models import ObligationRow

FROZEN = ladders.key_of(DEFAULT)
EVERY_KIND = (
    obligation("1", checkpoints=(date(2024, 1, 31), date(2024, 2, 29)), is_window=True),
    obligation("2", kind="periodic_report", due_on=date(2024, 3, 31), late_after=date(2024, 4, 1)),
    obligation("3", kind="ongoing", due_on=None, late_after=None, period="ca-nam"),
    obligation("4", kind="awaiting", due_on=None, late_after=None, question="có Nghị định của Chính phủ"),
    obligation("5", kind="unassigned", agency="?cac-so", condition="có liên quan"),
    obligation("6", part="a", name="Phần việc của “Văn phòng”", reviewer="van-phong"),
)


def insert(session: Session, owed: Iterable[Obligation], ladder: Ladder = DEFAULT) -> None:
    owed = list(owed)
    obligations.insert_obligations(session, owed, ladder, NOW, {o.id: n for n, o in enumerate(owed)})


def stored(owed: Obligation) -> Obligation:
    return replace(owed, ladder=FROZEN)


def ids(cases: Iterable[Case]) -> list[str]:
    return [case.obligation.id for case in cases]


def test_every_kind_of_obligation_comes_back_as_it_went_in_and_in_plan_order(session: Session) -> None:
    obligations.insert_obligations(session, EVERY_KIND[::-1], DEFAULT, NOW, {o.id: n for n, o in enumerate(EVERY_KIND)})
    assert obligations.load_cases(session) == [Case(stored(o)) for o in EVERY_KIND]


def test_a_case_comes_back_with_answers_reviews_and_ledger(session: Session) -> None:
    owed = EVERY_KIND[0]
    insert(session, [owed])
    at = pendulum.datetime(2024, 3, 21, 16, 30, tz="Asia/Ho_Chi_Minh")
    accepted = Review("accepted", at.add(days=1), "so-noi-vu", document_date_counts=True)
    returned = Review("returned", at.add(hours=1), "so-noi-vu", "Thiếu dấu", date(2024, 3, 26))
    extended = Review("accepted", at.add(days=2), "so-noi-vu", until=date(2024, 4, 15))
    given = [
        Answer("", kind, at.add(minutes=n), date(2024, 4, 1), "12/BC-STP", date(2024, 3, 20), "ghi chú", review)
        for n, (kind, review) in enumerate(
            zip(ANSWER_KINDS, (None, None, returned, extended, accepted, None, None), strict=True)
        )
    ] + [Answer("", "done", at.add(hours=3), review=accepted)]
    assigned = answers.add(
        session, (answers.Submitted(owed.id, f"form-{n}", "so-tu-phap", answer) for n, answer in enumerate(given))
    )
    notices.queue(
        session,
        [
            (notice(owed, "remind_7", reason="Bỏ qua", superseded=True), RECIPIENT),
            (notice(owed, "remind_1", to="lead"), RECIPIENT),
            (notice(owed, "urge_2_head", to="head", held=True), None),
        ],
        NOW,
    )
    session.commit()

    expected = [replace(a, id=str(assigned[owed.id, f"form-{n}"])) for n, a in enumerate(given)]
    fired = (
        Fired("remind_1", "1", TODAY),
        Fired("remind_7", "1", TODAY, superseded=True),
        Fired("urge_2_head", "1", TODAY, said=False),  # nobody to say it to
    )
    assert obligations.load_case(session, owed.id) == Case(stored(owed), tuple(expected), fired)


def test_moments_come_back_in_viet_nams_time(session: Session) -> None:
    insert(session, EVERY_KIND[:1])
    late_evening = pendulum.datetime(2024, 3, 29, 23, 59, 59, 999_999, tz="Asia/Ho_Chi_Minh")
    answers.add(
        session, [answers.Submitted(EVERY_KIND[0].id, "1", "x", Answer("", "done", late_evening.in_timezone("UTC")))]
    )
    session.commit()
    case = obligations.load_case(session, EVERY_KIND[0].id)
    assert case is not None
    assert case.answers[0].at.isoformat() == "2024-03-29T23:59:59.999999+07:00"


def test_one_firing_to_two_recipients_is_one_entry_of_the_ledger(session: Session) -> None:
    owed = EVERY_KIND[0]
    insert(session, [owed])
    notices.queue(session, [(notice(owed), "so-tu-phap/focal")], NOW)
    notices.queue(session, [(notice(owed), "ubnd-tinh/focal")], NOW + timedelta(days=1))
    case = obligations.load_case(session, owed.id)
    assert case is not None
    assert case.fired == (Fired("remind_7", "1", TODAY),)


def test_two_versions_of_a_ladder_under_one_id_stay_apart(session: Session) -> None:
    edited = replace(DEFAULT, steps=(Step("remind_3", "reminder", -3, for_=("task",)), *DEFAULT.steps[1:]))
    insert(session, EVERY_KIND[:1])
    insert(session, EVERY_KIND[1:2], edited)
    insert(session, EVERY_KIND[2:3])
    frozen = obligations.load_ladders(session)
    by_id = {case.obligation.id: frozen[case.obligation.ladder] for case in obligations.load_cases(session)}
    assert by_id == {EVERY_KIND[0].id: DEFAULT, EVERY_KIND[1].id: edited, EVERY_KIND[2].id: DEFAULT}
    assert set(frozen) == {FROZEN, ladders.key_of(edited)}
    assert all(key.startswith("mac-dinh@") and len(key) == len("mac-dinh@") + 8 for key in frozen)


def test_an_obligation_is_opened_once(session: Session) -> None:
    insert(session, EVERY_KIND[:1])
    session.commit()
    with pytest.raises(IntegrityError):
        insert(session, EVERY_KIND[:2])
    session.rollback()
    assert ids(obligations.load_cases(session)) == [EVERY_KIND[0].id]


def test_nobody_reviews_their_own_work(session: Session) -> None:
    with pytest.raises(IntegrityError, match="reviewer_is_another"):
        insert(session, [obligation(reviewer="so-tu-phap")])


def test_cases_are_found_by_plan_task_agency_id_and_day(session: Session) -> None:
    other = replace(PLAN, id="ke-hoach-khac")
    plans.save_plan(session, other, {}, "quản trị", NOW)
    insert(session, EVERY_KIND)
    insert(session, [obligation("1", id="khac", plan_id=other.id)])
    obligations.set_next(session, {o.id: None for o in EVERY_KIND[1:]} | {EVERY_KIND[0].id: TODAY})
    every = [o.id for o in EVERY_KIND]
    assert ids(obligations.load_cases(session, plan_id=PLAN.id)) == every
    assert ids(obligations.load_cases(session, plan_id=PLAN.id, task_id="2")) == [every[1]]
    assert ids(obligations.load_cases(session, task_id="1")) == [every[0], "khac"]
    assert ids(obligations.load_cases(session, agency="?cac-so")) == [every[4]]
    assert ids(obligations.load_cases(session, ids=[every[3], every[2]])) == [every[2], every[3]]
    assert ids(obligations.load_cases(session, ids=[])) == []
    assert ids(obligations.load_cases(session, limit=2)) == every[:2]
    assert ids(obligations.load_cases(session, plan_id=PLAN.id, due_by=TODAY)) == [every[0]]
    assert ids(obligations.load_cases(session, plan_id=PLAN.id, due_by=TODAY - timedelta(days=1))) == []
    assert obligations.load_case(session, "không có") is None


def test_a_new_obligation_is_looked_at_on_its_opening_day_unless_told_otherwise(session: Session) -> None:
    insert(session, [obligation("1", opens_on=date(2024, 7, 1)), obligation("2"), obligation("3")])
    first, second, third = ids(obligations.load_cases(session))
    obligations.set_next(session, {second: date(2024, 3, 22), third: None})
    expected = {first: date(2024, 7, 1), second: date(2024, 3, 22), third: None}
    assert obligations.next_days(session, [first, second, third]) == expected
    obligations.set_next(session, {})
    assert obligations.next_days(session, [first, second, third]) == expected


def test_redating_moves_the_days_in_force_and_keeps_what_the_plan_said(session: Session) -> None:
    insert(session, EVERY_KIND[:1])
    row = session.get_one(ObligationRow, EVERY_KIND[0].id)
    days = date(2024, 4, 14), date(2024, 4, 15), (date(2024, 4, 1),)
    obligations.redate(session, row.id, *days)
    case = obligations.load_case(session, row.id)
    assert case is not None
    assert (case.obligation.due_on, case.obligation.late_after, case.obligation.checkpoints) == days
    assert (row.due_on, row.planned_on) == (date(2024, 4, 14), date(2024, 3, 29))


def test_waived_work_stays_in_the_lists_and_withdrawn_work_leaves_them(session: Session) -> None:
    insert(session, EVERY_KIND[:3])
    waived, withdrawn, left = (o.id for o in EVERY_KIND[:3])
    waivers.add(session, waived, NOW, "so-noi-vu/nv", "Không phát sinh.")
    obligations.withdraw(session, withdrawn, NOW)
    found = obligations.load_cases(session)
    assert [(case.obligation.id, case.waivers) for case in found] == [
        (waived, (Waiver(NOW, why="Không phát sinh."),)),
        (left, ()),
    ]
    assert obligations.load_case(session, withdrawn) is None
    assert obligations.next_days(session, [withdrawn]) == {withdrawn: None}


def test_a_waiver_stands_once_and_is_kept_when_it_is_lifted(session: Session) -> None:
    insert(session, EVERY_KIND[:1])
    waived, later = EVERY_KIND[0].id, NOW + timedelta(days=1)
    waivers.add(session, waived, NOW, "so-noi-vu/nv", "Không phát sinh.")
    with pytest.raises(IntegrityError), session.begin_nested():
        waivers.add(session, waived, NOW, "so-noi-vu/nv", "Không phát sinh.")
    assert [waivers.lift(session, waived, later, "so-noi-vu/nv", "Nhầm việc.") for _ in range(2)] == [NOW, None]
    case = obligations.load_case(session, waived)
    assert case is not None
    assert (case.waivers, case.is_waived) == ((Waiver(NOW, later, "Không phát sinh.", "Nhầm việc."),), False)


def test_a_decision_taken_back_is_kept_with_its_time(session: Session) -> None:
    insert(session, EVERY_KIND[:1])
    owed, later = EVERY_KIND[0].id, NOW + timedelta(days=1)
    decision = Review("returned", NOW, "so-noi-vu/nv", "Thiếu tệp.", correct_by=date(2024, 3, 4))
    added = answers.add(session, [answers.Submitted(owed, "1", "x", Answer("", "done", NOW, review=decision))])
    taken = [answers.take_back(session, list(added.values()), later, "so-noi-vu/nv", "Nhầm.") for _ in range(2)]
    assert taken == [list(added.values()), []]
    (answer,) = answers.by_obligation(session, [owed])[owed]
    assert (answer.review, answer.undone) == (None, (Undone(decision, later),))
    assert answer.known(later - timedelta(hours=1)).review == decision


def test_what_is_not_there_cannot_be_withdrawn(session: Session) -> None:
    with pytest.raises(LookupError, match="I.9"):
        obligations.withdraw(session, "I.9", NOW)


def test_a_case_costs_as_many_queries_as_three_hundred(sessions: sessionmaker[Session], statements: list[str]) -> None:
    counts = []
    for size, agency in ((1, "so-tu-phap"), (300, "so-tai-chinh")):
        owed = [obligation(str(n), agency=agency) for n in range(size)]
        statements.clear()
        with sessions.begin() as session:
            insert(session, owed)
            answers.add(session, [answers.Submitted(o.id, "1", "x", Answer("", "ack", NOW)) for o in owed])
            notices.queue(session, [(notice(o), RECIPIENT) for o in owed], NOW)
        written = len(statements)
        statements.clear()
        with sessions.begin() as session:
            found = obligations.load_cases(session, agency=agency, due_by=TODAY, for_update=True, skip_locked=True)
            assert len(found) == size
            assert all(case.answers and case.fired for case in found)
            read = len(statements)
            obligations.set_next(session, dict.fromkeys(ids(found), TODAY))
        counts.append((written, read, len(statements) - read))
    assert counts == [(4, 5, 1), (4, 5, 1)]


def test_two_sweeps_share_the_due_cases(sessions: sessionmaker[Session]) -> None:
    owed = [obligation(str(n)) for n in range(4)]
    with sessions.begin() as session:
        insert(session, owed)
    with sessions.begin() as one, sessions.begin() as other:
        first = obligations.load_cases(one, due_by=TODAY, limit=2, for_update=True, skip_locked=True)
        second = obligations.load_cases(other, due_by=TODAY, for_update=True, skip_locked=True)
        assert (ids(first), ids(second)) == ([o.id for o in owed[:2]], [o.id for o in owed[2:]])


def test_a_form_sent_twice_is_one_answer_and_the_first_decision_stands(session: Session) -> None:
    owed = EVERY_KIND[0]
    insert(session, [owed])
    submitted = answers.Submitted(owed.id, "form-1", "so-tu-phap", Answer("", "done", NOW))
    (answer_id,) = answers.add(session, [submitted]).values()
    assert answers.add(session, [submitted]) == {}
    accepted = Review("accepted", NOW, "so-noi-vu")
    assert answers.review(session, answer_id, accepted)
    assert not answers.review(session, answer_id, Review("returned", NOW, "so-noi-vu", "nhầm"))
    assert not answers.review(session, answer_id + 1, accepted)
    case = obligations.load_case(session, owed.id)
    assert case is not None
    assert case.answers == (Answer(str(answer_id), "done", NOW, review=accepted),)
