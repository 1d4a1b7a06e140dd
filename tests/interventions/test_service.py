"""Requirement B's functions over a real store and a messenger that keeps what is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from chat.town import ANA, NOW, TARA, Town

from nudgebot.errors import AccessError, DeliveryError, InputError, NudgebotError
from nudgebot.interventions.assignment_draft import Wishes
from nudgebot.interventions.letters import StudentAnswer
from nudgebot.interventions.means import Actor
from nudgebot.interventions.service import InterventionService
from nudgebot.nudging.messages import Outgoing
from nudgebot.school.days import local_day, to_at

Call = Callable[[InterventionService, str], object]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    opened = Town(tmp_path, lms_outbox=tmp_path / "outbox")
    yield opened
    opened.store.close()


@pytest.fixture
def service(town: Town) -> InterventionService:
    return InterventionService(town.office.interventions, as_of=NOW)


def practise(town: Town, student_id: str, skill_id: str, *, correct: int, of: int = 20) -> None:
    """Twenty answers in a skill, two days ago."""
    at = NOW - timedelta(days=2)
    town.store.execute("INSERT OR IGNORE INTO skills VALUES (?, ?, '', NULL)", [skill_id, skill_id])
    town.store.execute(
        "INSERT INTO practice VALUES (?, ?, ?, ?, ?, ?, ?, 10, 5, NULL)",
        [
            f"{student_id}-{skill_id}",
            student_id,
            skill_id,
            to_at(at),
            local_day(at, town.office.zone),
            of,
            correct,
        ],
    )


def raise_alert(town: Town, student_id: str) -> int:
    cursor = town.store.execute(
        """INSERT INTO alerts (student_id, rule_id, title, severity, reasons, episode_at, raised_at,
           newest_at, state) VALUES (?, 'inactivity_check_in', 'Inactive', 'high', '[]', 1, 1, 1,
           'open')""",
        [student_id],
    )
    return int(cursor.lastrowid or 0)


def test_send_message(town: Town, service: InterventionService) -> None:
    """It arrives in the teacher's name, is kept and noted, and tags the alert."""
    alert_id = raise_alert(town, "s1")
    sent = service.send_message("t1", "s1", "Is all well?", "inactive_check_in")
    assert sent.arrived
    (content,) = town.zulip.to(ANA)
    assert content.startswith("**Tara Teacher** writes to you:")
    assert "Is all well?" in content
    (kept,) = town.office.letters.messages_to("s1")
    assert (kept.message, kept.template_id, kept.state) == (
        "Is all well?",
        "inactive_check_in",
        "sent",
    )
    assert kept.teacher_id == "t1"
    (noted,) = town.office.interventions.record.of_student("s1")
    assert (noted.id, noted.alert_id, noted.teacher_id) == (sent.intervention_id, alert_id, "t1")
    assert town.store.value("SELECT tag FROM alert_tags") == "message sent"


def test_the_same_call_sends_once(town: Town, service: InterventionService) -> None:
    """A caller that does not know whether it got through may ask again; other words are others."""
    first = service.send_message("t1", "s1", "Is all well?")
    assert service.send_message("t1", "s1", "Is all well?") == first
    service.send_message("t1", "s1", "Shall we talk?")
    assert len(town.zulip.to(ANA)) == 2
    assert len(town.office.interventions.record.of_student("s1")) == 2


def test_a_refused_message_is_no_intervention(town: Town, service: InterventionService) -> None:
    """Nothing reached the student: no tag, and the caller reads why."""

    def refuse(_: Outgoing) -> DeliveryError:
        return DeliveryError("Zulip refused it.", accepted=False)

    town.zulip.refuse = refuse
    raise_alert(town, "s1")
    sent = service.send_message("t1", "s1", "Is all well?")
    assert (sent.state, sent.reason, sent.intervention_id) == ("refused", "Zulip refused it.", None)
    assert town.store.value("SELECT COUNT(*) FROM alert_tags") == 0
    assert [each.state for each in town.office.letters.messages_to("s1")] == ["refused"]


