"""Tutoring as a service: asked once, told in time, and no name before two times yes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from chat.town import ANA, BEN, NOW, TARA, Town
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nudgebot.errors import CommandError
from nudgebot.interventions.means import Actor
from nudgebot.interventions.tutoring import Tutoring
from nudgebot.interventions.tutoring_book import Status
from nudgebot.interventions.tutoring_search import CannotAskError
from nudgebot.school.days import local_day, to_at

TEACHER = Actor(TARA, "Tara Teacher", "t1")


def practise(town: Town, student_id: str, skill_id: str, right: int, days_ago: int) -> None:
    moment = NOW - timedelta(days=days_ago)
    town.store.execute(
        """INSERT INTO practice (session_id, student_id, skill_id, started_at, day, questions,
           correct) VALUES (?, ?, ?, ?, ?, 20, ?)""",
        [
            f"{student_id}-{skill_id}-{days_ago}",
            student_id,
            skill_id,
            to_at(moment),
            local_day(moment, town.office.zone),
            right,
        ],
    )


def open_town(folder: Path) -> Town:
    town = Town(folder)
    for days_ago in (40, 20, 10):
        practise(town, "s1", "frac", 6, days_ago)
        for student_id in ("s2", "s3", "s4"):
            practise(town, student_id, "frac", 20, days_ago)
    return town


@pytest.fixture
def school(tmp_path: Path) -> Iterator[Town]:
    opened = open_town(tmp_path)
    yield opened
    opened.store.close()


@pytest.fixture
def kept(school: Town) -> Tutoring:
    return school.office.interventions.tutoring


def ask(kept: Tutoring, source: str = "test:1", tutor_id: str = "s2") -> int:
    return kept.ask(TEACHER, "s1", tutor_id=tutor_id, skill_id="frac", as_of=NOW, source=source).id


def test_only_classmates_in_the_given_classes_are_proposed(kept: Tutoring) -> None:
    """A teacher's classes; None stands for all of the student's."""
    assert [each.tutor_id for each in kept.propose("s1", NOW)] == ["s2", "s4"]
    assert [each.tutor_id for each in kept.propose("s1", NOW, ["c7b"])] == ["s2", "s4"]
    assert kept.propose("s1", NOW, ["c8a"]) == []
    assert kept.propose("s1", NOW, []) == []
    assert "nobody else in a class" in kept.search("s1", NOW, class_ids=[]).why_not


def test_who_helps_somebody_comes_later(school: Town, kept: Tutoring) -> None:
    """The work is shared out; a question that waits is work, too."""
    practise(school, "s4", "other", 4, 5)
    kept.ask(TEACHER, "s4", tutor_id="s2", skill_id="other", as_of=NOW, source="test:0")
    assert [each.tutor_id for each in kept.propose("s1", NOW)] == ["s4", "s2"]


def test_without_a_skill_the_weakest_that_the_tutor_knows(school: Town, kept: Tutoring) -> None:
    """The teacher names two people; the figures name the skill."""
    for days_ago in (9, 8):
        practise(school, "s1", "harder", 1, days_ago)
    found = kept.ask(TEACHER, "s1", tutor_id="s2", skill_id=None, as_of=NOW, source="test:1")
    assert found.skill_id == "frac"


def test_asked_once_for_one_reason(school: Town, kept: Tutoring) -> None:
    """The same source gives the same tutoring and sends nothing again."""
    first = ask(kept)
    sent = len(school.zulip.sent)
    assert ask(kept) == first
    assert len(school.zulip.sent) == sent == 4
    assert [each.id for each in kept.of_student("s1")] == [first]
    assert [each.id for each in kept.of_student("s2")] == [first]
    with pytest.raises(CannotAskError) as refused:
        ask(kept, "test:2", "s4")
    assert "Ana has a tutor in frac already" in refused.value.why
    assert refused.value.student_ids == {"s1", "s4"}
    assert "Ana" not in str(refused.value)


def test_asking_tags_the_students_alerts(school: Town, kept: Tutoring) -> None:
    """It is one of the quick actions on an alert."""
    school.store.execute(
        """INSERT INTO alerts (student_id, rule_id, title, severity, reasons, episode_at,
           raised_at, newest_at, state) VALUES ('s1', 'r', 'R', 'high', '[]', 1, 1, 1, 'open')"""
    )
    ask(kept)
    assert school.store.value("SELECT tag FROM alert_tags") == "peer tutor asked"
    assert school.store.value("SELECT state FROM alerts") == "acknowledged"


def test_the_28_days_before_are_kept_when_it_begins(kept: Tutoring) -> None:
    """Practice older than that is in the mastery state, not in the accuracy before."""
    number = ask(kept)
    kept.answer("s1", number, True, NOW)
    record = kept.answer("s2", number, True, NOW)
    assert record.status is Status.ACTIVE
    assert (record.accuracy_before_percent, record.answers_before) == (30, 40)
    seen = kept.improvement(record, NOW + timedelta(days=1))
    assert seen is not None
    assert seen.is_too_early
    assert seen.since.number == 0


def test_a_session_heard_twice_is_noted_once(kept: Tutoring) -> None:
    """By its source; only where it goes on."""
    number = ask(kept)
    with pytest.raises(CommandError, match="has not begun"):
        kept.note_session(number, 30, user_id=TARA, as_of=NOW, source="a")
    kept.answer("s1", number, True, NOW)
    kept.answer("s2", number, True, NOW)
    for _ in WORDS:
        assert kept.note_session(number, 30, user_id=TARA, as_of=NOW, source="a").is_new
    assert len(kept.sessions(number)) == 1
    kept.end(TEACHER, number, NOW)
    with pytest.raises(CommandError, match="is over"):
        kept.note_session(number, 30, user_id=TARA, as_of=NOW, source="b")
    with pytest.raises(CommandError, match="no tutoring 99"):
        kept.note_session(99, 30, user_id=TARA, as_of=NOW, source="b")


def test_who_waits_for_an_answer(kept: Tutoring) -> None:
    """What others need to know to understand a bare yes."""
    number = ask(kept)
    assert [each.id for each in kept.waiting_for("s1")] == [number]
    kept.answer("s1", number, True, NOW)
    assert kept.waiting_for("s1") == []
    assert [each.id for each in kept.waiting_for("s2")] == [number]
    assert kept.active_of("s1") == []


def test_what_ends_by_night_is_told_in_the_morning(school: Town, kept: Tutoring) -> None:
    """The term is over at midnight; nobody is woken by it."""
    ask(kept)
    sent = len(school.zulip.sent)
    midnight = NOW.replace(hour=0, minute=1) + timedelta(days=1)
    school.store.execute(
        "UPDATE enrollments SET end_day = ? WHERE person_id = 's2'",
        [local_day(NOW, school.office.zone)],
    )
    assert kept.tick(midnight) == 0
    assert len(school.zulip.sent) == sent
    assert kept.tick(midnight + timedelta(hours=7)) == 1
    assert len(school.zulip.sent) == sent + 3


WORDS = ("yes", "no")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["s1", "s2"]), st.sampled_from(WORDS)),
        st.tuples(st.just("s2"), st.just("off")),
        st.tuples(st.just("teacher"), st.just("end")),
        st.tuples(st.just("time"), st.sampled_from(["an hour", "six days"])),
    ),
    max_size=8,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_whatever_is_said_in_whatever_order(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str]]
) -> None:
    """No name goes out before two times yes, nothing twice, and what is over stays over."""
    town = open_town(tmp_path_factory.mktemp("town"))
    try:
        kept, now = town.office.interventions.tutoring, NOW
        number = ask(kept)
        both = False
        over = None
        for who, what in steps:
            if what == "six days":
                now += timedelta(days=6)
            _do(kept, number, who, what, now)
            kept.tick(now)
            record = kept.find(number)
            assert record is not None
            both = both or record.started_at is not None
            if over is not None:
                assert record.status is over
            over = None if record.is_open else record.status
            for user, other in ((ANA, "Ben"), (BEN, "Ana")):
                told = " ".join(town.zulip.to(user))
                assert both or other not in told
                assert "%" not in told
        keys = [message.key for _, message in town.zulip.sent]
        assert len(keys) == len(set(keys))
        assert both is any("It is settled" in text for text in town.zulip.to(ANA))
        resolved = town.store.value("SELECT is_resolved FROM interventions")
        assert bool(resolved) is (over is not None)
    finally:
        town.store.close()


def _do(kept: Tutoring, number: int, who: str, what: str, now: datetime) -> None:
    try:
        if what in WORDS:
            kept.answer(who, number, what == "yes", now)
        elif what == "off":
            kept.opt_out(who, now)
        elif what == "end":
            kept.end(TEACHER, number, now)
    except CommandError as error:
        assert "over" in str(error)  # noqa: PT017  # any other refusal would be a mistake
