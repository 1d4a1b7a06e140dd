"""`dashboard`: for admins the school, for teachers their students, and nobody's name in it."""

from __future__ import annotations

import pytest
from dashboards.school import Truth, fill

from chat.town import ADMIN, ANA, OTTO, STAFF_STREAM, TARA, Town
from nudgebot.nudging.messages import Direct, InStream

STAFF = InStream(STAFF_STREAM, "today")
TRUTHS = {
    "inactivity_check_in": Truth(0.4, 0.3),
    "overdue_work_reminder": Truth(),
    "video_completion_nudge": Truth(0.4, -0.3),
}


@pytest.fixture
def busy(town: Town) -> Town:
    """The town after two months of nudges to its students, and to many more."""
    fill(town.store, cases=1500, students=150, truths=TRUTHS)
    return town


def plain(text: str) -> str:
    """As it is read: spaces that hold words together, and entities, are shown as they look."""
    return text.replace("\u00a0", " ").replace("&#43;", "+")


def seen_by(town: Town, user_id: int) -> set[str]:
    """Whose data the audit log says the user saw."""
    rows = town.store.rows("SELECT student_id FROM audit WHERE actor_user_id = ?", [user_id])
    return {row[0] for row in rows} - {None}  # None: shown nobody


@pytest.mark.parametrize(
    "line",
    [
        "nudges sent, about 150 students",
        "responded, half of these within 2 hours",
        "did what was asked for, held out",
        "Days with activity, each against their own before: nudged",
        "Best: Inactivity Check-In",
        "Worst: Video Completion Encouragement",
    ],
)
def test_an_admin_reads_the_school_in_a_few_lines(busy: Town, line: str) -> None:
    """Sent, responses, effect, engagement, the best and the worst."""
    told = plain(busy.say(ADMIN, "dashboard")[0].content)
    assert line in told.split("```")[0]
    assert len(told) < 10_000


def test_two_charts_go_with_it(busy: Town) -> None:
    """The effects by rule, and what was sent by week."""
    busy.say(ADMIN, "dashboard")
    assert [name for name, _ in busy.zulip.uploads] == [
        "nudge-effects-2026-11-19.png",
        "nudges-sent-2026-11-19.png",
    ]
    assert all(data.startswith(b"\x89PNG") for _, data in busy.zulip.uploads)


@pytest.mark.parametrize(("form", "begin"), [("pdf", b"%PDF"), ("csv", b"\xef\xbb\xbfsection")])
def test_it_is_handed_over_as_a_file(busy: Town, form: str, begin: bytes) -> None:
    """The same figures on paper and as a table."""
    busy.say(ADMIN, f"dashboard 8 weeks {form}")
    ((name, data),) = busy.zulip.uploads
    assert name.endswith(f".{form}")
    assert data.startswith(begin)
    if form == "csv":
        text = data.decode("utf-8-sig")
        assert "What it brings about,1,Did what was asked for,Nudged," in text
        assert "Sent by week,1," in text


def test_a_teacher_gets_only_her_students_in_it(busy: Town) -> None:
    """It is counted over those whom she may see, and written down as such."""
    told = plain(busy.say(TARA, "dashboard")[0].content)
    assert "Your students" in told
    assert "about 3 students" in told
    assert seen_by(busy, TARA) == {"s1", "s2", "s4"}
    assert "about 1 student." in plain(busy.say(OTTO, "dashboard")[0].content)


@pytest.mark.parametrize("who", [ADMIN, TARA])
def test_nobody_is_named(busy: Town, who: int) -> None:
    """Group figures hold no name and no id of a student."""
    told = busy.answer(who, "dashboard")
    for name in ("Ana", "Ben", "Chi", "Anabel", "(s1)"):
        assert name not in told


def test_the_school_is_told_to_the_admin_alone(busy: Town) -> None:
    """Asked in a stream, it comes as a direct message."""
    sent = busy.say(ADMIN, "@**nudgebot** dashboard", STAFF)
    assert any("Nudging dashboard" in each.content for each in sent)
    for each in sent:
        assert "Nudging dashboard" not in each.content or each.recipient == Direct((ADMIN,))


def test_an_empty_school_hears_that_it_is_too_early(town: Town) -> None:
    """No figure, no chart, and a sentence that says why."""
    told = plain(town.answer(ADMIN, "dashboard"))
    assert "0 nudges sent" in told
    assert "too early to say" in told
    assert town.zulip.uploads == []


def test_words_that_are_no_period_are_refused(busy: Town) -> None:
    """The sentence says what a period is."""
    assert "I do not know the period `7B`" in busy.answer(ADMIN, "dashboard 7B")


def test_a_student_cannot_ask_for_it(busy: Town) -> None:
    """She gets no figures."""
    assert "Nudging dashboard" not in busy.answer(ANA, "dashboard")
