"""One message per recipient and day (DESIGN §2.4, 2.5, 2.8), and the rehearsal that composes a whole year."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from core_world import (
    CHAIR,
    DIRECTORY,
    FINANCE,
    JUSTICE,
    REGIME,
    SUPERVISOR,
    day,
    only,
    report,
    run,
    task,
    told,
    world,
)

from dondoc.domain.clauses import By, Every, Ongoing, Upon
from dondoc.domain.compose import Line, compose, recipient_of
from dondoc.domain.decide import Notice
from dondoc.domain.directory import Agency
from dondoc.domain.policy import NoticeKind, To
from dondoc.domain.simulate import World

JUNE = By(date=day("14/6/2024"))


def notice(kind: NoticeKind = "reminder", to: To = "lead", held: bool = False, rule: str = "r") -> Notice:
    """A notice about the one obligation of the world below."""
    return Notice("ke-hoach/I.1/-/1/so-tu-phap", rule, "1", kind, to, held, "vì sao")


def line(found: Notice, due: str = "14/6/2024", made: World | None = None) -> Line:
    """The notice with its obligation and recipient."""
    made = made or world(task("I.1", By(date=day(due))))
    recipient = recipient_of(found, only(made), made.scope.plan, DIRECTORY)
    assert recipient is not None
    return Line(found, only(made), recipient)


def test_whom_a_notice_goes_to() -> None:
    found = {to: line(notice(to=to)).recipient.id for to in ("lead", "head", "supervisor", "leader")}  # type: ignore[arg-type]
    assert found == {
        "lead": f"{JUSTICE}/focal",
        "head": f"{JUSTICE}/head",
        "supervisor": f"{SUPERVISOR}/focal",
        "leader": f"{CHAIR}/head",
    }


def test_a_plan_without_a_leader_tells_no_leader() -> None:
    made = world(task("I.1", JUNE))
    plan = replace(made.scope.plan, leader=None)
    assert recipient_of(notice(to="leader"), only(made), plan, DIRECTORY) is None


def test_one_message_per_recipient_and_day_the_most_urgent_line_first() -> None:
    lines = [
        line(notice("outlook")),
        line(notice("reminder"), due="20/6/2024"),
        line(notice("urge_2")),
        line(notice("reminder"), due="18/6/2024"),
    ]
    (draft,) = compose(lines, day("17/6/2024"))
    assert [(one.notice.kind, one.obligation.due_on) for one in draft.lines] == [
        ("urge_2", day("14/6/2024")),
        ("reminder", day("18/6/2024")),
        ("reminder", day("20/6/2024")),
        ("outlook", day("14/6/2024")),
    ]
    assert draft.key == "so-tu-phap/focal/2024-06-17/digest"


def test_what_is_held_never_travels_with_what_may_leave() -> None:
    drafts = compose([line(notice("overdue")), line(notice("urge_1", held=True))], day("17/6/2024"))
    assert [(d.klass, d.is_held) for d in drafts] == [("digest", False), ("held", True)]


def test_an_opened_event_is_a_message_of_its_own() -> None:
    drafts = compose([line(notice("overdue")), line(notice("opened"))], day("17/6/2024"))
    assert [d.klass for d in drafts] == ["digest", "event:1"]


# The rehearsal


def test_the_rehearsed_year_is_identical_on_every_run() -> None:
    made = world(
        task("I.1", Every(period="month"), leads=["so-nganh"]), task("I.2", JUNE, leads=["cap-xa"]), regime=REGIME
    )
    answers = [
        report("14/6/2024", "I.1", "done"),
        report("13/6/2024", "I.2", "ack", agency="xa-an-thi", until="20/6/2024"),
    ]
    one, two = run(made, answers), run(made, list(reversed(answers)))
    assert (one.issued, one.drafts) == (two.issued, two.drafts)


def test_every_notice_with_a_contact_is_in_exactly_one_message_and_every_message_has_its_own_key() -> None:
    sim = run(world(task("I.1", Every(period="month"), leads=["so-nganh", "cap-xa"]), regime=REGIME))
    carried = [(draft.key, one.notice) for draft in sim.drafts for one in draft.lines]
    assert Counter(carried) == Counter((i.message, i.notice) for i in sim.issued if i.recipient)
    assert len({draft.key for draft in sim.drafts}) == len(sim.drafts)
    assert [i for i in sim.issued if i.recipient is None and i.notice.to != "head"] == []


def test_an_agency_gets_at_most_one_message_a_day_besides_its_years_list() -> None:
    rows = [task(f"I.{n}", By(date=day(f"{n}/6/2024"))) for n in range(3, 29)]
    sim = run(world(*rows, regime=REGIME))
    days = Counter(
        d.day for d in sim.drafts if d.recipient.id == f"{JUSTICE}/focal" and not d.klass.startswith("apply")
    )
    assert set(days.values()) == {1}


def test_lines_stand_in_the_order_of_the_plan() -> None:
    rows = [task(f"I.{n}", By(date=day("14/6/2024"))) for n in (3, 1, 2)]
    sim = run(world(*rows), [report("3/6/2024", "I.3", "progress")])
    (draft,) = [d for d in sim.drafts if d.day == day("13/6/2024")]
    assert [one.obligation.task_id for one in draft.lines] == ["I.3", "I.1", "I.2"]


def test_an_answer_goes_to_the_earliest_open_occurrence_or_to_the_named_one() -> None:
    made = world(task("I.1", Every(period="quarter")))
    sim = run(made, [report("20/6/2024", "I.1", "done"), report("21/6/2024", "I.1", "done", occurrence="2024-Q3")])
    answered = {o.obligation.period: len(o.answers) for o in sim.cases.values()}
    assert answered == {"2024-Q1": 1, "2024-Q2": 0, "2024-Q3": 1, "2024-Q4": 0}


def test_answers_that_fit_nothing_are_named() -> None:
    strange = [
        report("20/6/2024", "I.9", "done"),
        report("20/6/2024", "I.1", "done", agency=FINANCE),
        report("20/6/2024", "I.1", "done", occurrence="2"),
        report("20/6/2025", "I.1", "done"),
    ]
    assert run(world(task("I.1", JUNE)), strange).unmatched == strange


def test_an_accepted_report_of_the_last_working_day_does_not_need_the_next_year() -> None:
    sim = run(world(task("I.1", By(date=day("31/12/2024"))), years=[2024]), [report("31/12/2024", "I.1", "done")])
    (case,) = sim.cases.values()
    assert [a.review for a in case.answers] == [None]


def test_the_rehearsal_starts_with_the_first_opening_if_that_is_earlier() -> None:
    assert run(world(task("I.1", JUNE))).starts_on == day("1/1/2024")
    assert run(world(task("I.1", By(date=day("20/12/2023"))))).starts_on == day("1/12/2023")


def test_waiting_and_ongoing_tasks_bring_no_notice_but_the_periodic_report() -> None:
    sim = run(world(task("I.1", Ongoing()), task("I.2", Upon(event="có", relation="when")), regime=REGIME))
    assert {i.obligation.kind for i in sim.issued if i.notice.kind != "assignment"} == {"periodic_report"}
    assert told(sim, FINANCE) == []


def test_a_supervisor_without_a_contact_is_not_replaced_by_who_stands_above_it() -> None:
    made = run(world(task("1", JUSTICE, JUNE)))
    watcher = Agency("theo-doi", "Cơ quan theo dõi", "Theo dõi", "department", "province", parent=CHAIR)
    directory = replace(DIRECTORY, agencies=(*DIRECTORY.agencies, watcher))
    plan = replace(world(task("1", JUSTICE, JUNE)).scope.plan, supervisor="theo-doi")
    assert directory.recipient("theo-doi") is not None
    assert recipient_of(notice(to="supervisor"), next(iter(made.cases.values())).obligation, plan, directory) is None
