"""Adoption: times that do not flatter, and requirement B's metrics counted from what is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudgebot.chat.audit import Audit
from nudgebot.interventions.adoption import GOALS, Adoption, read_adoption
from nudgebot.interventions.adoption_times import Spell, read_reactions, times, until
from nudgebot.school.days import to_at
from nudgebot.store import Store

from .school import NOW

HOUR = 3600
BEGIN = NOW - timedelta(days=28)
TEACHERS = {"t1": 9, "t2": 10, "t3": None, "t4": 12}


def alert(store: Store, number: int, hours_ago: float, **more: object) -> None:
    """An alert about student s<number>; `more` are columns, moments in hours ago."""
    at = to_at(NOW) - int(hours_ago * HOUR)
    columns = {"state": "open"} | {
        name: to_at(NOW) - int(float(str(value)) * HOUR) if name.endswith("_at") else value
        for name, value in more.items()
    }
    store.execute(
        f"""INSERT INTO alerts (student_id, rule_id, title, severity, reasons, episode_at,
            raised_at, newest_at, {", ".join(columns)})
            VALUES (?, 'r', 'R', 'high', '[]', ?, ?, ?, {", ".join("?" * len(columns))})""",  # noqa: S608  # names of a test
        [f"s{number}", at, at, at, *columns.values()],
    )


def deed(store: Store, number: int, hours_ago: float, *, kind: str = "message",
         user: int = 9) -> None:  # fmt: skip
    """An intervention for student s<number>."""
    at = to_at(NOW) - int(hours_ago * HOUR)
    store.execute(
        """INSERT INTO interventions (user_id, student_id, intervention_type, action_taken, source,
           created_at) VALUES (?, ?, ?, '', ?, ?)""",
        [user, f"s{number}", kind, f"{kind}:{number}:{hours_ago}", at],
    )


def test_what_is_still_open_makes_nothing_look_quick() -> None:
    """Three of five were seen to within an hour; of the open ones nobody knows."""
    spells = [Spell(HOUR, happened=True)] * 3 + [Spell(100 * HOUR, happened=False)] * 2
    found = times(spells)
    assert (found.soon, found.due, found.median_hours, found.p90_hours) == (3, 5, 1.0, None)
    assert times([*spells[:3], Spell(2 * HOUR, happened=False)]).due == 3


@given(st.lists(st.integers(0, 10_000), min_size=1), st.sampled_from([0.5, 0.9]))
def test_where_everything_happened_it_is_the_plain_quantile(
    seconds: list[int], share: float
) -> None:
    """Without open alerts the estimate is the smallest time by which the share had happened."""
    found = until([Spell(each, happened=True) for each in seconds], share)
    assert found is not None
    by_then = sum(each <= found for each in seconds) / len(seconds)
    before = sum(each < found for each in seconds) / len(seconds)
    assert before < share <= by_then + 1e-9


def test_an_alert_is_looked_at_by_whatever_comes_first(store: Store) -> None:
    """An acknowledgement is a look, an intervention both; a snooze and an older deed are none."""
    alert(store, 1, 50, acknowledged_at=48, state="acknowledged")
    deed(store, 1, 20)
    alert(store, 2, 50)
    deed(store, 2, 60)
    deed(store, 2, 49, kind="snooze")
    found = read_reactions(store, BEGIN, NOW, as_of=NOW)
    assert (found.looked.soon, found.looked.due) == (1, 2)
    assert (found.acted.soon, found.acted.due) == (0, 2)
    assert found.looked.median_hours == 2.0
    assert found.acted.median_hours == 30.0


def test_what_ended_by_itself_was_not_forgotten(store: Store) -> None:
    """It stops counting when its cause is gone, and within a day it says nothing."""
    alert(store, 1, 100, state="over", resolved_at=95)
    alert(store, 2, 100, state="resolved", resolved_at=98, resolved_by=9)
    found = read_reactions(store, BEGIN, NOW, as_of=NOW)
    assert (found.looked.alerts, found.looked.due, found.looked.soon) == (2, 1, 1)


def test_only_alerts_about_these_students_count(store: Store) -> None:
    """A teacher's times are of her own students."""
    alert(store, 1, 50)
    alert(store, 2, 50)
    found = read_reactions(store, BEGIN, NOW, as_of=NOW, students={"s1"})
    assert found.looked.alerts == 1