def test_a_message_to_nobody_in_zulip(town: Town, service: InterventionService) -> None:
    """It is told, and nothing is kept of it."""
    town.store.execute("UPDATE students SET zulip_user_id = NULL WHERE student_id = 's1'")
    sent = service.send_message("t1", "s1", "Is all well?")
    assert sent.state == "not linked"
    assert "No Zulip user" in sent.reason
    assert town.office.letters.messages_to("s1") == []


def test_a_conversation_of_three(tmp_path: Path) -> None:
    """With the setting, the teacher is in the conversation."""
    opened = Town(tmp_path, delivery_conversation="group")
    InterventionService(opened.office.interventions, as_of=NOW).send_message("t1", "s1", "Hello")
    ((_, message),) = opened.zulip.sent
    assert getattr(message.recipient, "user_ids", ()) == (ANA, 9)
    assert "Tara Teacher reads it" in message.content
    opened.store.close()


def test_create_targeted_assignment(town: Town, service: InterventionService) -> None:
    """Filled in with what the student is weakest in; the same call makes one."""
    practise(town, "s1", "fractions", correct=8)
    town.figures.rows["s1"] = {"accuracy": 40.0}
    made = service.create_targeted_assignment("t1", "s1")
    assert (made.skill_ids, made.question_count, made.teacher_id) == (("fractions",), 15, "t1")
    assert service.create_targeted_assignment("t1", "s1").id == made.id
    with pytest.raises(InputError, match="Name the skills"):
        service.create_targeted_assignment("t1", "s1", auto_fill=False)
    own = service.create_targeted_assignment(
        "t1", "s1", auto_fill=False, wishes=Wishes(skills="fractions", questions=7)
    )
    assert own.question_count == 7


def test_schedule_meeting(town: Town, service: InterventionService) -> None:
    """Arranged once, told to the student, and in the history; afterwards with how it went."""
    at = NOW + timedelta(days=1)
    made = service.schedule_meeting("t1", "s1", "one_on_one", at, location="Room 4")
    assert (made.meeting_type, made.scheduled_at, made.student_ids) == ("one-on-one", at, ("s1",))
    again = service.schedule_meeting("t1", "s1", "one_on_one", at, location="Room 4")
    assert again.id == made.id
    assert any("Room 4" in each for each in town.zulip.to(ANA))
    (entry,) = service.get_intervention_history("t1", "s1").entries
    assert [(each.words, each.at) for each in entry.outcomes] == [("to come, at", at)]
    actor = Actor(TARA, "Tara Teacher", "t1")
    later = NOW + timedelta(days=2)
    town.office.interventions.meetings.outcome(actor, made.id, "missed", "no word", later)
    afterwards = InterventionService(town.office.interventions, as_of=later)
    (entry,) = afterwards.get_intervention_history("t1", "s1").entries
    assert [each.words for each in entry.outcomes] == ["missed: no word"]


def test_a_group_meeting_is_with_own_students(town: Town, service: InterventionService) -> None:
    """Each of them is invited; another teacher's student is not there."""
    at = NOW + timedelta(days=1)
    with pytest.raises(AccessError):
        service.schedule_meeting("t1", "s1", "group", at, other_student_ids=["s3"])
    made = service.schedule_meeting("t1", "s1", "group", at, other_student_ids=["s4"])
    assert made.student_ids == ("s1", "s4")
    assert len(town.office.interventions.record.of_student("s4")) == 1


