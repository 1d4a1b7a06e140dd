"""A simulated term: adaptation finds what works, keeps learning, and stays within every limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from nudging.bench import Bench
from nudging.samples import School
from ready import ready_store

from adaptation.school import Town
from adaptation.simulation import HOURS, Term, adapted, due_days
from nudgebot.nudging.adaptation_handover import HANDED
from nudgebot.nudging.nudges import Nudge
from nudgebot.nudging.stages import week_of
from nudgebot.nudging.tables import SCHEMA as NUDGING
from nudgebot.school.days import from_day
from nudgebot.school.links import SCHEMA as LINKS
from nudgebot.school.tables import SCHEMA as SCHOOL

WEEKS = 11


def _works(nudge: Nudge) -> float:
    """15 of 100 do anyway, 25 more at six in the evening, and 25 more in warm words."""
    return 0.15 + 0.25 * (nudge.due_at.hour == 18) + 0.25 * (nudge.tone == "warm")


@pytest.fixture(scope="module")
def term(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Term]:
    """40 students who are most active at eight in the morning, for eleven weeks."""
    path: Path = tmp_path_factory.mktemp("term") / "school.db"
    store = ready_store(path, [SCHOOL, LINKS, NUDGING])
    # The lots hang on the school's own key, and a school that draws unluckily is no defect.
    store.execute("UPDATE holdout_key SET key = ?", [b"the key of one school"])
    made = Term(Town(Bench(School(store)), tones=("plain", "warm")), _works, seed=2)
    made.run(WEEKS)
    yield made
    store.close()


def _share(nudges: list[Nudge], **wanted: object) -> float:
    hour, tone = wanted.get("hour"), wanted.get("tone")
    fits = [
        each
        for each in nudges
        if hour in (None, each.due_at.hour) and tone in (None, each.tone or "plain")
    ]
    return len(fits) / len(nudges)


def test_it_moves_towards_what_works(term: Term) -> None:
    """From hardly ever to most messages at the better hour and in the better tone."""
    early, late = term.to_students(0, 1), term.to_students(8, 10)
    assert _share(early, hour=18) < 0.15
    assert _share(early, tone="warm") < 0.15
    assert _share(late, hour=18) > 0.75
    assert _share(late, tone="warm") > 0.75


def test_more_of_it_works_than_before(term: Term) -> None:
    """What it is for: the share of messages that were acted on rises."""
    chance = [
        sum(map(_works, found)) / len(found)
        for found in (term.to_students(0, 1), term.to_students(8, 10))
    ]
    assert chance[1] > chance[0] + 0.3


def test_learning_goes_on(term: Term) -> None:
    """About one message in ten stays a lot, to the end; the worse hours and tone get theirs."""
    late = term.to_students(5, 10)
    by_lot = [each for each in late if "drawn by lot" in adapted(term, each)]
    assert 0.1 < len(by_lot) / len(late) < 0.3  # hour and tone draw each for themselves
    assert {each.due_at.hour for each in by_lot} == {8, 13, 18}
    assert {each.tone for each in by_lot} == {"", "warm"}


def test_every_message_stays_within_the_limits(term: Term) -> None:
    """No quiet hour, no weekend, only a student's own three hours, and never over the caps."""
    policy = term.town.school.policy
    own = sorted((h for h in HOURS if not policy.quiet.covers(h)), key=lambda h: -HOURS[h])[:3]
    for each in (each for each in term.sent if each.to_student):
        assert each.due_at.hour in own
        assert each.due_at.weekday() < 5
        assert each.due_at >= each.decided_at
        assert from_day(each.due_day) == each.due_at.date()
    days = Counter(due_days(term))
    weeks = Counter((student, week_of(day)) for student, day in due_days(term))
    assert max(days.values()) <= policy.max_per_day
    assert max(weeks.values()) <= policy.max_per_week


def test_every_change_is_told(term: Term) -> None:
    """What is another hour or tone than usual says so in the case and in the nudge."""
    for each in term.sent:
        changed = each.to_student and (each.due_at.hour != 8 or each.tone)
        told = adapted(term, each)
        if changed and each.nth == 1:
            assert "instead of" in told
            assert told in each.timing
        if not each.to_student:
            assert HANDED in each.timing


def test_silence_goes_to_a_person(term: Term) -> None:
    """In a school where most messages are not acted on, teachers are asked to."""
    assert any(not each.to_student for each in term.sent)


def test_a_profile_says_what_was_learned(term: Term) -> None:
    """Requirement A's names, and the better hour and tone first."""
    last = term.sent[-1].decided_at
    found = term.town.adaptation.profile_of("p001", last)
    assert found.optimal_delivery_hours[0] == 18
    assert found.preferred_tone == "warm"
    assert found.preferred_nudge_types == ("encouragement",)
    assert found.channel_preference == ("direct_message",)
    assert found.frequency_preference in ("low", "medium")
    assert found.responses.of > 0