@pytest.fixture
def used(store: Store) -> Store:
    """A school in which t1 does everything, t2 a little, and the others nothing."""
    at = to_at(NOW)
    audit = Audit(store)
    for hours, user_id, action in (
        (8 * 24, 10, "report class"), (1, 9, "report student"), (1, 10, "message"),
        (1, 77, "report student"),
    ):  # fmt: skip
        moment = NOW - timedelta(hours=hours)
        audit.record(["s1"], actor_user_id=user_id, action=action, place=None, as_of=moment)
    audit.used(actor_user_id=10, action="report class", place=None, as_of=NOW)  # showed nothing
    store.executemany(
        "INSERT INTO exports VALUES (?, ?, 'student', 'pdf')",
        [(at - HOUR, 9), (at - 2 * HOUR, 9), (at - 40 * 24 * HOUR, 10)],
    )
    for number in range(20):
        deed(store, number, 30 + number)
    deed(store, 1, 31.5, kind="resolution")
    deed(store, 2, 33, kind="meeting", user=10)
    store.executemany(
        """INSERT INTO teacher_messages (key, teacher_user_id, student_id, message, template_id,
           sent_at, state) VALUES (?, ?, 's1', 'x', ?, ?, ?)""",
        [("a", 9, "check_in", at - HOUR, "sent"), ("b", 9, "", at - HOUR, "sent"),
         ("c", 9, "praise", at - HOUR, "sent"), ("d", 10, "", at - HOUR, "sent"),
         ("e", 9, "", at - HOUR, "refused")],
    )  # fmt: skip
    return store


def found_in(store: Store) -> Adoption:
    """The last four weeks."""
    return read_adoption(store, BEGIN, NOW, teacher_users=TEACHERS)


def test_each_metric_is_counted_over_all_teachers(used: Store) -> None:
    """Who cannot use it counts too; who is no teacher does not."""
    found = found_in(used)
    assert (found.teachers, found.linked) == (4, 3)
    assert (found.viewed_weekly.count, found.viewed_weekly.of) == (1, 4)
    assert (found.exported_monthly.count, found.exported_monthly.of) == (1, 4)
    assert found.interventions == {"message": 20, "meeting": 1}
    assert found.interventions_a_week == pytest.approx(21 / 4 / 4)
    assert (found.from_templates.count, found.from_templates.of) == (2, 4)
    assert (found.use_templates.count, found.use_templates.of) == (1, 2)


def test_getting_faster_is_told_against_the_period_before(store: Store) -> None:
    """Ten hours then and five now are half the time."""
    for number in range(3):
        alert(store, number, 24 * 40, acknowledged_at=24 * 40 - 1)
        deed(store, number, 24 * 40 - 10)
        alert(store, number + 10, 24 * 5)
        deed(store, number + 10, 24 * 5 - 5)
    assert found_in(store).faster == pytest.approx(0.5)


def test_the_goals_are_those_of_requirement_b() -> None:
    """80 % view weekly, 5 interventions, 24 hours, 60 % improve, 70 % templates, 50 % export."""
    names = ("viewed_weekly", "interventions_a_week", "response_hours", "improved",
             "from_templates", "exported_monthly")  # fmt: skip
    assert [GOALS[name] for name in names] == [0.8, 5, 24, 0.6, 0.7, 0.5]


def test_a_school_without_teachers_is_told_as_such(store: Store) -> None:
    """Nothing is divided by nobody."""
    found = read_adoption(store, BEGIN, NOW, teacher_users={})
    assert found.viewed_weekly.value is None
    assert found.interventions_a_week is None
    assert found.faster is None