def test_notify_parent(tmp_path: Path) -> None:
    """Each guardian who may be contacted gets one mail; the answer is in the history."""
    opened = Town(tmp_path, smtp_host="mail.example", mail_from="school@mail.example")
    opened.store.executemany(
        "INSERT INTO guardians (guardian_id, student_id, name, email, may_contact)"
        " VALUES (?, 's1', ?, ?, ?)",
        [("g1", "Gina", "gina@mail.example", 1), ("g2", "Hugo", "hugo@mail.example", 0)],
    )
    opened.figures.rows["s1"] = {"days_since_last_activity": 10}
    parts = opened.office.interventions
    service = InterventionService(parts, as_of=NOW)
    (mail,) = service.notify_parent("t1", "s1", "inactive", "Please call me.")
    assert (mail.guardian_name, mail.state, mail.teacher_id) == ("Gina", "sent", "t1")
    assert "Please call me." in mail.content
    assert [
        each.id for each in service.notify_parent("t1", "s1", "inactive", "Please call me.")
    ] == [mail.id]
    assert len(opened.zulip.sent) == 1
    parts.parents.answered(
        Actor(TARA, "Tara Teacher", "t1"), mail.id, "will talk to her", NOW + timedelta(hours=3)
    )
    later = InterventionService(parts, as_of=NOW + timedelta(days=1))
    (entry,) = later.get_intervention_history("t1", "s1").entries
    assert [each.words for each in entry.outcomes] == ["answered: will talk to her"]
    opened.store.close()


def test_assign_peer_tutor(town: Town, service: InterventionService) -> None:
    """Both are asked; nothing has begun."""
    practise(town, "s1", "fractions", correct=6)
    practise(town, "s4", "fractions", correct=20)
    made = service.assign_peer_tutor("t1", "s1", "s4")
    assert (made.student_id, made.tutor_id, made.skill_id) == ("s1", "s4", "fractions")
    assert made.status == "asked"
    assert service.assign_peer_tutor("t1", "s1", "s4").id == made.id


def test_a_tutor_is_found_when_none_is_named(town: Town, service: InterventionService) -> None:
    """The one who fits; the same call asks once, and where nobody fits that is said."""
    with pytest.raises(InputError):
        service.assign_peer_tutor("t1", "s1")
    practise(town, "s1", "fractions", correct=6)
    practise(town, "s4", "fractions", correct=20)
    made = service.assign_peer_tutor("t1", "s1")
    assert made.tutor_id == "s4"
    assert service.assign_peer_tutor("t1", "s1").id == made.id


def test_mark_alert_resolved(town: Town, service: InterventionService) -> None:
    """With action and notes; a second time is told, not done."""
    alert_id = raise_alert(town, "s1")
    alert = service.mark_alert_resolved("t1", alert_id, "Was ill, is back.", "called")
    assert alert.state == "resolved"
    (entry,) = service.get_intervention_history("t1", "s1").entries
    assert "called" in entry.what
    assert "Was ill, is back." in entry.what
    with pytest.raises(InputError, match="resolved already"):
        service.mark_alert_resolved("t1", alert_id, "Again")


def test_get_intervention_history(town: Town, service: InterventionService) -> None:
    """What was sent and answered is there, with who, when and what came of it."""
    sent = service.send_message("t1", "s1", "Is all well?")
    at = NOW + timedelta(hours=1)
    follows = town.office.letters.followed_by("s1", at)
    town.office.letters.keep_answer(StudentAnswer(1, "s1", "Yes", at, follows), passed_to=1)
    later = InterventionService(town.office.interventions, as_of=NOW + timedelta(days=1))
    history = later.get_intervention_history("t1", "s1")
    (entry,) = history.entries
    assert (entry.number, entry.at, entry.teacher_id) == (sent.intervention_id, NOW, "t1")
    assert [(each.words, each.at) for each in entry.outcomes] == [("answered: “Yes”", at)]
    assert history.patterns == ()


@pytest.mark.parametrize("category", ["inactive", "struggling", "overdue", "encouragement"])
def test_get_message_templates(service: InterventionService, category: str) -> None:
    """Three of each of requirement B's categories, with their variables."""
    found = service.get_message_templates(category)
    assert len(found) == 3
    assert {each.category for each in found} == {category}
    assert all("first_name" in each.variables and each.content for each in found)


def test_all_templates_and_no_such_category(service: InterventionService) -> None:
    """Without a category all twelve; a misspelt one gets a suggestion."""
    assert len(service.get_message_templates()) == 12
    with pytest.raises(InputError, match="did you mean `inactive`"):
        service.get_message_templates("inactiv")


CALLS: dict[str, Call] = {
    "send_message": lambda service, key: service.send_message("t1", key, "Hello"),
    "assignment": lambda service, key: service.create_targeted_assignment("t1", key),
    "meeting": lambda service, key: service.schedule_meeting(
        "t1", key, "one-on-one", NOW + timedelta(days=1)
    ),
    "parent": lambda service, key: service.notify_parent("t1", key, "inactive"),
    "tutor": lambda service, key: service.assign_peer_tutor("t1", key, "s1"),
    "a tutor of others": lambda service, key: service.assign_peer_tutor("t1", "s1", key),
    "history": lambda service, key: service.get_intervention_history("t1", key),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_another_teachers_student_is_as_unknown_as_nobody(
    town: Town, service: InterventionService, call: Call
) -> None:
    """Chi is Otto's, `nobody` is nobody, Ben has left: the same words, and nothing happens."""
    town.store.execute("UPDATE students SET active = 0 WHERE student_id = 's2'")
    said = set()
    for key in ("s3", "nobody", "s2", ""):
        with pytest.raises(AccessError) as refused:
            call(service, key)
        said.add(str(refused.value))
    assert len(said) == 1
    assert town.zulip.sent == []
    assert town.store.value("SELECT COUNT(*) FROM interventions") == 0


def test_another_teachers_alert_is_as_unknown_as_none(
    town: Town, service: InterventionService
) -> None:
    """The same words for both."""
    foreign = raise_alert(town, "s3")
    said = set()
    for alert_id in (foreign, 4711):
        with pytest.raises(AccessError) as refused:
            service.mark_alert_resolved("t1", alert_id, "Done")
        said.add(str(refused.value))
    assert len(said) == 1


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda s: s.send_message("t1", "s1", "  "), id="no words"),
        pytest.param(lambda s: s.send_message("t1", "s1", "x" * 4001), id="too many words"),
        pytest.param(lambda s: s.send_message("t1", "s1", "Hello", "none"), id="no such template"),
        pytest.param(lambda s: s.send_message("t9", "s1", "Hello"), id="no such teacher"),
        pytest.param(lambda s: s.assign_peer_tutor("t1", "s1", "s1"), id="her own tutor"),
        pytest.param(lambda s: s.notify_parent("t1", "s1", "inactive"), id="no mail server"),
        pytest.param(lambda s: s.notify_parent("t1", "s1", "weather"), id="no such concern"),
        pytest.param(lambda s: s.schedule_meeting("t1", "s1", "parent", NOW), id="no time to come"),
        pytest.param(
            lambda s: s.schedule_meeting("t1", "s1", "party", NOW + timedelta(1)), id="no such kind"
        ),
        pytest.param(
            lambda s: s.schedule_meeting("t1", "s1", "parent", NOW.replace(tzinfo=None)),
            id="a time without a zone",
        ),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    town: Town, service: InterventionService, call: Callable[[InterventionService], object]
) -> None:
    """And nothing is done by half."""
    with pytest.raises(NudgebotError):
        call(service)
    assert town.zulip.sent == []
    assert town.store.value("SELECT COUNT(*) FROM interventions") == 0


def test_a_teacher_without_zulip_cannot_act(town: Town, service: InterventionService) -> None:
    """The answer would reach nobody."""
    town.store.execute("UPDATE teachers SET zulip_user_id = NULL WHERE teacher_id = 't1'")
    with pytest.raises(AccessError, match="not linked"):
        service.send_message("t1", "s1", "Hello")
